//! Changes of files, and the files that come of them.

use super::Edit;
use crate::format;
use crate::source::{FileId, Span};
use crate::syntax;
use std::collections::BTreeMap;

/// New entries at the end of a service's block.
pub(super) fn into_block(service: Span, text: &str) -> Edit {
    let brace = service.end.saturating_sub(1);
    Edit { span: Span { start: brace, end: brace, ..service }, text: format!("\n{text}") }
}

/// The changed files in their canonical layout; an `Err` says which of them cannot be read again.
pub(super) fn applied(
    edits: &[Edit],
    text: &dyn Fn(FileId) -> String,
) -> Result<Vec<(FileId, String)>, FileId> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    let mut files = Vec::new();
    for (file, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let old = text(file);
        let mut new = String::new();
        let mut at = 0;
        for edit in edits {
            let range = edit.span.range();
            if range.start < at {
                return Err(file);
            }
            new += old.get(at..range.start).unwrap_or_default();
            new += &edit.text;
            at = range.end;
        }
        new += old.get(at..).unwrap_or_default();
        let parsed = syntax::parse(file, &new);
        if !parsed.findings.is_empty() {
            return Err(file);
        }
        let formatted = format::format(&parsed.ast, &new);
        files.push((file, formatted));
    }
    Ok(files)
}
