//! A name that is missing, or a field, is missing wherever it stands: told once, with its other places.

use super::rules::{MISPLACED_ENTRY, MISSING_CORRELATION, MISSING_FIELD, MISSING_STYLE, UNKNOWN_NAME};
use crate::finding::{Finding, Rule};
use crate::model::{Model, Workflow};
use crate::source::{FileId, Span};
use rustc_hash::FxHashMap;

/// How many of the other places are shown.
const MAX_PLACES: usize = 3;

/// Joins the findings of a file that miss the same name. They come sorted, and stay so.
pub(super) fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut first: FxHashMap<(FileId, String, String), usize> = FxHashMap::default();
    let mut n_more: FxHashMap<usize, usize> = FxHashMap::default();
    for finding in findings {
        if ![UNKNOWN_NAME.name, MISSING_FIELD.name].contains(&finding.rule.name) {
            merged.push(finding);
            continue;
        }
        let key = (finding.span().file, region(&finding), finding.message.clone());
        match first.get(&key) {
            Some(&at) => {
                let n_more = n_more.entry(at).or_default();
                *n_more += 1;
                if *n_more <= MAX_PLACES {
                    let span = finding.span();
                    merged[at].labels.push(crate::finding::Label { span, text: "and here".into() });
                }
            }
            None => {
                first.insert(key, merged.len());
                merged.push(finding);
            }
        }
    }
    for (at, n_more) in n_more {
        if n_more > MAX_PLACES {
            let others = n_more - MAX_PLACES;
            let places = if others == 1 { "one other place" } else { "other places" };
            let count = if others == 1 { String::new() } else { format!("{others} ") };
            merged[at].help.push(format!("it stands in {count}{places} of this file as well"));
        }
    }
    merged
}

/// Drops what follows from a workflow that lacks a word about itself: without a key its fields are
/// unknown names, without a style its entries seem misplaced.
pub(super) fn drop_follow_ups(model: &Model, findings: &mut Vec<Finding>) {
    let lacking = |workflow: &Workflow, rule: &Rule| {
        findings.iter().any(|finding| {
            finding.rule.name == rule.name
                && finding.labels.iter().any(|label| label.span == workflow.name.span)
        })
    };
    let of = |rule: &'static Rule| -> Vec<Span> {
        model
            .workflows
            .values()
            .filter(|workflow| lacking(workflow, rule))
            .map(|workflow| workflow.span)
            .collect()
    };
    let (without_key, without_style) = (of(&MISSING_CORRELATION), of(&MISSING_STYLE));
    findings.retain(|finding| {
        let within = |workflows: &[Span]| workflows.iter().any(|workflow| workflow.contains(finding.span()));
        let misses_a_value = finding.rule.name == UNKNOWN_NAME.name && finding.message.starts_with("value ");
        let misplaced = finding.rule.name == MISPLACED_ENTRY.name;
        !(misses_a_value && within(&without_key) || misplaced && within(&without_style))
    });
}

/// Where a name is missing: a type in the whole file, other names in one workflow or service. Each
/// workflow with an error in it has a finding of its own, so that it is not judged any further.
fn region(finding: &Finding) -> String {
    let everywhere = ["type ", "record "];
    match everywhere.iter().any(|kind| finding.message.starts_with(kind)) {
        true => String::new(),
        false => finding.entity.split('/').next().unwrap_or_default().to_string(),
    }
}
