//! LoanBroker. This file is yours: it is written once and never touched again.

use crate::LoanBroker;
use contracts::failures::NothingSuitable;
use contracts::loan_broker::{Rank, RankFailure};
use runtime::{Answered, Call, Trouble};

#[derive(Debug, Default)]
pub struct LoanBrokerService {}

impl LoanBrokerService {
    pub fn new() -> LoanBrokerService {
        LoanBrokerService::default()
    }
}

// Each of these is a stub that answers with an example.
impl LoanBroker for LoanBrokerService {
    async fn rank(&self, _call: &Call, request: Rank) -> Answered<Rank> {
        let first = request.quotes.into_iter().next();
        let refused = RankFailure::NothingSuitable(NothingSuitable {});
        first.ok_or(Trouble::Refused(refused))
    }
}
