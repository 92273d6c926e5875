//! Where a finding stands, as it is written everywhere: `path:line:column`, counted from 1.

use super::paint::printable;
use crate::finding::Finding;
use crate::source::Sources;

pub fn place(finding: &Finding, sources: &Sources) -> String {
    let span = finding.span();
    let file = sources.get(span.file);
    let at = file.position(span.start);
    format!("{}:{}:{}", printable(&file.path), at.line, at.column)
}
