//! What `wfc check` goes by: the command line, above the configuration, above what wfc does by itself.

use crate::cli::args::Check;
use crate::cli::project;
use crate::cli::today::today;
use crate::compile::{self, Allows, Settings};
use crate::finding::Finding;
use crate::project::config::{Ground, Levels, apply_allowances, sets};
use crate::project::{Loaded, Project, Request, WhenEmpty};
use crate::report::selection::{Level, Selection};
use crate::source::{FileId, SourceFile, Sources};

/// What the configuration says that a finding counts as.
pub fn level_in<'a>(project: &'a Project, sources: &'a Sources) -> impl Fn(&Finding) -> Option<Level> + 'a {
    let levels = Levels::new(&project.config);
    move |finding| {
        if levels.is_empty() {
            return None;
        }
        let path = project.base.path(&sources.get(finding.span().file).path);
        let level = levels.of(finding.rule.name, &path)?;
        Some(level.severity().map_or(Level::Off, Level::At))
    }
}

/// What is read.
pub fn request(wanted: &Check, project: &Project) -> Request {
    Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        project_exclude: project::exclude(project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: wanted.stdin_filename.clone(),
        when_empty: if wanted.allow_empty { WhenEmpty::Fine } else { WhenEmpty::Trouble },
    }
}

/// The command line stands above the configuration, and that above what wfc does by itself.
pub fn selection(wanted: &Check, project: &Project) -> Selection {
    let (usual, config) = (Selection::default(), &project.config);
    let profile = wanted.profile.map(Into::into).or(config.profile.map(|word| word.value.into()));
    let fail_on = wanted.fail_on.map(Into::into).or(config.fail_on.map(|word| word.value.into()));
    let confidence =
        wanted.min_confidence.map(Into::into).or(config.min_confidence.map(|word| word.value.into()));
    Selection {
        profile: profile.unwrap_or(usual.profile),
        fail_on: fail_on.unwrap_or(usual.fail_on),
        min_confidence: confidence,
    }
}

/// Everything there is to say about what was read, and about the allowances of the configuration, whose
/// files join the sources where something is said of them.
pub fn find(wanted: &Check, project: &Project, loaded: &mut Loaded) -> compile::Checked {
    let today = today();
    let budget = project::budget(project);
    let joined = project::joined_files(project, &loaded.sources);
    let allows = if wanted.no_allows { Allows::Ignored } else { Allows::Heard };
    let settings = Settings { today: Some(&today), joined: &joined, budget, allows };
    let mut checked = compile::check(&loaded.sources, settings);
    if project.config.allow.is_empty() || wanted.no_allows {
        return checked;
    }
    let paths: Vec<(FileId, String)> =
        loaded.sources.iter().map(|(id, file)| (id, project.base.path(&file.path))).collect();
    let ground = Ground { today: Some(&today), paths: &paths, n_files: paths.len() };
    checked.n_allowed += apply_allowances(&project.config, &ground, &mut checked.findings);
    for (_, file) in project.config.files.iter() {
        loaded.sources.add(SourceFile::new(file.path.as_str(), file.text.clone()));
    }
    checked
}
