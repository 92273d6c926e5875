//! What a finding is known by from one run to the next: never its line.

use super::paths::Paths;
use crate::finding::{Finding, Fingerprint};
use crate::source::Sources;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// So many bytes of the hash are enough to keep a million findings apart.
const BYTES: usize = 16;

/// Rule, file, entity, and which of those that agree in all three: as 32 hexadecimal digits.
pub fn fingerprint(finding: &Finding, sources: &Sources, paths: &Paths) -> String {
    let file = paths.in_repository(&sources.get(finding.span().file).path);
    let Fingerprint { file, rule, entity, occurrence } = Fingerprint::of(finding, file);
    let mut hash = Sha256::new();
    for part in [rule, file, entity, occurrence.to_string()] {
        hash.update(part.as_bytes());
        // No part holds this byte, so that two lists of parts never run together.
        hash.update([0]);
    }
    let mut out = String::with_capacity(2 * BYTES);
    for byte in hash.finalize().iter().take(BYTES) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
