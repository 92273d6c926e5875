//! One line a finding, for editors and `grep`: `path:line:col: severity[rule/variant] message`.

use super::paint::printable;
use super::place::place;
use crate::finding::Finding;
use crate::source::Sources;

pub fn report(findings: &[Finding], sources: &Sources) -> String {
    findings.iter().map(|finding| line(finding, sources)).collect()
}

fn line(finding: &Finding, sources: &Sources) -> String {
    format!(
        "{}: {}[{}] {}\n",
        place(finding, sources),
        finding.severity,
        finding.name(),
        printable(&finding.message)
    )
}
