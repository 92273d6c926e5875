//! `wfc verify`.

use super::Outcome;
use super::args::{ListFormat, Verify};
use super::output::{Output, Unwritten};
use crate::check::verify::Question;
use crate::compile;
use crate::project::{Request, WhenEmpty, disk};
use crate::report::verdict;

pub fn run(wanted: &Verify, output: &Output) -> Result<Outcome, Unwritten> {
    let loaded = disk::load(&Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    let question = |timers| Question {
        delivery: wanted.delivery.into(),
        timers,
        // A run has a first state at least.
        max_states: wanted.max_states.max(1),
    };
    let questions: Vec<Question> = wanted.timers.timers().iter().copied().map(question).collect();
    let verified = compile::verify(&loaded.sources, &questions);
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
