//! `wfc gen`.

mod made;
mod project_folder;
mod style;

use super::args::Generate;
use super::check::plan;
use super::output::{Output, Unwritten};
use super::today::today;
use super::{Outcome, project};
use crate::compile::{self, Allows, Made, Settings};
use crate::finding::{Finding, Severity, suggest};
use crate::generate::{self, Generated, plugin};
use crate::project::config::sets;
use crate::project::{Loaded, Project, Request, WhenEmpty, disk};
use crate::report::human;
use crate::report::selection::{Level, Selection, select_by_level};
use made::Maker;

pub fn run(wanted: &Generate, output: &Output) -> Result<Outcome, Unwritten> {
    if wanted.plugin_schema {
        output.data(&plugin::schema())?;
        return Ok(Outcome::Clean);
    }
    if let Some(folder) = &wanted.export_templates {
        return export(folder, output);
    }
    // INVARIANT: without the two above, clap wants both.
    let (Some(path), Some(out)) = (&wanted.path, &wanted.out) else { return Ok(Outcome::Trouble) };
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let maker = match Maker::new(wanted) {
        Ok(maker) => maker,
        Err(what) => {
            output.trouble(&what);
            return Ok(Outcome::Trouble);
        }
    };
    let mut loaded = disk::load(&Request {
        paths: vec![path.clone()],
        exclude: Vec::new(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    output.troubles(&loaded.troubles);
    if !loaded.troubles.is_empty() {
        // Half a specification would give half a project.
        return Ok(Outcome::Trouble);
    }
    let joined = project::joined_files(&project, &loaded.sources);
    let workflow = wanted.workflow.as_deref();
    if let Some(style) = wanted.style {
        match style::convert(&project, &mut loaded, &joined, workflow, style.into(), output)? {
            Outcome::Clean => {}
            other => return Ok(other),
        }
    }
    let sources = loaded.sources.clone();
    let Made { made, files } =
        match compile::generate(&sources, &joined, workflow, |subject| maker.begin(subject, &sources)) {
            Ok(made) => made,
            Err(names) => {
                output.trouble(&choose(workflow, &names));
                return Ok(Outcome::Trouble);
            }
        };
    let mut wrong = errors(&project, &mut loaded);
    wrong.retain(|finding| files.contains(&finding.span().file));
    if !wrong.is_empty() {
        output.data(&human::report(&wrong, &loaded.sources, &output.stdout))?;
        let what = if wanted.style.is_some() {
            "nothing is generated, because the converted specification has errors; wfc convert prints it"
        } else {
            "nothing is generated from a specification with errors"
        };
        output.note(what);
        return Ok(Outcome::Findings);
    }
    let generated = match maker.finish(made, output) {
        Ok(generated) => generated,
        Err(what) => {
            output.trouble(&what);
            return Ok(Outcome::Trouble);
        }
    };
    if tell(wanted, &project, &loaded, &generated, output)? == Outcome::Findings {
        output.note("nothing is generated, because the target cannot express this");
        return Ok(Outcome::Findings);
    }
    project_folder::bring_up_to_date(wanted, out, &maker.name(), &generated, output)
}

/// Writes the templates that wfc brings, for somebody to change.
fn export(folder: &str, output: &Output) -> Result<Outcome, Unwritten> {
    let templates = generate::builtin_templates();
    for (name, text) in &templates {
        let path = compile::normalise(&format!("{folder}/{name}"));
        if let Err(trouble) = disk::write_new(&path, text) {
            return Ok(output.troubled(&trouble));
        }
        output.data(&format!("{path}\n"))?;
    }
    output.note("written; remove those that you do not change, and use the rest with --template-dir");
    Ok(Outcome::Clean)
}

/// What keeps a specification from being generated: what counts as an error here, and nobody accepts.
pub(super) fn errors(project: &Project, loaded: &mut Loaded) -> Vec<Finding> {
    let today = today();
    let joined = project::joined_files(project, &loaded.sources);
    let settings = Settings {
        today: Some(&today),
        joined: &joined,
        budget: project::budget(project),
        allows: Allows::Heard,
        ..Settings::default()
    };
    let checked = compile::check(&loaded.sources, settings);
    let checked = plan::accept(Allows::Heard, project, &today, loaded, checked);
    let level = plan::level(project);
    let is_error = |finding: &Finding| match level(finding, &loaded.sources) {
        Some(Level::Off) => false,
        Some(Level::At(severity)) => severity == Severity::Error,
        None => finding.severity == Severity::Error,
    };
    checked.findings.into_iter().filter(is_error).collect()
}

/// Shows what the target cannot express; whether that keeps it from being generated.
fn tell(
    wanted: &Generate,
    project: &Project,
    loaded: &Loaded,
    generated: &Generated,
    output: &Output,
) -> Result<Outcome, Unwritten> {
    let written = project.config.profile.map(|word| word.value.into());
    let profile = wanted.profile.map(Into::into).or(written).unwrap_or_default();
    let selection = Selection { profile, ..Selection::default() };
    let level = plan::level(project);
    let mut findings = generated.findings.clone();
    crate::finding::sort(&mut findings);
    let selected = select_by_level(findings, &selection, |finding| level(finding, &loaded.sources));
    output.data(&human::report(&selected.shown, &loaded.sources, &output.stdout))?;
    if let Some(remedy) = selected.remedy.filter(|_| selected.n_hidden > 0) {
        let findings =
            if selected.n_hidden == 1 { "1 finding" } else { &format!("{} findings", selected.n_hidden) };
        output.note(&format!("{findings} about the target not shown: {remedy}"));
    }
    let fails = selected.shown.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}

fn choose(workflow: Option<&str>, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let near = workflow.and_then(|name| suggest::nearest(name, names.iter().map(String::as_str)));
    match (workflow, near) {
        _ if names.is_empty() => "there is no workflow to generate from".to_string(),
        (Some(name), _) if names.iter().any(|it| it == name) => {
            format!("several systems have a workflow `{name}`: name the file it is in")
        }
        (Some(name), Some(near)) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        (Some(name), None) => format!("there is no workflow `{name}`; there are {}", quoted.join(", ")),
        (None, _) => format!(
            "several systems that are not connected: choose one with --workflow: {}",
            quoted.join(", ")
        ),
    }
}
