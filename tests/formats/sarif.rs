//! SARIF, against the schema of the standard.

use crate::{case, everything, follows};
use serde_json::Value;
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    // The pages of the rules have their own tests.
    case::hold_part("sarif", "sarif", &|text| {
        let mut log: Value = serde_json::from_str(text).unwrap();
        for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
            for member in ["shortDescription", "fullDescription", "help"] {
                let texts = rule[member].as_object_mut().unwrap();
                assert!(texts.values().all(|text| !text.as_str().unwrap().is_empty()));
                texts.values_mut().for_each(|text| *text = "…".into());
            }
        }
        format!("{}\n", serde_json::to_string_pretty(&log).unwrap())
    });
}

#[test]
fn every_log_follows_the_schema_of_the_standard() {
    for found in everything() {
        let log: Value = serde_json::from_str(&found.written(Format::Sarif)).unwrap();
        follows("sarif-2.1.0", &log, &found.name);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), found.selected.shown.len() + found.selected.accepted.len());
        let is_accepted = |result: &&Value| !result["suppressions"].as_array().unwrap().is_empty();
        assert_eq!(results.iter().filter(is_accepted).count(), found.selected.accepted.len());
        for result in results {
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"], "{}", found.name);
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"#?".contains(&byte)), "{uri}");
        }
    }
}

#[test]
fn a_run_leads_through_all_of_its_files() {
    let text = case::written("sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let mut uris = Vec::new();
    let results = log["runs"][0]["results"].as_array().unwrap();
    for step in
        results.iter().filter_map(|it| it["codeFlows"][0]["threadFlows"][0]["locations"].as_array()).flatten()
    {
        let place = &step["location"]["physicalLocation"];
        uris.push(place["artifactLocation"]["uri"].as_str().unwrap());
        assert!(!step["location"]["message"]["text"].as_str().unwrap().is_empty());
    }
    assert!(uris.contains(&"flows/order.wfc"), "{uris:?}");
    // What lies outside of the folder wfc ran in is named from the root of the repository as well.
    assert!(text.contains("\"uri\":\"contracts.wfc\""), "{text}");
}
