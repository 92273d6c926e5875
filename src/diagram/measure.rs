//! How wide text is when it is drawn: the advance widths of Helvetica, which the usual fonts of screens
//! keep close to. Letters beyond these count as wide as a capital, those of East Asia as a square.

/// Of the characters from blank to `~`, in thousandths of the size of the font.
const ADVANCE: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Sizes of the fonts: of names and titles, of what is said below a name, and of the words of edges.
pub const TITLE: f64 = 13.0;
pub const TEXT: f64 = 11.0;
pub const LABEL: f64 = 10.5;
/// From one line of text to the next, in sizes of the font.
pub const LEADING: f64 = 1.32;

/// Fonts differ; nothing may be cut off.
const RESERVE: f64 = 1.06;
/// Bold letters are wider.
const BOLD: f64 = 1.08;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Plain,
    Bold,
}

/// The width of one line in a font of `size`.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let sum: u32 = text.chars().map(advance).sum();
    let bold = if weight == Weight::Bold { BOLD } else { 1.0 };
    f64::from(sum) / 1000.0 * size * bold * RESERVE
}

fn advance(c: char) -> u32 {
    let at = (c as usize).wrapping_sub(0x20);
    match ADVANCE.get(at) {
        Some(width) => u32::from(*width),
        None if is_square(c) => 1000,
        None => 667,
    }
}

fn is_square(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}')
}
