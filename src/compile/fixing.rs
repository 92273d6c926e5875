//! Applying fixes: round by round, each held to what it promises before anybody sees its text.

use super::layout::{Formatted, formatted};
use super::phases::recognise;
use super::systems::systems;
use super::{Checked, Joined, Settings, check};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax::ast::Format;
use crate::{format, syntax};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A fix may bring up a finding that another one mends, but they do not go on for ever.
const MAX_ROUNDS: usize = 10;

/// What the fixes came to.
#[derive(Debug)]
pub struct Fixed {
    /// The same files in the same order, some with another text.
    pub sources: Sources,
    /// What is still to be said of them.
    pub checked: Checked,
    pub n_fixed: usize,
    /// The titles of fixes that were not made, because they did not do what they promise.
    pub refused: Vec<String>,
}

/// What shall be mended.
pub struct Wish<'a> {
    /// How daring a fix may be.
    pub limit: Safety,
    /// Whether a finding, which stands in these files, is one to mend.
    pub findings: &'a (dyn Fn(&Finding, &Sources) -> bool + Sync),
    /// Whether the file of this path may be changed.
    pub files: &'a (dyn Fn(&str) -> bool + Sync),
}

/// Applies the fixes that are wanted.
///
/// A fix stays only if its files can still be read, its finding is gone, and no error is new.
pub fn fix(sources: &Sources, settings: Settings, wish: &Wish) -> Fixed {
    let parts: Vec<(Vec<FileId>, Mended)> = independent(sources, settings.joined)
        .into_par_iter()
        .map(|files| {
            let mut part = Sources::default();
            for id in &files {
                part.add(sources.get(*id).clone());
            }
            let joined = joined_in(&files, settings.joined);
            let mended = Mending::new(part, Settings { joined: &joined, ..settings }).run(wish);
            (files, mended)
        })
        .collect();
    let mut files: BTreeMap<FileId, SourceFile> = BTreeMap::new();
    let (mut n_fixed, mut refused) = (0, BTreeSet::new());
    for (ids, part) in parts {
        files.extend(ids.into_iter().zip(part.sources.iter().map(|(_, file)| file.clone())));
        n_fixed += part.n_fixed;
        refused.extend(part.refused);
    }
    let mut sources = Sources::default();
    for file in files.into_values() {
        sources.add(file);
    }
    let checked = check(&sources, settings);
    Fixed { sources, checked, n_fixed, refused: refused.into_iter().collect() }
}

/// Files that are mended together: those of a system. Where one of them uses a file that nobody has
/// read, any other may be the one that is meant.
fn independent(sources: &Sources, joined: &[Joined]) -> Vec<Vec<FileId>> {
    let systems = systems(sources, joined);
    if systems.iter().any(|system| !system.missing.is_empty()) {
        return vec![sources.ids().collect()];
    }
    systems.into_iter().map(|system| system.files).collect()
}

/// The sets that are said to belong together, as they are numbered where there are only these `files`.
fn joined_in(files: &[FileId], joined: &[Joined]) -> Vec<Joined> {
    let place = |id: &FileId| files.binary_search(id).ok().map(|at| FileId(at as u32));
    let part = |set: &Joined| Joined { files: set.files.iter().filter_map(place).collect(), ..*set };
    joined.iter().map(part).collect()
}

/// Files that were mended.
struct Mended {
    sources: Sources,
    n_fixed: usize,
    /// The titles of what did not hold.
    refused: Vec<String>,
}

/// Files that are being mended.
struct Mending<'a> {
    settings: Settings<'a>,
    sources: Sources,
    checked: Checked,
    n_fixed: usize,
    /// The titles of what did not hold, by the finding.
    refused: BTreeMap<Key, Vec<String>>,
}

