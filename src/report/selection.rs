//! Which findings are shown, and which of them make a run fail.

use crate::finding::{Accepted, Confidence, Finding, Profile, Rule, Severity};

/// What the user wants to see, and what shall fail the run.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    pub profile: Profile,
    pub fail_on: Severity,
    /// Stands above the profile's own.
    pub min_confidence: Option<Confidence>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection { profile: Profile::Default, fail_on: Severity::Error, min_confidence: None }
    }
}

/// What a project wants a finding to count as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not found at all.
    Off,
    At(Severity),
}

/// Findings, sorted out.
#[derive(Debug, Default)]
pub struct Selected {
    pub shown: Vec<Finding>,
    /// What would be shown if nobody had accepted it; whoever has taken it out writes it here.
    pub accepted: Vec<Accepted>,
    pub n_hidden: usize,
    /// How many of them are turned off.
    pub n_off: usize,
    /// How many a baseline knows; written here like what is accepted.
    pub n_known: usize,
    /// How many the change that is looked at does not touch; the same.
    pub n_untouched: usize,
    /// What would show all that is hidden.
    pub remedy: Option<&'static str>,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    #[default]
    Pass,
    Fail,
}

pub fn select(findings: Vec<Finding>, selection: &Selection) -> Selected {
    select_by_level(findings, selection, |_| None)
}

/// The same, where `level` says what a finding counts as, if not what its rule says.
pub fn select_by_level(
    findings: Vec<Finding>,
    selection: &Selection,
    level: impl Fn(&Finding) -> Option<Level>,
) -> Selected {
    let mut selected = Selected::default();
    let mut remedy = Remedy::default();
    for finding in findings {
        let level = level(&finding);
        let Some(weight) = selection.weight(&finding, level) else {
            selected.n_off += 1;
            continue;
        };
        if selection.takes(finding.rule, weight) {
            selected.shown.push(weight.put_on(finding));
        } else {
            selected.n_hidden += 1;
            remedy.add(selection, finding.rule, weight);
        }
    }
    let fails = selected.shown.iter().any(|finding| finding.severity >= selection.fail_on);
    selected.remedy = remedy.option();
    selected.verdict = if fails { Verdict::Fail } else { Verdict::Pass };
    selected
}

/// Whether somebody has asked for the findings of a rule by giving it a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Spoken,
    Silent,
}

/// What a finding counts as.
#[derive(Clone, Copy, Debug)]
struct Weight {
    severity: Severity,
    confidence: Confidence,
    wish: Wish,
}

impl Weight {
    fn put_on(self, finding: Finding) -> Finding {
        finding.severity(self.severity).confidence(self.confidence)
    }
}

impl Selection {
    /// Whether the user gets to see a finding of this level.
    pub fn shows(&self, finding: &Finding, level: Option<Level>) -> bool {
        self.weight(finding, level).is_some_and(|weight| self.takes(finding.rule, weight))
    }

    /// A finding of this level as the user gets to see it, if at all.
    pub fn shown(&self, finding: Finding, level: Option<Level>) -> Option<Finding> {
        let weight = self.weight(&finding, level)?;
        self.takes(finding.rule, weight).then(|| weight.put_on(finding))
    }

    /// What a finding counts as; nothing where it is turned off.
    fn weight(&self, finding: &Finding, level: Option<Level>) -> Option<Weight> {
        let (severity, confidence) = match self.profile {
            Profile::Default => (finding.severity, finding.confidence),
            Profile::Strict | Profile::Audit => finding.as_written(),
        };
        match level {
            Some(Level::Off) => None,
            Some(Level::At(severity)) => Some(Weight { severity, confidence, wish: Wish::Spoken }),
            None => Some(Weight { severity, confidence, wish: Wish::Silent }),
        }
    }

    fn takes(&self, rule: &Rule, Weight { severity: weighed, confidence: sure, wish }: Weight) -> bool {
        // What may fail a run must be visible, whatever the profile says.
        let severity = min_severity(self.profile).min(self.fail_on);
        let confidence = self.min_confidence.unwrap_or(match wish {
            // Who asks for a rule wants to hear it, even if it is never surer than that.
            Wish::Spoken => min_confidence(self.profile).min(rule.confidence),
            Wish::Silent => min_confidence(self.profile),
        });
        let is_in = wish == Wish::Spoken || self.profile >= rule.profile;
        is_in && weighed >= severity && sure >= confidence
    }
}

/// The mildest option that shows everything that is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Remedy {
    #[default]
    None,
    Strict,
    Audit,
    LowConfidence,
}

impl Remedy {
    /// One more is hidden.
    fn add(&mut self, selection: &Selection, rule: &Rule, weight: Weight) {
        let is_shown_by = |profile| Selection { profile, ..*selection }.takes(rule, weight);
        let needed = if is_shown_by(Profile::Strict) {
            Remedy::Strict
        } else if is_shown_by(Profile::Audit) {
            Remedy::Audit
        } else {
            Remedy::LowConfidence
        };
        *self = needed.max(*self);
    }

