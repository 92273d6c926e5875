//! Services over HTTP, the coordinator as a server, and what is told of runs: everything on 127.0.0.1, on
//! ports that are free, and every process is ended.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod calls;
pub mod http;
pub mod process;
mod served;
pub(crate) mod spans;

use crate::golden::PROJECTS;
use crate::project::Project;
use std::path::PathBuf;

/// The bank, which dies once in the middle of `Reserve` when there is a file that says so.
const BANK: &str = r#"
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

impl Bank for BankClient {
    async fn offer(&self, _call: &Call, _request: Offer) -> Answered<Offer> {
        Ok(types::Quote {
            id: types::QuoteId("quote-1".to_string()),
            bank: types::Bank("bank-1".to_string()),
            rate: rust_decimal::Decimal::new(4, 0),
            valid_to: jiff::Timestamp::MAX,
        })
    }

    async fn reserve(&self, _call: &Call, _request: Reserve) -> Answered<Reserve> {
        if std::env::var("DIES").is_ok_and(|file| std::fs::remove_file(file).is_ok()) {
            std::process::abort();
        }
        Ok(types::ReservationId("reservation-1".to_string()))
    }

    async fn release(&self, _call: &Call, _request: Release) -> Answered<Release> {
        Ok(())
    }
}
"#;

/// The coordinator of the loan broker, with everything built in.
fn program() -> (Project, PathBuf) {
    let (name, specification, workflow) = PROJECTS[0];
    let project = Project::new(name, specification, workflow);
    project.write("crates/clients/bank/src/own.rs", BANK);
    project.cargo(&["build", "--quiet", "--features", "otel"]);
    let program = project.program("coordinator");
    (project, program)
}
