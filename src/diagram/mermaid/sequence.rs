//! A run as Mermaid text, with the same care for what users write as in flowcharts.

use super::super::Remark;
use super::super::drawing::{numbered, told};
use super::super::sequence::{Item, MessageKind, NoteKind, Over, Sequence};
use super::escaped;
use std::fmt::Write;

/// The run as a Mermaid sequence diagram.
pub fn mermaid_sequence(sequence: &Sequence) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let id = |side: usize| sequence.sides[side].id.as_str();
    for side in &sequence.sides {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  participant {} as {}", side.id, text(&side.title));
    }
    // Without sides there is nothing that a note could lie over.
    let items = if sequence.sides.is_empty() { &[] } else { sequence.items.as_slice() };
    for item in items {
        let _ = match item {
            Item::Message { from, to, kind, lines, about } => {
                writeln!(out, "  {}{}{}: {}", id(*from), arrow(*kind), id(*to), text(&numbered(lines, about)))
            }
            Item::Note { over, kind, lines, about } => {
                let (first, last) = match *over {
                    Over::One(side) => (side, side),
                    Over::Two(one, other) => (one.min(other), one.max(other)),
                    Over::All => (0, sequence.sides.len() - 1),
                };
                let more = if first == last { String::new() } else { format!(",{}", id(last)) };
                let note = format!("Note over {}{more}: {}", id(first), text(&numbered(lines, about)));
                match colour(*kind) {
                    None => writeln!(out, "  {note}"),
                    Some(colour) => writeln!(out, "  rect {colour}\n    {note}\n  end"),
                }
            }
        };
    }
    out
}

/// What was found, as notes below the run.
pub fn remarks(sequence: &Sequence, remarks: &[Remark]) -> String {
    let (Some(first), Some(last)) = (sequence.sides.first(), sequence.sides.last()) else {
        return String::new();
    };
    let over = if first == last { first.id.clone() } else { format!("{},{}", first.id, last.id) };
    let mut out = String::new();
    for (number, remark) in remarks.iter().enumerate() {
        let words = told(number, remark);
        let colour = colour(NoteKind::Verdict).unwrap_or_default();
        let _ = writeln!(out, "  rect {colour}\n    Note over {over}: {}\n  end", text(&words));
    }
    out
}

fn arrow(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Call => "->>",
        MessageKind::Reply => "-->>",
        MessageKind::Refusal => "--x",
        MessageKind::Lost => "-x",
        MessageKind::Event => "-)",
    }
}

/// Of the band around a note; the notes themselves have the colour of the page's theme.
fn colour(kind: NoteKind) -> Option<&'static str> {
    match kind {
        NoteKind::Plain => None,
        NoteKind::Pivot => Some("rgb(132, 173, 255)"),
        NoteKind::Verdict => Some("rgb(253, 162, 155)"),
    }
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}
