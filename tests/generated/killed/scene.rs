//! One run with everything that comes to it from outside, and with the kills that are planned for it.

use super::endings::{Ending, Subject};
use super::engine::Engine;
use super::log::Log;
use super::plan::Kill;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A run that does not come to its end in this time never does.
const PATIENCE: Duration = Duration::from_secs(100);

pub struct Scene<'s> {
    pub engine: &'s dyn Engine,
    pub subject: &'s Subject,
    pub workflow: &'s str,
    pub program: &'s Path,
    pub ending: &'s Ending,
    /// The example of the project.
    pub input: &'s Value,
    /// What names this run among all runs of the soak.
    pub name: String,
}

/// The words of a command, and whether it hands on the next event.
struct Next {
    words: Vec<String>,
    is_event: bool,
}

impl Scene<'_> {
    pub fn run(&self) -> String {
        format!("{}-{}", self.workflow, self.name)
    }

    /// Lets the run go to its end; gives which of the kills came about. Panics when it does not end as it should.
    pub fn play(&self, kills: &[Kill]) -> (Vec<Kill>, Log) {
        let folder = tempfile::tempdir().expect("there is room");
        let actor = Actor { scene: self, folder: folder.path(), script: self.script() };
        let killed = actor.play(kills);
        let log = Log::read(folder.path());
        let is_given_out_again = |key: &str, begun| self.engine.gave_out_again(key, begun, &actor.trouble());
        let fault = log.fault(self.ending, &is_given_out_again);
        let about = || format!("{} ({}), killed {}", self.run(), self.ending.name, told(&killed));
        assert!(fault.is_none(), "{}: {}\n{}", about(), fault.unwrap_or_default(), actor.evidence());
        self.engine.clean_up(folder.path());
        (killed, log)
    }

    fn script(&self) -> Value {
        let mut script = self.ending.script.clone();
        if let Some((step, field, seconds)) = self.ending.moment {
            script[step]["moment"] = json!({ "field": field, "at": now() + 1000 * seconds });
        }
        script
    }

    fn input(&self) -> Value {
        let mut input = self.input.clone();
        input[self.subject.key] = json!(self.name);
        input
    }
}

struct Actor<'s> {
    scene: &'s Scene<'s>,
    folder: &'s Path,
    script: Value,
}

