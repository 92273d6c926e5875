//! What people write who come from other languages, and how it is said here.

/// How to say what `word` says elsewhere.
pub(super) fn said_here(word: &str) -> Option<&'static str> {
    let same = |(others, _): &&(&[&str], &str)| others.iter().any(|other| other.eq_ignore_ascii_case(word));
    SAID.iter().find(same).map(|(_, help)| *help)
}

const SAID: &[(&[&str], &str)] = &[
    (
        &["return", "complete", "finish", "exit"],
        "a run is over at an `end`; a block gives a value with `give`",
    ),
    (&["returns"], "what is answered stands behind an arrow: `-> string`"),
    (&["try"], "there is no `try`: write the steps, and behind them `on … { … }`"),
    (&["catch", "except", "rescue", "error", "finally"], "what went wrong is met by `on … { … }`"),
    (&["throw", "raise"], "a failure leads to an end: `end Failed`"),
    (&["throws"], "the failures of an operation stand in its block: `fails CardDeclined`"),
    (&["compensate", "rollback"], "what was done is taken back with `undo all`"),
    (
        &["compensation", "compensated"],
        "what takes a command back stands in its block: `undone by Refund(reply)`",
    ),
    (&["input", "parameters"], "what a workflow is called with stands in brackets behind its name"),
    (&["output"], "what a workflow gives stands at its end: `success Done(total: decimal)`"),
    (
        &["call", "invoke", "await", "task", "activity"],
        "a call is a step: `step charged = Payments.Charge(order)`",
    ),
    (&["var", "const", "set"], "a value gets a name with `let`"),
    (&["while", "loop", "until", "do"], "a loop is `repeat until … { … }` or `for each … in … { … }`"),
    (&["switch", "match", "case", "choice"], "a choice is `if … { … } else if … { … }`"),
    (&["goto", "jump", "next"], "`then` goes on at a step or scope"),
    (
        &["emit", "send", "fire", "raises"],
        "an event is stated with `publish`, and a message is sent with `notify`",
    ),
    (&["sleep", "delay", "pause"], "time passes with `wait 10m`"),
    (&["import", "include", "require"], "another file is known by `use \"contracts.wfc\"`"),
    (&["type", "struct", "class", "message", "schema"], "types are `record`, `id` and `enum`"),
    (&["interface", "actor"], "who takes part is a `service`"),
    (&["process", "saga", "flow", "statemachine"], "a process is a `workflow`"),
];
