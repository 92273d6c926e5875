//! `wfc gen`.

use super::args::Generate;
use super::check::plan;
use super::output::{Output, Unwritten};
use super::today::today;
use super::{Outcome, project};
use crate::compile::{self, Allows, Generation, Settings};
use crate::finding::{Finding, Severity, suggest};
use crate::generate::template::Templates;
use crate::generate::{Generated, Options, Owner};
use crate::project::config::sets;
use crate::project::{Loaded, Project, Request, Trouble, WhenEmpty, disk};
use crate::report::human;
use crate::report::selection::Level;

pub fn run(wanted: &Generate, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let templates = match Templates::builtin() {
        Ok(templates) => templates,
        Err(broken) => {
            output.trouble(&broken.to_string());
            return Ok(Outcome::Trouble);
        }
    };
    let mut loaded = disk::load(&Request {
        paths: vec![wanted.path.clone()],
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
    let options = Options { target: wanted.target.into(), engine: wanted.engine.into() };
    let workflow = wanted.workflow.as_deref();
    let (generated, files) = match compile::generate(&loaded.sources, &joined, workflow, &options, &templates)
    {
        Generation::Done { generated, files } => (generated, files),
        Generation::Choose(names) => {
            output.trouble(&choose(workflow, &names));
            return Ok(Outcome::Trouble);
        }
        Generation::Broken(broken) => {
            output.trouble(&broken.to_string());
            return Ok(Outcome::Trouble);
        }
    };
    let mut wrong = errors(&project, &mut loaded);
    wrong.retain(|finding| files.contains(&finding.span().file));
    if !wrong.is_empty() {
        output.data(&human::report(&wrong, &loaded.sources, &output.stdout))?;
        output.note("nothing is generated from a specification with errors");
        return Ok(Outcome::Findings);
    }
    output.data(&human::report(&generated.findings, &loaded.sources, &output.stdout))?;
    match write(&wanted.out, &generated) {
        Ok(()) => Ok(Outcome::Clean),
        Err(trouble) => Ok(output.troubled(&trouble)),
    }
}

/// What keeps a specification from being generated: what counts as an error here, and nobody accepts.
fn errors(project: &Project, loaded: &mut Loaded) -> Vec<Finding> {
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

fn write(folder: &str, generated: &Generated) -> Result<(), Trouble> {
    for (path, file) in &generated.files {
        let path = format!("{folder}/{path}");
        match file.owner {
            Owner::Generated => disk::replace_in_folder(&path, &file.text)?,
            Owner::User => drop(disk::write_new(&path, &file.text)),
        }
    }
    Ok(())
}

fn choose(workflow: Option<&str>, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let near = workflow.and_then(|name| suggest::nearest(name, names.iter().map(String::as_str)));
    match (workflow, near) {
        _ if names.is_empty() => "there is no workflow to generate from".to_string(),
        (Some(name), Some(near)) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        (Some(name), None) if names.iter().any(|it| it == name) => {
            format!("several systems have a workflow `{name}`: name the file it is in")
        }
        (Some(name), None) => format!("there is no workflow `{name}`; there are {}", quoted.join(", ")),
        (None, _) => format!(
            "several systems that are not connected: choose one with --workflow: {}",
            quoted.join(", ")
        ),
    }
}
