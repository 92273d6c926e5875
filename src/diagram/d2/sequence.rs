//! A run as a sequence diagram of D2.

use super::super::Remark;
use super::super::drawing::{numbered, told};
use super::super::look;
use super::super::sequence::{Item, MessageKind, NoteKind, Over, Sequence};
use super::text;
use std::fmt::Write;

pub fn sequence(run: &Sequence, remarks: &[Remark]) -> String {
    // Writing to a string cannot fail.
    let mut out = String::from("shape: sequence_diagram\n");
    for side in &run.sides {
        let _ = writeln!(out, "{}: {}", side.id, text(&side.title));
    }
    let Some(first) = run.sides.first() else { return out };
    for (number, item) in run.items.iter().enumerate() {
        match item {
            Item::Message { from, to, kind, lines, about } => {
                let (from, to) = (&run.sides[*from].id, &run.sides[*to].id);
                let style = match kind {
                    MessageKind::Call => "style.stroke: \"#475467\"",
                    MessageKind::Reply => "style.stroke: \"#475467\"; style.stroke-dash: 5",
                    MessageKind::Refusal => {
                        "style.stroke: \"#d92d20\"; style.stroke-dash: 5; target-arrowhead.shape: cross"
                    }
                    MessageKind::Lost => "style.stroke: \"#d92d20\"; target-arrowhead.shape: cross",
                    MessageKind::Event => "style.stroke: \"#ca8504\"; target-arrowhead.shape: arrow",
                };
                let _ = writeln!(out, "{from} -> {to}: {} {{{style}}}", text(&numbered(lines, about)));
            }
            Item::Note { over, kind, lines, about } => {
                let side = match *over {
                    Over::One(side) => side,
                    Over::Two(a, b) => a.min(b),
                    Over::All => 0,
                };
                note(&mut out, &run.sides[side].id, number + 1, *kind, &numbered(lines, about));
            }
        }
    }
    for (number, remark) in remarks.iter().enumerate() {
        note(&mut out, &first.id, run.items.len() + number + 1, NoteKind::Verdict, &told(number, remark));
    }
    out
}

fn note(out: &mut String, side: &str, number: usize, kind: NoteKind, lines: &[String]) {
    let colours = look::note(kind);
    let _ = writeln!(
        out,
        "{side}.note_{number}: {} {{style.fill: \"{}\"; style.stroke: \"{}\"}}",
        text(lines),
        colours.fill,
        colours.line
    );
}
