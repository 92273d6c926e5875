//! JUnit XML, read by a parser of JUnit.

use crate::{case, everything};
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use wfc::finding::Severity;
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("junit", "xml");
}

#[test]
fn every_report_is_read_with_all_that_was_found() {
    for found in everything() {
        let written = found.written(Format::Junit);
        let report = Report::deserialize_from_str(&written)
            .unwrap_or_else(|error| panic!("{}: {error}\n{written}", found.name));
        let shown = &found.selected.shown;
        let (mut n_failed, mut n_skipped, mut n_passed) = (0, 0, 0);
        for case in report.test_suites.iter().flat_map(|suite| &suite.test_cases) {
            match &case.status {
                TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, message, .. } => {
                    assert!(message.is_some(), "{written}");
                    n_failed += 1;
                }
                TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => panic!("{written}"),
                TestCaseStatus::Skipped { .. } => n_skipped += 1,
                TestCaseStatus::Success { .. } => n_passed += 1,
            }
        }
        let fail = shown.iter().filter(|finding| finding.severity >= Severity::Warning).count();
        assert_eq!((n_failed, n_skipped), (fail, shown.len() - fail), "{}", found.name);
        assert_eq!(n_passed, usize::from(shown.is_empty()), "{}", found.name);
        assert_eq!((report.tests, report.failures), (n_failed + n_skipped + n_passed, n_failed));
    }
}