impl Actor<'_> {
    fn play(&self, kills: &[Kill]) -> Vec<Kill> {
        let began = Instant::now();
        let run = self.scene.run();
        let mut open = kills.iter().peekable();
        let mut killed = Vec::new();
        let mut n_commands = 0;
        let mut events = Events::default();
        while let Some(next) = self.next(&mut events) {
            assert!(
                began.elapsed() < PATIENCE,
                "{run} does not end, killed {}\n{}{}",
                told(&killed),
                self.standing(),
                self.evidence()
            );
            let kill = open.peek().copied();
            self.write(json!({ "at": now(), "what": "life", "words": next.words }));
            let status = self.command(&next.words, kill, n_commands);
            n_commands += 1;
            events.tried = if next.is_event { events.taken + 1 } else { events.tried };
            if status.success() {
                events.taken = events.tried;
                continue;
            }
            assert!(
                status.code().is_none(),
                "{run}: {:?} ends with {status}\n{}",
                next.words,
                self.trouble()
            );
            self.write(json!({ "at": now(), "what": "kill", "finished": self.finished() }));
            killed.extend(open.next().cloned());
        }
        self.write(json!({ "at": now(), "what": "over" }));
        let status = self.told(&["status", &run]);
        let end = format!("{run} ended in {} ", self.scene.ending.end);
        assert!(status.starts_with(&end), "killed {}: {status}\n{}", told(&killed), self.evidence());
        killed
    }

    /// What comes from outside now; nothing when all is over.
    fn next(&self, known: &mut Events) -> Option<Next> {
        let ending = self.scene.ending;
        let run = self.scene.run();
        let runs = self.runs();
        let is_over = runs.iter().any(|(id, _)| *id == run) && runs.iter().all(|(_, running)| !running);
        let begun: Vec<Waiting> =
            runs.iter().filter(|(_, running)| *running).flat_map(|(id, _)| self.waiting(id)).collect();
        for (step, answer) in &ending.answers {
            if let Some(waiting) =
                begun.iter().find(|it| it.is_answer() && it.key.ends_with(&format!("/{step}")))
            {
                return Some(Next::answer(waiting, answer));
            }
        }
        let mut events = ending.events.iter().chain(&ending.late).skip(known.taken);
        if let Some((event, fields)) = events.next() {
            let is_late = known.taken >= ending.events.len();
            let is_awaited = begun.iter().any(|it| it.what.split(", ").any(|name| name == *event));
            let is_time = || ending.after.iter().all(|(it, step)| it != event || self.has_finished(step));
            if (is_awaited && is_time()) || (is_late && is_over) {
                let mut fields = fields.clone();
                fields[self.scene.subject.key] = json!(self.scene.name);
                return Some(Next::event(event, &fields));
            }
            // It had arrived when the one who handed it on was killed.
            if known.tried > known.taken && !is_awaited && !is_late {
                known.taken += 1;
                return self.next(known);
            }
        } else if is_over && self.log().told().count() < ending.told.len() {
            self.serve_until(|log| log.told().count() >= ending.told.len());
            return self.next(known);
        }
        (!is_over).then(|| Next::start(self.scene.workflow, &self.scene.input()))
    }

    /// The runs of this scene, and whether they are at work.
    fn runs(&self) -> Vec<(String, bool)> {
        let run = self.scene.run();
        let listed = self.told(&["list"]);
        let words = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let runs = words.filter_map(|words| Some((words.first()?.to_string(), words.last()? == &"running")));
        runs.filter(|(id, _)| *id == run || id.starts_with(&format!("{run}/"))).collect()
    }

    fn waiting(&self, run: &str) -> Vec<Waiting> {
        let told = self.told(&["status", run]);
        let lines = told.lines().filter_map(|line| line.trim().strip_prefix("waits for "));
        let parts = lines.filter_map(|line| line.strip_suffix(')')?.rsplit_once(" ("));
        parts
            .map(|(what, key)| Waiting { run: run.to_string(), what: what.to_string(), key: key.to_string() })
            .collect()
    }

    fn has_finished(&self, step: &str) -> bool {
        self.finished().iter().any(|key| key.ends_with(&format!("/{step}")))
    }

    /// The keys of the steps that are finished by the engine's own record.
    fn finished(&self) -> BTreeSet<String> {
        let notices = self.log().lines.into_iter().filter(|line| line.step.starts_with("notify-"));
        let runs = self.runs().into_iter().map(|(id, _)| id).chain(notices.map(|line| line.key));
        let mut finished = BTreeSet::new();
        for run in runs.collect::<BTreeSet<_>>() {
            for line in self.told(&["history", &run]).lines() {
                let Some((key, outcome)) = line.split_once('(').and_then(|(_, rest)| rest.split_once(')'))
                else {
                    continue;
                };
                if [" is done", " is refused", " is accepted"].iter().any(|it| outcome.starts_with(it)) {
                    finished.insert(key.split(',').next().unwrap_or_default().to_string());
                }
            }
        }
        finished
    }

    fn command(&self, words: &[String], kill: Option<&Kill>, n_commands: usize) -> ExitStatus {
        let mut command = self.program(words);
        if let Some(Kill::Call { call, moment, pause }) = kill {
            let key = format!("{}{}", self.scene.run(), call.key);
            let kill = json!({
                "key": key, "attempt": call.attempt, "nth": call.nth, "moment": moment.word(), "pause": pause,
            });
            command.env("KILL", kill.to_string());
        }
        let mut child = command.spawn().expect("it was built");
        match kill {
            Some(Kill::Command { nth, pause }) if *nth == n_commands => {
                std::thread::sleep(Duration::from_millis(*pause));
                child.kill().expect("it can be killed");
            }
            _ => {}
        }
        child.wait().expect("it was started")
    }

    /// Works on all runs until this holds; nobody counts how that ends.
    fn serve_until(&self, holds: impl Fn(&Log) -> bool) {
        let began = Instant::now();
        self.write(json!({ "at": now(), "what": "serve" }));
        let mut child: Child = self.program(&["serve".to_string()]).spawn().expect("it was built");
        while !holds(&self.log()) {
            assert!(began.elapsed() < PATIENCE, "nobody is told\n{}", self.raw_log());
            std::thread::sleep(Duration::from_millis(50));
        }
        // What is told is also to be kept.
        std::thread::sleep(Duration::from_millis(300));
        child.kill().expect("it can be killed");
        child.wait().expect("it was started");
    }

    fn program(&self, words: &[String]) -> Command {
        let mut command = Command::new(self.scene.program);
        let trouble = OpenOptions::new().create(true).append(true).open(self.folder.join("trouble"));
        command
            .args(words)
            .envs(self.scene.engine.environment(self.folder))
            .env("RECORD", self.folder)
            .env("SCRIPT", self.script.to_string())
            .stdout(Stdio::null())
            .stderr(trouble.expect("there is room"));
        command
    }

    fn told(&self, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let output = self.program(&words).stdout(Stdio::piped()).output().expect("it was built");
        String::from_utf8(output.stdout).expect("it is text")
    }

    fn standing(&self) -> String {
        self.runs().iter().map(|(id, _)| self.told(&["status", id])).collect()
    }

    fn log(&self) -> Log {
        Log::read(self.folder)
    }

    fn raw_log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// All that can tell how a run went.
    fn evidence(&self) -> String {
        let record = self.scene.engine.record(&self.scene.run(), self.folder);
        format!("{}\n{}\n{record}", self.raw_log(), self.trouble())
    }

    fn trouble(&self) -> String {
        std::fs::read_to_string(self.folder.join("trouble")).unwrap_or_default()
    }

    fn write(&self, line: Value) {
        let file = OpenOptions::new().create(true).append(true).open(self.folder.join("log"));
        file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).expect("there is room");
    }
}

/// How many of the events have been taken for sure, and how many somebody has tried to hand on.
#[derive(Default)]
struct Events {
    taken: usize,
    tried: usize,
}

/// What a run waits for.
struct Waiting {
    run: String,
    what: String,
    key: String,
}

impl Waiting {
    fn is_answer(&self) -> bool {
        self.what.starts_with("an answer to ")
    }
}

impl Next {
    fn start(workflow: &str, input: &Value) -> Next {
        Next::of(["start", workflow, "--input", &input.to_string()], false)
    }

    fn answer(waiting: &Waiting, answer: &Result<Value, &str>) -> Next {
        match answer {
            Ok(reply) => {
                Next::of(["answer", &waiting.run, &waiting.key, "--reply", &reply.to_string()], false)
            }
            Err(failure) => Next::of(["answer", &waiting.run, &waiting.key, "--failure", failure], false),
        }
    }

    /// Under one name however often it is handed on, so that it counts once.
    fn event(name: &str, fields: &Value) -> Next {
        Next::of(["event", name, "--data", &fields.to_string(), "--id", &format!("{name}-1")], true)
    }

    fn of<const N: usize>(words: [&str; N], is_event: bool) -> Next {
        Next { words: words.map(ToString::to_string).to_vec(), is_event }
    }
}

fn told(kills: &[Kill]) -> String {
    kills.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}
