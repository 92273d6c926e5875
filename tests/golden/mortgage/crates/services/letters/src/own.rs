//! Letters. This file is yours: it is written once and never touched again.

use crate::Letters;
use contracts::letters::Welcome;
use runtime::{Answered, Call};

#[derive(Debug, Default)]
pub struct LettersService {}

impl LettersService {
    pub fn new() -> LettersService {
        LettersService::default()
    }
}

// Each of these is a stub that answers with an example.
impl Letters for LettersService {
    async fn welcome(&self, _call: &Call, _request: Welcome) -> Answered<Welcome> {
        Ok(())
    }
}
