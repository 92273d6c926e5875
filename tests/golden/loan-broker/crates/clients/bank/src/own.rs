//! Bank. This file is yours: it is written once and never touched again.

use crate::Bank;
use contracts::bank::{Offer, Release, Reserve};
use contracts::types;
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct BankClient {}

impl BankClient {
    pub fn new() -> BankClient {
        BankClient::default()
    }
}

// Each of these is a stub that answers with an example.
impl Bank for BankClient {
    async fn offer(&self, _call: &Call, _request: Offer) -> Answered<Offer> {
        Ok(types::Quote {
            id: types::QuoteId("id-1".to_string()),
            bank: types::Bank("bank-1".to_string()),
            rate: rust_decimal::Decimal::new(100, 0),
            valid_to: jiff::Timestamp::MAX,
        })
    }

    async fn reserve(&self, _call: &Call, _request: Reserve) -> Answered<Reserve> {
        Ok(types::ReservationId("reserve-1".to_string()))
    }

    async fn release(&self, _call: &Call, _request: Release) -> Answered<Release> {
        Ok(())
    }
}
