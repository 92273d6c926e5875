//! Background. This file is yours: it is written once and never touched again.

use crate::Background;
use contracts::background::{Close, Open};
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct BackgroundClient {}

impl BackgroundClient {
    pub fn new() -> BackgroundClient {
        BackgroundClient::default()
    }
}

// Each of these is a stub that answers with an example.
impl Background for BackgroundClient {
    async fn open(&self, _call: &Call, _request: Open) -> Answered<Open> {
        Ok(())
    }

    async fn close(&self, _call: &Call, _request: Close) -> Answered<Close> {
        Ok(())
    }
}
