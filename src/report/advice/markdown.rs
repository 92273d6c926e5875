//! Advice as a page, for a pull request or a decision record.

use super::words;
use crate::advise::{Advice, Recommended};
use crate::report::paint::printable;
use crate::source::Sources;
use std::fmt::Write;

/// A heading for each workflow.
pub fn markdown(advice: &[Advice], sources: &Sources) -> String {
    let mut out = String::new();
    for one in advice {
        if !out.is_empty() {
            out.push('\n');
        }
        page(&mut out, one, sources);
    }
    out
}

fn page(out: &mut String, advice: &Advice, sources: &Sources) {
    let file = sources.get(advice.span.file);
    let line = file.position(advice.span.start).line;
    let _ = writeln!(out, "## {}", plain(&advice.workflow));
    let _ = writeln!(out, "\n{}, {}:{line}", plain(&words::declared(&advice.declared)), plain(&file.path));
    let _ = writeln!(out, "\n**{}**", plain(&words::headline(advice)));
    if advice.recommended == Recommended::Nothing {
        return;
    }
    let _ = writeln!(out, "{}", plain(&words::sureness(advice)));
    let _ = writeln!(out, "\n| vote | question | numbers |\n| ---: | --- | --- |");
    for answer in &advice.answers {
        let (vote, question) = (words::vote(answer.vote).trim(), words::question(answer.question));
        let _ = writeln!(out, "| {vote} | {question} | {} |", plain(&words::answer(answer)));
    }
    let _ = writeln!(out, "| {} | together | |", words::signed(advice.sum));
    if advice.segments.len() > 1 && advice.share.is_some() {
        let _ = writeln!(out, "\n| segment | style and steps | border |\n| --- | --- | --- |");
        for segment in &advice.segments {
            let border = words::enters(advice, segment).unwrap_or_default();
            let said = words::segment(advice, segment);
            let _ = writeln!(out, "| {} | {} | {} |", plain(&segment.name), plain(&said), plain(&border));
        }
    }
    let _ = writeln!(out, "\n| | orchestrated | choreographed |\n| --- | --- | --- |");
    for [title, left, right] in words::rows(advice) {
        let _ = writeln!(out, "| {title} | {} | {} |", plain(&left), plain(&right));
    }
    let _ = writeln!(out, "\nWhat would tip it:\n");
    for tip in &advice.tipping.tips {
        let of = tip.segment.map_or(String::new(), |at| format!("{}: ", advice.segments[at].name));
        let _ = writeln!(out, "- {}", plain(&format!("{of}{}", words::tip(tip))));
    }
    if advice.tipping.tips.is_empty() {
        let _ = writeln!(out, "- {}", plain(&words::no_tip(advice)));
    }
}

/// Names of users are words, and nothing that Markdown or HTML would act upon.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
