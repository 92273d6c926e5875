//! What a finding says where there is room for one text only.

use super::paint::printable_lines;
use crate::finding::Finding;

/// The message, and below it the cures.
pub fn with_help(finding: &Finding) -> String {
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    let text: String = std::iter::once(finding.message.clone()).chain(help).collect();
    printable_lines(&text)
}
