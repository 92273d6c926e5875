//! Contracts. This file is yours: it is written once and never touched again.

use crate::Contracts;
use contracts::contracts_service::{Rescind, Sign};
use runtime::{Accepted, Answered, Call};

#[derive(Debug, Default)]
pub struct ContractsService {}

impl ContractsService {
    pub fn new() -> ContractsService {
        ContractsService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Contracts for ContractsService {
    async fn sign(&self, call: &Call, _request: Sign) -> Accepted {
        tracing::info!(key = call.key, "somebody works on it");
        Ok(())
    }

    async fn rescind(&self, _call: &Call, _request: Rescind) -> Answered<Rescind> {
        Ok(())
    }
}
