//! `wfc metrics`.

use super::args::{ListFormat, Metrics};
use super::output::{Output, Unwritten};
use super::{Outcome, project};
use crate::compile::{self, Measured, normalise};
use crate::metrics::{Difference, Subject, compare};
use crate::project::config::sets;
use crate::project::measures::{Measures, NAME};
use crate::project::{Project, Request, Trouble, WhenEmpty, disk};
use crate::report::metrics::{self, Drift};

pub fn run(wanted: &Metrics, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let before = match before(wanted, &project) {
        Ok(before) => before,
        Err(trouble) => return Ok(output.troubled(&trouble)),
    };
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
    let measured = compile::measure(&loaded.sources, &joined);
    let n_errors: usize = measured.iter().map(|one| one.n_errors).sum();
    if wanted.write_baseline.is_some() {
        output.troubles(&loaded.troubles);
        if n_errors > 0 || !loaded.troubles.is_empty() {
            output
                .trouble("the baseline stays as it is, because not everything could be read: see wfc check");
            return Ok(Outcome::Trouble);
        }
        return Ok(keep(wanted, &project, &measured, output));
    }
    let drift = before.map(|before| drift(&before, &measured, wanted, &project));
    let text = match wanted.format {
        ListFormat::Text => metrics::text(&measured, &loaded.sources, drift.as_ref(), &output.stdout),
        ListFormat::Json => metrics::document(&measured, &loaded.sources, drift.as_ref()),
    };
    output.data(&text)?;
    for notice in &loaded.notices {
        output.note(&format!("note: {notice}"));
    }
    output.troubles(&loaded.troubles);
    if n_errors > 0 {
        output.trouble("some text has errors, so that numbers may be too small: see wfc check");
    }
    let is_past = drift.is_some_and(|drift| drift.is_past());
    Ok(match (loaded.troubles.is_empty() && n_errors == 0, is_past) {
        (false, _) => Outcome::Trouble,
        (true, true) => Outcome::Findings,
        (true, false) => Outcome::Clean,
    })
}

/// The numbers to compare with.
fn before(wanted: &Metrics, project: &Project) -> Result<Option<Measures>, Trouble> {
    if wanted.no_baseline || wanted.write_baseline.is_some() {
        return Ok(None);
    }
    let Some(named) = &wanted.baseline else { return disk::read_measures(&project.base.shown(NAME)) };
    let path = normalise(named);
    match disk::read_measures(&path)? {
        Some(before) => Ok(Some(before)),
        None => Err(Trouble::new(path, "there is no such baseline; wfc metrics --write-baseline writes one")),
    }
}

fn keep(wanted: &Metrics, project: &Project, measured: &[Measured], output: &Output) -> Outcome {
    let named = wanted.write_baseline.as_ref().filter(|path| !path.is_empty());
    let path = named.map_or_else(|| project.base.shown(NAME), |path| normalise(path));
    let measures = Measures::of(measured.iter().map(|one| &one.metrics));
    match disk::write_measures(&path, &measures) {
        Ok(()) => {
            let lines =
                if measures.len() == 1 { "1 line".to_string() } else { format!("{} lines", measures.len()) };
            output.note(&format!("{lines} in {path} now; from here on wfc metrics tells what has grown"));
            Outcome::Clean
        }
        Err(trouble) => output.troubled(&trouble),
    }
}

fn drift(before: &Measures, measured: &[Measured], wanted: &Metrics, project: &Project) -> Drift {
    let now = Measures::of(measured.iter().map(|one| &one.metrics));
    let mut difference = compare((&before.figures, &before.edges), (&now.figures, &now.edges));
    // A run over a part of the project says nothing of what it did not look at.
    if wanted.paths != ["."] {
        only_seen(&mut difference, &now);
    }
    Drift::new(difference, &|number| project.config.drift.limit(number))
}

fn only_seen(difference: &mut Difference, now: &Measures) {
    let is_seen = |subject: &Subject| now.figures.keys().any(|(known, _)| known == subject);
    difference.changes.retain(|change| change.subject != Subject::System && is_seen(&change.subject));
    difference.went.retain(|edge| is_seen(&Subject::Service(edge.from.clone())));
}
