//! What `wfc check` would show of what is drawn.

use crate::cli::check::plan;
use crate::cli::project;
use crate::cli::today::today;
use crate::compile::{self, Joined, Settings};
use crate::finding::Finding;
use crate::project::Project;
use crate::project::config::{Ground, apply_allowances};
use crate::report::selection::{Selection, select_by_level};
use crate::source::{FileId, Sources};

/// The findings at the level and in the profile of the configuration, in the order of the text; without what
/// was accepted.
pub fn shown(project: &Project, sources: &Sources, joined: &[Joined]) -> Vec<Finding> {
    let today = today();
    let settings =
        Settings { today: Some(&today), joined, budget: project::budget(project), ..Settings::default() };
    let mut findings = compile::check(sources, settings).findings;
    if !project.config.allow.is_empty() {
        let paths: Vec<(FileId, String)> =
            sources.iter().map(|(id, file)| (id, project.base.path(&file.path))).collect();
        let ground = Ground { today: Some(&today), paths: &paths, n_files: paths.len() };
        apply_allowances(&project.config, &ground, &mut findings);
        // What is wrong with the configuration itself is in no picture.
        findings.retain(|finding| (finding.span().file.0 as usize) < paths.len());
    }
    let (usual, config) = (Selection::default(), &project.config);
    let selection = Selection {
        profile: config.profile.map_or(usual.profile, |word| word.value.into()),
        fail_on: config.fail_on.map_or(usual.fail_on, |word| word.value.into()),
        min_confidence: config.min_confidence.map(|word| word.value.into()),
    };
    let level = plan::level(project);
    select_by_level(findings, &selection, |finding| level(finding, sources)).shown
}
