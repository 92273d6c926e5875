//! A rule's manual page: the same words for `wfc explain` and for the documentation.

use super::paint::{Paint, Style};
use super::wrap::wrap;
use crate::finding::{Finding, Profile, Rule, Safety};

/// How long a line of prose may become.
const WIDTH: usize = 88;

/// What wfc really says about a rule's bad example.
pub struct Example<'a> {
    /// As the terminal shows it.
    pub output: &'a str,
    pub findings: &'a [Finding],
}

/// The page as Markdown.
pub fn markdown(rule: &Rule, example: &Example) -> String {
    let facts = format!(
        "{}, {} confidence{}. Group: {}.{}",
        capital(&rule.severity.to_string()),
        rule.confidence,
        shown_by(rule),
        rule.group.title(),
        fixed_by(rule, example).map_or(String::new(), |fix| format!(" Fix: {fix}."))
    );
    let title = format!("# {}", rule.name);
    sections(vec![title, paragraphs(rule.reports), facts], rule, Some(example.output))
}

/// The page as Markdown without the finding, for readers who have one before them.
pub fn brief(rule: &Rule) -> String {
    sections(vec![paragraphs(rule.reports)], rule, None)
}

fn sections(head: Vec<String>, rule: &Rule, output: Option<&str>) -> String {
    let language = rule.example_language;
    let mut parts = head;
    parts.extend(["## Why".to_string(), paragraphs(rule.why)]);
    parts.extend(["## Bad".to_string(), fence(language, rule.bad)]);
    parts.extend(output.map(|output| fence("text", output)));
    parts.extend(["## Good".to_string(), fence(language, rule.good)]);
    parts.extend(["## Help".to_string(), paragraphs(rule.help)]);
    parts.join("\n\n") + "\n"
}

/// Prose as one line a paragraph, for readers that break lines themselves.
pub fn prose(text: &str) -> String {
    joined(text.trim())
}

/// The page for a terminal; the output of the example may be coloured.
pub fn terminal(rule: &Rule, example: &Example, paint: &Paint) -> String {
    let heading = |text: &str| paint.style(Style::Strong, text);
    let kind = format!("{}[{}]", rule.severity, rule.name);
    let fix = fixed_by(rule, example).map_or(String::new(), |fix| format!("; fix: {fix}"));
    let facts = format!("{}; {} confidence{}{fix}", rule.group.title(), rule.confidence, shown_by(rule));
    [
        format!(
            "{}\n{}",
            paint.style(Style::Severity(rule.severity), &kind),
            paint.style(Style::Quiet, &facts)
        ),
        paragraphs(rule.reports),
        heading("Why"),
        paragraphs(rule.why),
        heading("Bad"),
        indent(rule.bad),
        indent(example.output),
        heading("Good"),
        indent(rule.good),
        heading("Help"),
        paragraphs(rule.help),
    ]
    .join("\n\n")
        + "\n"
}

/// How far the rule's fixes can be trusted, if the example is offered any.
fn fixed_by(rule: &Rule, example: &Example) -> Option<&'static str> {
    let own = example.findings.iter().filter(|finding| finding.rule.name == rule.name);
    own.flat_map(|finding| &finding.fixes).map(|fix| fix.safety).min().map(|safety| match safety {
        Safety::Safe => "safe, by `--fix`",
        Safety::Unsafe => "unsafe, by `--fix --unsafe-fixes`",
    })
}

/// Which profile shows it, where the default one does not.
fn shown_by(rule: &Rule) -> String {
    match rule.profile {
        Profile::Default => String::new(),
        Profile::Strict | Profile::Audit => format!(", shown by `--profile {}`", rule.profile),
    }
}

/// Prose in lines; what is a list, or indented, keeps its shape.
fn paragraphs(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in joined(text.trim()).lines() {
        if line.trim().is_empty() {
            lines.push(String::new());
            continue;
        }
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let hanging = if line.trim_start().starts_with("- ") { "  " } else { "" };
        for (n, part) in wrap(line, WIDTH - indent.len()).into_iter().enumerate() {
            let hanging = if n == 0 { "" } else { hanging };
            lines.push(format!("{indent}{hanging}{part}").trim_end().to_string());
        }
    }
    lines.join("\n")
}

/// The text with one line a paragraph: where its author broke a line means nothing.
fn joined(text: &str) -> String {
    let is_prose = |line: &str| !line.is_empty() && !line.starts_with([' ', '-']);
    let mut out = String::new();
    let mut before = "";
    for line in text.lines() {
        out.push_str(match (out.is_empty(), is_prose(before) && is_prose(line)) {
            (true, _) => "",
            (false, true) => " ",
            (false, false) => "\n",
        });
        out.push_str(line);
        before = line;
    }
    out
}

fn fence(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

fn indent(text: &str) -> String {
    let lines: Vec<String> =
        text.trim_end().lines().map(|line| format!("    {line}").trim_end().to_string()).collect();
    lines.join("\n")
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
