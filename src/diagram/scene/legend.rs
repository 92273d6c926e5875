//! What was found, below the picture: number, rule, message and place.

use super::{BADGE, Badge, LegendEntry, Scene};
use crate::diagram::Remark;
use crate::diagram::label::fitted;
use crate::diagram::layout::{Frame, Point};
use crate::diagram::measure::{LEADING, TEXT, Weight, width};

/// Lines of a legend are at least this wide, below however narrow a picture, and at most that.
const NARROWEST: f64 = 380.0;
const WIDEST: f64 = 720.0;
const ABOVE: f64 = 22.0;
const BETWEEN: f64 = 7.0;
const BESIDE: f64 = 2.0 * BADGE + 8.0;

pub fn add(scene: &mut Scene, remarks: &[Remark]) {
    if remarks.is_empty() {
        return;
    }
    let wide = scene.size.width.clamp(NARROWEST, WIDEST) - BESIDE;
    let mut y = scene.size.height + ABOVE;
    let mut reach = scene.size.width;
    for (number, remark) in remarks.iter().enumerate() {
        let lines = fitted(&remark.message, |line| width(line, TEXT, Weight::Plain) <= wide);
        let head = format!("{}  {}", remark.rule, remark.place);
        let widest = lines.iter().map(|line| width(line, TEXT, Weight::Plain)).fold(0.0, f64::max);
        let widest = widest.max(width(&head, TEXT, Weight::Bold));
        let height = (lines.len() as f64 + 1.0) * TEXT * LEADING;
        let frame = Frame { x: BESIDE, y, width: widest, height };
        let at = Point { x: BADGE, y: y + BADGE };
        scene.legend.push(LegendEntry {
            badge: Badge { remark: number, at, severity: remark.severity },
            frame,
            title: remark.rule.clone(),
            lines,
            place: remark.place.clone(),
        });
        reach = reach.max(BESIDE + widest);
        y += height + BETWEEN;
    }
    scene.size.width = reach;
    scene.size.height = y - BETWEEN;
}
