//! `allow RULE because "…"`: findings that somebody has accepted, for a reason.

use crate::finding::Finding;
use crate::model::Allow;

/// Takes out what is accepted; gives how many findings that were.
pub(super) fn apply(allows: &[Allow], findings: &mut Vec<Finding>) -> usize {
    let before = findings.len();
    findings.retain(|finding| !allows.iter().any(|allow| accepts(allow, finding)));
    before - findings.len()
}

/// An `allow` without a reason accepts nothing.
fn accepts(allow: &Allow, finding: &Finding) -> bool {
    allow.because.is_some() && allow.rule.text == finding.rule.name && allow.reach.contains(finding.span())
}
