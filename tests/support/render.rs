//! Findings as plain text for expectations: stable, one block a finding, with the text they underline.

use std::fmt::Write;
use wfc::finding::Finding;
use wfc::source::{Sources, Span};

/// All findings, in the order they came in.
pub fn findings(findings: &[Finding], sources: &Sources) -> String {
    if findings.is_empty() {
        return "nothing to report\n".to_string();
    }
    let blocks: Vec<String> = findings.iter().map(|it| finding(it, sources)).collect();
    blocks.join("\n")
}

fn finding(finding: &Finding, sources: &Sources) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}[{}] {} confidence", finding.severity, rule_name(finding), finding.confidence);
    let _ = writeln!(out, "  {}", finding.message);
    for label in &finding.labels {
        let _ = writeln!(out, "  --> {}: {}", place(label.span, sources), label.text);
        let _ = writeln!(out, "      {}", quote(label.span, sources));
    }
    for (at, step) in finding.witness.iter().enumerate() {
        let _ = write!(out, "  run {}. {}", at + 1, step.text);
        let _ = match step.span {
            Some(span) => writeln!(out, " ({})", place(span, sources)),
            None => writeln!(out),
        };
    }
    if let Some(what_if) = &finding.what_if {
        let _ = writeln!(out, "  what if: {what_if}");
    }
    for help in &finding.help {
        let _ = writeln!(out, "  help: {}", help.replace('\n', "\n        "));
    }
    let _ = writeln!(out, "  about: {}", finding.entity);
    out
}

/// `rule`, or `rule/variant` where the finding names one.
pub fn rule_name(finding: &Finding) -> String {
    match finding.variant {
        Some(variant) => format!("{}/{variant}", finding.rule.name),
        None => finding.rule.name.to_string(),
    }
}

fn place(span: Span, sources: &Sources) -> String {
    let file = sources.get(span.file);
    let position = file.position(span.start);
    format!("{}:{}:{}", file.path, position.line, position.column)
}

/// The underlined text, between bars so that an empty or a padded one can be seen.
fn quote(span: Span, sources: &Sources) -> String {
    let text = sources.get(span.file).slice(span);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("");
    match lines.next_back() {
        None => format!("|{first}|"),
        Some(last) => format!("|{first} … {}|", last.trim_start()),
    }
}

/// What `finding` breaks of the promises that every finding makes, if anything.
pub fn broken_promise(finding: &Finding, sources: &Sources) -> Option<String> {
    let broken = |what: &str| Some(format!("{}: {what}: {:?}", rule_name(finding), finding.message));
    let n_files = sources.iter().count();
    let fits = |span: Span| {
        (span.file.0 as usize) < n_files && sources.get(span.file).text.get(span.range()).is_some()
    };
    if finding.labels.is_empty() {
        return broken("has no place");
    }
    let witnessed = finding.witness.iter().filter_map(|step| step.span);
    if !finding.labels.iter().map(|label| label.span).chain(witnessed).all(fits) {
        return broken("points outside of the text");
    }
    if wfc::catalog::find(finding.rule.name).is_none() {
        return broken("its rule is not in the catalog");
    }
    let message = &finding.message;
    if message.is_empty() || message.contains('\n') {
        return broken("the message is not one line");
    }
    if message.ends_with('.') || message.starts_with(char::is_uppercase) {
        return broken("the message is not one clause in lower case without a period");
    }
    if own_words(message).chars().count() > 80 {
        return broken("the message is longer than 80 characters");
    }
    None
}

/// The message without what stands in backticks: the user's names may be as long as they like.
fn own_words(message: &str) -> String {
    message.split('`').step_by(2).collect()
}
