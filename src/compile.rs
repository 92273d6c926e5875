//! Runs the phases: groups files into systems, and takes each system from text to findings.

mod advise;
mod allow;
mod converting;
mod fixing;
mod follow_ups;
mod generating;
mod layout;
mod measure;
mod missing_import;
mod page;
mod path;
mod phases;
mod picture;
mod systems;
mod uses;
mod verify;
mod versions;

use crate::finding::{self, Accepted, Finding, Rule};
use crate::model::World;
use crate::source::{FileId, Sources};
use crate::syntax::ast::Ast;
use crate::{check, diff, import, lower, syntax};
use rayon::prelude::*;
use std::fmt;
use systems::{System, systems};

pub use advise::{Advised, advise};
pub use allow::rules::{EXPIRED_ALLOW, UNUSED_ALLOW};
pub use converting::{Converting, convert, in_other_style};
pub use fixing::{Fixed, Wish, fix, mended};
pub use generating::{Made, examine, generate};
pub use layout::{Formatted, formatted};
pub use measure::{Measured, measure};
pub use page::{PageWanted, Paged, page, told};
pub use path::{normalise, resolve};
pub use phases::recognise;
pub use picture::{Picture, Pictured, Wanted, draw, draw_run, drawn_run, written};
pub use systems::with_users;
pub use uses::uses;
pub use verify::{Verified, verify};
pub use versions::{Compared, Comparing, Likeness, Side, compare, compare_example};

/// The rules that only somebody who sees all files and all rules can check.
const RULES: &[&Rule] = &[&missing_import::MISSING_IMPORT, &UNUSED_ALLOW, &EXPIRED_ALLOW];

/// Every rule of every phase.
pub fn rules() -> Vec<&'static Rule> {
    let phases = [
        syntax::rules::RULES,
        import::rules::RULES,
        lower::rules::RULES,
        crate::generate::rules::RULES,
        crate::convert::rules::RULES,
        RULES,
    ];
    phases.into_iter().flatten().copied().chain(check::rules()).chain(diff::rules()).collect()
}

/// Whether a rule is about the text: what it finds could not be read, or means nothing.
pub fn is_of_the_text(rule: &Rule) -> bool {
    let phases = [syntax::rules::RULES, import::rules::RULES, lower::rules::RULES, RULES];
    phases.into_iter().flatten().any(|other| other.name == rule.name)
}

/// The day that the examples of the manual are judged on, so that their pages stay as they are.
pub const EXAMPLE_DAY: &str = "2026-01-01";

/// What the outside world decides about a check.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The day an `allow … until` is held against: `2026-12-31`. Without it nothing expires.
    pub today: Option<&'a str>,
    /// Sets of files that are said to belong together.
    pub joined: &'a [Joined],
    pub budget: check::Budget,
    /// Whether an `allow` of the language is heard.
    pub allows: Allows,
    /// Which findings nobody will look at; without it somebody may look at any of them.
    pub unseen: Option<Unseen<'a>>,
}

/// What nobody will look at. A large project has much of it.
#[derive(Clone, Copy)]
pub struct Unseen<'a> {
    /// Whether a finding is only counted: then what proves it is not kept.
    pub finding: &'a (dyn Fn(&Finding) -> bool + Sync),
    /// Whether all findings of a rule are: then it is not even asked, unless the system accepts some of them.
    pub rule: &'a (dyn Fn(&Rule) -> bool + Sync),
}

impl fmt::Debug for Unseen<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("Unseen")
    }
}

/// Files that belong together although none of them uses another, and whether they are all there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub files: Vec<FileId>,
    pub world: World,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allows {
    #[default]
    Heard,
    /// What they accept is found, and nothing is said of them.
    Ignored,
}

/// What there is to say about all files, in the order it is shown in.
#[derive(Debug, Default)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// What an `allow` has silenced, in the same order.
    pub accepted: Vec<Accepted>,
}

/// Checks every system of `sources`, each by itself.
pub fn check(sources: &Sources, settings: Settings) -> Checked {
    let known = rules();
    let systems = systems(sources, settings.joined);
    // One system does not earn the start of a thread pool.
    let parts: Vec<Checked> = if systems.len() == 1 {
        vec![check_system(sources, &systems[0], settings, &known)]
    } else {
        systems.par_iter().map(|system| check_system(sources, system, settings, &known)).collect()
    };
    // There may be many of them: they are moved once.
    let mut all = Checked {
        findings: Vec::with_capacity(parts.iter().map(|part| part.findings.len()).sum()),
        accepted: Vec::with_capacity(parts.iter().map(|part| part.accepted.len()).sum()),
    };
    for part in parts {
        all.findings.extend(part.findings);
        all.accepted.extend(part.accepted);
    }
    finding::sort(&mut all.findings);
    all.accepted.sort_by(|a, b| finding::order(&a.finding, &b.finding));
    all
}

fn check_system(sources: &Sources, system: &System, settings: Settings, known: &[&'static Rule]) -> Checked {
    let mut findings: Vec<Finding> = Vec::new();
    let mut trees: Vec<Ast> = Vec::with_capacity(system.files.len());
    for &id in &system.files {
        let (tree, of_reading) = phases::read(id, sources.get(id));
        findings.extend(of_reading);
        trees.push(tree);
    }
    let checked = phases::check(&trees, system, &settings, findings);
    let mut findings = checked.findings;
    if !system.missing.is_empty() {
        // The names that the missing file would have brought are not the cause.
        findings.retain(|finding| finding.rule.name != "unknown-name");
        findings.extend(system.missing.iter().map(|(id, used)| missing_import::finding(sources, *id, used)));
    }
    // Counted before any is accepted, so that a finding keeps its number when its neighbour is.
    finding::sort(&mut findings);
    finding::number(&mut findings);
    let damaged = checked.damaged || !system.missing.is_empty();
    let ground = allow::Ground { today: settings.today, used: &checked.used, known, damaged };
    let mut accepted = Vec::new();
    if settings.allows == Allows::Heard {
        accepted = allow::apply(&checked.allows, &ground, &mut findings);
        finding::number(&mut findings);
    }
    if let Some(unseen) = settings.unseen {
        let all = findings.iter_mut().chain(accepted.iter_mut().map(|it| &mut it.finding));
        all.filter(|finding| (unseen.finding)(finding)).for_each(Finding::forget_proof);
    }
    Checked { findings, accepted }
}
