//! `wfc advise`.

use super::args::{AdviceFormat, Advise};
use super::output::{Output, Unwritten};
use super::{Outcome, project};
use crate::advise::Grounds;
use crate::compile;
use crate::finding::suggest;
use crate::project::config::sets;
use crate::project::{Loaded, Request, Trouble, WhenEmpty, disk};
use crate::report::advice;
use std::collections::BTreeSet;

pub fn run(wanted: &Advise, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let loaded = disk::load(&Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    let mut grounds = Grounds::default();
    if wanted.history {
        match history(&loaded, output) {
            Ok(changes) => grounds.history = changes,
            Err(trouble) => return Ok(output.troubled(&trouble)),
        }
    }
    let joined = project::joined_files(&project, &loaded.sources);
    let name = wanted.workflow.as_deref();
    let advised = compile::advise(&loaded.sources, &joined, &grounds, name);
    if let Some(name) = name.filter(|name| !advised.names.contains(*name)) {
        output.troubles(&loaded.troubles);
        output.trouble(&unknown(name, &advised.names));
        return Ok(Outcome::Trouble);
    }
    let text = match wanted.format {
        AdviceFormat::Text => advice::text(&advised.advice, &loaded.sources, &output.stdout),
        AdviceFormat::Json => advice::document(&advised.advice, &loaded.sources),
        AdviceFormat::Markdown => advice::markdown(&advised.advice, &loaded.sources),
    };
    output.data(&text)?;
    for notice in &loaded.notices {
        output.note(&format!("note: {notice}"));
    }
    output.troubles(&loaded.troubles);
    if advised.n_errors > 0 {
        output.trouble("some text has errors, so that its workflows get no advice: see wfc check");
    } else if advised.advice.is_empty() && loaded.troubles.is_empty() {
        output.note("there is no workflow in these files");
    }
    let is_fine = loaded.troubles.is_empty() && advised.n_errors == 0;
    Ok(if is_fine { Outcome::Clean } else { Outcome::Trouble })
}

type Changes = std::collections::BTreeMap<crate::source::FileId, crate::metrics::style::Change>;

fn history(loaded: &Loaded, output: &Output) -> Result<Changes, Trouble> {
    let history = disk::history(loaded.sources.iter().map(|(_, file)| file.path.as_str()))?;
    for path in &history.unknown {
        output.note(&format!("note: {path}: git does not know this file, so its history counts for nothing"));
    }
    let files = loaded.sources.iter();
    Ok(files.filter_map(|(id, file)| Some((id, *history.changes.get(&file.path)?))).collect())
}

fn unknown(name: &str, names: &BTreeSet<String>) -> String {
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        None if names.is_empty() => format!("there is no workflow `{name}`, nor any other"),
        None => {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("there is no workflow `{name}`; there are {}", quoted.join(", "))
        }
    }
}
