//! Findings as something to read: the terminal, lists, pages. Everything here is data in, text out.

pub mod concise;
pub mod human;
pub mod index;
pub mod list;
pub mod page;
pub mod paint;
pub mod place;
pub mod selection;
pub mod summary;

mod excerpt;
mod shell;
mod wrap;

use crate::finding::Finding;
use crate::source::Sources;
use paint::Paint;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the text they point at, the proof, and what to do.
    Full,
    /// One line each.
    Concise,
}

/// All `findings` in one text.
pub fn write(findings: &[Finding], sources: &Sources, format: Format, paint: &Paint) -> String {
    match format {
        Format::Full => human::report(findings, sources, paint),
        Format::Concise => concise::report(findings, sources),
    }
}
