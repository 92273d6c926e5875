//! A run as a sequence diagram of PlantUML.

use super::super::drawing::{numbered, told};
use super::super::look;
use super::super::sequence::{Item, MessageKind, NoteKind, Over, Sequence};
use super::super::{About, Remark};
use super::text;
use std::fmt::Write;

pub fn sequence(run: &Sequence, remarks: &[Remark]) -> String {
    // Writing to a string cannot fail.
    let mut out = String::from("hide footbox\nskinparam shadowing false\n");
    for side in &run.sides {
        let _ = writeln!(out, "participant \"{}\" as {}", text(&[], &side.title), side.id);
    }
    if run.sides.is_empty() {
        // An empty diagram is an error to PlantUML.
        out.push_str("participant nobody\n");
        return out;
    }
    for item in &run.items {
        match item {
            Item::Message { from, to, kind, lines, about } => {
                let arrow = match kind {
                    MessageKind::Call => "->",
                    MessageKind::Reply => "-->",
                    MessageKind::Refusal => "-[#d92d20]->x",
                    MessageKind::Lost => "-[#d92d20]>x",
                    MessageKind::Event => "-[#ca8504]>>",
                };
                let (from, to) = (&run.sides[*from].id, &run.sides[*to].id);
                let _ = writeln!(out, "{from} {arrow} {to} : {}", text(&[], &numbered(lines, about)));
            }
            Item::Note { over, kind, lines, about } => {
                note(&mut out, run, *over, *kind, &numbered(lines, about))
            }
        }
    }
    for (number, remark) in remarks.iter().enumerate() {
        let lines = numbered(&told(number, remark), &About::default());
        note(&mut out, run, Over::All, NoteKind::Verdict, &lines);
    }
    out
}

fn note(out: &mut String, run: &Sequence, over: Over, kind: NoteKind, lines: &[String]) {
    let id = |side: usize| run.sides[side].id.as_str();
    let place = match over {
        Over::One(side) => format!("over {}", id(side)),
        Over::Two(a, b) if a == b => format!("over {}", id(a)),
        Over::Two(a, b) => format!("over {}, {}", id(a.min(b)), id(a.max(b))),
        Over::All => "across".to_string(),
    };
    let _ = writeln!(out, "note {place} {} : {}", look::note(kind).fill, text(&[], lines));
}
