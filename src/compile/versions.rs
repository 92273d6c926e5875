//! Two versions of the same files: pairs their systems, and compares each pair.

use super::systems::{System, systems};
use super::{Allows, Joined, allow, missing_import, phases};
use crate::check::Telling;
use crate::diff::{self, Budget, Diff, Version};
use crate::finding::{self, Accepted, Finding, Group, Severity};
use crate::graph::StepGraph;
use crate::model::Model;
use crate::source::{FileId, SourceFile, Sources};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// The files of one version.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub sources: &'a Sources,
    pub joined: &'a [Joined],
    /// How a file of it is shown, where that is not its path: `main:specs/order.wfc`.
    pub shown: &'a (dyn Fn(&str) -> String + Sync),
}

#[derive(Clone, Copy, Debug)]
pub struct Comparing<'a> {
    pub today: Option<&'a str>,
    pub budget: Budget,
    pub allows: Allows,
}

/// What there is to say of two versions, and the files of both.
#[derive(Debug, Default)]
pub struct Compared {
    /// First those of the new version.
    pub sources: Sources,
    pub diff: Diff,
    pub accepted: Vec<Accepted>,
    /// Errors in the text of either version: what has some is not compared.
    pub mistakes: Vec<Finding>,
    pub likeness: Likeness,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Likeness {
    /// Every system of the one is in the other, letter by letter.
    #[default]
    Same,
    Different,
    /// Not one service or workflow has the same name in both.
    Unrelated,
}

/// Compares the systems of two versions, each with the one that has most in common with it.
pub fn compare(old: Side, new: Side, comparing: Comparing) -> Compared {
    let mut compared = Compared::default();
    for (_, file) in new.sources.iter() {
        compared.sources.add(SourceFile::new((new.shown)(&file.path), file.text.clone()));
    }
    let n_new = compared.sources.iter().count() as u32;
    for (_, file) in old.sources.iter() {
        compared.sources.add(SourceFile::new((old.shown)(&file.path), file.text.clone()));
    }
    let mut before = systems(old.sources, old.joined);
    let mut after = systems(new.sources, new.joined);
    before.iter_mut().for_each(|system| system.shift(n_new));
    let sources = &compared.sources;
    let n_same = drop_same(sources, &mut before, &mut after);
    if before.is_empty() && after.is_empty() {
        return compared;
    }

    let build = |system: &System| Built::new(sources, system);
    let before: Vec<Built> = before.par_iter().map(build).collect();
    let after: Vec<Built> = after.par_iter().map(build).collect();
    let pairs = pairs(sources, &before, &after);
    let are_some = !before.is_empty() && !after.is_empty();
    let is_related = n_same > 0 || pairs.iter().any(|pair| matches!(pair, (Some(_), Some(_))));
    compared.likeness = match is_related || !are_some {
        true => Likeness::Different,
        false => Likeness::Unrelated,
    };
    for built in before.iter().chain(&after) {
        compared.mistakes.extend(built.mistakes.iter().cloned());
    }
    finding::sort(&mut compared.mistakes);
    if compared.likeness == Likeness::Unrelated {
        return compared;
    }
    let empty = Built::default();
    let parts: Vec<(Diff, Vec<Accepted>)> = pairs
        .par_iter()
        .map(|(one, other)| (one.map_or(&empty, |at| &before[at]), other.map_or(&empty, |at| &after[at])))
        .filter(|(one, other)| one.mistakes.is_empty() && other.mistakes.is_empty())
        .map(|(one, other)| diff_of(sources, one, other, comparing))
        .collect();
    for (part, accepted) in parts {
        compared.diff.join(part);
        compared.accepted.extend(accepted);
    }
    finding::sort(&mut compared.diff.findings);
    compared.accepted.sort_by(|a, b| finding::order(&a.finding, &b.finding));
    compared
}

/// Compares the versions that an example holds, in one text: `// file: old/…` and `// file: new/…`.
pub fn compare_example(text: &str) -> Compared {
    let (mut old, mut new) = (Sources::default(), Sources::default());
    for part in text.split("// file: ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        let file = SourceFile::new(path.trim(), text);
        match path.starts_with("old/") {
            true => old.add(file),
            false => new.add(file),
        };
    }
    let shown = |path: &str| path.to_string();
    let side = |sources| Side { sources, joined: &[], shown: &shown };
    let budget = Budget { max_states: crate::check::Budget::default().max_states };
    let comparing = Comparing { today: Some(super::EXAMPLE_DAY), budget, allows: Allows::Heard };
    compare(side(&old), side(&new), comparing)
}

/// Takes out the systems that are the same in both; gives how many they are.
fn drop_same(sources: &Sources, before: &mut Vec<System>, after: &mut Vec<System>) -> usize {
    let key = |system: &System| {
        let mut texts: Vec<&str> = system.files.iter().map(|id| &*sources.get(*id).text).collect();
        texts.sort_unstable();
        texts
    };
    let mut known: FxHashMap<Vec<&str>, usize> = FxHashMap::default();
    after.iter().for_each(|system| *known.entry(key(system)).or_default() += 1);
    let mut same: FxHashMap<Vec<&str>, usize> = FxHashMap::default();
    let mut n_same = 0;
    before.retain(|system| {
        let key = key(system);
        let is_same = known.get_mut(&key).is_some_and(|left| {
            let is_left = *left > 0;
            *left = left.saturating_sub(1);
            is_left
        });
        if is_same {
            *same.entry(key).or_default() += 1;
            n_same += 1;
        }
        !is_same
    });
    after.retain(|system| match same.get_mut(&key(system)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    n_same
}

/// One system of one version, as far as the phases go.
#[derive(Default)]
struct Built {
    model: Model,
    graph: StepGraph,
    mistakes: Vec<Finding>,
    first: Option<FileId>,
}

impl Built {
    fn new(sources: &Sources, system: &System) -> Built {
        let (model, graph, mut mistakes) = phases::built(sources, system);
        if !system.missing.is_empty() {
            mistakes.retain(|finding| finding.rule.name != "unknown-name");
            let missing = system.missing.iter();
            mistakes.extend(missing.map(|(id, used)| missing_import::finding(sources, *id, used)));
        }
        Built { model, graph, mistakes, first: system.files.first().copied() }
    }

    fn names(&self) -> BTreeSet<String> {
        let workflows = self.model.workflows.values().map(|it| format!("workflow {}", it.name.text));
        let services = self.model.services.values().map(|it| format!("service {}", it.name.text));
        workflows.chain(services).collect()
    }
}

type Pair = (Option<usize>, Option<usize>);

/// Which system is which: by the names of services and workflows, those with most in common first.
fn pairs(sources: &Sources, before: &[Built], after: &[Built]) -> Vec<Pair> {
    let names = |built: &[Built]| built.iter().map(Built::names).collect::<Vec<_>>();
    let (old, new) = (names(before), names(after));
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, names) in new.iter().enumerate() {
        names.iter().for_each(|name| by_name.entry(name).or_default().push(at));
    }
    let path = |built: &Built| built.first.map_or("", |id| sources.get(id).path.as_str()).to_string();
    let mut candidates = Vec::new();
    for (at, names) in old.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for other in names.iter().filter_map(|name| by_name.get(name.as_str())).flatten() {
            *shared.entry(*other).or_default() += 1;
        }
        for (other, n) in shared {
            let score = 2000 * n / (names.len() + new[other].len());
            let (a, b) = (path(&before[at]), path(&after[other]));
            // Of several that are alike, the one at the same place.
            let is_elsewhere = a.rsplit(':').next() != b.rsplit(':').next();
            candidates.push((std::cmp::Reverse(score), is_elsewhere, a, b, at, other));
        }
    }
    candidates.sort();
    let (mut of_old, mut of_new) = (vec![None; before.len()], vec![None; after.len()]);
    for (_, _, _, _, at, other) in candidates {
        if of_old[at].is_none() && of_new[other].is_none() {
            of_old[at] = Some(other);
            of_new[other] = Some(at);
        }
    }
    let kept = of_old.iter().enumerate().map(|(at, other)| (Some(at), *other));
    let come = of_new.iter().enumerate().filter(|(_, at)| at.is_none()).map(|(at, _)| (None, Some(at)));
    kept.chain(come).collect()
}

fn diff_of(sources: &Sources, old: &Built, new: &Built, comparing: Comparing) -> (Diff, Vec<Accepted>) {
    let (before, after) = (Telling::new(&old.model, &old.graph), Telling::new(&new.model, &new.graph));
    let (tell_before, tell_after) = (|moves: &_| before.run(moves), |moves: &_| after.run(moves));
    let one = Version { model: &old.model, graph: &old.graph, sources, tell: &tell_before };
    let other = Version { model: &new.model, graph: &new.graph, sources, tell: &tell_after };
    let mut diff = diff::diff(&one, &other, comparing.budget);
    finding::number(&mut diff.findings);
    if comparing.allows == Allows::Ignored {
        return (diff, Vec::new());
    }
    let known: Vec<_> = diff::rules().collect();
    let mut allows = new.model.allows.clone();
    allows.retain(|allow| known.iter().any(|rule| rule.name == allow.rule.text));
    // Whether an allow is used, only a later change can tell.
    let ground = allow::Ground { today: comparing.today, used: &[], known: &known, damaged: true };
    let accepted = allow::apply(&allows, &ground, &mut diff.findings);
    (diff, accepted)
}

/// Whether a rule speaks of two versions, so that no check of one of them can find it.
pub(super) fn is_of_versions(name: &str, known: &[&'static finding::Rule]) -> bool {
    known.iter().any(|rule| rule.name == name && rule.group == Group::Versions)
}

/// Only what keeps a version from being compared.
pub(super) fn only_errors(findings: &mut Vec<Finding>) {
    findings.retain(|finding| finding.severity == Severity::Error);
}
