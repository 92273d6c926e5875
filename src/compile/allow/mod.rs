//! `allow RULE because "…" until DATE`: findings that somebody has accepted, for a reason, for a while.

pub mod rules;

use super::versions::is_of_versions;
use crate::finding::{Acceptance, Accepted, Finding, Fix, Rule, suggest};
use crate::lower::rules::UNKNOWN_NAME;
use crate::model::Allow;
use crate::source::Span;
use rules::{EXPIRED_ALLOW, UNUSED_ALLOW};

/// What there is to know for judging allows.
pub(super) struct Ground<'a> {
    /// `2026-12-31`; without it nothing expires.
    pub today: Option<&'a str>,
    /// Contracts that some workflow uses, and workflows: an allow elsewhere may be for somebody else.
    pub used: &'a [Span],
    /// Every rule there is.
    pub known: &'a [&'static Rule],
    /// Whether something could not be read, so that what an allow is for may not have been found.
    pub damaged: bool,
}

/// Takes out what is accepted and gives it; adds what is to be said of the allows themselves.
pub(super) fn apply(allows: &[Allow], ground: &Ground, findings: &mut Vec<Finding>) -> Vec<Accepted> {
    let mut accepted = Vec::new();
    let mut n_accepted = vec![0usize; allows.len()];
    for finding in std::mem::take(findings) {
        let accepting = allows.iter().enumerate().find_map(|(at, allow)| {
            let because = allow.because.as_ref()?;
            (!is_over(allow, ground.today) && is_for(allow, &finding)).then_some((at, because))
        });
        match accepting {
            Some((at, because)) => {
                n_accepted[at] += 1;
                let by = Acceptance::Text { because: because.to_string() };
                accepted.push(Accepted { finding, by });
            }
            None => findings.push(finding),
        }
    }
    for (allow, n_accepted) in allows.iter().zip(n_accepted) {
        findings.extend(about(allow, ground, n_accepted));
    }
    accepted
}

fn is_for(allow: &Allow, finding: &Finding) -> bool {
    allow.rule.text == finding.rule.name && allow.reach.contains(finding.span())
}

fn is_over(allow: &Allow, today: Option<&str>) -> bool {
    // Dates are written so that they sort as text.
    matches!((&allow.until, today), (Some(until), Some(today)) if until.text.as_str() < today)
}

/// What is wrong with an allow, if anything is.
fn about(allow: &Allow, ground: &Ground, n_accepted: usize) -> Option<Finding> {
    let name = allow.rule.text.as_str();
    let names = || ground.known.iter().map(|rule| rule.name);
    if !names().any(|known| known == name) {
        let finding = UNKNOWN_NAME
            .at(allow.rule.span, "no rule has this name")
            .message(format!("rule `{name}` does not exist"))
            .entity(format!("allow {name}"));
        return Some(match suggest::nearest(name, names()) {
            Some(near) => finding
                .help(format!("did you mean `{near}`?"))
                .fix(Fix::daring(format!("write `{near}`")).instead(allow.rule.span, near)),
            None => finding.help("`wfc rules` lists them all"),
        });
    }
    if let Some(until) = allow.until.as_ref().filter(|_| is_over(allow, ground.today)) {
        return Some(
            EXPIRED_ALLOW
                .at(until.span, "this day has passed")
                .message(format!("`allow {name}` has ended"))
                .help("mend what it was for, or give it another day and say why it takes longer")
                .entity(format!("allow {name}")),
        );
    }
    let is_judged = ground.used.iter().any(|used| allow.reach.contains(*used) || used.contains(allow.reach));
    // What it accepts of a change, only a comparison can tell.
    let is_of_versions = is_of_versions(name, ground.known);
    let is_unused =
        n_accepted == 0 && allow.because.is_some() && is_judged && !ground.damaged && !is_of_versions;
    is_unused.then(|| {
        UNUSED_ALLOW
            .at(allow.span, "nothing here needs it")
            .message(format!("`allow {name}` accepts nothing"))
            .help("remove it: the next real finding here would be accepted unread")
            .fix(Fix::safe("remove it").instead(allow.span, ""))
            .entity(format!("allow {name}"))
    })
}
