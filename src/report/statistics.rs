//! How often each rule was found, the most frequent first: `wfc check --statistics`.

use super::paint::{Paint, Style};
use crate::finding::{Finding, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// `   12  warning  unhandled-outage`
pub fn statistics(findings: &[Finding], paint: &Paint) -> String {
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.rule.name, finding.severity)).or_default() += 1;
    }
    let mut rows: Vec<((&str, Severity), usize)> = counts.into_iter().collect();
    rows.sort_by_key(|((name, severity), n)| (Reverse(*n), Reverse(*severity), *name));
    let digits = rows.first().map_or(0, |(_, n)| n.to_string().len());
    let row = |((name, severity), n): ((&str, Severity), usize)| {
        let shown = paint.style(Style::Severity(severity), &format!("{:<7}", severity.to_string()));
        format!("{n:>digits$}  {shown}  {name}\n")
    };
    rows.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::source::{FileId, Span};

    #[test]
    fn the_most_frequent_comes_first() {
        let at = |name: &str, severity| {
            catalog::find(name).unwrap().at(Span::new(FileId(0), 0, 0), "").severity(severity)
        };
        let mut findings = vec![at("tense", Severity::Info), at("dead-end", Severity::Error)];
        findings.extend((0..10).map(|_| at("dead-end", Severity::Warning)));
        assert_eq!(
            statistics(&findings, &Paint::plain()),
            "10  warning  dead-end\n 1  error    dead-end\n 1  info     tense\n"
        );
        assert_eq!(statistics(&[], &Paint::plain()), "");
    }
}
