//! A page for a pull request or the summary of a job: a table, and the details of each finding below it.

use super::paint::{Paint, printable};
use super::{Report, human};
use crate::compile;
use crate::finding::Finding;

/// More findings than these are only counted.
const MOST: usize = 50;
/// In bytes. GitHub takes no comment of more than 65,536 characters.
const LONGEST: usize = 60_000;

pub fn report(report: &Report) -> String {
    let files =
        if report.n_files() == 1 { "1 file".to_string() } else { format!("{} files", report.n_files()) };
    let mut out = format!("## wfc: {} in {files}\n", counted(report));
    table(report, "wfc check", &mut out);
    all_details(report, "wfc check", &mut out);
    out
}

/// `1 error, 2 warnings`
pub(super) fn counted(report: &Report) -> String {
    let [errors, warnings, infos] = report.counts();
    let counts = [(errors, "error"), (warnings, "warning"), (infos, "info")];
    let counted: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(
            |(n, what)| {
                if *n == 1 || *what == "info" { format!("{n} {what}") } else { format!("{n} {what}s") }
            },
        )
        .collect();
    if counted.is_empty() { "no findings".to_string() } else { counted.join(", ") }
}

/// A line for each finding; `command` shows those that are too many.
pub(super) fn table(report: &Report, command: &str, out: &mut String) {
    if report.selected.n_hidden > 0 || report.n_allowed > 0 {
        out.push_str(&format!("\n{} hidden, {} allowed\n", report.selected.n_hidden, report.n_allowed));
    }
    let shown = &report.findings()[..report.findings().len().min(MOST)];
    if shown.is_empty() {
        return;
    }
    out.push_str("\n| | rule | what | where |\n| --- | --- | --- | --- |\n");
    for finding in shown {
        out.push_str(&row(finding, report));
    }
    let n_more = report.findings().len() - shown.len();
    if n_more > 0 {
        out.push_str(&format!("\n{n_more} more: `{command}` shows all of them.\n"));
    }
}

/// The details of the findings in the table, as many as fit into a comment.
pub(super) fn all_details(report: &Report, command: &str, out: &mut String) {
    for finding in &report.findings()[..report.findings().len().min(MOST)] {
        let details = details(finding, report);
        if out.len() + details.len() > LONGEST {
            out.push_str(&format!("\nThe details of the others are left out: `{command}` shows them.\n"));
            break;
        }
        out.push_str(&details);
    }
}

fn row(finding: &Finding, report: &Report) -> String {
    let name = finding.name();
    format!(
        "| {} | `{name}` | {} | {} |\n",
        finding.severity,
        escaped(&finding.message),
        code(&at(finding, report))
    )
}

fn details(finding: &Finding, report: &Report) -> String {
    let text = human::one(finding, report.sources, &Paint::plain());
    let fence = "`".repeat(longest_ticks(&text).max(2) + 1);
    // The printer of diagrams lets no backtick through.
    let run = compile::draw_run(report.sources, finding);
    let run = run.map_or(String::new(), |run| format!("\n```mermaid\n{}\n```\n", run.trim_end()));
    format!(
        "\n<details><summary>{}: {}</summary>\n\n{fence}text\n{}\n{fence}\n{run}\n</details>\n",
        finding.name(),
        html(&at(finding, report)),
        text.trim_end()
    )
}

/// `flows/order.wfc:8`
fn at(finding: &Finding, report: &Report) -> String {
    let file = report.sources.get(finding.span().file);
    let path = printable(&report.paths.in_repository(&file.path));
    format!("{path}:{}", file.position(finding.span().start).line)
}

/// A text in a cell of a table in which only backticks mean something: they mark names.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in printable(text).split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&code(part));
        } else {
            let plain = |c: char| c.is_alphanumeric() || " ,;:'/?=-".contains(c) || !c.is_ascii();
            part.chars().for_each(|c| {
                if !plain(c) {
                    out.push('\\');
                }
                out.push(c);
            });
        }
    }
    out
}

/// Code in a cell: backticks inside ask for longer ones outside, and `|` would end the cell.
pub(super) fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_ticks(text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{}{pad}{ticks}", text.replace('|', "\\|"))
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
