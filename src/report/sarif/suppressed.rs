//! Why a finding is not told elsewhere.

use super::plain;
use crate::finding::Acceptance;
use serde::Serialize;

#[derive(Serialize)]
pub struct Suppression {
    kind: Kind,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    InSource,
    External,
}

pub fn suppression(by: &Acceptance) -> Suppression {
    let (kind, justification) = match by {
        Acceptance::Text { because } => (Kind::InSource, plain(because)),
        Acceptance::Configuration { because } => (Kind::External, plain(because)),
        Acceptance::Baseline => (Kind::External, "the baseline knows it".to_string()),
    };
    Suppression { kind, justification }
}
