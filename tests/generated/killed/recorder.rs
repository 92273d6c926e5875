//! A coordinator whose services write down what they are asked and what they do, and that dies where it is
//! told to. It is compiled as a binary of a generated project.
//!
//! | variable | what is in it |
//! | --- | --- |
//! | `RECORD` | the folder for the log, and for what has been done under each key |
//! | `SCRIPT` | JSON, by step: `{"refuse": "QuoteExpired"}`, `{"outages": 2}`, `{"lost": 2}` (done, but the reply is lost), `{"moment": {"field": "validTo", "at": …}}` (of the reply) |
//! | `KILL` | JSON: at the `nth` time in this life that `key` is asked with `attempt`, `before` or `after` its effect, or so many milliseconds after its `reply` |

use runtime::contract::Raised;
use runtime::Project;
use runtime::services::{Answer, Call};
use runtime::testing::{Example, Stage};
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

// STAGE

fn main() -> ExitCode {
    let script = read("SCRIPT");
    let kill = read("KILL");
    let mut services = runtime::Services::default();
    for example in STAGE.examples {
        let (script, kill) = (script.clone(), kill.clone());
        services = services.raw(example.operation, move |call, request| {
            let asked = Asked { example, call, request };
            asked.act(&script[asked.call.step.as_str()], &kill)
        });
    }
    let project = Project { workflows: coordinator::workflows(), services, routes: coordinator::ROUTES };
    runtime::cli::main(project, "coordinator.db")
}

struct Asked {
    example: &'static Example,
    call: Call,
    request: Value,
}

impl Asked {
    fn act(&self, script: &Value, kill: &Value) -> Answer {
        self.log("begin");
        let is_meant = self.is_meant(kill);
        let dies = |moment: &str| is_meant && kill["moment"] == moment;
        pause();
        if dies("before") {
            die();
        }
        let tries = self.answered_so_far();
        let is_out = |kind: &str| script[kind].as_u64().is_some_and(|outages| tries < outages);
        let (acts, answer) = if let Some(failure) = script["refuse"].as_str() {
            (false, Answer::Refused(Raised { name: failure.to_string(), fields: json!({}) }))
        } else if is_out("outages") {
            (false, Answer::Outage("nobody is there".to_string()))
        } else if is_out("lost") {
            (true, Answer::Outage("the reply is lost".to_string()))
        } else if self.example.takes_a_while {
            (true, Answer::Accepted)
        } else {
            (true, Answer::Done(self.reply(script)))
        };
        if acts {
            self.take_effect();
        }
        pause();
        if dies("after") {
            die();
        }
        self.log(match &answer {
            Answer::Outage(_) => "outage",
            Answer::Refused(_) => "refused",
            Answer::Accepted => "accepted",
            Answer::Done(_) => "done",
        });
        if dies("reply") {
            let pause = Duration::from_millis(kill["pause"].as_u64().unwrap_or_default());
            std::thread::spawn(move || {
                std::thread::sleep(pause);
                die();
            });
        }
        answer
    }

    /// Whoever has done it once under this key does not do it again. Each attempt is written down all the same.
    fn take_effect(&self) {
        let done = format!("{}/{}", folder(), self.call.key.replace('/', "~"));
        let is_first = File::create_new(done).is_ok();
        self.log(if is_first { "effect" } else { "known" });
    }

    fn reply(&self, script: &Value) -> Value {
        let mut reply: Value = serde_json::from_str(self.example.reply).unwrap_or_default();
        let moment = &script["moment"];
        if let (Some(field), Some(at)) = (moment["field"].as_str(), moment["at"].as_i64()) {
            reply[field] = json!(jiff::Timestamp::from_millisecond(at).unwrap_or_default());
        }
        reply
    }

    fn is_meant(&self, kill: &Value) -> bool {
        static TIMES: AtomicU64 = AtomicU64::new(0);
        kill["key"] == self.call.key.as_str()
            && kill["attempt"] == self.call.attempt
            && kill["nth"] == TIMES.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// How often this has been answered, in all lives.
    fn answered_so_far(&self) -> u64 {
        let log = fs::read_to_string(format!("{}/log", folder())).unwrap_or_default();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let answers = ["outage", "refused", "accepted", "done"];
        lines
            .filter(|line| {
                line["key"] == self.call.key.as_str() && answers.iter().any(|it| line["what"] == *it)
            })
            .count() as u64
    }

    fn log(&self, what: &str) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let line = json!({
            "at": at as u64,
            "what": what,
            "step": self.call.step,
            "key": self.call.key,
            "attempt": self.call.attempt,
            "operation": self.example.operation,
            "instance": self.call.instance,
            "request": self.request,
        });
        let file = OpenOptions::new().create(true).append(true).open(format!("{}/log", folder()));
        if let Ok(mut file) = file {
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// A step takes its time, so that others are in the middle of something when the process dies.
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

fn die() {
    let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    std::thread::sleep(Duration::from_secs(60));
}

fn read(variable: &str) -> Value {
    let text = std::env::var(variable).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn folder() -> String {
    std::env::var("RECORD").unwrap_or_default()
}
