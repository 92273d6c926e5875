//! All rules at a glance: `wfc rules`.

use super::paint::{Paint, Style};
use super::wrap::hang;
use crate::finding::Rule;
use serde::Serialize;

/// How long a line may become.
const WIDTH: usize = 110;

/// A table under the headings of the groups.
pub fn text(rules: &[&Rule], paint: &Paint) -> String {
    let mut sorted = rules.to_vec();
    sorted.sort_by_key(|rule| (rule.group, rule.name));
    let widest = sorted.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for group in sorted.chunk_by(|a, b| a.group == b.group) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{}\n", paint.style(Style::Strong, group[0].group.title())));
        for rule in group {
            let severity = format!("{:<8}", rule.severity.to_string());
            let head = format!("  {:widest$}  {severity} ", rule.name);
            let row = hang(&head, rule.reports, WIDTH);
            let painted = paint.style(Style::Severity(rule.severity), &severity);
            out.push_str(&row.replacen(&severity, &painted, 1));
            out.push('\n');
        }
    }
    out
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    group: &'static str,
    severity: String,
    confidence: String,
    profile: String,
    reports: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
    help: &'static str,
}

/// Everything about every rule.
pub fn json(rules: &[&'static Rule]) -> String {
    let rows: Vec<Row> = rules.iter().copied().map(row).collect();
    let text = serde_json::to_string_pretty(&rows).expect("strings always have a JSON form");
    format!("{text}\n")
}

fn row(rule: &'static Rule) -> Row {
    Row {
        name: rule.name,
        group: rule.group.title(),
        severity: rule.severity.to_string(),
        confidence: rule.confidence.to_string(),
        profile: rule.profile.to_string(),
        reports: rule.reports,
        why: rule.why,
        bad: rule.bad,
        good: rule.good,
        help: rule.help,
    }
}
