//! The projects that are killed, and the ways in which their runs can go.

use serde_json::{Value, json};

pub struct Subject {
    /// As in the list of golden projects.
    pub project: &'static str,
    /// What is generated of it, and killed.
    pub workflow: &'static str,
    /// The generated test whose examples the services answer with.
    pub test: &'static str,
    /// The field of the input that names a run.
    pub key: &'static str,
    pub endings: fn() -> Vec<Ending>,
}

/// What goes wrong in a run, what comes from outside, and what must come of it.
#[derive(Clone, Default)]
pub struct Ending {
    pub name: &'static str,
    /// By step, as the recorder takes it.
    pub script: Value,
    /// What somebody answers to a step, or the failure with which it is refused.
    pub answers: Vec<(&'static str, Result<Value, &'static str>)>,
    /// Events with their fields, in this order, each when a run waits for it.
    pub events: Vec<(&'static str, Value)>,
    /// Events that come only when a step is finished.
    pub after: &'static [(&'static str, &'static str)],
    /// The same as `events`, when the run is over.
    pub late: Vec<(&'static str, Value)>,
    pub end: &'static str,
    /// Step and command, in this order; those of one group in any.
    pub undone: &'static [&'static [&'static str]],
    /// Commands that people are told by, each once.
    pub told: &'static [&'static str],
    /// A step, a field of its reply, and after how many seconds that moment is.
    pub moment: Option<(&'static str, &'static str, u64)>,
    /// Left out where only a few runs are killed.
    pub is_extra: bool,
}

pub const SUBJECTS: &[Subject] = &[
    Subject {
        project: "loan-broker",
        workflow: "ApplyForLoan",
        test: "apply_for_loan",
        key: "application",
        endings: loans,
    },
    Subject {
        project: "mortgage",
        workflow: "BuyHome",
        test: "buy_home",
        key: "application",
        endings: mortgages,
    },
];

fn loans() -> Vec<Ending> {
    let signs = vec![("signed", Ok(json!("contract-1")))];
    let granted =
        Ending { name: "granted", answers: signs.clone(), end: "Granted", undone: &[], ..Ending::default() };
    vec![
        granted.clone(),
        Ending {
            name: "the customer does not sign",
            answers: vec![("signed", Err("SignatureRefused"))],
            end: "Rejected",
            undone: &[&["reserved Bank.Release"]],
            ..Ending::default()
        },
        Ending {
            name: "the offer ran out",
            script: json!({ "reserved": { "refuse": "QuoteExpired" } }),
            end: "Rejected",
            is_extra: true,
            ..Ending::default()
        },
        Ending {
            name: "granted, with outages",
            script: json!({ "rating": { "outages": 2 }, "reserved": { "lost": 1 }, "mandate": { "lost": 1 } }),
            is_extra: true,
            ..granted
        },
        Ending {
            name: "not signed, and the release has outages",
            script: json!({ "undo reserved": { "lost": 1 } }),
            answers: vec![("signed", Err("SignatureRefused"))],
            end: "Rejected",
            undone: &[&["reserved Bank.Release"]],
            is_extra: true,
            ..Ending::default()
        },
        // It has reserved, and nobody knows: all replies are lost, that of asking again as well.
        Ending {
            name: "the bank cannot be reached",
            script: json!({ "reserved": { "lost": 7 } }),
            end: "Rejected",
            undone: &[&["reserved Bank.Release"]],
            is_extra: true,
            ..Ending::default()
        },
    ]
}

const EVERYTHING: &[&[&str]] = &[
    &["provision Ledger.ReverseProvision", "mandate Billing.RevokeDirectDebit"],
    &["contract Contracts.Rescind"],
    &["check Background.Close"],
];

fn mortgages() -> Vec<Ending> {
    let answers = vec![
        ("value", Ok(json!({ "amount": "100", "currency": "EUR" }))),
        ("decision", Ok(json!("Approve"))),
        ("contract", Ok(json!("contract-1"))),
    ];
    let accepted = ("OfferAccepted", json!({}));
    let paid = Ending {
        name: "paid",
        answers: answers.clone(),
        events: vec![accepted.clone(), ("PropertyDealCompleted", json!({})), ("BackgroundPassed", json!({}))],
        end: "Paid",
        ..Ending::default()
    };
    let collapsed = Ending {
        name: "the sale of the house falls through",
        answers: answers.clone(),
        events: vec![accepted.clone(), ("PropertyDealCollapsed", json!({ "reason": "no deal" }))],
        after: &[("PropertyDealCollapsed", "contract")],
        end: "Collapsed",
        undone: EVERYTHING,
        ..Ending::default()
    };
    let refused_by = |step, failure| Ending {
        answers: [(step, Err(failure))].into_iter().chain(answers.clone()).collect(),
        end: "Refused",
        undone: &[&["check Background.Close"]],
        is_extra: true,
        ..Ending::default()
    };
    vec![
        paid.clone(),
        collapsed.clone(),
        Ending {
            name: "the background check finds something",
            answers: answers.clone(),
            events: vec![accepted.clone(), ("BackgroundFailed", json!({ "reason": "debts" }))],
            after: &[("BackgroundFailed", "contract")],
            end: "Refused",
            undone: EVERYTHING,
            is_extra: true,
            ..Ending::default()
        },
        Ending { name: "the house is not found", ..refused_by("value", "NotFound") },
        Ending {
            name: "the customer refuses the offer",
            events: vec![accepted.clone()],
            ..refused_by("contract", "OfferRefused")
        },
        Ending {
            name: "the risk is not wanted",
            answers: [("decision", Ok(json!("Refuse")))].into_iter().chain(answers.clone()).collect(),
            ..refused_by("", "")
        },
        Ending {
            name: "nobody accepts the offer in time",
            answers: answers.clone(),
            moment: Some(("offer", "validTo", 6)),
            end: "Expired",
            undone: &[&["check Background.Close"]],
            is_extra: true,
            ..Ending::default()
        },
        Ending {
            name: "paid, with outages",
            script: json!({
                "check": { "lost": 1 }, "provision": { "lost": 1 }, "mandate": { "outages": 1 },
                "paid": { "lost": 1 },
            }),
            is_extra: true,
            ..paid.clone()
        },
        Ending {
            name: "the sale falls through, and undoing has outages",
            script: json!({ "undo contract": { "lost": 1 }, "undo mandate": { "outages": 1 } }),
            is_extra: true,
            ..collapsed
        },
        Ending {
            name: "the sale falls through when all is paid",
            late: vec![("PropertyDealCollapsed", json!({ "reason": "too late" }))],
            told: &["Compliance.OpenCase"],
            is_extra: true,
            ..paid
        },
    ]
}
