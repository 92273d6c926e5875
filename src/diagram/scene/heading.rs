//! Where the title of a frame stands: as far to the left as no line passes, since lines enter a frame from above.

use super::{Scene, SceneGroup};
use crate::diagram::layout::{Frame, Point};
use crate::diagram::measure::{LEADING, TITLE, Weight, width};

/// Between the border of a frame and its title.
const INDENT: f64 = 10.0;
/// From the border above.
const DROP: f64 = 8.0;
/// What a title keeps from a line.
const KEPT: f64 = 5.0;

/// Moves titles out of the way of the lines. One that finds no room stays where it began.
pub fn make_way(scene: &mut Scene) {
    let Scene { groups, edges, .. } = scene;
    let pieces: Vec<(Point, Point)> =
        edges.iter().flat_map(|edge| edge.points.windows(2).map(|piece| (piece[0], piece[1]))).collect();
    for group in groups.iter_mut().filter(|group| !group.title.is_empty()) {
        let mut passed: Vec<(f64, f64)> = pieces
            .iter()
            .filter(|(a, b)| {
                a.y.min(b.y) < group.heading.y + group.heading.height && a.y.max(b.y) > group.heading.y
            })
            .map(|(a, b)| (a.x.min(b.x) - KEPT, a.x.max(b.x) + KEPT))
            .collect();
        passed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut x = group.frame.x + INDENT;
        for (from, to) in passed {
            if x + group.heading.width <= from {
                break;
            }
            x = x.max(to);
        }
        group.is_crossed = x + group.heading.width > group.frame.x + group.frame.width - KEPT;
        if !group.is_crossed {
            group.heading.x = x;
        }
    }
}

/// At the left of the frame.
pub fn first(title: &str, frame: Frame) -> Frame {
    let width = width(title, TITLE, Weight::Bold);
    Frame { x: frame.x + INDENT, y: frame.y + DROP, width, height: TITLE * LEADING }
}

impl SceneGroup {
    /// The line its letters stand on.
    pub fn base(&self) -> f64 {
        self.heading.y + TITLE * 0.8
    }
}
