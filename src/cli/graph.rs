//! `wfc graph`.

use super::Outcome;
use super::args::Graph;
use super::output::{Output, Unwritten};
use super::project;
use crate::compile::{self, Picture, Pictured};
use crate::finding::suggest;
use crate::project::{Request, WhenEmpty, disk};

pub fn run(wanted: &Graph, output: &Output) -> Result<Outcome, Unwritten> {
    let picture = match picture(wanted) {
        Ok(picture) => picture,
        Err(why) => {
            output.trouble(&why);
            return Ok(Outcome::Trouble);
        }
    };
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let loaded = disk::load(&Request {
        paths: vec![wanted.path.clone()],
        exclude: Vec::new(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: Vec::new(),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    output.troubles(&loaded.troubles);
    if !loaded.troubles.is_empty() {
        // Half a diagram would look like a whole one.
        return Ok(Outcome::Trouble);
    }
    let joined = project::joined_files(&project, &loaded.sources);
    let workflow = wanted.workflow.as_deref();
    let (text, n_errors) =
        match compile::draw_joined(&loaded.sources, &joined, wanted.view.into(), picture, workflow) {
            Pictured::Text { text, n_errors } => (text, n_errors),
            Pictured::Choose(names) => {
                output.trouble(&choose(workflow, &names));
                return Ok(Outcome::Trouble);
            }
        };
    if n_errors > 0 {
        let errors = if n_errors == 1 { "an error" } else { "errors" };
        output.trouble(&format!(
            "the text has {errors}, so that something may be missing in the diagram: see wfc check"
        ));
    }
    let Some(path) = &wanted.output else {
        output.data(&text)?;
        return Ok(Outcome::Clean);
    };
    match disk::replace(path, &text) {
        Ok(()) => Ok(Outcome::Clean),
        Err(trouble) => {
            output.trouble(&trouble.to_string());
            Ok(Outcome::Trouble)
        }
    }
}

/// `--format`, else what the output's name ends in.
fn picture(wanted: &Graph) -> Result<Picture, String> {
    if let Some(format) = wanted.format {
        return Ok(format.into());
    }
    let Some(path) = &wanted.output else { return Ok(Picture::Mermaid) };
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("mmd" | "mermaid") => Ok(Picture::Mermaid),
        Some("dot" | "gv") => Ok(Picture::Dot),
        Some("svg") => Ok(Picture::Svg),
        _ => Err(format!(
            "{path}: the name does not say which format is meant; end it in .mmd, .dot or .svg, or give --format"
        )),
    }
}

fn choose(workflow: Option<&str>, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let near = workflow.and_then(|name| suggest::nearest(name, names.iter().map(String::as_str)));
    match (workflow, near) {
        _ if names.is_empty() => "there is no workflow to draw".to_string(),
        (Some(name), Some(near)) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        (Some(name), None) => format!("there is no workflow `{name}`; there are {}", quoted.join(", ")),
        (None, _) => format!(
            "several workflows that are not connected: choose one with --workflow: {}",
            quoted.join(", ")
        ),
    }
}
