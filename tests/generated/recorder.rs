//! A coordinator whose services write down what they do, and that kills itself in the middle of it.

use runtime::contract::Raised;
use runtime::durable::Project;
use runtime::services::{Answer, Call};
use runtime::testing::{Example, Stage};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, Ordering};

// STAGE

static POINTS: AtomicI64 = AtomicI64::new(i64::MAX);

fn main() -> ExitCode {
    if let Some(points) = std::env::var("KILL_IN").ok().and_then(|text| text.parse().ok()) {
        POINTS.store(points, Ordering::SeqCst);
    }
    let mut services = runtime::Services::default();
    for example in STAGE.examples {
        services = services.raw(example.operation, move |call, _| act(example, &call));
    }
    runtime::cli::main(Project { workflows: coordinator::workflows(), services, routes: coordinator::ROUTES })
}

fn act(example: &Example, call: &Call) -> Answer {
    log(&format!("begin {}", call.key));
    point();
    let answer = match refusal(call) {
        Some(failure) => Answer::Refused(Raised { name: failure, fields: serde_json::json!({}) }),
        None if example.takes_a_while => Answer::Accepted,
        None => Answer::Done(serde_json::from_str(example.reply).unwrap_or_default()),
    };
    // Whoever has done it once under this key does not do it again.
    let done = format!("{}/{}", folder(), call.key.replace('/', "~"));
    if matches!(answer, Answer::Done(_)) && File::create_new(done).is_ok() {
        log(&format!("effect {}", call.key));
    }
    point();
    log(&format!("end {}", call.key));
    answer
}

/// A run that is called `….STEP.FAILURE` is refused there.
fn refusal(call: &Call) -> Option<String> {
    let mut parts = call.run.split('.').skip(1);
    (parts.next()? == call.step).then(|| parts.next().unwrap_or_default().to_string())
}

/// A place where the process may be killed.
fn point() {
    std::thread::sleep(std::time::Duration::from_millis(15));
    if POINTS.fetch_sub(1, Ordering::SeqCst) == 1 {
        log("kill");
        let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
}

fn folder() -> String {
    std::env::var("EFFECTS").unwrap_or_default()
}

fn log(line: &str) {
    let file = OpenOptions::new().create(true).append(true).open(format!("{}/log", folder()));
    if let Ok(mut file) = file {
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}
