//! `wfc convert`.

use super::args::Convert;
use super::generate::errors;
use super::output::{Output, Unwritten};
use super::{Outcome, project};
use crate::compile::{self, Converting};
use crate::convert::Style;
use crate::finding::{Severity, suggest};
use crate::project::config::sets;
use crate::project::{Request, Trouble, WhenEmpty, disk};
use crate::report::human;
use crate::source::{FileId, Sources};
use std::path::Path;

pub fn run(wanted: &Convert, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
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
        return Ok(Outcome::Trouble);
    }
    let style: Style = wanted.style.into();
    let joined = project::joined_files(&project, &loaded.sources);
    let workflow = wanted.workflow.as_deref();
    let (conversion, system) = match compile::convert(&loaded.sources, &joined, workflow, style) {
        Converting::Done { conversion, files } => (conversion, files),
        Converting::Choose(names) => {
            output.trouble(&choose(workflow, &names));
            return Ok(Outcome::Trouble);
        }
    };
    let mut wrong = errors(&project, &mut loaded);
    // A defect of the process is carried over; what cannot be read or resolved cannot.
    wrong.retain(|finding| system.contains(&finding.span().file) && compile::is_of_the_text(finding.rule));
    if !wrong.is_empty() {
        output.stderr_text(&human::report(&wrong, &loaded.sources, &output.stderr));
        output.note("nothing is converted from a specification with errors");
        return Ok(Outcome::Findings);
    }
    output.stderr_text(&human::report(&conversion.findings, &loaded.sources, &output.stderr));
    if conversion.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(Outcome::Findings);
    }
    if conversion.files.is_empty() {
        output.note("it is in that style already");
        return Ok(Outcome::Clean);
    }
    let Some(target) = &wanted.output else {
        output.data(&shown(&conversion.files, &loaded.sources))?;
        return Ok(Outcome::Clean);
    };
    match write(target, &conversion.files, &system, &loaded.sources) {
        Ok(()) => Ok(Outcome::Clean),
        Err(trouble) => Ok(output.troubled(&trouble)),
    }
}

/// One file as it is; several each behind a line with its path.
fn shown(files: &[(FileId, String)], sources: &Sources) -> String {
    match files {
        [(_, text)] => text.clone(),
        several => {
            let one = |(id, text): &(FileId, String)| format!("// file: {}\n{text}", sources.get(*id).path);
            several.iter().map(one).collect::<Vec<_>>().join("\n")
        }
    }
}

/// One changed file to a file; else all files of the system below a folder, as they stand to each other.
fn write(
    target: &str,
    changed: &[(FileId, String)],
    system: &[FileId],
    sources: &Sources,
) -> Result<(), Trouble> {
    let is_folder = target.ends_with('/') || Path::new(target).is_dir();
    if !is_folder {
        return match changed {
            [(_, text)] => disk::replace(target, text),
            _ => Err(Trouble::new(target, "several files change: name a folder, ending in `/`")),
        };
    }
    let folder = target.trim_end_matches('/');
    let paths: Vec<&str> = system.iter().map(|id| sources.get(*id).path.as_str()).collect();
    let shared = shared_folder(&paths);
    for id in system {
        let file = sources.get(*id);
        let text = changed.iter().find(|(other, _)| other == id).map_or(&*file.text, |(_, text)| text);
        let below = file.path.get(shared..).unwrap_or(&file.path);
        disk::replace_in_folder(&format!("{folder}/{below}"), text)?;
    }
    Ok(())
}

/// How many bytes of the paths are a folder that all of them share.
fn shared_folder(paths: &[&str]) -> usize {
    let Some(first) = paths.first() else { return 0 };
    let mut shared = first.rfind('/').map_or(0, |at| at + 1);
    while shared > 0 && !paths.iter().all(|path| path.starts_with(&first[..shared])) {
        shared = first[..shared - 1].rfind('/').map_or(0, |at| at + 1);
    }
    shared
}

fn choose(workflow: Option<&str>, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let near = workflow.and_then(|name| suggest::nearest(name, names.iter().map(String::as_str)));
    match (workflow, near) {
        _ if names.is_empty() => "there is no workflow to convert".to_string(),
        (Some(name), _) if names.iter().any(|it| it == name) => {
            format!("several systems have a workflow `{name}`: name the file it is in")
        }
        (Some(name), Some(near)) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        (Some(name), None) => format!("there is no workflow `{name}`; there are {}", quoted.join(", ")),
        (None, _) => format!(
            "none, or more than one, is not in that style yet: choose one with --workflow: {}",
            quoted.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::shared_folder;

    #[test]
    fn files_keep_where_they_stand_to_each_other() {
        assert_eq!(shared_folder(&["shop/a.wfc", "shop/b.wfc"]), 5);
        assert_eq!(shared_folder(&["shop/a.wfc", "shared/b.wfc"]), 0);
        assert_eq!(shared_folder(&["x/shop/a.wfc", "x/shared/b.wfc"]), 2);
        assert_eq!(shared_folder(&["a.wfc"]), 0);
    }
}
