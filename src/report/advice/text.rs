//! Advice on a terminal: a note from somebody who has counted.

use super::words;
use crate::advise::{Advice, Recommended};
use crate::report::paint::{Paint, Style, printable};
use crate::report::wrap::hang;
use crate::source::Sources;
use std::fmt::Write;

/// How long a line of prose may become.
const WIDTH: usize = 100;

/// A note for each workflow.
pub fn text(advice: &[Advice], sources: &Sources, paint: &Paint) -> String {
    let notes: Vec<String> = advice.iter().map(|one| note(one, sources, paint)).collect();
    notes.join("\n\n")
}

fn note(advice: &Advice, sources: &Sources, paint: &Paint) -> String {
    let file = sources.get(advice.span.file);
    let place = format!("({}:{})", printable(&file.path), file.position(advice.span.start).line);
    let mut out = format!(
        "{} {} {}\n\n",
        paint.style(Style::Strong, &printable(&advice.workflow)),
        printable(&words::declared(&advice.declared)),
        paint.style(Style::Quiet, &place)
    );
    prose(&mut out, "  ", &words::headline(advice));
    if advice.recommended == Recommended::Nothing {
        return out;
    }
    prose(&mut out, "  ", &words::sureness(advice));
    answers(&mut out, advice, paint);
    segments(&mut out, advice, paint);
    side_by_side(&mut out, advice, paint);
    tips(&mut out, advice, paint);
    out
}

fn prose(out: &mut String, head: &str, text: &str) {
    let _ = writeln!(out, "{}", hang(head, &printable(text), WIDTH));
}

fn answers(out: &mut String, advice: &Advice, paint: &Paint) {
    out.push('\n');
    for answer in &advice.answers {
        let vote = words::vote(answer.vote);
        let question = words::question(answer.question);
        let head = format!("  {vote}  {question:<36}");
        let row = hang(&format!("{head} "), &printable(&words::answer(answer)), WIDTH);
        let row = row.replacen(question, &paint.style(Style::Hint, question), 1);
        let _ = writeln!(out, "{}", row.replacen(vote, &paint.style(Style::Strong, vote), 1));
    }
    let _ = writeln!(out, "  {:>2}  together", words::signed(advice.sum));
}

/// Where it falls apart: named, each with a style. One segment that is all of it is no cut.
fn segments(out: &mut String, advice: &Advice, paint: &Paint) {
    if advice.segments.len() < 2 || advice.share.is_none() {
        return;
    }
    let title = match advice.recommended {
        Recommended::Segments => "Segments",
        _ => "What hangs together, and what may follow by an event",
    };
    let _ = writeln!(out, "\n  {}", paint.style(Style::Strong, title));
    let widest = advice.segments.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    for segment in &advice.segments {
        let head = format!("    {:widest$}  ", printable(&segment.name));
        prose(out, &head, &words::segment(advice, segment));
        if let Some(enters) = words::enters(advice, segment) {
            let text = hang(&" ".repeat(widest + 6), &printable(&enters), WIDTH);
            let _ = writeln!(out, "{}", paint.style(Style::Quiet, &text));
        }
    }
}

fn side_by_side(out: &mut String, advice: &Advice, paint: &Paint) {
    let rows = words::rows(advice);
    let width = |at: usize, title: &str| {
        let longest = rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
        longest.max(title.chars().count())
    };
    let (first, second) = (width(0, "Side by side"), width(1, "orchestrated"));
    let head = format!("{:first$}  {:second$}  choreographed", "Side by side", "orchestrated");
    let _ = writeln!(out, "\n  {}", paint.style(Style::Strong, &head));
    for [title, left, right] in rows {
        let line = format!("  {title:first$}  {:second$}  {}", printable(&left), printable(&right));
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn tips(out: &mut String, advice: &Advice, paint: &Paint) {
    let _ = writeln!(out, "\n  {}", paint.style(Style::Strong, "What would tip it"));
    for tip in &advice.tipping.tips {
        let of = tip.segment.map_or(String::new(), |at| format!("{}: ", advice.segments[at].name));
        prose(out, "    ", &format!("{of}{}", words::tip(tip)));
    }
    if advice.tipping.tips.is_empty() {
        prose(out, "    ", &words::no_tip(advice));
    }
}
