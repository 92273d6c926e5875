//! The list of all rules as Markdown, by group.

use crate::finding::Rule;
use std::fmt::Write;

/// A table for each group that has rules.
pub fn markdown(rules: &[&Rule]) -> String {
    let mut groups: Vec<_> = rules.iter().map(|rule| rule.group).collect();
    groups.sort();
    groups.dedup();
    let mut out = String::from("# Rules\n\nEverything wfc can say, by what it is about.\n");
    for group in groups {
        let _ = write!(
            out,
            "\n## {}\n\n| rule | level | what it reports |\n| --- | --- | --- |\n",
            group.title()
        );
        for rule in rules.iter().filter(|rule| rule.group == group) {
            let sentence = rule.reports.trim().replace('|', "\\|").replace('\n', " ");
            let _ = writeln!(out, "| [`{0}`]({0}.md) | {1} | {sentence} |", rule.name, rule.severity);
        }
    }
    out
}
