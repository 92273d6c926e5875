//! Workflows in the style that they do not have.

use super::render;
use std::fmt::Write;
use wfc::compile::{self, Converting};
use wfc::convert::{Conversion, Style};
use wfc::finding::Finding;
use wfc::source::Sources;
use wfc::syntax::ast::{Entry, Item};

/// The workflows of the files by name, and the style that each of them does not have.
pub fn wanted(sources: &Sources) -> Vec<(String, Style)> {
    let mut found = Vec::new();
    for (id, file) in sources.iter() {
        for item in wfc::syntax::parse(id, &file.text).ast.items {
            if let Item::Workflow(workflow) = item {
                let is_choreographed =
                    workflow.block.entries.iter().any(|entry| matches!(entry, Entry::Choreographed(_)));
                let style = if is_choreographed { Style::Orchestrated } else { Style::Choreographed };
                found.push((workflow.name.text.to_string(), style));
            }
        }
    }
    found
}

pub fn converted(sources: &Sources, workflow: &str, style: Style) -> Option<Conversion> {
    match compile::convert(sources, &[], Some(workflow), style) {
        Converting::Done { conversion, .. } => Some(conversion),
        Converting::Choose(_) => None,
    }
}

pub fn findings(sources: &Sources) -> Vec<Finding> {
    let all = wanted(sources).into_iter().filter_map(|(name, style)| converted(sources, &name, style));
    all.flat_map(|conversion| conversion.findings).collect()
}

pub fn shown(sources: &Sources) -> String {
    let mut out = String::new();
    for (name, style) in wanted(sources) {
        let Some(conversion) = converted(sources, &name, style) else { continue };
        let _ = writeln!(out, "==== {name}: {style:?}\n");
        if !conversion.findings.is_empty() {
            let _ = writeln!(out, "{}", render::findings(&conversion.findings, sources));
        }
        for (id, text) in &conversion.files {
            let _ = writeln!(out, "// file: {}\n{text}", sources.get(*id).path);
        }
    }
    out
}
