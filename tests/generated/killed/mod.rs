//! Runs that are killed (SIGKILL) at the boundaries of their steps and inside of them, once or twice: each
//! comes to its end, no finished step runs again, each effect happens once, each needed compensation exactly
//! once and in its order.
//!
//! Ten kills are enough for every day. `WFC_KILLS=200 cargo test --test generated killed -- --nocapture`
//! does it for longer and tells what came of it; `WFC_KILLS=all` kills at every place of every run.
//! `WFC_KILL_AT=/reserved` kills only there, and goes through these places until it has so many kills.

mod endings;
mod engine;
mod late;
mod log;
mod plan;
mod postgres;
mod scene;
mod table;
mod temporal;

use crate::golden::PROJECTS;
use crate::project::Project;
use crate::servers::is_wanted;
use endings::{Ending, SUBJECTS, Subject};
use engine::{Embedded, Engine};
use log::Log;
use plan::{Kill, Plan, places, plans};
pub use postgres::ENGINES;
use postgres::OnPostgres;
use scene::Scene;
use serde_json::Value;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use table::{Table, Total};
use tempfile::TempDir;
use temporal::OnTemporal;

#[test]
fn killed_runs_come_to_their_end() {
    println!("{}", soak(&Embedded));
}

#[test]
fn killed_runs_come_to_their_end_on_postgres() {
    if is_wanted("postgres") {
        println!("{}", soak(&OnPostgres::start()));
    }
}

#[test]
fn killed_runs_come_to_their_end_on_temporal() {
    if is_wanted("temporal") {
        println!("{}", soak(&OnTemporal::start()));
    }
}

/// Kills runs of each project under an engine; gives what came of it.
fn soak(engine: &dyn Engine) -> Table {
    let kills = std::env::var("WFC_KILLS").unwrap_or_else(|_| "10".to_string());
    let kills = kills.parse().unwrap_or(usize::MAX);
    let mut totals = Vec::new();
    for subject in SUBJECTS {
        totals.push(Soak::new(engine, subject).run(kills.div_ceil(SUBJECTS.len())));
    }
    Table(totals)
}

struct Soak<'s> {
    engine: &'s dyn Engine,
    subject: &'s Subject,
    workflow: &'static str,
    program: PathBuf,
    input: Value,
    /// Where the program is: soaks are long, and others build the same project meanwhile.
    _folder: TempDir,
}

impl<'s> Soak<'s> {
    fn new(engine: &'s dyn Engine, subject: &'s Subject) -> Soak<'s> {
        let known = PROJECTS.iter().find(|(name, ..)| *name == subject.project);
        let (golden, specification, whole) = *known.expect("it is a golden project");
        let workflow = subject.workflow;
        // What is conducted is killed here without what is not.
        let name = if whole == workflow { golden.to_string() } else { format!("{golden}-alone") };
        let project = match engine.options() {
            [] => Project::new(&name, specification, workflow),
            options => {
                let name = format!("{name}-{}", engine.name());
                Project::with(&name, specification, workflow, options)
            }
        };
        let folder = tempfile::tempdir().expect("there is room");
        let input = project.read(&format!("examples/{}.json", subject.test));
        let program = recorder(project, engine, subject.test, folder.path());
        let input = serde_json::from_str(&input).expect("it is JSON");
        Soak { engine, subject, workflow, program, input, _folder: folder }
    }

    /// At least so many kills, as long as there are places left.
    fn run(&self, kills: usize) -> Total {
        let endings: Vec<Ending> = (self.subject.endings)();
        let is_killed = |it: &Ending| kills > 50 || !it.is_extra;
        let is_played = |it: &Ending| is_killed(it) || self.engine.plays_all();
        let endings: Vec<Ending> = endings.into_iter().filter(is_played).collect();
        let total = Mutex::new(Total::new(self.engine.name(), self.subject.project));
        // What there is to be killed: each ending once, undisturbed.
        let undisturbed = (0..endings.len()).map(|ending| Plan { ending, kills: Vec::new() }).collect();
        let found = Mutex::new(Vec::new());
        self.play_all(&endings, undisturbed, 0, &|plan, run, killed, log| {
            let places = places(log, run);
            let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
            total.places.extend(places.iter().map(|kill| (plan.ending, kill.clone())));
            total.count(plan.ending, killed, log);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((plan.ending, places));
            true
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.retain(|(ending, _)| is_killed(&endings[*ending]));
        found.sort_by_key(|(ending, _)| *ending);
        self.play_all(
            &endings,
            chosen(plans(&found), kills).into(),
            endings.len(),
            &|plan, _, killed, log| {
                let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                total.count(plan.ending, killed, log);
                total.kills() < kills
            },
        );
        total.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays one plan after the other, some at a time, until this says that it is enough.
    fn play_all(&self, endings: &[Ending], plans: VecDeque<Plan>, first: usize, judge: &Judge) {
        let open = Mutex::new(plans.into_iter().zip(first..).collect::<VecDeque<_>>());
        let next = || open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        std::thread::scope(|threads| {
            for _ in 0..self.engine.at_once() {
                threads.spawn(|| {
                    while let Some((plan, number)) = next() {
                        let scene = Scene {
                            engine: self.engine,
                            subject: self.subject,
                            workflow: self.workflow,
                            program: &self.program,
                            ending: &endings[plan.ending],
                            input: &self.input,
                            name: format!("{}-{number}", self.engine.name()),
                        };
                        let (killed, log) = scene.play(&plan.kills);
                        if !judge(&plan, &scene.run(), &killed, &log) {
                            open.lock().unwrap_or_else(PoisonError::into_inner).clear();
                        }
                    }
                });
            }
        });
    }
}

type Judge<'j> = dyn Fn(&Plan, &str, &[Kill], &Log) -> bool + Sync + 'j;

/// The plans that kill where `WFC_KILL_AT` says, as often as there are kills wanted; without it all, once.
fn chosen(mut plans: Vec<Plan>, kills: usize) -> Vec<Plan> {
    let Ok(place) = std::env::var("WFC_KILL_AT") else { return plans };
    plans.retain(|plan| plan.kills.iter().all(|kill| kill.to_string().contains(&place)));
    plans.iter().cycle().take(kills).cloned().collect()
}

/// The project's coordinator with services that write down what they do, in a folder.
fn recorder(project: Project, engine: &dyn Engine, test: &str, folder: &Path) -> PathBuf {
    // Their tests are built so as well, and nothing twice.
    let project = if engine.features() == ENGINES { project.under_lints() } else { project };
    let tests = project.read(&format!("crates/coordinator/tests/{test}.rs"));
    let from = tests.find("const STAGE").expect("it is there");
    let to = from + tests[from..].find("\n};").expect("it is there") + 3;
    let text = include_str!("recorder.rs").replace("// STAGE", &tests[from..to]);
    let program = folder.join("recorder");
    fs::copy(project.build("recorder", &text, &engine.features().join(",")), &program)
        .expect("there is room");
    program
}
