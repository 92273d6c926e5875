//! Services that do what a script says, and write down what they have done. They are the same in both styles, and
//! compiled into a coordinator as well as into a system of services.
//!
//! | variable | what is in it |
//! | --- | --- |
//! | `GAMES` | a file: JSON, a list of runs, each with its `script` by operation: `{"refuse": {…}}`, `{"outages": 2}`, `{"lost": 1}` (done, but nobody hears of it), `{"slow": 80}`, `{"reply": …}` |
//! | `PLACE` | the folder for the databases, and for `told`, which says what has become of the runs |

use runtime::contract::Raised;
use runtime::services::{Answer, Call};
use runtime::testing::Example;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

// EXAMPLES

static GAMES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let text = std::fs::read_to_string(variable("GAMES")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
});
static DONE: Mutex<BTreeSet<[String; 4]>> = Mutex::new(BTreeSet::new());
/// Who answers later, and what: run, key, operation, answer.
static LATER: Mutex<Vec<(String, String, String, Answer)>> = Mutex::new(Vec::new());

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn held<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn scripted() -> runtime::Services {
    let mut services = runtime::Services::default();
    for example in EXAMPLES {
        services = services.raw_later(example.operation, move |call, _| act(example, call));
    }
    services
}

async fn act(example: &'static Example, call: Call) -> Answer {
    // A notification of a coordinator is a run of its own, named after the one that it is from.
    let run = call.run.split('/').next().unwrap_or_default().to_string();
    let game = GAMES.iter().find(|game| text(game, "run") == run);
    let script = game.map(|game| game["script"][example.operation].clone()).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(script["slow"].as_u64().unwrap_or_default())).await;
    let attempts = |name: &str| script[name].as_u64().unwrap_or_default();
    if u64::from(call.attempt) <= attempts("outages") {
        return Answer::Outage("nobody is there".to_string());
    }
    let answer = match &script["refuse"] {
        Value::Null => {
            let reply = serde_json::from_str(example.reply).unwrap_or_default();
            Answer::Done(script.get("reply").cloned().unwrap_or(reply))
        }
        refuse => Answer::Refused(Raised {
            name: text(refuse, "name").to_string(),
            fields: refuse["fields"].clone(),
        }),
    };
    if example.takes_a_while {
        let mut later = held(&LATER);
        if !later.iter().any(|(_, key, ..)| *key == call.key) {
            later.push((call.run, call.key, example.operation.to_string(), answer));
        }
        return Answer::Accepted;
    }
    if matches!(answer, Answer::Done(_)) {
        has_done(&run, example.operation, &call.step, &call.key);
    }
    if u64::from(call.attempt) <= attempts("lost") {
        return Answer::Outage("the answer is lost".to_string());
    }
    answer
}

fn has_done(run: &str, operation: &str, step: &str, key: &str) {
    held(&DONE).insert([run, operation, step, key].map(ToString::to_string));
}

/// The answers that are due, each once.
fn answers(given: &mut usize) -> Vec<(String, String, Answer)> {
    let later = held(&LATER);
    let due = later[*given..].to_vec();
    *given = later.len();
    due.into_iter()
        .map(|(run, key, operation, answer)| {
            if matches!(answer, Answer::Done(_)) {
                let step = key.rsplit('/').next().unwrap_or_default();
                has_done(&run, &operation, step, &key);
            }
            (run, key, answer)
        })
        .collect()
}

fn write(runs: &Value, trouble: &Value) -> Result<ExitCode, String> {
    let told = json!({ "runs": runs, "done": *held(&DONE), "trouble": trouble });
    let file = format!("{}/told", variable("PLACE"));
    std::fs::write(file, told.to_string()).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// So long all runs together may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(play()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
