//! By what a finding is known again in the next run: rule, file, entity, and which one of these. Never
//! its line, so that text may move; never its message, so that wording may change.

use super::Finding;

/// Sorts as a list of findings is read: by file, then by what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// Relative to where the project begins, with `/`.
    pub file: String,
    pub rule: String,
    /// `FulfilOrder/Payments/charged`; empty where nothing has a name.
    pub entity: String,
    /// From 1, among those that are alike in everything above.
    pub occurrence: u32,
}

impl Fingerprint {
    /// Of a finding in a file that goes by the name `file` wherever wfc is started.
    pub fn of(finding: &Finding, file: impl Into<String>) -> Fingerprint {
        Fingerprint {
            file: file.into(),
            rule: finding.rule.name.to_string(),
            entity: finding.entity.clone(),
            occurrence: finding.occurrence,
        }
    }
}
