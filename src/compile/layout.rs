//! The canonical layout of one file.

use crate::finding::Finding;
use crate::source::{FileId, SourceFile};
use crate::{format, syntax};

/// A file's text in canonical form, or why it has none.
#[derive(Debug)]
pub enum Formatted {
    Text(String),
    /// The text cannot be read in full; formatting it might lose something.
    Damaged(Vec<Finding>),
}

/// Formats a `.wfc` file that by itself is without a mistake in its language; whether its names mean
/// anything plays no part.
pub fn formatted(id: FileId, file: &SourceFile) -> Formatted {
    let parsed = syntax::parse(id, &file.text);
    if parsed.findings.is_empty() {
        Formatted::Text(format::format(&parsed.ast, &file.text))
    } else {
        Formatted::Damaged(parsed.findings)
    }
}