    fn option(self) -> Option<&'static str> {
        match self {
            Remedy::None => None,
            Remedy::Strict => Some("--profile strict"),
            Remedy::Audit => Some("--profile audit"),
            Remedy::LowConfidence => Some("--profile audit --min-confidence low"),
        }
    }
}

fn min_severity(profile: Profile) -> Severity {
    match profile {
        Profile::Default => Severity::Warning,
        Profile::Strict | Profile::Audit => Severity::Info,
    }
}

fn min_confidence(profile: Profile) -> Confidence {
    match profile {
        Profile::Default | Profile::Strict => Confidence::Medium,
        Profile::Audit => Confidence::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::finding::{Assumption, Ground};
    use crate::source::{FileId, Span};

    fn finding(severity: Severity, confidence: Confidence) -> Finding {
        catalog::rules()[0].at(Span::new(FileId(0), 0, 0), "here").severity(severity).confidence(confidence)
    }

    /// One finding of each kind, and how many of them are shown.
    fn n_shown(selection: Selection) -> usize {
        let mut all = Vec::new();
        for severity in [Severity::Info, Severity::Warning, Severity::Error] {
            for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
                all.push(finding(severity, confidence));
            }
        }
        let selected = select(all, &selection);
        assert_eq!(selected.shown.len() + selected.n_hidden, 9);
        selected.shown.len()
    }

    #[test]
    fn a_profile_widens_what_is_shown() {
        let with = |profile| n_shown(Selection { profile, ..Selection::default() });
        assert_eq!(with(Profile::Default), 4);
        assert_eq!(with(Profile::Strict), 6);
        assert_eq!(with(Profile::Audit), 9);
    }

    #[test]
    fn a_wanted_confidence_stands_above_the_profile() {
        let with =
            |confidence| n_shown(Selection { min_confidence: Some(confidence), ..Selection::default() });
        assert_eq!(with(Confidence::High), 2);
        assert_eq!(with(Confidence::Low), 6);
    }

    #[test]
    fn what_fails_a_run_is_shown() {
        let selection = Selection { fail_on: Severity::Info, ..Selection::default() };
        let selected = select(vec![finding(Severity::Info, Confidence::High)], &selection);
        assert_eq!((selected.shown.len(), selected.verdict), (1, Verdict::Fail));
    }

    #[test]
    fn only_what_reaches_the_threshold_fails() {
        let warning = || vec![finding(Severity::Warning, Confidence::High)];
        assert_eq!(select(warning(), &Selection::default()).verdict, Verdict::Pass);
        let strict = Selection { fail_on: Severity::Warning, ..Selection::default() };
        assert_eq!(select(warning(), &strict).verdict, Verdict::Fail);
    }

    #[test]
    fn a_level_stands_above_the_rule_and_the_profile() {
        let found =
            || vec![finding(Severity::Info, Confidence::High), finding(Severity::Error, Confidence::Low)];
        let at = |level| select_by_level(found(), &Selection::default(), |_| Some(level));
        let off = at(Level::Off);
        assert_eq!((off.shown.len(), off.n_hidden, off.n_off, off.verdict), (0, 0, 2, Verdict::Pass));
        let warned = at(Level::At(Severity::Warning));
        assert_eq!((warned.shown.len(), warned.n_hidden, warned.verdict), (1, 1, Verdict::Pass));
        assert_eq!(at(Level::At(Severity::Error)).verdict, Verdict::Fail);
    }

    #[test]
    fn strict_takes_a_default_as_written() {
        let goal = || {
            finding(Severity::Info, Confidence::Medium).resting_on(Assumption {
                ground: Ground::Owner,
                settle: "say who answers for it".to_string(),
                severity: Severity::Warning,
                confidence: Confidence::High,
            })
        };
        let with = |profile| {
            let selection = Selection { profile, fail_on: Severity::Warning, ..Selection::default() };
            select(vec![goal()], &selection)
        };
        assert_eq!((with(Profile::Default).n_hidden, with(Profile::Default).verdict), (1, Verdict::Pass));
        for profile in [Profile::Strict, Profile::Audit] {
            let selected = with(profile);
            assert_eq!((selected.shown[0].severity, selected.verdict), (Severity::Warning, Verdict::Fail));
            assert_eq!(selected.shown[0].help, ["say who answers for it"]);
        }
    }

    #[test]
    fn the_remedy_is_the_mildest_that_shows_all() {
        let remedy = |finding, selection: Selection| select(vec![finding], &selection).remedy;
        let plain = Selection::default();
        assert_eq!(remedy(finding(Severity::Error, Confidence::High), plain), None);
        assert_eq!(remedy(finding(Severity::Info, Confidence::High), plain), Some("--profile strict"));
        assert_eq!(remedy(finding(Severity::Error, Confidence::Low), plain), Some("--profile audit"));
        let sure = Selection { min_confidence: Some(Confidence::High), ..plain };
        let wider = Some("--profile audit --min-confidence low");
        assert_eq!(remedy(finding(Severity::Error, Confidence::Low), sure), wider);
    }
}
