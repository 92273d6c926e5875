//! Reviewdog's format, by its definition: columns count bytes from 1, and a range ends behind its last byte.

use crate::{case, everything, follows};
use serde_json::Value;
use wfc::report::Format;
use wfc::source::SourceFile;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("rdjson", "json");
}

#[test]
fn every_range_cuts_out_what_the_finding_points_at() {
    for found in everything() {
        let result: Value = serde_json::from_str(&found.written(Format::Rdjson)).unwrap();
        follows("rdjson", &result, &found.name);
        let diagnostics = result["diagnostics"].as_array().unwrap();
        assert_eq!(diagnostics.len(), found.selected.shown.len());
        for (diagnostic, finding) in diagnostics.iter().zip(&found.selected.shown) {
            assert!(["ERROR", "WARNING", "INFO"].contains(&diagnostic["severity"].as_str().unwrap()));
            assert!(!diagnostic["message"].as_str().unwrap().is_empty());
            assert!(diagnostic["code"]["value"].as_str().unwrap().starts_with(finding.rule.name));
            let file = found.sources.get(finding.span().file);
            let cut = file.text.get(bytes(&diagnostic["location"]["range"], file));
            assert_eq!(cut, Some(file.slice(finding.span())), "{}: {diagnostic}", found.name);
        }
    }
}

#[test]
fn a_suggestion_is_a_whole_fix() {
    let mut n = 0;
    for found in everything() {
        let result: Value = serde_json::from_str(&found.written(Format::Rdjson)).unwrap();
        for (diagnostic, finding) in
            result["diagnostics"].as_array().unwrap().iter().zip(&found.selected.shown)
        {
            let file = found.sources.get(finding.span().file);
            let suggestions = diagnostic["suggestions"].as_array().into_iter().flatten();
            let told: Vec<_> = suggestions
                .map(|it| (bytes(&it["range"], file), it["text"].as_str().unwrap().to_string()))
                .collect();
            let edits = finding.fixes.iter().map(|fix| fix.edits(&found.sources));
            let whole: Vec<_> = edits
                .filter(|edits| edits.len() == 1)
                .map(|edits| (edits[0].span.range(), edits[0].text.clone()))
                .collect();
            assert_eq!(told, whole, "{}: {diagnostic}", found.name);
            n += told.len();
        }
    }
    assert!(n > 50, "only {n} suggestions");
}

fn bytes(range: &Value, file: &SourceFile) -> std::ops::Range<usize> {
    let offset = |place: &Value| {
        let number = |member: &str| place[member].as_u64().unwrap() as usize;
        let line_start: usize = file.text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
        line_start + number("column") - 1
    };
    offset(&range["start"])..offset(&range["end"])
}
