//! Billing. This file is yours: it is written once and never touched again.

use crate::Billing;
use contracts::billing::CreateDirectDebit;
use contracts::types;
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct BillingService {}

impl BillingService {
    pub fn new() -> BillingService {
        BillingService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Billing for BillingService {
    async fn create_direct_debit(
        &self,
        _call: &Call,
        _request: CreateDirectDebit,
    ) -> Answered<CreateDirectDebit> {
        Ok(types::MandateId("create-direct-debit-1".to_string()))
    }
}
