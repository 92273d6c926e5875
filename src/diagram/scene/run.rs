//! A run: its sides beside each other, each with a line down the page, and what happens from top to bottom.

use super::{Align, BADGE, Head, Scene, SceneEdge, SceneLabel, SceneNode, badges};
use crate::diagram::About;
use crate::diagram::layout::{Frame, Point, Size};
use crate::diagram::look::{self, Shape, Stroke};
use crate::diagram::measure::{LABEL, LEADING, TEXT, TITLE, Weight, width};
use crate::diagram::sequence::{Item, MessageKind, NoteKind, Over, Sequence};
use crate::diagram::{NodeKind, sequence::Side};
use crate::finding::Severity;

/// Between two things from top to bottom.
const STEP: f64 = 14.0;
/// Between the boxes of two sides.
const BETWEEN: f64 = 26.0;
/// How far a message to oneself goes out.
const LOOP: f64 = 26.0;

pub fn placed(sequence: &Sequence, severities: &[Severity]) -> Scene {
    if sequence.sides.is_empty() {
        return Scene::empty();
    }
    let columns = Columns::new(sequence);
    let mut page = Page { columns, severities, scene: Scene::empty(), y: 0.0 };
    page.y = page.heads(sequence, 0.0) + STEP;
    let lines_from = page.y - STEP;
    // Behind everything else: the line of each side, whose length is known at the end.
    for side in 0..sequence.sides.len() {
        let x = page.columns.middle[side];
        page.scene.edges.push(SceneEdge {
            class: "life",
            from: side,
            to: side,
            stroke: Stroke::Dashed,
            colour: Some("#98a2b3"),
            points: vec![Point { x, y: lines_from }; 2],
            head: Head::None,
            label: None,
            about: About::default(),
            badges: Vec::new(),
        });
    }
    for (number, item) in sequence.items.iter().enumerate() {
        page.item(number, item);
    }
    for edge in page.scene.edges.iter_mut().take(sequence.sides.len()) {
        edge.points[1].y = page.y;
    }
    let height = page.heads(sequence, page.y);
    page.scene.size = Size { width: page.columns.width, height };
    page.scene
}

/// Where each side stands, so that everything between two of them has room.
struct Columns {
    middle: Vec<f64>,
    width: f64,
}

impl Columns {
    fn new(sequence: &Sequence) -> Columns {
        let n = sequence.sides.len();
        let half: Vec<f64> = sequence.sides.iter().map(|side| size_of_side(side).width / 2.0).collect();
        // What must lie between two columns, by the right one; and beside the last one.
        let mut apart: Vec<(usize, usize, f64)> =
            (1..n).map(|at| (at - 1, at, half[at - 1] + half[at] + BETWEEN)).collect();
        let (mut left, mut right) = (half[0], half[n - 1]);
        for item in &sequence.items {
            match item {
                Item::Message { from, to, lines, about, .. } if from == to => {
                    let wide = LOOP + 8.0 + size_of_words(lines, about).width;
                    match from + 1 < n {
                        true => apart.push((*from, from + 1, wide + 6.0)),
                        false => right = right.max(wide),
                    }
                }
                Item::Message { from, to, lines, about, .. } => {
                    apart.push((*from.min(to), *from.max(to), size_of_words(lines, about).width + 26.0));
                }
                Item::Note { over: Over::One(side), lines, .. } => {
                    let reach = size_of_note(lines).width / 2.0 + 8.0;
                    match side.checked_sub(1) {
                        Some(before) => apart.push((before, *side, reach)),
                        None => left = left.max(reach),
                    }
                    match side + 1 < n {
                        true => apart.push((*side, side + 1, reach)),
                        false => right = right.max(reach),
                    }
                }
                Item::Note { over: Over::Two(a, b), lines, .. } if a != b => {
                    apart.push((*a.min(b), *a.max(b), size_of_note(lines).width - 40.0));
                }
                Item::Note { .. } => {}
            }
        }
        let mut middle = vec![left; n];
        for at in 1..n {
            let needed =
                apart.iter().filter(|(_, to, _)| *to == at).map(|(from, _, gap)| middle[*from] + gap);
            middle[at] = needed.fold(middle[at - 1], f64::max);
        }
        // A note over all of them may be wider than they are.
        let wide = |item: &Item| match item {
            Item::Note { over: Over::All, lines, .. } => size_of_note(lines).width,
            Item::Note { over: Over::Two(a, b), lines, .. } if a == b => size_of_note(lines).width,
            _ => 0.0,
        };
        let widest = sequence.items.iter().map(wide).fold(0.0, f64::max);
        let width = middle[n - 1] + right;
        let missing = (widest - width).max(0.0);
        middle.iter_mut().for_each(|x| *x += missing / 2.0);
        Columns { middle, width: width + missing }
    }
}

fn size_of_side(side: &Side) -> Size {
    let wide = side.title.iter().map(|line| width(line, TITLE, Weight::Bold)).fold(0.0, f64::max);
    Size { width: wide + 28.0, height: side.title.len() as f64 * TITLE * LEADING + 14.0 }
}

fn size_of_note(lines: &[String]) -> Size {
    let wide = lines.iter().map(|line| width(line, TEXT, Weight::Plain)).fold(0.0, f64::max);
    Size { width: wide + 24.0, height: lines.len() as f64 * TEXT * LEADING + 10.0 }
}

/// Of the words of a message, with the numbers of what was found there above them.
fn size_of_words(lines: &[String], about: &About) -> Size {
    let n_badges = about.remarks.len();
    let wide = lines.iter().map(|line| width(line, LABEL, Weight::Plain)).fold(0.0, f64::max);
    let above = if n_badges == 0 { 0.0 } else { 2.0 * BADGE + 2.0 };
    Size {
        width: wide.max(n_badges as f64 * (2.0 * BADGE + 1.0)) + 8.0,
        height: lines.len() as f64 * LABEL * LEADING + 4.0 + above,
    }
}

