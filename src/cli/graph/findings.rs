//! What `wfc check` would show of what is drawn.

use crate::cli::args::BaselineArgs;
use crate::cli::baseline;
use crate::cli::check::plan;
use crate::cli::project;
use crate::cli::today::today;
use crate::compile::{self, Joined, Settings};
use crate::finding::{Finding, suggest};
use crate::project::config::{Ground, apply_allowances};
use crate::project::{Project, Trouble, disk};
use crate::report::fingerprint::fingerprint;
use crate::report::paths::Paths;
use crate::report::place::place;
use crate::report::selection::{Selection, select_by_level};
use crate::source::{FileId, Sources};
use std::collections::BTreeSet;

/// Whether what the baseline knows is new to nobody, or is told all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    LeftOut,
    Told,
}

/// The findings at the level and in the profile of the configuration, in the order of the text; without what
/// was accepted.
pub fn shown(
    project: &Project,
    sources: &Sources,
    joined: &[Joined],
    known: Known,
) -> Result<Vec<Finding>, Trouble> {
    let ledger = baseline::open(
        &BaselineArgs { no_baseline: known == Known::Told, ..BaselineArgs::default() },
        project,
    )?;
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
    let findings = ledger.part(findings, sources).findings;
    let (usual, config) = (Selection::default(), &project.config);
    let selection = Selection {
        profile: config.profile.map_or(usual.profile, |word| word.value.into()),
        fail_on: config.fail_on.map_or(usual.fail_on, |word| word.value.into()),
        min_confidence: config.min_confidence.map(|word| word.value.into()),
    };
    let level = plan::level(project);
    Ok(select_by_level(findings, &selection, |finding| level(finding, sources)).shown)
}

/// Those of a rule, of a form of it, or the one with this fingerprint or the beginning of it.
pub fn named(found: Vec<Finding>, name: &str, sources: &Sources) -> Result<Vec<Finding>, String> {
    let paths = disk::repository().map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
    let is_meant = |finding: &Finding| {
        let print = || fingerprint(finding, sources, &paths);
        let is_print = name.len() >= SHORTEST && name.bytes().all(|it| it.is_ascii_hexdigit());
        finding.rule.name == name || finding.name() == name || (is_print && print().starts_with(name))
    };
    let names: BTreeSet<String> = found.iter().map(|it| it.rule.name.to_string()).collect();
    let meant: Vec<Finding> = found.into_iter().filter(|finding| is_meant(finding)).collect();
    if !meant.is_empty() {
        return Ok(meant);
    }
    let near = suggest::nearest(name, names.iter().map(String::as_str));
    Err(match near {
        Some(near) => format!("there is no finding of `{name}`; did you mean `{near}`?"),
        None if names.is_empty() => format!("there is no finding of `{name}`, nor of any other rule"),
        None => format!(
            "there is no finding of `{name}`; there are some of {}",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    })
}

/// So many digits of a fingerprint tell which one is meant.
const SHORTEST: usize = 6;

/// Asks for one of several, by fingerprint.
pub fn which(found: &[Finding], sources: &Sources) -> String {
    let paths = disk::repository().map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
    let each = found.iter().map(|finding| {
        let print = fingerprint(finding, sources, &paths);
        format!("{} at {}", &print[..12.min(print.len())], place(finding, sources))
    });
    format!("several findings: name one by its fingerprint: {}", each.collect::<Vec<_>>().join(", "))
}
