//! Fixes, as programs make them: by bytes from JSON, by lines and columns from SARIF.

use crate::{Found, everything};
use serde_json::Value;
use std::ops::Range;
use wfc::report::Format;
use wfc::source::SourceFile;

/// Where to put which text.
type Edit = (Range<usize>, String);

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

/// The file of a finding, which is the only one there.
fn file(found: &Found) -> &SourceFile {
    found.sources.iter().next().unwrap().1
}

/// Lines and columns count from 1, columns in characters.
fn offset(found: &Found, line: &Value, column: &Value) -> usize {
    let lines = file(found).text.split_inclusive('\n').take(number(line) - 1).map(str::len);
    let start: usize = lines.sum();
    let before = file(found).text[start..].chars().take(number(column) - 1).map(char::len_utf8);
    start + before.sum::<usize>()
}

/// By finding and fix.
fn of_json(found: &Found) -> Vec<Vec<Vec<Edit>>> {
    let document: Value = serde_json::from_str(&found.written(Format::Json)).unwrap();
    let edit = |edit: &Value| {
        let location = &edit["location"];
        assert_eq!(text(&location["path"]), &*file(found).path);
        let place = |place: &Value| {
            let bytes = number(&place["offset"]);
            assert_eq!(bytes, offset(found, &place["line"], &place["column"]), "{}: {edit}", found.name);
            bytes
        };
        (place(&location["start"])..place(&location["end"]), text(&edit["replacement"]).to_string())
    };
    let fix = |fix: &Value| -> Vec<Edit> {
        assert!(["safe", "unsafe"].contains(&text(&fix["safety"])) && !text(&fix["title"]).is_empty());
        fix["edits"].as_array().unwrap().iter().map(edit).collect()
    };
    let findings = document["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["fixes"].as_array().unwrap().iter().map(fix).collect()).collect()
}

fn of_sarif(found: &Found) -> Vec<Vec<Vec<Edit>>> {
    let log: Value = serde_json::from_str(&found.written(Format::Sarif)).unwrap();
    let edit = |edit: &Value| {
        let region = &edit["deletedRegion"];
        let start = offset(found, &region["startLine"], &region["startColumn"]);
        let end = offset(found, &region["endLine"], &region["endColumn"]);
        (start..end, text(&edit["insertedContent"]["text"]).to_string())
    };
    let fix = |fix: &Value| -> Vec<Edit> {
        let changes = fix["artifactChanges"].as_array().unwrap();
        changes.iter().flat_map(|it| it["replacements"].as_array().unwrap()).map(edit).collect()
    };
    let of_result = |result: &Value| result["fixes"].as_array().into_iter().flatten().map(fix).collect();
    let results = log["runs"][0]["results"].as_array().unwrap();
    // What is accepted stands behind what is shown.
    results.iter().take(found.selected.shown.len()).map(of_result).collect()
}

#[test]
fn both_say_what_wfc_would_write() {
    let mut n = 0;
    for found in everything() {
        let expected: Vec<Vec<Vec<Edit>>> = found
            .selected
            .shown
            .iter()
            .map(|finding| {
                let edits = finding.fixes.iter().map(|fix| fix.edits(&found.sources));
                edits.map(|edits| edits.into_iter().map(|it| (it.span.range(), it.text)).collect()).collect()
            })
            .collect();
        assert_eq!(of_json(found), expected, "{}", found.name);
        assert_eq!(of_sarif(found), expected, "{}", found.name);
        for edits in expected.iter().flatten() {
            n += 1;
            assert!(edits.is_sorted_by(|a, b| a.0.end <= b.0.start), "{}: {edits:?}", found.name);
            assert!(
                edits.iter().all(|edit| file(found).text.get(edit.0.clone()).is_some()),
                "{}",
                found.name
            );
        }
    }
    assert!(n > 100, "only {n} fixes");
}
