//! What wfc says about a workflow: data only. Drawing it is the business of `report`.

mod accepted;
mod assumption;
mod fingerprint;
pub mod fix;
pub mod happening;
pub mod rule;
pub mod suggest;

use crate::source::{FileId, Span};
pub use accepted::{Acceptance, Accepted};
pub use assumption::{Assumption, Ground};
pub use fingerprint::Fingerprint;
pub use fix::{Edit, Fix, Safety, Text};
pub use happening::Happening;
pub use rule::{Group, Rule};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// How bad a finding is for the workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// How sure wfc is of it: high rests on what is declared; medium on a default, on a format that
/// cannot state intent, or on a run that passes two choices; low on names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        })
    }
}

/// How much a team wants to hear; each profile shows what the one before it shows, and more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// What is surely or probably wrong.
    #[default]
    Default,
    /// Also what is only worth knowing, and rules that ask more of a design than most teams do.
    Strict,
    /// Also what is only a suspicion, and matters of style.
    Audit,
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Profile::Default => "default",
            Profile::Strict => "strict",
            Profile::Audit => "audit",
        })
    }
}

/// A place and what is to be said of it; it may lie in any file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One step of the path or run that proves a finding, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessStep {
    pub text: String,
    pub span: Option<Span>,
    /// The same as data; `None` where there is nothing to draw.
    pub happening: Option<Happening>,
}

/// One thing that is wrong, or worth knowing, with everything that proves it.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    /// Which form of the rule, where it has several: `awaited`, `hostage`.
    pub variant: Option<&'static str>,
    pub severity: Severity,
    pub confidence: Confidence,
    /// One clause, lower case, no period, the user's words in backticks.
    pub message: String,
    /// The first is where the finding stands.
    pub labels: Vec<Label>,
    pub witness: Vec<WitnessStep>,
    /// Under which delivery of messages the witness is a run; `None` where that plays no part.
    pub delivery: Option<&'static str>,
    /// What is still there when the run is over and should not be: `charged`.
    pub left: Vec<String>,
    /// "without this subscription, `Fulfilled` is never reached"
    pub what_if: Option<String>,
    /// Cures that say something new, best first.
    pub help: Vec<String>,
    /// What the text leaves open and the finding takes for granted.
    pub rests_on: Option<Assumption>,
    /// Mends that wfc can make by itself, best first.
    pub fixes: Vec<Fix>,
    /// What it is about, independent of lines: `FulfilOrder/Payments/charged`.
    pub entity: String,
    /// Which of the findings that agree in rule, file and entity it is, from 1; 0 before they are counted.
    pub occurrence: u32,
}

impl Finding {
    pub fn span(&self) -> Span {
        self.labels[0].span
    }

    /// `passive-aggressive-publisher/hostage`: the rule, and which form of it.
    pub fn name(&self) -> String {
        match self.variant {
            Some(variant) => format!("{}/{variant}", self.rule.name),
            None => self.rule.name.to_string(),
        }
    }

    /// Whether a profile shows it at all; severity and confidence decide besides.
    pub fn is_in(&self, profile: Profile) -> bool {
        profile >= self.rule.profile
    }

    pub fn message(mut self, text: impl Into<String>) -> Finding {
        self.message = text.into();
        self
    }

    pub fn variant(mut self, variant: &'static str) -> Finding {
        self.variant = Some(variant);
        self
    }

    pub fn severity(mut self, severity: Severity) -> Finding {
        self.severity = severity;
        self
    }

    pub fn confidence(mut self, confidence: Confidence) -> Finding {
        self.confidence = confidence;
        self
    }

