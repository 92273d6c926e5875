//! The manual of the rules as Markdown: one page a rule, and the list of all.

use crate::finding::Rule;
use std::fmt::Write;

/// The page of `rule`; `output` is what wfc really says about its bad example.
pub fn page(rule: &Rule, output: &str) -> String {
    let language = rule.example_language;
    format!(
        "# {}\n\n{} · {} by default, {} confidence\n\n{}\n\n## Why\n\n{}\n\n## Bad\n\n```{language},bad\n{}\n```\n\n\
         wfc says:\n\n```text\n{}\n```\n\n## Good\n\n```{language}\n{}\n```\n\n## What to do\n\n{}\n",
        rule.name,
        rule.group.title(),
        rule.severity,
        rule.confidence,
        rule.reports.trim(),
        rule.why.trim(),
        rule.bad.trim(),
        output.trim_end(),
        rule.good.trim(),
        rule.help.trim(),
    )
}

/// The list of all rules, by group.
pub fn index(rules: &[&Rule]) -> String {
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
