//! `wfc graph`.

mod findings;

use super::Outcome;
use super::args::Graph;
use super::output::{Output, Unwritten};
use super::project;
use crate::compile::{self, Picture, Pictured, Wanted};
use crate::diagram::{self, Marks};
use crate::finding::suggest;
use crate::project::{Request, WhenEmpty, disk};
use crate::source::{Sources, Span};

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
    let asked =
        Wanted { view: wanted.view.into(), workflow, failure: wanted.failure.as_deref(), joined: &joined };
    let (mut drawing, n_errors) = match compile::draw(&loaded.sources, &asked) {
        Pictured::Drawing { drawing, n_errors } => (drawing, n_errors),
        Pictured::Choose(names) => {
            output.trouble(&choose(workflow, &names));
            return Ok(Outcome::Trouble);
        }
        Pictured::NoRun(failures) => {
            output.trouble(&no_run(wanted.failure.as_deref(), &failures));
            return Ok(Outcome::Trouble);
        }
    };
    if !wanted.no_findings {
        let found = findings::shown(&project, &loaded.sources, &joined);
        let place = |span: Span| place_in(&loaded.sources, span);
        diagram::mark(&mut drawing, &found, Marks::Places, &place);
    }
    let text = compile::written(&drawing, picture, wanted.theme.into());
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

/// `return_order.wfc:7`: pictures have little room, and the name of a folder says little.
fn place_in(sources: &Sources, span: Span) -> String {
    let file = sources.get(span.file);
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(&file.path);
    format!("{name}:{}", file.position(span.start).line)
}

fn no_run(failure: Option<&str>, failures: &[String]) -> String {
    let Some(name) = failure else {
        return "no run of the workflow reaches a success with nothing going wrong".to_string();
    };
    if failures.iter().any(|known| known == name) {
        return format!("no run was found in which `{name}` happens and nothing else goes wrong");
    }
    match suggest::nearest(name, failures.iter().map(String::as_str)) {
        Some(near) => format!("the workflow has no failure `{name}`; did you mean `{near}`?"),
        None if failures.is_empty() => format!("the workflow has no failure `{name}`, nor any other"),
        None => {
            let quoted: Vec<String> = failures.iter().map(|name| format!("`{name}`")).collect();
            format!("the workflow has no failure `{name}`; there are {}", quoted.join(", "))
        }
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
