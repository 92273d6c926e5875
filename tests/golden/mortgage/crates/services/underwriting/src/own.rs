//! Underwriting. This file is yours: it is written once and never touched again.

use crate::Underwriting;
use contracts::underwriting::Decide;
use runtime::{Accepted, Call};

#[derive(Debug, Default)]
pub struct UnderwritingService {}

impl UnderwritingService {
    pub fn new() -> UnderwritingService {
        UnderwritingService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Underwriting for UnderwritingService {
    async fn decide(&self, call: &Call, _request: Decide) -> Accepted {
        tracing::info!(key = call.key, "somebody works on it");
        Ok(())
    }
}
