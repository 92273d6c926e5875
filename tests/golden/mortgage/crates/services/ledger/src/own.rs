//! Ledger. This file is yours: it is written once and never touched again.

use crate::Ledger;
use contracts::ledger::{PayOut, ProvideInterest, ReverseProvision};
use contracts::types;
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct LedgerService {}

impl LedgerService {
    pub fn new() -> LedgerService {
        LedgerService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Ledger for LedgerService {
    async fn provide_interest(
        &self,
        _call: &Call,
        _request: ProvideInterest,
    ) -> Answered<ProvideInterest> {
        Ok(types::ProvisionId("provide-interest-1".to_string()))
    }

    async fn reverse_provision(
        &self,
        _call: &Call,
        _request: ReverseProvision,
    ) -> Answered<ReverseProvision> {
        Ok(())
    }

    async fn pay_out(&self, _call: &Call, _request: PayOut) -> Answered<PayOut> {
        Ok(())
    }
}
