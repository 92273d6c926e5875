//! How wide the terminal is.

/// Where nobody says: as wide as terminals have been for fifty years.
const USUAL: usize = 80;

/// What `COLUMNS` says, else the terminal itself.
pub fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(measured).filter(|width| *width > 0).unwrap_or(USUAL)
}