impl<'a> Mending<'a> {
    fn new(sources: Sources, settings: Settings<'a>) -> Mending<'a> {
        let checked = check(&sources, settings);
        Mending { settings, sources, checked, n_fixed: 0, refused: BTreeMap::new() }
    }

    fn run(mut self, wish: &Wish) -> Mended {
        for _ in 0..MAX_ROUNDS {
            let together = that_do_not_touch(&self.sources, self.open(wish));
            if together.is_empty() {
                break;
            }
            if !self.make(&together) {
                self.sort_out(together);
            }
        }
        let refused = self.refused.into_values().flatten().collect();
        Mended { sources: self.sources, n_fixed: self.n_fixed, refused }
    }

    /// The next fix of each finding that has one.
    fn open(&self, wish: &Wish) -> Vec<(Key, Fix)> {
        let may_be_changed = |id: FileId| {
            let file = self.sources.get(id);
            is_own(file) && (wish.files)(&file.path)
        };
        let next = |finding: &Finding| {
            let key = key(finding);
            let is_refused = |fix: &Fix| self.refused.get(&key).is_some_and(|no| no.contains(&fix.title));
            let is_allowed = |fix: &&Fix| fix.safety <= wish.limit && fix.files().all(may_be_changed);
            let fix = finding.fixes.iter().filter(is_allowed).find(|fix| !is_refused(fix))?.clone();
            Some((key, fix))
        };
        let is_wanted = |finding: &&Finding| (wish.findings)(finding, &self.sources);
        self.checked.findings.iter().filter(is_wanted).filter_map(next).collect()
    }

    /// Makes these fixes, if they hold.
    fn make(&mut self, fixes: &[(Key, Fix)]) -> bool {
        let Some(done) = applied(&self.sources, &self.checked, fixes, self.settings) else { return false };
        (self.sources, self.checked) = done;
        self.n_fixed += fixes.len();
        true
    }

    /// One of these is no good, or two do not go together: makes the first that holds, and remembers
    /// which do not even hold alone.
    fn sort_out(&mut self, fixes: Vec<(Key, Fix)>) {
        let mut good = None;
        for one in fixes {
            match applied(&self.sources, &self.checked, std::slice::from_ref(&one), self.settings) {
                Some(done) => drop(good.get_or_insert(done)),
                None => self.refused.entry(one.0).or_default().push(one.1.title),
            }
        }
        if let Some(done) = good {
            (self.sources, self.checked) = done;
            self.n_fixed += 1;
        }
    }
}

/// The files with this one fix made; none if it does not do what it promises.
pub fn mended(sources: &Sources, settings: Settings, finding: &Finding, fix: &Fix) -> Option<Sources> {
    let one = [(key(finding), fix.clone())];
    let (changed, _) = applied(sources, &check(sources, settings), &one, settings)?;
    Some(changed)
}

/// What a finding is known by when its place has moved.
type Key = (&'static str, Option<&'static str>, String);

fn key(finding: &Finding) -> Key {
    (finding.rule.name, finding.variant, finding.entity.clone())
}

/// Whether a file is in wfc's own language.
fn is_own(file: &SourceFile) -> bool {
    match recognise(&file.path, &file.text) {
        // Standard input without a name is wfc's own language.
        Some(Format::Wfc) | None => true,
        Some(Format::AmazonStatesLanguage) => false,
    }
}

/// The first of all fixes, and every other that changes no place that one before it changes.
fn that_do_not_touch(sources: &Sources, fixes: Vec<(Key, Fix)>) -> Vec<(Key, Fix)> {
    let mut taken: Vec<Edit> = Vec::new();
    let mut chosen = Vec::new();
    for (key, fix) in fixes {
        let edits = fix.edits(sources);
        let touches = |a: &Edit, b: &Edit| {
            a.span.file == b.span.file && a.span.start <= b.span.end && b.span.start <= a.span.end
        };
        if !edits.iter().any(|edit| taken.iter().any(|other| touches(edit, other))) {
            taken.extend(edits);
            chosen.push((key, fix));
        }
    }
    chosen
}

/// The files with these fixes made, and what is found then; none if that is not what was promised.
fn applied(
    sources: &Sources,
    before: &Checked,
    fixes: &[(Key, Fix)],
    settings: Settings,
) -> Option<(Sources, Checked)> {
    let mut edits: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|(_, fix)| fix.edits(sources)) {
        edits.entry(edit.span.file).or_default().push(edit);
    }
    let mut changed = Sources::default();
    for (id, file) in sources.iter() {
        changed.add(match edits.remove(&id) {
            Some(edits) => SourceFile::new(file.path.as_str(), edited(id, file, edits)?),
            None => file.clone(),
        });
    }
    let after = check(&changed, settings);
    let (n_before, n_after) = (counted(&before.findings), counted(&after.findings));
    let is_gone = |key: &Key| n_after.get(key) < n_before.get(key);
    let is_new_error = |finding: &Finding| {
        let key = key(finding);
        finding.severity == Severity::Error && n_after.get(&key) > n_before.get(&key)
    };
    let holds = fixes.iter().all(|(key, _)| is_gone(key)) && !after.findings.iter().any(is_new_error);
    holds.then_some((changed, after))
}

fn counted(findings: &[Finding]) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts
}

/// A file's text with the edits made and laid out: all of it where it was formatted before, else only
/// the items that were changed. None if it could not be read before, or cannot be afterwards.
fn edited(id: FileId, file: &SourceFile, mut edits: Vec<Edit>) -> Option<String> {
    let Formatted::Text(canonical) = formatted(id, file) else { return None };
    edits.sort();
    let mut text = file.text.to_string();
    let mut places = Vec::new();
    for edit in edits.iter().rev() {
        text.get(edit.span.range())?;
        text.replace_range(edit.span.range(), &edit.text);
    }
    let mut moved = 0isize;
    for edit in &edits {
        let start = edit.span.start.checked_add_signed(moved as i32)? as usize;
        places.push(start..start + edit.text.len());
        moved += edit.text.len() as isize - (edit.span.end - edit.span.start) as isize;
    }
    let parsed = syntax::parse(id, &text);
    if !parsed.findings.is_empty() {
        return None;
    }
    if *canonical == *file.text {
        return Some(format::format(&parsed.ast, &text));
    }
    for item in parsed.ast.items.iter().rev() {
        let range = item.span().range();
        if places.iter().any(|place| place.start <= range.end && range.start <= place.end) {
            let alone = syntax::parse(id, &text[range.clone()]);
            let laid_out = format::format(&alone.ast, &text[range.clone()]);
            text.replace_range(range, laid_out.trim_end());
        }
    }
    Some(text)
}