struct Page<'a> {
    columns: Columns,
    severities: &'a [Severity],
    scene: Scene,
    y: f64,
}

impl Page<'_> {
    /// The boxes of all sides from `y` on; gives where they end.
    fn heads(&mut self, sequence: &Sequence, y: f64) -> f64 {
        let sizes: Vec<Size> = sequence.sides.iter().map(size_of_side).collect();
        let height = sizes.iter().map(|size| size.height).fold(0.0, f64::max);
        let look = look::node(NodeKind::Service);
        let word = if y == 0.0 { "" } else { "_foot" };
        for ((side, size), middle) in sequence.sides.iter().zip(sizes).zip(&self.columns.middle) {
            let frame = Frame { x: middle - size.width / 2.0, y, width: size.width, height };
            self.scene.nodes.push(SceneNode {
                id: format!("{}{word}", side.id),
                class: look.class,
                shape: look.shape,
                colours: look.colours(),
                width: look.width,
                is_dashed: false,
                is_cell: false,
                frame,
                title: side.title.clone(),
                lines: Vec::new(),
                align: Align::Middle,
                group: None,
                badges: badges(&side.about, self.severities, Point { x: frame.x + size.width - 6.0, y }),
                about: side.about.clone(),
            });
        }
        y + height
    }

    fn item(&mut self, number: usize, item: &Item) {
        match item {
            Item::Message { from, to, kind, lines, about } => self.message(*from, *to, *kind, lines, about),
            Item::Note { over, kind, lines, about } => self.note(number, *over, *kind, lines, about),
        }
    }

    fn message(&mut self, from: usize, to: usize, kind: MessageKind, lines: &[String], about: &About) {
        let size = size_of_words(lines, about);
        let (start, end) = (self.columns.middle[from], self.columns.middle[to]);
        let (points, corner) = if from == to {
            let high = size.height.max(18.0);
            let (top, bottom) = (self.y + 4.0, self.y + high);
            let out = start + LOOP;
            let at = |x, y| Point { x, y };
            self.y += high;
            (vec![at(start, top), at(out, top), at(out, bottom), at(start, bottom)], at(out + 6.0, top - 2.0))
        } else {
            self.y += size.height;
            let corner = Point { x: (start + end - size.width) / 2.0, y: self.y - size.height };
            (vec![Point { x: start, y: self.y + 2.0 }, Point { x: end, y: self.y + 2.0 }], corner)
        };
        let (stroke, colour, head, class) = match kind {
            MessageKind::Call => (Stroke::Solid, None, Head::Filled, "call"),
            MessageKind::Reply => (Stroke::Dashed, None, Head::Filled, "reply"),
            MessageKind::Refusal => (Stroke::Dashed, Some("#d92d20"), Head::Cross, "refusal"),
            MessageKind::Lost => (Stroke::Solid, Some("#d92d20"), Head::Cross, "lost"),
            MessageKind::Event => (Stroke::Solid, Some("#a15c07"), Head::Open, "event-edge"),
        };
        let middle = corner.x + size.width / 2.0 + (about.remarks.len() as f64 - 1.0) * (BADGE + 0.5);
        self.scene.edges.push(SceneEdge {
            class,
            from,
            to,
            stroke,
            colour,
            points,
            head,
            label: Some(SceneLabel {
                frame: Frame { x: corner.x, y: corner.y, width: size.width, height: size.height },
                lines: lines.to_vec(),
            }),
            badges: badges(about, self.severities, Point { x: middle, y: corner.y + BADGE + 1.0 }),
            about: about.clone(),
        });
        self.y += STEP;
    }

    fn note(&mut self, number: usize, over: Over, kind: NoteKind, lines: &[String], about: &About) {
        let size = size_of_note(lines);
        let middle = |a: usize, b: usize| (self.columns.middle[a] + self.columns.middle[b]) / 2.0;
        let n = self.columns.middle.len();
        let (x, wide) = match over {
            Over::One(side) => (self.columns.middle[side], size.width),
            Over::Two(a, b) => {
                let span = (self.columns.middle[a] - self.columns.middle[b]).abs() + 40.0;
                (middle(a, b), span.max(size.width))
            }
            Over::All => {
                let span = self.columns.middle[n - 1] - self.columns.middle[0] + 60.0;
                let x = middle(0, n - 1);
                // It stays in the picture, also where its columns stand at one side of it.
                let room = 2.0 * x.min(self.columns.width - x);
                let wide = span.min(room).max(size.width);
                (x.clamp(wide / 2.0, (self.columns.width - wide / 2.0).max(wide / 2.0)), wide)
            }
        };
        let frame = Frame { x: x - wide / 2.0, y: self.y, width: wide, height: size.height };
        let corner = Point { x: frame.x + wide - BADGE + 2.0, y: frame.y };
        self.scene.nodes.push(SceneNode {
            id: format!("note_{}", number + 1),
            class: match kind {
                NoteKind::Plain => "note",
                NoteKind::Pivot => "pivot-note",
                NoteKind::Verdict => "verdict",
            },
            shape: Shape::Round,
            colours: look::note(kind),
            width: 1,
            is_dashed: false,
            is_cell: false,
            frame,
            title: Vec::new(),
            lines: lines.to_vec(),
            align: Align::Middle,
            group: None,
            badges: badges(about, self.severities, corner),
            about: about.clone(),
        });
        self.y += size.height + STEP;
    }
}
