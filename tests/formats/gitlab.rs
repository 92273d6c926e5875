//! GitLab's Code Quality report, by GitLab's own schema and by what its documentation asks for.

use crate::{case, everything, follows};
use serde_json::Value;
use std::collections::BTreeSet;
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("gitlab", "json");
}

#[test]
fn every_issue_has_what_gitlab_needs() {
    for found in everything() {
        let written = found.written(Format::Gitlab);
        let issues: Vec<Value> = serde_json::from_str(&written).unwrap();
        assert_eq!(issues.len(), found.selected.shown.len());
        let mut fingerprints = BTreeSet::new();
        for issue in &issues {
            follows("gitlab-codequality", issue, &found.name);
            let text = |member: &str| issue[member].as_str().filter(|text| !text.is_empty());
            assert!(text("description").is_some() && text("check_name").is_some(), "{issue}");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("severity").unwrap()));
            // GitLab shows only one issue of those with the same fingerprint.
            assert!(fingerprints.insert(text("fingerprint").unwrap()), "{issue}");
            let (path, lines) = (&issue["location"]["path"], &issue["location"]["lines"]);
            assert!(path.as_str().is_some_and(|path| !path.starts_with("./")), "{issue}");
            assert!(
                lines["begin"].as_u64().unwrap() >= 1 && lines["end"].as_u64() >= lines["begin"].as_u64()
            );
        }
    }
}
