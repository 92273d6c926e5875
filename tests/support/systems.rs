//! Small systems with the verdict they must get, in comments at their top:
//!
//!     // verdict: error missing-compensation, warning passive-aggressive-publisher(awaited)
//!     // info: bidirectional-dependency
//!     // later: some-rule
//!
//! The verdict is everything at error and warning level, and nothing else (or `silent`). `info`
//! names what must be among the rest. `later` names rules that are not there yet.

use super::cases::{cases_in, header_of, sources_of};
use super::{check, is_loud, render, root};
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeSet;
use wfc::finding::{Finding, Severity};

/// `warning passive-aggressive-publisher(awaited)`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    severity: Option<Severity>,
    rule: String,
    /// Nothing where any form of the rule will do.
    variant: Option<String>,
}

#[derive(Default)]
struct Verdict {
    exactly: Vec<Expected>,
    infos: Vec<Expected>,
    later: Vec<Expected>,
}

pub fn trials() -> Vec<Trial> {
    let folder = root().join("tests/systems");
    let cases = cases_in(&folder, "systems").into_iter();
    cases
        .map(|case| {
            Trial::test(case.name.clone(), move || {
                let verdict = verdict(&header_of(&case)?)?;
                let sources = sources_of(&case)?;
                let findings = check(&sources)?;
                let troubles = judge(&verdict, &findings);
                if troubles.is_empty() {
                    return Ok(());
                }
                let shown = render::findings(&findings, &sources);
                Err(format!("{}\n\nwfc says:\n\n{shown}", troubles.join("\n")).into())
            })
        })
        .collect()
}

/// Everything in which `findings` differ from the verdict.
fn judge(verdict: &Verdict, findings: &[Finding]) -> Vec<String> {
    let mut troubles = Vec::new();
    for it in verdict.later.iter().filter(|it| wfc::catalog::find(&it.rule).is_some()) {
        troubles.push(format!("{} is there by now: move it from `later` to the verdict", it.rule));
    }
    for it in verdict.exactly.iter().chain(&verdict.infos) {
        if wfc::catalog::find(&it.rule).is_none() {
            troubles.push(format!(
                "no rule is called {}: if it is still to come, say so by `// later:`",
                it.rule
            ));
        } else if !findings.iter().any(|finding| it.is_met_by(finding)) {
            troubles.push(format!("missing: {}", it.shown()));
        }
    }
    let loud = findings.iter().filter(|finding| is_loud(finding));
    let surplus: BTreeSet<String> = loud
        .filter(|finding| !verdict.exactly.iter().any(|it| it.is_met_by(finding)))
        .map(|finding| format!("not in the verdict: {} {}", finding.severity, render::rule_name(finding)))
        .collect();
    troubles.extend(surplus);
    troubles
}

impl Expected {
    fn is_met_by(&self, finding: &Finding) -> bool {
        self.rule == finding.rule.name
            && self.severity.is_none_or(|severity| severity == finding.severity)
            && self.variant.as_deref().is_none_or(|variant| Some(variant) == finding.variant)
    }

    fn shown(&self) -> String {
        let severity = self.severity.map(|it| format!("{it} ")).unwrap_or_default();
        let variant = self.variant.as_ref().map(|it| format!("({it})")).unwrap_or_default();
        format!("{severity}{}{variant}", self.rule)
    }
}

fn verdict(header: &[String]) -> Result<Verdict, Failed> {
    let mut verdict = Verdict::default();
    let mut is_stated = false;
    for line in header {
        if let Some(list) = line.strip_prefix("verdict:") {
            is_stated = true;
            if list.trim() != "silent" {
                verdict.exactly.extend(expected(list)?);
            }
        } else if let Some(list) = line.strip_prefix("info:") {
            let infos = expected(list)?.into_iter();
            verdict.infos.extend(infos.map(|it| Expected { severity: Some(Severity::Info), ..it }));
        } else if let Some(list) = line.strip_prefix("later:") {
            verdict.later.extend(expected(list)?);
        }
    }
    if let Some(it) =
        verdict.exactly.iter().find(|it| !matches!(it.severity, Some(Severity::Warning | Severity::Error)))
    {
        return Err(format!("the verdict must say `error` or `warning` before {}", it.rule).into());
    }
    if is_stated { Ok(verdict) } else { Err("no `// verdict: …` at the top".into()) }
}

/// `error missing-compensation, warning unwatched-goal`
fn expected(list: &str) -> Result<Vec<Expected>, Failed> {
    list.split(',').map(str::trim).filter(|it| !it.is_empty()).map(one_expected).collect()
}

fn one_expected(text: &str) -> Result<Expected, Failed> {
    let (severity, rest) = match text.split_once(' ') {
        Some(("error", rest)) => (Some(Severity::Error), rest),
        Some(("warning", rest)) => (Some(Severity::Warning), rest),
        Some(("info", rest)) => (Some(Severity::Info), rest),
        Some(_) => return Err(format!("`{text}` is no severity and rule").into()),
        None => (None, text),
    };
    let (rule, variant) = match rest.trim().strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some((rule, variant)) => (rule.trim(), Some(variant.trim().to_string())),
        None => (rest.trim(), None),
    };
    Ok(Expected { severity, rule: rule.to_string(), variant })
}

/// The verdict's own grammar and judgement, on findings made by hand.
pub fn own_trials() -> Vec<Trial> {
    vec![Trial::test("systems' verdicts are read as written", || {
        let read = verdict(&["verdict: error a-b, warning c(d)".to_string(), "later: e".to_string()])?;
        let shown: Vec<String> = read.exactly.iter().chain(&read.later).map(Expected::shown).collect();
        if shown != ["error a-b", "warning c(d)", "e"] {
            return Err(format!("{shown:?}").into());
        }
        let refused =
            [&["info: a".to_string()][..], &["verdict: a".to_string()], &["verdict: info a".to_string()]];
        match refused.iter().position(|header| verdict(header).is_ok()) {
            Some(at) => Err(format!("header {at} must be refused").into()),
            None => Ok(()),
        }
    })]
}
