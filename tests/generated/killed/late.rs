//! An answer that comes when nobody waits for it any more: what was done all the same is taken back once, while the
//! run goes on and when it is over, also when the process that does it is killed.

use super::engine::{Embedded, Engine};
use super::log::Log;
use super::postgres::OnPostgres;
use super::recorder;
use super::temporal::OnTemporal;
use crate::project::Project;
use crate::servers::is_wanted;
use crate::wire::http::post;
use crate::wire::process::Process;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ANSWER: &[&str] = &["--reply", "\"slip-1\""];

#[test]
fn late_answers_are_taken_back() {
    let desk = Desk::new(&Embedded);
    desk.takes_back_while_the_run_goes_on("order-1");
    desk.takes_back_when_the_run_is_over("order-2");
    desk.takes_back_over_http("order-3");
}

#[test]
fn late_answers_are_taken_back_on_postgres() {
    if is_wanted("postgres") {
        on(&OnPostgres::start());
    }
}

#[test]
fn late_answers_are_taken_back_on_temporal() {
    if is_wanted("temporal") {
        on(&OnTemporal::start());
    }
}

fn on(engine: &dyn Engine) {
    let desk = Desk::new(engine);
    desk.takes_back_while_the_run_goes_on("order-1");
    desk.takes_back_when_the_run_is_over("order-2");
}

/// A project whose runs wait for a second, on one engine.
struct Desk<'e> {
    engine: &'e dyn Engine,
    program: PathBuf,
    folder: TempDir,
}

impl Desk<'_> {
    fn new(engine: &dyn Engine) -> Desk<'_> {
        let project = Project::new("late", "tests/generated/small/late.wfc", "");
        let folder = tempfile::tempdir().expect("there is room");
        let program = recorder(project, engine, "order", folder.path());
        Desk { engine, program, folder }
    }

    fn takes_back_while_the_run_goes_on(&self, order: &str) {
        let run = self.gives_up(order);
        let told = self.answer(&run, &Value::Null);
        assert!(told.contains("waits for Closed"), "{told}");
        assert_eq!(self.cleared(&run), 1);
        self.close(order);
        // The same answer again is an answer that was taken.
        let told = self.tell(&["answer", &run, &format!("{run}/kept"), ANSWER[0], ANSWER[1]], &Value::Null);
        assert!(!told.contains("is at work"), "{told}");
        assert_eq!(self.cleared(&run), 1);
    }

    fn takes_back_when_the_run_is_over(&self, order: &str) {
        let run = self.gives_up(order);
        self.close(order);
        assert_eq!(self.cleared(&run), 0, "nobody knows of anything that was done");
        let key = format!("{run}/kept/undo");
        let kill = |moment| json!({ "key": key, "attempt": 1, "nth": 1, "moment": moment, "pause": 0 });
        self.answer(&run, &kill("before"));
        assert_eq!(self.cleared(&run), 0, "it was killed before");
        self.answer(&run, &kill("after"));
        let settled = format!("{run}/kept/settle ended in Settled");
        for _ in 0..2 {
            let told = self.answer(&run, &Value::Null);
            assert!(told.contains(&settled), "{told}");
            assert_eq!(self.cleared(&run), 1);
        }
        let told = self.tell(&["answer", &run, "kept", "--failure", "Lost"], &Value::Null);
        assert!(told.contains("nothing has to be taken back"), "{told}");
    }

    fn takes_back_over_http(&self, order: &str) {
        let run = self.gives_up(order);
        self.close(order);
        let environment = self.environment();
        let variables: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let served = Process::start(&self.program, &["serve", "--listen", "0"], &variables);
        let answers = format!("{}/runs/{run}/answers/kept", served.address);
        let told = post(&answers, &json!("slip-1"));
        assert_eq!((told.status(), &told.json()["run"]), (202, &json!(format!("{run}/kept/settle"))));
        self.until(&run, || self.cleared(&run) == 1);
        assert_eq!(post(&answers, &json!("slip-1")).status(), 202, "the same again is the same");
        served.stop();
        assert_eq!(self.cleared(&run), 1);
    }

    /// A run whose step was given up; gives what it is called.
    fn gives_up(&self, order: &str) -> String {
        let input = json!({ "order": order }).to_string();
        let run = format!("Order-{order}");
        self.until(&run, || {
            let told = self.tell(&["start", "Order", "--input", &input], &Value::Null);
            told.contains("waits for Closed")
        });
        run
    }

    fn close(&self, order: &str) {
        let fields = json!({ "order": order }).to_string();
        let told = self.tell(&["event", "Closed", "--data", &fields, "--id", order], &Value::Null);
        assert!(told.contains("ended in NotKept"), "{told}");
    }

    fn answer(&self, run: &str, kill: &Value) -> String {
        self.tell(&["answer", run, "kept", ANSWER[0], ANSWER[1]], kill)
    }

    /// How often what was kept for a run has been cleared away, by everything that was done.
    fn cleared(&self, run: &str) -> usize {
        let log = Log::read(self.folder.path());
        let key = format!("{run}/kept/undo");
        log.effects().filter(|line| line.key == key).count()
    }

    fn until(&self, run: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            let about = || self.tell(&["history", run], &Value::Null);
            assert!(began.elapsed() < Duration::from_secs(60), "it does not come about\n{}", about());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn tell(&self, words: &[&str], kill: &Value) -> String {
        let mut command = Command::new(&self.program);
        command.args(words).envs(self.environment()).stderr(Stdio::inherit());
        if !kill.is_null() {
            command.env("KILL", kill.to_string());
        }
        let output = command.output().expect("it was built");
        String::from_utf8(output.stdout).expect("it is text")
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let folder: &Path = self.folder.path();
        let mut environment = self.engine.environment(folder);
        environment.push(("RECORD", folder.to_string_lossy().into_owned()));
        environment
    }
}
