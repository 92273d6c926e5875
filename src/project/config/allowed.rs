//! Findings that the configuration accepts, because their files cannot carry an `allow` themselves.

use super::Config;
use super::file::Allowance;
use super::levels::patterns;
use super::spanned::Spanned;
use crate::compile::{EXPIRED_ALLOW, UNUSED_ALLOW};
use crate::finding::{self, Acceptance, Accepted, Finding, Group, Severity};
use crate::project::patterns::Patterns;
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

/// What there is to know for judging allowances.
pub struct Ground<'a> {
    /// `2026-12-31`; without it nothing ends.
    pub today: Option<&'a str>,
    /// Every file that was checked, by its path within the project.
    pub paths: &'a [(FileId, String)],
    /// How many files were checked: those of the configuration are counted on from there.
    pub n_files: usize,
}

/// Takes out what the configuration accepts and gives it; adds what is to be said of the allowances
/// themselves, which stand in files counted on from those that were checked.
pub fn apply_allowances(config: &Config, ground: &Ground, findings: &mut Vec<Finding>) -> Vec<Accepted> {
    if config.allow.is_empty() {
        return Vec::new();
    }
    let all = Allowances::new(config, ground.today);
    let paths: BTreeMap<FileId, &str> = ground.paths.iter().map(|(id, path)| (*id, path.as_str())).collect();
    // A file that could not be read in full has not been judged in full.
    let is_damage = |finding: &&Finding| {
        finding.severity == Severity::Error && matches!(finding.rule.group, Group::Syntax | Group::Import)
    };
    let damaged: Vec<FileId> = findings.iter().filter(is_damage).map(|it| it.span().file).collect();
    let mut n_accepted = vec![0usize; all.0.len()];
    let mut accepted = Vec::new();
    for finding in std::mem::take(findings) {
        match paths.get(&finding.span().file).and_then(|path| all.accepting(&finding, path)) {
            Some(at) => {
                n_accepted[at] += 1;
                let by = Acceptance::Configuration { because: all.0[at].written.because.value.clone() };
                accepted.push(Accepted { finding, by });
            }
            None => findings.push(finding),
        }
    }
    for (allow, n_accepted) in all.0.iter().zip(n_accepted) {
        let mut files = paths.iter().filter(|(_, path)| allow.files.cover(path)).peekable();
        let is_judged = files.peek().is_some() && !files.any(|(file, _)| damaged.contains(file));
        findings.extend(allow.said(n_accepted == 0 && is_judged, ground.n_files));
    }
    finding::number(findings);
    accepted
}

/// What the configuration accepts, ready to be asked.
pub struct Allowances<'a>(Vec<Prepared<'a>>);

impl<'a> Allowances<'a> {
    /// Those of a day, `2026-12-31`; without it nothing ends.
    pub fn new(config: &'a Config, today: Option<&str>) -> Allowances<'a> {
        Allowances(config.allow.iter().map(|allow| prepare(allow, today)).collect())
    }

    /// Whether a finding is accepted that stands in the file at `path` of the project.
    pub fn accept(&self, finding: &Finding, path: &str) -> bool {
        self.accepting(finding, path).is_some()
    }

    fn accepting(&self, finding: &Finding, path: &str) -> Option<usize> {
        self.0.iter().position(|allow| !allow.is_over && allow.is_for(finding, path))
    }
}

struct Prepared<'a> {
    written: &'a Allowance,
    files: Patterns,
    entity: Option<Vec<&'a str>>,
    is_over: bool,
}

fn prepare<'a>(written: &'a Allowance, today: Option<&str>) -> Prepared<'a> {
    let is_past = |until: &Spanned<String>| today.is_some_and(|today| until.value.as_str() < today);
    Prepared {
        written,
        files: patterns(&written.files),
        entity: written.entity.as_ref().map(|entity| entity.value.split('*').collect()),
        is_over: written.until.as_ref().is_some_and(is_past),
    }
}

impl Prepared<'_> {
    fn is_for(&self, finding: &Finding, path: &str) -> bool {
        self.written.rule.value == finding.rule.name
            && self.files.cover(path)
            && self.entity.as_ref().is_none_or(|parts| matches(parts, &finding.entity))
    }

    /// What is wrong with it, if anything is.
    fn said(&self, is_unused: bool, n_files: usize) -> Option<Finding> {
        let name = &self.written.rule.value;
        let here = |span: Span| Span { file: FileId(span.file.0 + n_files as u32), ..span };
        let entity = || match &self.written.entity {
            Some(entity) => format!("allow {name} {}", entity.value),
            None => format!("allow {name}"),
        };
        match &self.written.until {
            Some(until) if self.is_over => Some(
                EXPIRED_ALLOW
                    .at(here(until.span), "this day has passed")
                    .message(format!("`allow` of `{name}` has ended"))
                    .help("mend what it was for, or give it another day and say why it takes longer")
                    .entity(entity()),
            ),
            _ => is_unused.then(|| {
                UNUSED_ALLOW
                    .at(here(self.written.rule.span), "nothing needs it")
                    .message(format!("`allow` of `{name}` accepts nothing"))
                    .help("remove it: the next real finding there would be accepted unread")
                    .entity(entity())
            }),
        }
    }
}

/// Whether `text` consists of these parts, with anything between them.
fn matches(parts: &[&str], text: &str) -> bool {
    let Some((first, others)) = parts.split_first() else { return text.is_empty() };
    let Some((last, middle)) = others.split_last() else { return text == *first };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_part_of_an_entity() {
        let matches = |pattern: &str, text| matches(&pattern.split('*').collect::<Vec<_>>(), text);
        assert!(matches("A/b", "A/b"));
        assert!(!matches("A", "A/b"));
        assert!(matches("A/*", "A/b/c"));
        assert!(matches("*", ""));
        assert!(matches("*/charged", "FulfilOrder/Payments/charged"));
        assert!(matches("A*b*c", "AxbyC/c"));
        assert!(!matches("A*b*c", "Axc"));
        assert!(!matches("ab*ba", "aba"));
    }
}
