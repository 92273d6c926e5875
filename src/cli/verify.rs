//! `wfc verify`.

use super::args::{ListFormat, Verify};
use super::output::{Output, Unwritten};
use super::{Outcome, project};
use crate::check::verify::{MAX_STATES, Question};
use crate::compile;
use crate::project::config::file::{self, TimersWord};
use crate::project::config::sets;
use crate::project::{Request, WhenEmpty, disk};
use crate::report::verdict;

pub fn run(wanted: &Verify, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let loaded = disk::load(&Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    let joined = project::joined_files(&project, &loaded.sources);
    let verified = compile::verify(&loaded.sources, &joined, &questions(wanted, &project.config.verify));
    let text = match wanted.format {
        ListFormat::Text => verdict::text(&verified.verdicts, &loaded.sources, &output.stdout),
        ListFormat::Json => verdict::json(&verified.verdicts, &loaded.sources),
    };
    output.data(&text)?;
    for notice in &loaded.notices {
        output.note(&format!("note: {notice}"));
    }
    output.troubles(&loaded.troubles);
    if verified.n_errors > 0 {
        output.trouble("some text has errors, so that its runs are not known: see wfc check");
    }
    if !verified.verdicts.is_empty() {
        output.note(&verdict::summary(&verified.verdicts));
    }
    let is_fine = verified.verdicts.iter().all(|verdict| verdict.is_fine());
    Ok(match (loaded.troubles.is_empty() && verified.n_errors == 0, is_fine) {
        (false, _) => Outcome::Trouble,
        (true, false) => Outcome::Findings,
        (true, true) => Outcome::Clean,
    })
}

/// The command line stands above the configuration.
fn questions(wanted: &Verify, written: &file::Verify) -> Vec<Question> {
    let delivery = wanted.delivery.map(Into::into).or(written.delivery.map(|word| word.value.into()));
    let states = wanted.max_states.or(written.max_states.map(|number| number.value as usize));
    let timers = match wanted.timers {
        Some(name) => name.timers(),
        None => written.timers.map_or(TimersWord::default(), |word| word.value).timers(),
    };
    let question = |timers| Question {
        delivery: delivery.unwrap_or_default(),
        timers,
        // A run has a first state at least.
        max_states: states.unwrap_or(MAX_STATES).max(1),
    };
    timers.iter().copied().map(question).collect()
}
