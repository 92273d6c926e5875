//! Reviewdog's format, by its definition: columns count bytes from 1, and a range ends behind its last byte.

use crate::{case, everything};
use serde_json::Value;
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("rdjson", "json");
}

#[test]
fn every_range_cuts_out_what_the_finding_points_at() {
    for found in everything() {
        let result: Value = serde_json::from_str(&found.written(Format::Rdjson)).unwrap();
        let diagnostics = result["diagnostics"].as_array().unwrap();
        assert_eq!(diagnostics.len(), found.selected.shown.len());
        for (diagnostic, finding) in diagnostics.iter().zip(&found.selected.shown) {
            assert!(["ERROR", "WARNING", "INFO"].contains(&diagnostic["severity"].as_str().unwrap()));
            assert!(!diagnostic["message"].as_str().unwrap().is_empty());
            assert!(diagnostic["code"]["value"].as_str().unwrap().starts_with(finding.rule.name));
            let file = found.sources.get(finding.span().file);
            let offset = |place: &Value| {
                let number = |member: &str| place[member].as_u64().unwrap() as usize;
                let line_start: usize =
                    file.text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
                line_start + number("column") - 1
            };
            let range = &diagnostic["location"]["range"];
            let cut = file.text.get(offset(&range["start"])..offset(&range["end"]));
            assert_eq!(cut, Some(file.slice(finding.span())), "{}: {diagnostic}", found.name);
        }
    }
}
