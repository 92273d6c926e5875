//! What is said about a picture, and about one that cannot be drawn.

use crate::cli::args::Graph;
use crate::diagram::View;
use crate::finding::{Finding, suggest};

/// What a picture shows, for whoever cannot see it.
pub fn title(wanted: &Graph, view: View, found: &[Finding]) -> String {
    let what = match view {
        View::Flow => "the steps",
        View::Services => "services and what they need of each other",
        View::Sequence => "one run",
        View::Events => "events, who publishes them and who reacts",
        View::Compensation => "what is undone, in which order",
        View::Matrix => "services by services",
    };
    let mut title = match &wanted.workflow {
        Some(name) => format!("{name}: {what}"),
        None => what.to_string(),
    };
    if let Some(failure) = &wanted.failure {
        title += &format!(", with {failure}");
    }
    if let (Some(_), Some(finding)) = (&wanted.finding, found.first()) {
        title += &format!(", where {} was found", finding.name());
    }
    if let Some(focus) = &wanted.focus {
        title += &format!(", around {focus}");
    }
    title
}

pub fn choose(workflow: Option<&str>, names: &[String]) -> String {
    let near = workflow.and_then(|name| suggest::nearest(name, names.iter().map(String::as_str)));
    match (workflow, near) {
        _ if names.is_empty() => "there is no workflow to draw".to_string(),
        (Some(name), Some(near)) => format!("there is no workflow `{name}`; did you mean `{near}`?"),
        (Some(name), None) => format!("there is no workflow `{name}`; there are {}", quoted(names)),
        (None, _) => {
            format!("several workflows that are not connected: choose one with --workflow: {}", quoted(names))
        }
    }
}

pub fn no_run(failure: Option<&str>, failures: &[String]) -> String {
    let Some(name) = failure else {
        return "no run of the workflow reaches a success with nothing going wrong".to_string();
    };
    if failures.iter().any(|known| known == name) {
        return format!("no run was found in which `{name}` happens and nothing else goes wrong");
    }
    match suggest::nearest(name, failures.iter().map(String::as_str)) {
        Some(near) => format!("the workflow has no failure `{name}`; did you mean `{near}`?"),
        None if failures.is_empty() => format!("the workflow has no failure `{name}`, nor any other"),
        None => format!("the workflow has no failure `{name}`; there are {}", quoted(failures)),
    }
}

pub fn no_focus(name: &str, names: &[String]) -> String {
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("nothing in the picture is called `{name}`; did you mean `{near}`?"),
        None if names.is_empty() => format!("nothing in the picture is called `{name}`"),
        None => format!("nothing in the picture is called `{name}`; there are {}", quoted(names)),
    }
}

/// More names than these are no help.
const MOST: usize = 12;

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    quoted.join(", ") + &more
}
