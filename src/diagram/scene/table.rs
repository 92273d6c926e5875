//! A matrix: a head for each row and column, and a box for each pair of services that has something in it.

use super::{Align, Head, Scene, SceneEdge, SceneGroup, SceneNode, badges};
use crate::diagram::About;
use crate::diagram::layout::{Frame, Point, Size};
use crate::diagram::look::{self, Colours, Shape, Stroke};
use crate::diagram::matrix::{LEGEND, Matrix};
use crate::diagram::measure::{TEXT, Weight, width};
use crate::finding::Severity;

const ROW: f64 = 26.0;
const NARROWEST: f64 = 34.0;

pub fn placed(matrix: &Matrix, severities: &[Severity]) -> Scene {
    let n = matrix.services.len();
    let heads: Vec<String> =
        matrix.services.iter().enumerate().map(|(at, head)| format!("{}  {}", at + 1, head.name)).collect();
    let text_width = |text: &str| width(text, TEXT, Weight::Plain);
    let head_width = heads.iter().map(|text| text_width(text)).fold(60.0, f64::max) + 16.0;
    let cells = matrix.cells.values().map(|cell| text_width(&cell.text()) + 12.0);
    let cell_width = cells.fold(NARROWEST, f64::max);
    let frame = |row: usize, column: usize| Frame {
        x: head_width + column as f64 * cell_width,
        y: (row + 1) as f64 * ROW,
        width: cell_width,
        height: ROW,
    };
    let mut scene = Scene::empty();
    let mut sheet = Sheet { scene: &mut scene, severities };
    for (row, text) in heads.iter().enumerate() {
        let head = &matrix.services[row];
        let at = Frame { x: 0.0, y: frame(row, 0).y, width: head_width, height: ROW };
        sheet.text(&head.id, at, text, Align::Start, head.about.clone());
        let at = Frame { y: 0.0, ..frame(0, row) };
        sheet.text(
            &format!("column_{}", row + 1),
            at,
            &(row + 1).to_string(),
            Align::Middle,
            About::default(),
        );
        let (needed, needing) = (head.n_needed.to_string(), head.n_needing.to_string());
        sheet.text(&format!("efferent_{}", row + 1), frame(row, n), &needed, Align::Middle, About::default());
        sheet.text(
            &format!("afferent_{}", row + 1),
            frame(n, row),
            &needing,
            Align::Middle,
            About::default(),
        );
    }
    let efferent = Frame { width: text_width("efferent") + 16.0, y: 0.0, ..frame(0, n) };
    sheet.text("efferent", efferent, "efferent", Align::Start, About::default());
    let afferent = Frame { x: 0.0, y: frame(n, 0).y, width: head_width, height: ROW };
    sheet.text("afferent", afferent, "afferent", Align::End, About::default());
    for row in 0..n {
        for column in 0..n {
            let cell = matrix.cells.get(&(row, column));
            if cell.is_none() && row != column {
                continue;
            }
            let look = look::cell(matrix, row, column);
            let about = cell.map_or_else(About::default, |cell| cell.about.clone());
            let text = cell.map_or(String::new(), |cell| cell.text());
            sheet.cell(
                &format!("cell_{}_{}", row + 1, column + 1),
                look.class,
                look.colours,
                frame(row, column),
                &text,
                about,
            );
        }
    }
    let wide = efferent.x + efferent.width;
    let lines = crate::diagram::label::fitted(LEGEND, |line| text_width(line) <= (wide - 16.0).max(300.0));
    let mut y = frame(n + 1, 0).y + 10.0;
    let mut reach = wide;
    for (number, line) in lines.iter().enumerate() {
        let at = Frame { x: 0.0, y, width: text_width(line) + 16.0, height: 18.0 };
        reach = reach.max(at.width);
        sheet.text(&format!("letters_{}", number + 1), at, line, Align::Start, About::default());
        y += 18.0;
    }
    if n > 0 {
        grid(&mut scene, n, &frame);
    }
    for (number, (first, last)) in matrix.circles.iter().enumerate() {
        let (a, b) = (frame(*first, *first), frame(*last, *last));
        let frame = Frame { x: a.x, y: a.y, width: b.x + b.width - a.x, height: b.y + b.height - a.y };
        scene.groups.push(SceneGroup {
            id: format!("circle_{}", number + 1),
            class: "circle",
            title: String::new(),
            parent: None,
            frame,
            heading: frame,
            is_crossed: false,
            about: About::default(),
        });
    }
    scene.size = Size { width: reach, height: y };
    scene
}

/// Thin lines between rows and columns.
fn grid(scene: &mut Scene, n: usize, frame: &impl Fn(usize, usize) -> Frame) {
    let (first, last) = (frame(0, 0), frame(n - 1, n - 1));
    let (right, bottom) = (last.x + last.width, last.y + last.height);
    let line = |from: Point, to: Point| SceneEdge {
        class: "grid",
        from: 0,
        to: 0,
        stroke: Stroke::Solid,
        colour: Some("#d0d5dd"),
        points: vec![from, to],
        head: Head::None,
        label: None,
        about: About::default(),
        badges: Vec::new(),
    };
    for at in 0..=n {
        let (x, y) = (frame(0, at).x, frame(at, 0).y);
        scene.edges.push(line(Point { x, y: first.y }, Point { x, y: bottom }));
        scene.edges.push(line(Point { x: 0.0, y }, Point { x: right, y }));
    }
}

struct Sheet<'a> {
    scene: &'a mut Scene,
    severities: &'a [Severity],
}

impl Sheet<'_> {
    /// Words without a box.
    fn text(&mut self, id: &str, frame: Frame, text: &str, align: Align, about: About) {
        let colours = Colours { fill: "none", line: "none", text: "#101828" };
        self.push(id, "head", colours, 0, frame, text, align, about);
    }

    fn cell(
        &mut self,
        id: &str,
        class: &'static str,
        colours: Colours,
        frame: Frame,
        text: &str,
        about: About,
    ) {
        self.push(id, class, colours, 1, frame, text, Align::Middle, about);
    }

    #[expect(clippy::too_many_arguments, reason = "two callers, which leave out half of them")]
    fn push(
        &mut self,
        id: &str,
        class: &'static str,
        colours: Colours,
        width: u8,
        frame: Frame,
        text: &str,
        align: Align,
        about: About,
    ) {
        let corner = Point { x: frame.x + frame.width - 4.0, y: frame.y + 3.0 };
        self.scene.nodes.push(SceneNode {
            id: id.to_string(),
            class,
            shape: Shape::Box,
            colours,
            width,
            is_dashed: false,
            is_cell: true,
            frame,
            title: Vec::new(),
            lines: if text.is_empty() { Vec::new() } else { vec![text.to_string()] },
            align,
            group: None,
            badges: badges(&about, self.severities, corner),
            about,
        });
    }
}