    /// Lowers the confidence to `limit` where it is higher.
    pub fn at_most(mut self, limit: Confidence) -> Finding {
        self.confidence = self.confidence.min(limit);
        if let Some(assumption) = &mut self.rests_on {
            assumption.confidence = assumption.confidence.min(limit);
        }
        self
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Finding {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn witness(mut self, steps: impl IntoIterator<Item = WitnessStep>) -> Finding {
        self.witness.extend(steps);
        self
    }

    /// A run as the witness, explored under `delivery`.
    pub fn run(mut self, steps: impl IntoIterator<Item = WitnessStep>, delivery: &'static str) -> Finding {
        self.delivery = Some(delivery);
        self.witness(steps)
    }

    /// What the run leaves behind.
    pub fn left(mut self, names: Vec<String>) -> Finding {
        self.left = names;
        self
    }

    /// Whether the witness tells of messages between sides, so that a picture of it says something.
    pub fn can_be_drawn(&self) -> bool {
        self.witness.iter().filter_map(|step| step.happening.as_ref()).any(Happening::is_between_sides)
    }

    pub fn what_if(mut self, text: impl Into<String>) -> Finding {
        self.what_if = Some(text.into());
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Finding {
        self.help.push(text.into());
        self
    }

    pub fn fix(mut self, fix: impl IntoIterator<Item = Fix>) -> Finding {
        self.fixes.extend(fix);
        self
    }

    /// Says what the finding takes for granted; what would settle it is the last help.
    pub fn resting_on(mut self, assumption: Assumption) -> Finding {
        self.help.push(assumption.settle.clone());
        self.rests_on = Some(assumption);
        self
    }

    /// What it would count as if what it takes for granted were written.
    pub fn as_written(&self) -> (Severity, Confidence) {
        match &self.rests_on {
            Some(assumption) => (assumption.severity, assumption.confidence),
            None => (self.severity, self.confidence),
        }
    }

    /// Keeps what it is known and counted by, and nothing that only a reader would look at.
    pub fn forget_proof(&mut self) {
        self.labels.truncate(1);
        self.labels.shrink_to_fit();
        self.witness = Vec::new();
        self.left = Vec::new();
        self.what_if = None;
        self.help = Vec::new();
        self.fixes = Vec::new();
    }

    pub fn entity(mut self, path: impl Into<String>) -> Finding {
        self.entity = path.into();
        self
    }
}

/// A mend by itself can be offered as it is; one that is not always there as an `Option`.
impl IntoIterator for Fix {
    type Item = Fix;
    type IntoIter = std::iter::Once<Fix>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

impl WitnessStep {
    pub fn new(text: impl Into<String>, span: impl Into<Option<Span>>) -> WitnessStep {
        WitnessStep { text: text.into(), span: span.into(), happening: None }
    }

    pub fn happening(mut self, happening: Happening) -> WitnessStep {
        self.happening = Some(happening);
        self
    }
}

/// Whether a finding is shown before another.
pub fn order(a: &Finding, b: &Finding) -> Ordering {
    (a.span(), a.rule.name, &a.message, &a.entity).cmp(&(b.span(), b.rule.name, &b.message, &b.entity))
}

/// Puts findings in the order they are shown in, and drops those that say the same of the same place.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(order);
    findings.dedup_by(|a, b| a.span() == b.span() && a.rule.name == b.rule.name && a.message == b.message);
}

/// Numbers the findings that agree in rule, file and entity, in their order; numbers that are given stay.
pub fn number(findings: &mut [Finding]) {
    if findings.iter().all(|finding| finding.occurrence != 0) {
        return;
    }
    fn key(finding: &Finding) -> (&'static str, FileId, &str) {
        (finding.rule.name, finding.span().file, &finding.entity)
    }
    let mut counts: BTreeMap<_, u32> = BTreeMap::new();
    for finding in findings.iter() {
        let count = counts.entry(key(finding)).or_default();
        *count = finding.occurrence.max(*count);
    }
    let mut numbers = Vec::with_capacity(findings.len());
    for finding in findings.iter() {
        numbers.push(match finding.occurrence {
            0 => {
                let count = counts.entry(key(finding)).or_default();
                *count += 1;
                *count
            }
            given => given,
        });
    }
    for (finding, number) in findings.iter_mut().zip(numbers) {
        finding.occurrence = number;
    }
}
