//! The manual of the rules as Markdown: one page a rule.

use crate::finding::Rule;

/// The page of `rule`; `output` is what wfc really says about its bad example.
pub fn markdown(rule: &Rule, output: &str) -> String {
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
