//! JSON, against the schema that wfc publishes.

use crate::{case, everything, root};
use serde_json::Value;
use std::collections::BTreeSet;
use wfc::finding::{Profile, Severity};
use wfc::report::paint::Paint;
use wfc::report::paths::Paths;
use wfc::report::selection::{Selection, select};
use wfc::report::{Format, Report};

fn schema() -> Value {
    let text = std::fs::read_to_string(root().join("docs/schema/findings.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Of one line instead of a document.
fn schema_of_a_line() -> Value {
    let mut schema = schema();
    let definitions = schema["$defs"].take();
    serde_json::json!({ "$ref": "#/$defs/line", "$defs": definitions })
}

#[test]
fn the_case_is_written_as_shown() {
    case::hold("json", "json");
    case::hold("jsonl", "jsonl");
}

#[test]
fn every_document_follows_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for found in everything() {
        let document: Value = serde_json::from_str(&found.written(Format::Json)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", found.name);
        assert_eq!(document["findings"].as_array().unwrap().len(), found.selected.shown.len());
    }
}

#[test]
fn every_line_follows_the_schema() {
    let validator = jsonschema::validator_for(&schema_of_a_line()).unwrap();
    for found in everything() {
        let written = found.written(Format::Jsonl);
        assert_eq!(written.lines().count(), found.selected.shown.len() + 1);
        for line in written.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let errors: Vec<String> = validator.iter_errors(&line).map(|it| it.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", found.name);
        }
    }
}

#[test]
fn no_two_findings_have_one_fingerprint() {
    for found in everything() {
        let document: Value = serde_json::from_str(&found.written(Format::Json)).unwrap();
        let findings = document["findings"].as_array().unwrap();
        let known: BTreeSet<&str> = findings.iter().filter_map(|it| it["fingerprint"].as_str()).collect();
        assert_eq!(known.len(), findings.len(), "{}", found.name);
    }
}

/// The cases of two versions, each with everything that is found.
#[test]
fn every_document_of_two_versions_follows_the_schema() {
    use wfc::report::versions::{Versions, write};
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut n_documents = 0;
    for folder in std::fs::read_dir(root().join("tests/versions")).unwrap() {
        for case in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = case.unwrap().path();
            if path.extension().is_none_or(|end| end != "wfc") {
                continue;
            }
            let compared = wfc::compile::compare_example(&std::fs::read_to_string(&path).unwrap());
            let selection =
                Selection { profile: Profile::Audit, fail_on: Severity::Warning, min_confidence: None };
            let selected = select(compared.diff.findings.clone(), &selection);
            let paths = Paths::default();
            let report = Report {
                selected: &selected,
                sources: &compared.sources,
                n_allowed: 0,
                fail_on: Severity::Warning,
                paths: &paths,
            };
            let versions = Versions { old: "old", new: "new", diff: &compared.diff, is_same: false };
            let document: Value =
                serde_json::from_str(&write(&versions, &report, Format::Json, &Paint::plain())).unwrap();
            let wrong: Vec<String> = validator.iter_errors(&document).map(|it| it.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
            assert_eq!(
                document["versions"]["changes"].as_array().unwrap().len(),
                compared.diff.changes.len()
            );
            n_documents += 1;
        }
    }
    assert!(n_documents > 50);
}
