//! `allow RULE because "…"`: findings that somebody has accepted, for a reason.

use crate::finding::{Finding, suggest};
use crate::lower::rules::UNKNOWN_NAME;
use crate::model::Allow;
use crate::{check, import, lower, syntax};

/// Takes out what is accepted; gives how many findings that were.
pub(super) fn apply(allows: &[Allow], findings: &mut Vec<Finding>) -> usize {
    let before = findings.len();
    findings.retain(|finding| !allows.iter().any(|allow| accepts(allow, finding)));
    before - findings.len()
}

/// An `allow` of a rule that does not exist accepts nothing, and somebody believes that it does.
pub(super) fn unknown(allows: &[Allow]) -> Vec<Finding> {
    let phases = [syntax::rules::RULES, import::rules::RULES, lower::rules::RULES, super::RULES];
    let names = || phases.into_iter().flatten().copied().chain(check::rules()).map(|rule| rule.name);
    let wrong = allows.iter().filter(|allow| !names().any(|name| name == allow.rule.text));
    let finding = |allow: &Allow| {
        let wrong = &allow.rule.text;
        UNKNOWN_NAME
            .at(allow.rule.span, "no rule has this name")
            .message(format!("rule `{wrong}` does not exist"))
            .help(match suggest::nearest(wrong, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`wfc rules` lists them all".to_string(),
            })
            .entity(wrong.to_string())
    };
    wrong.map(finding).collect()
}

/// An `allow` without a reason accepts nothing.
fn accepts(allow: &Allow, finding: &Finding) -> bool {
    allow.because.is_some() && allow.rule.text == finding.rule.name && allow.reach.contains(finding.span())
}
