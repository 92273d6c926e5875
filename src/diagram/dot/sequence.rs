//! A run as a ladder, since DOT has no sequence diagrams: a column of points for each side, a row for each
//! thing that happens.

use super::super::drawing::numbered;
use super::super::look;
use super::super::sequence::{Item, MessageKind, NoteKind, Over, Sequence};
use super::text;
use std::fmt::Write;

pub fn ladder(run: &Sequence) -> String {
    let font = "fontname=\"Helvetica,Arial,sans-serif\"";
    // Writing to a string cannot fail.
    let mut out = String::from("digraph workflow {\n");
    let _ = writeln!(out, "  graph [bgcolor=\"white\", nodesep=1.2, ranksep=0.25, ordering=out]");
    let _ = writeln!(out, "  node [{font}, fontsize=11, shape=point, width=0.02, color=\"#98a2b3\"]");
    let _ = writeln!(out, "  edge [{font}, fontsize=10, arrowsize=0.7, color=\"#475467\"]");
    let service = look::node(crate::diagram::NodeKind::Service);
    for side in &run.sides {
        let _ = writeln!(
            out,
            "  {} [label={}, shape=box, style=\"filled\", fillcolor=\"{}\", color=\"{}\"]",
            side.id,
            text(&side.title, &[]),
            service.fill,
            service.line
        );
    }
    let ids: Vec<&str> = run.sides.iter().map(|side| side.id.as_str()).collect();
    row(&mut out, &ids.iter().map(|id| (*id).to_string()).collect::<Vec<_>>());
    let mut above: Vec<String> = ids.iter().map(|id| (*id).to_string()).collect();
    for (number, item) in run.items.iter().enumerate().filter(|_| !ids.is_empty()) {
        let points: Vec<String> = ids.iter().map(|id| format!("{id}_at_{}", number + 1)).collect();
        match item {
            Item::Message { from, to, kind, lines, about } => {
                let lines = numbered(lines, about);
                row(&mut out, &points);
                message(&mut out, &points, (*from, *to), *kind, &lines);
            }
            Item::Note { over, kind, lines, about } => {
                let at = match *over {
                    Over::One(side) => side,
                    Over::Two(a, b) => a.min(b),
                    Over::All => 0,
                };
                note(&mut out, &points[at], *kind, &numbered(lines, about));
                row(&mut out, &points);
            }
        }
        for (from, to) in above.iter().zip(&points) {
            let _ = writeln!(
                out,
                "  {from} -> {to} [style=dashed, arrowhead=none, color=\"#98a2b3\", weight=20]"
            );
        }
        above = points;
    }
    out.push_str("}\n");
    out
}

/// Keeps points beside each other, in their order.
fn row(out: &mut String, points: &[String]) {
    let _ = writeln!(out, "  {{ rank=same {} }}", points.join(" "));
    for pair in points.windows(2) {
        let _ = writeln!(out, "  {} -> {} [style=invis]", pair[0], pair[1]);
    }
}

fn message(
    out: &mut String,
    points: &[String],
    (from, to): (usize, usize),
    kind: MessageKind,
    lines: &[String],
) {
    let look = match kind {
        MessageKind::Call => "",
        MessageKind::Reply => ", style=dashed",
        MessageKind::Refusal => ", style=dashed, arrowhead=tee, color=\"#d92d20\", fontcolor=\"#d92d20\"",
        MessageKind::Lost => ", arrowhead=tee, color=\"#d92d20\", fontcolor=\"#d92d20\"",
        MessageKind::Event => ", arrowhead=vee, color=\"#ca8504\", fontcolor=\"#ca8504\"",
    };
    let _ = writeln!(
        out,
        "  {} -> {} [label={}, constraint=false{look}]",
        points[from],
        points[to],
        text(&[], lines)
    );
}

fn note(out: &mut String, point: &str, kind: NoteKind, lines: &[String]) {
    let colours = look::note(kind);
    let _ = writeln!(
        out,
        "  {point} [label={}, shape=box, style=\"rounded,filled\", fillcolor=\"{}\", color=\"{}\"]",
        text(&[], lines),
        colours.fill,
        colours.line
    );
}
