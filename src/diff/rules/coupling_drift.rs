//! `coupling-drift`: a service that needs, or is needed by, more others than before; two that need each
//! other now.

use crate::diff::{Two, quoted};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::metrics::Dependency;
use crate::model::ServiceId;

pub static COUPLING_DRIFT: Rule = Rule {
    name: "coupling-drift",
    group: Group::Versions,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that needs more other services than before, and two that have come to need each other.",
    why: "\
Coupling rarely comes at once. Each change adds one more service that must be there, or one more that has to \
be asked before a message changes, and nobody decides that it shall be twelve. Beside the change that adds it, \
it can still be decided.

A service needs those it calls, those whose workflows it runs, and those whose events it reacts to or waits \
for; what is only notified does not count. Two services that need each other can no longer be changed, tested \
or deployed one after the other: that is a warning.",
    bad: include_str!("examples/coupling_drift_bad.txt"),
    good: include_str!("examples/coupling_drift_good.txt"),
    help: "\
Ask whether the new dependency is meant. A fact can be published instead of a command sent, an answer can be \
carried along by a message that is read anyway, and of two services that need each other one can be told by \
a third.",
    example_language: "wfc",
};

pub fn find(two: &Two) -> Vec<Finding> {
    let mut findings = mutual(two);
    findings.extend(two.new.model.services.ids().filter_map(|id| grown(two, id)));
    findings
}

/// Pairs that need each other, and did not before.
fn mutual(two: &Two) -> Vec<Finding> {
    let (before, after) = &two.coupling;
    let was_mutual = |a, b| {
        let (a, b) = (two.matching.services.old_of(a), two.matching.services.old_of(b));
        matches!((a, b), (Some(a), Some(b)) if before.needs(a, b) && before.needs(b, a))
    };
    let pairs = after.pairs().filter(|(a, b)| a < b && after.needs(*b, *a) && !was_mutual(*a, *b));
    let pairs: Vec<(ServiceId, ServiceId)> = pairs.collect();
    let finding = |(a, b): (ServiceId, ServiceId)| {
        let of = |from, to| after.dependencies.iter().filter(move |it| it.from == from && it.to == to);
        let is_new = |it: &Dependency| {
            let (from, to) = (two.matching.services.old_of(it.from), two.matching.services.old_of(it.to));
            !matches!((from, to), (Some(from), Some(to)) if before.needs(from, to))
        };
        let new = of(a, b).chain(of(b, a)).find(|it| is_new(it)).or(of(a, b).next())?;
        let other = if new.from == a { of(b, a).next() } else { of(a, b).next() }?;
        let name = |id| two.new.model.service_name(id);
        let finding = COUPLING_DRIFT
            .at(new.span, format!("`{}` needs `{}` here, which is new", name(new.from), name(new.to)))
            .variant("mutual")
            .severity(Severity::Warning)
            .message(format!("`{}` and `{}` need each other now", name(a), name(b)))
            .label(other.span, format!("and `{}` needs `{}` here", name(other.from), name(other.to)))
            .entity(format!("{}/{}", name(a), name(b)))
            .help("let one of the two be told by a third, or by an event that it need not react to");
        Some(finding)
    };
    pairs.into_iter().filter_map(finding).collect()
}

/// A service that was there and needs others that it did not need.
fn grown(two: &Two, id: ServiceId) -> Option<Finding> {
    let (before, after) = &two.coupling;
    let was = two.matching.services.old_of(id)?;
    let needed = |to: ServiceId| two.matching.services.old_of(to).is_some_and(|to| before.needs(was, to));
    let mut new: Vec<&Dependency> = Vec::new();
    for it in after.dependencies.iter().filter(|it| it.from == id && !needed(it.to)) {
        if !new.iter().any(|known| known.to == it.to) {
            new.push(it);
        }
    }
    let first = new.first()?;
    let (n_before, n_after) = (before.n_needed_by(was), after.n_needed_by(id));
    if n_after <= n_before {
        return None;
    }
    let name = two.new.model.service_name(id);
    let others = quoted(new.iter().map(|it| two.new.model.service_name(it.to)));
    let mut finding = COUPLING_DRIFT
        .at(first.span, format!("needs `{}` here", two.new.model.service_name(first.to)))
        .variant("efferent")
        .message(format!("`{name}` needs {}: {others} came", more(n_before, n_after)))
        .entity(name);
    for it in &new[1..] {
        finding = finding.label(it.span, format!("and `{}` here", two.new.model.service_name(it.to)));
    }
    Some(finding)
}

/// `3 services instead of 2`
fn more(before: usize, after: usize) -> String {
    let services = if after == 1 { "1 service".to_string() } else { format!("{after} services") };
    format!("{services} instead of {}", if before == 0 { "none".to_string() } else { before.to_string() })
}
