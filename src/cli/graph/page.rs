//! Every view of what was read, on one page.

use super::format::Format;
use super::output::{self, Written};
use super::tell_of_errors;
use crate::cli::Outcome;
use crate::cli::args::Graph;
use crate::cli::output::{Output, Unwritten};
use crate::compile::{self, Joined, PageWanted};
use crate::diagram::View;
use crate::diagram::html::{self, Life};
use crate::finding::{Finding, suggest};
use crate::source::Sources;

pub fn run(
    wanted: &Graph,
    sources: &Sources,
    joined: &[Joined],
    found: &[Finding],
    output: &Output,
) -> Result<Outcome, Unwritten> {
    if let Some(option) = for_one_picture(wanted) {
        output.trouble(&format!("{option} is for one picture, and a page shows them all"));
        return Ok(Outcome::Trouble);
    }
    let paged = compile::page(
        sources,
        &PageWanted {
            title: &title(&wanted.path),
            workflow: wanted.workflow.as_deref(),
            first: wanted.view.map_or(View::Flow, Into::into),
            theme: wanted.theme.into(),
            lanes: super::lanes(wanted, Format::Page),
            joined,
            findings: found,
        },
    );
    if paged.page.sheets.is_empty() {
        output.trouble(&nothing(wanted, &paged.names));
        return Ok(Outcome::Trouble);
    }
    tell_of_errors(paged.errors.len(), output);
    let title = paged.page.title.clone();
    let data = html::html(&paged.page, Life::Still).into_bytes();
    output::put(wanted, &[Written { title, data }], Format::Page, output)
}

/// An option that a page could only overlook.
fn for_one_picture(wanted: &Graph) -> Option<&'static str> {
    let options = [
        (wanted.focus.is_some(), "--focus"),
        (wanted.collapse.is_some(), "--collapse"),
        (wanted.split.is_some(), "--split"),
        (wanted.failure.is_some(), "--failure"),
    ];
    options.into_iter().find(|(is_there, _)| *is_there).map(|(_, name)| name)
}

fn nothing(wanted: &Graph, names: &[String]) -> String {
    let Some(name) = &wanted.workflow else { return "there is nothing to draw".to_string() };
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        None => format!("there is no workflow `{name}`"),
    }
}

/// The last name of a path: `retail-order` of `examples/retail-order`.
pub fn title(path: &str) -> String {
    let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    match name.trim_end_matches(".wfc") {
        "" | "." | ".." | "-" => "workflows".to_string(),
        name => name.to_string(),
    }
}
