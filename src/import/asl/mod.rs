//! Amazon States Language, JSON or YAML, alone or within a template, to the syntax tree.

mod build;
mod condition;
mod contracts;
mod errors;
mod expression;
mod fields;
mod losses;
mod machine;
mod names;
mod read;
mod resource;
mod undo;
mod verbs;
mod wrapper;

use super::Imported;
use super::document::{self, Dialect, Document, Trouble, TroubleKind};
use super::rules::{INVALID_DOCUMENT, INVALID_MACHINE};
use crate::finding::Finding;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Ast, Format, Item};
use contracts::Contracts;
use smol_str::SmolStr;

/// Whether a file holds a state machine. Cheap on files that are something else.
pub fn looks_like_one(path: &str, text: &str) -> bool {
    let Some(dialect) = document::dialect(path) else { return false };
    let lower = path.to_ascii_lowercase();
    if [".asl", ".asl.json", ".asl.json5", ".asl.yaml", ".asl.yml"].iter().any(|end| lower.ends_with(end)) {
        return true;
    }
    let has_states = text.contains("States");
    if !has_states || !(text.contains("StartAt") || text.contains("Type")) {
        return false;
    }
    // Spans of this reading are thrown away, so that any file will do.
    let document = document::read(FileId(0), text, dialect);
    if document.roots.is_empty() {
        return text.contains("StartAt");
    }
    let machines = wrapper::find(FileId(0), path, text, &document.roots);
    !machines.found.is_empty() || !machines.troubles.is_empty()
}

/// Reads all machines of a file. Total: what is wrong with them is in the findings.
pub fn import(file: FileId, path: &str, text: &str) -> Imported {
    let dialect = document::dialect(path).unwrap_or(Dialect::Json);
    let own_name = names::from_path(path);
    let Document { roots, troubles } = document::read(file, text, dialect);
    let mut findings: Vec<Finding> = troubles.iter().map(|trouble| of_trouble(trouble, &own_name)).collect();
    let mut machines = wrapper::find(file, path, text, &roots);
    findings.extend(machines.troubles.iter().map(|trouble| of_trouble(trouble, &own_name)));
    if machines.found.is_empty() && findings.is_empty() {
        match roots.iter().find(|root| root.get("StartAt").or(root.get("States")).is_some()) {
            // The name of the file promises a machine: say what it lacks.
            Some(root) => machines.found.push(wrapper::Found { name: own_name, value: root.clone() }),
            None => {
                let message = "the file holds no state machine";
                let finding = INVALID_MACHINE.at(Span::new(file, 0, 0), "neither `StartAt` nor `States`");
                findings.push(finding.message(message).entity(own_name));
            }
        }
    }
    let mut unique = names::Names::default();
    let named: Vec<SmolStr> = machines.found.iter().map(|found| unique.unique(&found.name)).collect();
    let mut contracts = Contracts::default();
    let mut workflows = Vec::new();
    let mut foreign = Vec::new();
    for (found, name) in machines.found.iter().zip(&named) {
        let (machine, invalid) = read::machine(&found.value, name);
        findings.extend(invalid);
        let built = build::workflow(name, &machine, &named, &mut contracts);
        findings.extend(built.losses.findings(name));
        foreign.extend(built.foreign.places);
        workflows.push(Item::Workflow(built.workflow));
    }
    findings.extend(losses::foreign_expressions(&foreign, named.first().map_or("", SmolStr::as_str)));
    let items = contracts.items().into_iter().chain(workflows).collect();
    crate::finding::sort(&mut findings);
    Imported { ast: Ast { file, format: Format::AmazonStatesLanguage, items }, findings }
}

fn of_trouble(trouble: &Trouble, entity: &str) -> Finding {
    let finding = match trouble.kind {
        TroubleKind::Unreadable => {
            INVALID_DOCUMENT.at(trouble.span, "reading stopped here").message(trouble.message.clone())
        }
        TroubleKind::DoubledKey => INVALID_MACHINE
            .at(trouble.span, "this one counts")
            .message(trouble.message.clone())
            .help("give one of them another name, or remove it"),
    };
    finding.entity(entity)
}

#[cfg(test)]
mod tests;
