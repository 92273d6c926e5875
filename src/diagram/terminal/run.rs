//! A run in boxes of letters: a column for each side, and what happens from top to bottom.

use super::canvas::{Canvas, Frame, Pen, columns};
use crate::diagram::drawing::numbered;
use crate::diagram::label::fitted;
use crate::diagram::sequence::{Item, MessageKind, NoteKind, Over, Sequence};

const BOX: Frame = Frame { corners: ['┌', '┐', '└', '┘'], across: '─', left: '│', right: '│' };
const NOTE: Frame = Frame { corners: ['╭', '╮', '╰', '╯'], across: '─', left: '│', right: '│' };
const VERDICT: Frame =
    Frame { corners: ['╔', '╗', '╚', '╝'], across: '═', left: '║', right: '║' };

/// Nothing where it takes more than `width` columns.
pub fn drawn(run: &Sequence, width: usize) -> Option<String> {
    if run.sides.is_empty() {
        return Some(String::new());
    }
    let run = &narrowed(run, width);
    let (middle, wide) = places(run);
    if wide > width {
        return None;
    }
    let head = run.sides.iter().map(|side| side.title.len() + 2).max().unwrap_or(3);
    let height: usize = head + run.items.iter().map(height_of).sum::<usize>() + 1;
    let mut canvas = Canvas::new(wide + 1, height);
    for x in &middle {
        canvas.line((*x, head), (*x, height - 1), Pen::Dashed);
    }
    for (side, x) in run.sides.iter().zip(&middle) {
        framed(&mut canvas, *x, 0, &side.title, &BOX, 0);
    }
    let mut y = head;
    for item in &run.items {
        match item {
            Item::Message { from, to, kind, lines, about } => {
                message(&mut canvas, (middle[*from], middle[*to]), y, *kind, &numbered(lines, about));
            }
            Item::Note { over, kind, lines, about } => {
                let look = if *kind == NoteKind::Plain { &NOTE } else { &VERDICT };
                let (first, last) = match *over {
                    Over::One(side) => (side, side),
                    Over::Two(a, b) => (a.min(b), a.max(b)),
                    Over::All => (0, middle.len() - 1),
                };
                let lines = numbered(lines, about);
                let half = (widest(&lines) + 4) / 2;
                let at = ((middle[first] + middle[last]) / 2).max(half);
                framed(&mut canvas, at, y, &lines, look, middle[last] - middle[first] + 5);
            }
        }
        y += height_of(item);
    }
    Some(canvas.text())
}

/// Notes over all sides need no more room than there is.
fn narrowed(run: &Sequence, width: usize) -> Sequence {
    let mut run = run.clone();
    for item in &mut run.items {
        if let Item::Note { over: Over::All, lines, .. } = item {
            *lines = fitted(&lines.join(" "), |line| columns(line) + 6 <= width);
        }
    }
    run
}

fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| columns(line)).max().unwrap_or(0)
}

fn height_of(item: &Item) -> usize {
    match item {
        Item::Message { lines, from, to, .. } => lines.len() + if from == to { 2 } else { 1 },
        Item::Note { lines, .. } => lines.len() + 2,
    }
}

/// The middle of each column, and how wide everything is.
fn places(run: &Sequence) -> (Vec<usize>, usize) {
    let n = run.sides.len();
    let half = |at: usize| (widest(&run.sides[at].title) + 4).div_ceil(2);
    let mut apart: Vec<(usize, usize, usize)> =
        (1..n).map(|at| (at - 1, at, half(at - 1) + half(at) + 1)).collect();
    let (mut left, mut right) = (half(0), half(n - 1));
    let mut whole = 0;
    for item in &run.items {
        match item {
            Item::Message { from, to, lines, about, .. } => {
                let wide = widest(&numbered(lines, about));
                if from != to {
                    apart.push((*from.min(to), *from.max(to), wide + 4));
                } else if from + 1 < n {
                    apart.push((*from, from + 1, wide + 7));
                } else {
                    right = right.max(wide + 7);
                }
            }
            Item::Note { over, lines, about, .. } => {
                let wide = widest(&numbered(lines, about)) + 4;
                match *over {
                    Over::One(side) => {
                        let reach = wide.div_ceil(2) + 1;
                        match side.checked_sub(1) {
                            Some(before) => apart.push((before, side, reach)),
                            None => left = left.max(reach),
                        }
                        match side + 1 < n {
                            true => apart.push((side, side + 1, reach)),
                            false => right = right.max(reach),
                        }
                    }
                    Over::Two(a, b) if a != b => apart.push((a.min(b), a.max(b), wide.saturating_sub(5))),
                    Over::Two(..) | Over::All => whole = whole.max(wide + 2),
                }
            }
        }
    }
    let mut middle = vec![left; n];
    for at in 1..n {
        let needed = apart.iter().filter(|(_, to, _)| *to == at).map(|(from, _, gap)| middle[*from] + gap);
        middle[at] = needed.fold(middle[at - 1], usize::max);
    }
    let wide = (middle[n - 1] + right + 1).max(whole);
    (middle, wide)
}

/// Lines in a box around `middle`, at least `least` wide.
fn framed(canvas: &mut Canvas, middle: usize, y: usize, lines: &[String], look: &Frame, least: usize) {
    let least = if least > 5 { least } else { 0 };
    let wide = (widest(lines) + 4).max(least);
    let x = middle.saturating_sub(wide / 2);
    canvas.clear(x, y, wide, lines.len() + 2);
    canvas.frame(x, y, wide, lines.len() + 2, look);
    for (number, line) in lines.iter().enumerate() {
        canvas.write(x + (wide - columns(line)) / 2, y + 1 + number, line);
    }
}

fn message(canvas: &mut Canvas, (from, to): (usize, usize), y: usize, kind: MessageKind, lines: &[String]) {
    let pen = match kind {
        MessageKind::Call | MessageKind::Lost | MessageKind::Event => Pen::Plain,
        MessageKind::Reply | MessageKind::Refusal => Pen::Dashed,
    };
    let is_cross = matches!(kind, MessageKind::Lost | MessageKind::Refusal);
    if from == to {
        canvas.line((from, y), (from + 3, y), pen);
        canvas.line((from + 3, y), (from + 3, y + lines.len()), pen);
        canvas.line((from + 1, y + lines.len()), (from + 3, y + lines.len()), pen);
        canvas.put(from + 1, y + lines.len(), if is_cross { '✗' } else { '◀' });
        for (number, line) in lines.iter().enumerate() {
            canvas.write(from + 5, y + number, line);
        }
        return;
    }
    let row = y + lines.len();
    let (left, right) = (from.min(to), from.max(to));
    for (number, line) in lines.iter().enumerate() {
        canvas.write((left + right).saturating_sub(columns(line)) / 2 + 1, y + number, line);
    }
    canvas.line((left + 1, row), (right - 1, row), pen);
    let (at, arrow) = if from < to { (right - 1, '▶') } else { (left + 1, '◀') };
    canvas.put(at, row, if is_cross { '✗' } else { arrow });
}
