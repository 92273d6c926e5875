//! Fraud. This file is yours: it is written once and never touched again.

use crate::Fraud;
use contracts::fraud::Screen;
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct FraudService {}

impl FraudService {
    pub fn new() -> FraudService {
        FraudService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Fraud for FraudService {
    async fn screen(&self, _call: &Call, _request: Screen) -> Answered<Screen> {
        Ok(())
    }
}
