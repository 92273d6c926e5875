//! Names for what has none in the file, and names made unique.

use super::verbs::{capitalised, words};
use smol_str::{SmolStr, format_smolstr};
use std::collections::{HashMap, HashSet};

/// Names that are taken.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<SmolStr>,
    /// The number to try next, by the name that is wanted.
    next: HashMap<SmolStr, u32>,
}

impl Names {
    /// `wanted`, or with a number behind it when that is taken.
    pub fn unique(&mut self, wanted: &str) -> SmolStr {
        let wanted = if wanted.trim().is_empty() { "unnamed" } else { wanted };
        let mut name = SmolStr::from(wanted);
        while !self.taken.insert(name.clone()) {
            let number = self.next.entry(wanted.into()).or_insert(2);
            name = format_smolstr!("{wanted} {number}");
            *number += 1;
        }
        name
    }
}

/// Parts of a path that name the kind of a file and not what it is about.
const GENERIC: &[&str] = &[
    "asl",
    "definition",
    "definitions",
    "index",
    "infrastructure",
    "json",
    "lib",
    "main",
    "resources",
    "sam",
    "sfn",
    "src",
    "state",
    "statemachine",
    "statemachines",
    "step",
    "stepfunction",
    "stepfunctions",
    "template",
    "templates",
    "workflow",
    "workflows",
    "cdk",
    "serverless",
    "machine",
    "functions",
];

/// The name of a workflow by the path of its file: the file's name, or the first folder above it
/// that says something.
pub fn from_path(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    let stems = parts.iter().rev().enumerate().map(|(at, part)| match at {
        0 => stem(part),
        _ => (*part).to_owned(),
    });
    let telling = stems.clone().find(|stem| !is_generic(stem) && *stem != "..");
    telling.or(stems.clone().next()).filter(|name| !name.is_empty()).unwrap_or_else(|| "machine".to_owned())
}

/// The service that runs the machine: `order-saga` is run by `OrderSagaMachine`.
pub fn machine_service(workflow: &str) -> String {
    let words: Vec<String> = words(workflow).iter().map(|word| capitalised(word)).collect();
    let name = words.concat();
    if name.ends_with("Machine") { name } else { format!("{name}Machine") }
}

fn stem(file: &str) -> String {
    let mut stem = file;
    while let Some((before, extension)) = stem.rsplit_once('.') {
        let is_extension = matches!(
            extension.to_ascii_lowercase().as_str(),
            "json" | "json5" | "jsonc" | "yaml" | "yml" | "asl" | "sfn" | "template"
        );
        if !is_extension || before.is_empty() {
            break;
        }
        stem = before;
    }
    stem.to_owned()
}

fn is_generic(name: &str) -> bool {
    let all = words(name);
    all.is_empty() || all.iter().all(|word| GENERIC.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_workflow() {
        assert_eq!(from_path("a/order-saga.asl.json"), "order-saga");
        assert_eq!(from_path("booking/src/statemachine/statemachine.asl.json"), "booking");
        assert_eq!(from_path("template.yaml"), "template");
        assert_eq!(machine_service("order-saga"), "OrderSagaMachine");
    }

    #[test]
    fn names_are_numbered() {
        let mut names = Names::default();
        assert_eq!(names.unique("Ship"), "Ship");
        assert_eq!(names.unique("Ship"), "Ship 2");
    }
}
