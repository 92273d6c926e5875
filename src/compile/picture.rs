//! Diagrams of everything that was read: which systems and workflows they show, and in which language.

use super::systems::systems;
use super::{Joined, phases};
use crate::diagram::{self, Diagram, View};
use crate::finding::{Finding, Severity};
use crate::source::{Sources, Span};
use crate::syntax::ast::Format;
use std::collections::BTreeSet;

/// In which language a diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Mermaid,
    Dot,
    Svg,
}

/// A diagram as text, or the names of the workflows there are to choose from.
#[derive(Debug, PartialEq, Eq)]
pub enum Pictured {
    Text {
        text: String,
        /// What the text could not say because of them is missing in the diagram.
        n_errors: usize,
    },
    /// There is none, none has the wanted name, or none was named and the flows of several systems,
    /// which have nothing to do with each other, would stand side by side.
    Choose(Vec<String>),
}

/// Draws the workflows called `workflow`. Without a name: the flows of the one system that has any,
/// or the services of all systems.
pub fn draw(sources: &Sources, view: View, picture: Picture, workflow: Option<&str>) -> Pictured {
    draw_joined(sources, &[], view, picture, workflow)
}

/// The same, where somebody has said which files belong together.
pub fn draw_joined(
    sources: &Sources,
    joined: &[Joined],
    view: View,
    picture: Picture,
    workflow: Option<&str>,
) -> Pictured {
    let mut whole = Diagram::default();
    let mut names = BTreeSet::new();
    let mut n_errors = 0;
    let mut n_drawn = 0;
    for system in systems(sources, joined) {
        let read = system.files.iter().map(|&id| phases::read(id, sources.get(id)));
        let (trees, of_reading): (Vec<_>, Vec<_>) = read.unzip();
        let drawn = phases::draw(sources, &trees, &system.links, view, workflow);
        let is_drawn = match (view, workflow) {
            (View::Services, None) => true,
            (View::Flow, _) | (View::Services, Some(_)) => drawn.n_workflows > 0,
        };
        if is_drawn {
            n_drawn += 1;
            whole.put_beside(drawn.diagram);
            let findings = of_reading.iter().flatten().chain(&drawn.findings);
            n_errors += findings.filter(|finding| finding.severity == Severity::Error).count();
        }
        names.extend(drawn.names);
    }
    let is_clear = match (view, workflow) {
        (_, Some(_)) => n_drawn > 0,
        (View::Flow, None) => n_drawn == 1,
        (View::Services, None) => true,
    };
    if !is_clear {
        return Pictured::Choose(names.into_iter().collect());
    }
    let text = match picture {
        Picture::Mermaid => diagram::mermaid(&whole),
        Picture::Dot => diagram::dot(&whole),
        Picture::Svg => diagram::svg(&whole),
    };
    Pictured::Text { text, n_errors }
}

/// The run that proves a finding, as a Mermaid sequence diagram; `None` where its proof tells of
/// nothing that passes between services.
pub fn draw_run(sources: &Sources, finding: &Finding) -> Option<String> {
    let text = |span: Span| worth_showing(sources, span);
    diagram::sequence::of_finding(finding, &text).map(|sequence| diagram::mermaid_sequence(&sequence))
}

/// What a limit or a condition says, up to its block; foreign formats say it too clumsily.
fn worth_showing(sources: &Sources, span: Span) -> Option<String> {
    let file = sources.get(span.file);
    let text = file.slice(span);
    let head = text.split(['{', '\n']).next().unwrap_or(text);
    let head = head.trim().trim_start_matches("if ").trim_end_matches("else").trim();
    let is_short = head.chars().count() <= LONGEST_CONDITION;
    (phases::recognise(&file.path, "") == Some(Format::Wfc) && !head.is_empty() && is_short)
        .then(|| head.to_string())
}

/// Longer conditions would hide the run they decide.
const LONGEST_CONDITION: usize = 60;
