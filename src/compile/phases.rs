//! The calls to the phases below, in one place. Those that do not stand yet are stood in for.

use super::{Checked, World};
use crate::finding::Finding;
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax::ast::{Ast, Format};

/// Which format a file is written in, if wfc can read it.
pub fn recognise(path: &str, text: &str) -> Option<Format> {
    if path.ends_with(".wfc") {
        return Some(Format::Wfc);
    }
    // Stands in for `import::detect(path, text)`.
    let is_machine = text.contains("\"StartAt\"") && text.contains("\"States\"");
    is_machine.then_some(Format::AmazonStatesLanguage)
}

/// The syntax tree of one file.
pub(super) fn read(id: FileId, file: &SourceFile) -> (Ast, Vec<Finding>) {
    // Stands in for `syntax::parse` and `import::asl::import`.
    let format = recognise(&file.path, &file.text).unwrap_or(Format::Wfc);
    (Ast { file: id, format, items: Vec::new() }, Vec::new())
}

/// Lowers, builds the graph, explores and checks one system.
pub(super) fn check(_trees: &[Ast], _world: World) -> Checked {
    // Stands in for `lower::lower`, `graph::build`, `explore::explore`, `check::check`.
    Checked::default()
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
