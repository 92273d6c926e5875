//! `wfc explain RULE --run FILE:LINE`: the run that proves a finding, drawn.

use crate::cli::Outcome;
use crate::cli::args::Explain;
use crate::cli::output::{Output, Unwritten};
use crate::cli::project;
use crate::cli::today::today;
use crate::compile::{self, Settings};
use crate::finding::{Finding, Rule};
use crate::project::config::sets;
use crate::project::{Loaded, Project, Request, WhenEmpty, disk};
use crate::report::place::place;
use crate::source::Sources;

pub fn draw(rule: &Rule, place: &str, asked: &Explain, output: &Output) -> Result<Outcome, Unwritten> {
    let wanted = Place::read(place);
    let Some(project) = project::open(&asked.configured, output) else { return Ok(Outcome::Trouble) };
    let (loaded, findings) = search(rule, &wanted, &project);
    output.troubles(&loaded.troubles);
    if !loaded.troubles.is_empty() {
        return Ok(Outcome::Trouble);
    }
    let text = match chosen(rule, &findings, &wanted, &loaded.sources) {
        Ok(text) => text,
        Err(why) => {
            output.trouble(&why);
            return Ok(Outcome::Trouble);
        }
    };
    let Some(file) = &asked.output else {
        output.data(&text)?;
        return Ok(Outcome::Clean);
    };
    Ok(match disk::replace(file, &text) {
        Ok(()) => Outcome::Clean,
        Err(trouble) => {
            output.trouble(&trouble.to_string());
            Outcome::Trouble
        }
    })
}

/// `orders.wfc`, `orders.wfc:27` or `orders.wfc:27:5`
struct Place<'a> {
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
}

impl Place<'_> {
    fn read(text: &str) -> Place<'_> {
        let numbered = |text: &'_ str| text.rsplit_once(':').and_then(|(_, end)| end.parse::<u32>().ok());
        let before = |text: &'_ str| text.rfind(':').unwrap_or(text.len());
        let Some(last) = numbered(text) else { return Place { path: text, line: None, column: None } };
        let shorter = &text[..before(text)];
        match numbered(shorter) {
            Some(line) => Place { path: &shorter[..before(shorter)], line: Some(line), column: Some(last) },
            None => Place { path: shorter, line: Some(last), column: None },
        }
    }

    fn holds(&self, finding: &Finding, sources: &Sources) -> bool {
        let file = sources.get(finding.span().file);
        let at = file.position(finding.span().start);
        file.path == compile::normalise(self.path)
            && self.line.is_none_or(|line| line == at.line)
            && self.column.is_none_or(|column| column == at.column)
    }
}

/// The findings of the rule at the place. The file alone is tried first, with what it uses; where it
/// is used by others they matter as well, and those are looked for below this folder.
fn search(rule: &Rule, wanted: &Place, project: &Project) -> (Loaded, Vec<Finding>) {
    let alone = found(rule, wanted, vec![wanted.path.to_string()], project);
    if !alone.1.is_empty() || !alone.0.troubles.is_empty() {
        return alone;
    }
    let together = found(rule, wanted, vec![wanted.path.to_string(), ".".to_string()], project);
    if together.1.is_empty() { alone } else { together }
}

fn found(rule: &Rule, wanted: &Place, paths: Vec<String>, project: &Project) -> (Loaded, Vec<Finding>) {
    let loaded = disk::load(&Request {
        paths,
        exclude: Vec::new(),
        project_exclude: project::exclude(project),
        base: project.base.clone(),
        sets: sets(&project.config),
        stdin_name: None,
        when_empty: WhenEmpty::Fine,
    });
    let (today, joined) = (today(), project::joined_files(project, &loaded.sources));
    let budget = project::budget(project);
    let settings = Settings { today: Some(&today), joined: &joined, budget, ..Settings::default() };
    let mut findings = compile::check(&loaded.sources, settings).findings;
    findings.retain(|finding| finding.rule.name == rule.name && wanted.holds(finding, &loaded.sources));
    (loaded, findings)
}

/// The drawing of the one finding that is meant.
fn chosen(rule: &Rule, findings: &[Finding], wanted: &Place, sources: &Sources) -> Result<String, String> {
    let name = rule.name;
    match findings {
        [] => {
            let path = wanted.path;
            let line = wanted.line.map_or(String::new(), |line| format!(" in line {line}"));
            Err(format!("{path}: there is no finding of `{name}`{line}"))
        }
        [one] => compile::draw_run(sources, one)
            .ok_or_else(|| format!("{}: this finding of `{name}` has no run to draw", place(one, sources))),
        several => {
            let places: Vec<String> = several.iter().map(|finding| place(finding, sources)).collect();
            Err(format!("several findings of `{name}`; which one? {}", places.join(", ")))
        }
    }
}
