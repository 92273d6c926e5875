//! What a rule is: its name, its manual page, and how loud it is by default. Every phase that finds
//! something declares it as a `Rule`, so that `wfc explain` knows everything a user can meet.

use super::{Confidence, Finding, Label, Profile, Severity};
use crate::source::Span;

/// Under which heading a rule stands in the list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Publishers,
    Coupling,
    Compensation,
    ControlFlow,
    Resilience,
    Data,
    /// Two versions of a system, compared.
    Versions,
    Syntax,
    Import,
    Generate,
    Conversion,
}

impl Group {
    pub fn title(self) -> &'static str {
        match self {
            Group::Publishers => "Passive-aggressive publishers",
            Group::Coupling => "Coupling",
            Group::Compensation => "Compensation and sagas",
            Group::ControlFlow => "Control flow and choreography",
            Group::Resilience => "Resilience",
            Group::Data => "Data and names",
            Group::Versions => "Two versions",
            Group::Syntax => "Syntax",
            Group::Import => "Imported files",
            Group::Generate => "Generated formats",
            Group::Conversion => "Converting between the styles",
        }
    }
}

/// A rule and its manual page. The bad example yields exactly this finding at error and warning
/// level, the good one none: a test holds every rule to that.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case; reads well after "allow".
    pub name: &'static str,
    pub group: Group,
    pub severity: Severity,
    pub confidence: Confidence,
    /// The first profile that shows it at all; severity and confidence decide besides.
    pub profile: Profile,
    /// One sentence that begins with "Reports".
    pub reports: &'static str,
    /// Why it hurts: a paragraph or two.
    pub why: &'static str,
    /// The shortest file that shows it.
    pub bad: &'static str,
    /// The same file mended.
    pub good: &'static str,
    /// What to do: a paragraph, or a list of cures.
    pub help: &'static str,
    /// Which language `bad` and `good` are written in: `wfc`, or `json` for imported machines.
    pub example_language: &'static str,
}

impl Rule {
    /// A finding of this rule at `span`, where `label` says in a few words what is wrong there.
    pub fn at(&'static self, span: Span, label: impl Into<String>) -> Finding {
        Finding {
            rule: self,
            variant: None,
            severity: self.severity,
            confidence: self.confidence,
            message: String::new(),
            labels: vec![Label { span, text: label.into() }],
            witness: Vec::new(),
            delivery: None,
            left: Vec::new(),
            what_if: None,
            help: Vec::new(),
            rests_on: None,
            fixes: Vec::new(),
            entity: String::new(),
            occurrence: 0,
        }
    }
}
