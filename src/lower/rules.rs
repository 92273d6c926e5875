//! The rules that lowering finds broken: names, types and entries in the wrong place.

use crate::finding::{Confidence, Group, Rule, Severity};

macro_rules! rule {
    ($id:ident, $name:expr, $sev:ident) => {
        pub static $id: Rule = Rule {
            name: $name,
            group: Group::Data,
            severity: Severity::$sev,
            confidence: Confidence::High,
            reports: "",
            why: "",
            bad: "",
            good: "",
            help: "",
            example_language: "wfc",
        };
    };
}
rule!(UNKNOWN_NAME, "unknown-name", Error);
rule!(DUPLICATE_NAME, "duplicate-name", Error);
rule!(TYPE_MISMATCH, "type-mismatch", Error);
rule!(MISSING_FIELD, "missing-field", Error);
rule!(MISSING_CORRELATION, "missing-correlation", Error);
rule!(MISSING_STYLE, "missing-style", Error);
rule!(MISPLACED_ENTRY, "misplaced-entry", Error);
rule!(ENTRY_ORDER, "entry-order", Info);
rule!(UNRAISED_FAILURE, "unraised-failure", Warning);
rule!(MISSING_IMPORT, "missing-import", Error);
rule!(UNEXPLAINED_ALLOW, "unexplained-allow", Error);

/// What lowering can find; `missing-import` is found by whoever reads the files.
pub static RULES: &[&Rule] = &[
    &UNKNOWN_NAME,
    &DUPLICATE_NAME,
    &TYPE_MISMATCH,
    &MISSING_FIELD,
    &MISSING_CORRELATION,
    &MISSING_STYLE,
    &MISPLACED_ENTRY,
    &ENTRY_ORDER,
    &UNRAISED_FAILURE,
    &UNEXPLAINED_ALLOW,
];
