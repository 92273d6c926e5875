//! What `wfc check` goes by: the command line, above the configuration, above what wfc does by itself.

use crate::cli::args::{Check, ConfidenceName, ProfileName, SeverityName};
use crate::cli::project;
use crate::compile::{Allows, Checked, Joined, Settings};
use crate::finding::{Finding, Rule};
use crate::project::config::{Ground, Levels, apply_allowances, sets};
use crate::project::{Loaded, Project, Request, WhenEmpty};
use crate::report::selection::{Level, Selection};
use crate::source::{FileId, SourceFile, Sources};

/// What the configuration says that a finding counts as, which stands in these files.
pub fn level(project: &Project) -> impl Fn(&Finding, &Sources) -> Option<Level> + Sync {
    let levels = Levels::new(&project.config);
    move |finding, sources| {
        if levels.is_empty() {
            return None;
        }
        let path = project.base.path(&sources.get(finding.span().file).path);
        let level = levels.of(finding.rule.name, &path)?;
        Some(level.severity().map_or(Level::Off, Level::At))
    }
}

/// Which rules have nothing to say that anybody would hear: the profile leaves them out, and the
/// configuration has no word of them.
pub fn never_seen(wanted: &Check, project: &Project) -> impl Fn(&Rule) -> bool + Sync {
    let (selection, levels) = (selection(wanted, project), Levels::new(&project.config));
    let accepts = !project.config.allow.is_empty();
    move |rule| selection.profile < rule.profile && !accepts && !levels.name(rule.name)
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
    selection_of(wanted.profile, wanted.fail_on, wanted.min_confidence, project)
}

/// The same for other commands that find something.
pub fn selection_of(
    profile: Option<ProfileName>,
    fail_on: Option<SeverityName>,
    min_confidence: Option<ConfidenceName>,
    project: &Project,
) -> Selection {
    let (usual, config) = (Selection::default(), &project.config);
    let profile = profile.map(Into::into).or(config.profile.map(|word| word.value.into()));
    let fail_on = fail_on.map(Into::into).or(config.fail_on.map(|word| word.value.into()));
    let confidence = min_confidence.map(Into::into).or(config.min_confidence.map(|word| word.value.into()));
    Selection {
        profile: profile.unwrap_or(usual.profile),
        fail_on: fail_on.unwrap_or(usual.fail_on),
        min_confidence: confidence,
    }
}

/// What decides about the check itself.
pub fn settings<'a>(wanted: &Check, project: &Project, today: &'a str, joined: &'a [Joined]) -> Settings<'a> {
    Settings {
        today: Some(today),
        joined,
        budget: project::budget(project),
        allows: allows(wanted),
        unseen: None,
    }
}

/// Whether what somebody accepts is found all the same.
pub fn allows(wanted: &Check) -> Allows {
    if wanted.no_allows { Allows::Ignored } else { Allows::Heard }
}

/// Takes out what the configuration accepts. Where something is to be said of that, the files of the
/// configuration join the sources.
pub fn accept(
    allows: Allows,
    project: &Project,
    today: &str,
    loaded: &mut Loaded,
    mut checked: Checked,
) -> Checked {
    if project.config.allow.is_empty() || allows == Allows::Ignored {
        return checked;
    }
    let paths: Vec<(FileId, String)> =
        loaded.sources.iter().map(|(id, file)| (id, project.base.path(&file.path))).collect();
    let ground = Ground { today: Some(today), paths: &paths, n_files: paths.len() };
    checked.accepted.extend(apply_allowances(&project.config, &ground, &mut checked.findings));
    if checked.findings.iter().any(|finding| finding.span().file.0 as usize >= paths.len()) {
        for (_, file) in project.config.files.iter() {
            loaded.sources.add(SourceFile::new(file.path.as_str(), file.text.clone()));
        }
    }
    checked
}
