//! The calls to the phases below, in one place.

use super::follow_ups::drop_follow_ups;
use crate::check::{self, Budget};
use crate::finding::Finding;
use crate::graph;
use crate::import;
use crate::lower::{self, Links};
use crate::model::Allow;
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax;
use crate::syntax::ast::{Ast, Format};

/// Which format a file is written in, if wfc can read it.
pub fn recognise(path: &str, text: &str) -> Option<Format> {
    if path.ends_with(".wfc") { Some(Format::Wfc) } else { import::detect(path, text) }
}

/// The syntax tree of one file.
pub(super) fn read(id: FileId, file: &SourceFile) -> (Ast, Vec<Finding>) {
    match recognise(&file.path, &file.text) {
        Some(Format::AmazonStatesLanguage) => {
            let imported = import::asl::import(id, &file.path, &file.text);
            (imported.ast, imported.findings)
        }
        Some(Format::Wfc) | None => {
            let parsed = syntax::parse(id, &file.text);
            (parsed.ast, parsed.findings)
        }
    }
}

/// What the phases say of one system, and what it accepts.
pub(super) struct SystemChecked {
    pub findings: Vec<Finding>,
    pub allows: Vec<Allow>,
}

/// Lowers, builds the graph, explores and checks one system; `findings` are those of reading it.
pub(super) fn check(trees: &[Ast], links: &Links, mut findings: Vec<Finding>) -> SystemChecked {
    let lowered = lower::lower(trees, links);
    findings.extend(lowered.findings);
    let graph = graph::build(&lowered.model);
    let mut found = check::check(&lowered.model, &graph, Budget::default());
    drop_follow_ups(&lowered.model, &findings, &mut found);
    findings.extend(found);
    SystemChecked { findings, allows: lowered.model.allows }
}

/// What a diagram shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The steps of one workflow.
    Flow,
    /// The services and what connects them.
    Services,
}

/// In which language a diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Mermaid,
    Dot,
}

/// A diagram as text, or the names of the workflows there are to choose from.
#[derive(Debug, PartialEq, Eq)]
pub enum Pictured {
    Text(String),
    /// No workflow has the wanted name, or none was named and there are several.
    Choose(Vec<String>),
}

/// Draws the workflow called `workflow`, or the only one there is.
pub fn draw(_sources: &Sources, _view: View, picture: Picture, _workflow: Option<&str>) -> Pictured {
    // Stands in for `diagram::draw` and its printers.
    Pictured::Text(match picture {
        Picture::Mermaid => "flowchart TD\n".to_string(),
        Picture::Dot => "digraph workflow {\n}\n".to_string(),
    })
}
