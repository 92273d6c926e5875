//! Whether a text is fit for a terminal: no letter that moves, colours or clears anything, and no line that is
//! wider than asked for, unless that is a list.

use unicode_width::UnicodeWidthStr;

pub fn check(picture: &str, width: usize) -> Result<(), String> {
    if let Some(c) = picture.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("a control character {c:?}"));
    }
    let is_drawn = picture.starts_with(['╭', '┌', '╱', '╔', '┏', '╲']);
    match picture.lines().find(|line| is_drawn && line.width() > width + 1) {
        Some(line) => Err(format!("wider than {width}: {line}")),
        None => Ok(()),
    }
}
