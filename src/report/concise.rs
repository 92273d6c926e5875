//! One line a finding, for editors and `grep`: `path:line:col: severity[rule/variant] message`.

use super::paint::printable;
use crate::finding::Finding;
use crate::source::Sources;

pub fn report(findings: &[Finding], sources: &Sources) -> String {
    findings.iter().map(|finding| line(finding, sources)).collect()
}

fn line(finding: &Finding, sources: &Sources) -> String {
    let span = finding.span();
    let file = sources.get(span.file);
    let at = file.position(span.start);
    format!(
        "{}:{}:{}: {}[{}] {}\n",
        printable(&file.path),
        at.line,
        at.column,
        finding.severity,
        finding.name(),
        printable(&finding.message)
    )
}
