//! A sheet of letters, in which lines that meet become the letter for that.

use std::collections::BTreeMap;
use unicode_width::UnicodeWidthChar;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pen {
    #[default]
    Plain,
    Dashed,
    Thick,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Which of its neighbours a line leads to.
    ways: u8,
    pen: Pen,
    /// What stands on the lines; nothing where only these are.
    letter: Option<char>,
    /// The right half of a wide letter.
    is_covered: bool,
}

pub struct Canvas {
    rows: Vec<Vec<Cell>>,
    /// Marks without a width of their own, by place.
    above: BTreeMap<(usize, usize), String>,
}

/// How many columns a text takes.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Canvas {
        Canvas { rows: vec![vec![Cell::default(); width]; height], above: BTreeMap::new() }
    }

    fn cell(&mut self, x: usize, y: usize) -> Option<&mut Cell> {
        self.rows.get_mut(y)?.get_mut(x)
    }

    /// A letter on top of whatever is there.
    pub fn put(&mut self, x: usize, y: usize, letter: char) {
        if let Some(cell) = self.cell(x, y) {
            cell.letter = Some(letter);
        }
    }

    /// Words from `x` on.
    pub fn write(&mut self, x: usize, y: usize, text: &str) {
        let mut at = x;
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if wide == 0 {
                if at > x && !c.is_control() {
                    self.above.entry((at - 1, y)).or_default().push(c);
                }
                continue;
            }
            self.put(at, y, c);
            if wide == 2
                && let Some(cell) = self.cell(at + 1, y)
            {
                cell.is_covered = true;
            }
            at += wide;
        }
    }

    /// A line straight down or across, from one place to another.
    pub fn line(&mut self, from: (usize, usize), to: (usize, usize), pen: Pen) {
        let (x0, x1) = (from.0.min(to.0), from.0.max(to.0));
        let (y0, y1) = (from.1.min(to.1), from.1.max(to.1));
        for y in y0..=y1 {
            for x in x0..=x1 {
                let mut ways = 0;
                for (is_on, way) in [(x > x0, LEFT), (x < x1, RIGHT), (y > y0, UP), (y < y1, DOWN)] {
                    if is_on {
                        ways |= way;
                    }
                }
                if let Some(cell) = self.cell(x, y) {
                    cell.ways |= ways;
                    cell.pen = cell.pen.max(pen);
                }
            }
        }
    }

    /// Empties a piece of the sheet.
    pub fn clear(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for row in y..y + height {
            for column in x..x + width {
                self.above.remove(&(column, row));
                if let Some(cell) = self.cell(column, row) {
                    *cell = Cell::default();
                }
            }
        }
    }

    /// A box, empty inside, with these corners, sides and edges.
    pub fn frame(&mut self, x: usize, y: usize, width: usize, height: usize, look: &Frame) {
        let (right, bottom) = (x + width - 1, y + height - 1);
        for column in x + 1..right {
            self.put(column, y, look.across);
            self.put(column, bottom, look.across);
        }
        for row in y + 1..bottom {
            self.put(x, row, look.left);
            self.put(right, row, look.right);
        }
        for (at, corner) in [(x, y), (right, y), (x, bottom), (right, bottom)].into_iter().zip(look.corners) {
            self.put(at.0, at.1, corner);
        }
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        for (y, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (x, cell) in row.iter().enumerate() {
                if cell.is_covered {
                    continue;
                }
                line.push(cell.letter.unwrap_or_else(|| drawn(cell.ways, cell.pen)));
                if let Some(marks) = self.above.get(&(x, y)) {
                    line.push_str(marks);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }
}

/// The letters of a box: upper left, upper right, lower left, lower right corner, and its sides.
pub struct Frame {
    pub corners: [char; 4],
    pub across: char,
    pub left: char,
    pub right: char,
}

/// The letter for a place from which lines lead these ways.
fn drawn(ways: u8, pen: Pen) -> char {
    const ACROSS: u8 = LEFT | RIGHT;
    const ALONG: u8 = UP | DOWN;
    let [plain, dashed, thick] = match ways {
        0 => [' '; 3],
        LEFT | RIGHT | ACROSS => ['─', '╌', '━'],
        UP | DOWN | ALONG => ['│', '╎', '┃'],
        it if it == DOWN | RIGHT => ['┌', '┌', '┏'],
        it if it == DOWN | LEFT => ['┐', '┐', '┓'],
        it if it == UP | RIGHT => ['└', '└', '┗'],
        it if it == UP | LEFT => ['┘', '┘', '┛'],
        it if it == ALONG | RIGHT => ['├', '├', '┣'],
        it if it == ALONG | LEFT => ['┤', '┤', '┫'],
        it if it == ACROSS | DOWN => ['┬', '┬', '┳'],
        it if it == ACROSS | UP => ['┴', '┴', '┻'],
        _ => ['┼', '┼', '╋'],
    };
    match pen {
        Pen::Plain => plain,
        Pen::Dashed => dashed,
        Pen::Thick => thick,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_meet_become_one_letter() {
        let mut canvas = Canvas::new(5, 3);
        canvas.line((0, 1), (4, 1), Pen::Plain);
        canvas.line((2, 0), (2, 2), Pen::Plain);
        assert_eq!(canvas.text(), "  │\n──┼──\n  │\n");
    }

    #[test]
    fn wide_letters_take_two_columns_and_marks_none() {
        let mut canvas = Canvas::new(6, 1);
        canvas.write(0, 0, "日e\u{301}x");
        assert_eq!(canvas.text(), "日e\u{301}x\n");
        assert_eq!(columns("日e\u{301}x"), 4);
    }
}
