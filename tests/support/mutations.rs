//! What happens when one word of care is taken from a good system: somebody must notice. For each
//! example and each good system of `tests/systems` a file in `tests/mutations` lists every deletion
//! with what is found then. A deletion that nothing meant for it finds has a line `because …`, written
//! by hand; blessing keeps those lines, and a missing one fails.

use super::cases::{cases_in, header_of, sources_below, sources_of};
use super::deletions::{Deletion, Kind, deletions};
use super::{check, compare, entries, file_name, is_loud, render, root};
use libtest_mimic::{Failed, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wfc::source::{FileId, SourceFile, Sources};

const NO_REASON: &str = "because ???";

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut expectations = BTreeSet::new();
    let folders = entries(&root().join("examples")).into_iter().filter(|path| path.is_dir());
    for folder in folders.filter(|path| !file_name(path).contains("careless")) {
        let expectation = root().join(format!("tests/mutations/examples/{}.txt", file_name(&folder)));
        expectations.insert(expectation.clone());
        trials.push(Trial::test(format!("mutations/examples/{}", file_name(&folder)), move || {
            judge(&sources_below(&folder)?, &expectation)
        }));
    }
    for case in cases_in(&root().join("tests/systems"), "systems") {
        let is_good = header_of(&case).is_ok_and(|lines| lines.iter().any(|line| line == "verdict: silent"));
        if !is_good {
            continue;
        }
        let expectation = root().join(format!("tests/mutations/{}.txt", case.name));
        expectations.insert(expectation.clone());
        trials.push(Trial::test(format!("mutations/{}", case.name), move || {
            judge(&sources_of(&case)?, &expectation)
        }));
    }
    trials.push(Trial::test("mutations/no strays", move || no_strays(&expectations)));
    trials
}

fn no_strays(expectations: &BTreeSet<PathBuf>) -> Result<(), Failed> {
    for folder in ["tests/mutations/examples", "tests/mutations/systems"] {
        if let Some(stray) = entries(&root().join(folder)).into_iter().find(|it| !expectations.contains(it)) {
            return Err(format!("{} is the expectation of nothing", stray.display()).into());
        }
    }
    Ok(())
}

fn judge(sources: &Sources, expectation: &Path) -> Result<(), Failed> {
    let before = loud(sources)?;
    let reasons = reasons(&fs::read_to_string(expectation).unwrap_or_default());
    let mut shown = String::new();
    for id in sources.ids() {
        let file = sources.get(id);
        let parsed = wfc::syntax::parse(id, &file.text);
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for deletion in deletions(&parsed.ast, file) {
            // The same words twice in one place: numbered, so that each keeps its reason.
            let n = seen.entry(deletion.what.clone()).and_modify(|n| *n += 1).or_insert(1);
            let number = if *n > 1 { format!(" ({n})") } else { String::new() };
            let head = format!("{}: {}{number}", file.path, deletion.what);
            let after = loud(&without(sources, id, &deletion))?;
            let new: Vec<&String> = after.difference(&before).collect();
            shown += &format!("{head}\n");
            new.iter().for_each(|line| shown += &format!("  {line}\n"));
            if !new.iter().any(|line| is_meant_for(deletion.kind, line)) {
                shown += &format!("  {}\n", reasons.get(&head).map_or(NO_REASON, String::as_str));
            }
        }
    }
    compare(expectation, &shown)?;
    let missing: Vec<&str> = shown
        .lines()
        .zip(shown.lines().skip(1))
        .filter(|(_, it)| it.trim() == NO_REASON)
        .map(|(it, _)| it)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("nothing meant for it finds this, and no reason is given:\n{}", missing.join("\n")).into())
}

/// The reasons that were written by hand, by deletion.
fn reasons(text: &str) -> BTreeMap<String, String> {
    let mut reasons = BTreeMap::new();
    let mut head = "";
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(line) if line.starts_with("because ") => {
                reasons.insert(head.to_string(), line.to_string());
            }
            Some(_) => {}
            None => head = line,
        }
    }
    reasons
}

/// What is said at error and warning level, with the rule and what it is about.
fn loud(sources: &Sources) -> Result<BTreeSet<String>, Failed> {
    let findings = check(sources)?;
    if let Some(broken) = findings.iter().find(|it| it.rule.name == "syntax-error") {
        return Err(format!("the text no longer parses: {}", broken.message).into());
    }
    let shown =
        |it: &wfc::finding::Finding| format!("{} {} {}", it.severity, render::rule_name(it), it.entity);
    Ok(findings.iter().filter(|it| is_loud(it)).map(shown).collect())
}

fn without(sources: &Sources, id: FileId, deletion: &Deletion) -> Sources {
    let mut changed = Sources::default();
    for (other, file) in sources.iter() {
        if other == id {
            let mut text = file.text.to_string();
            text.replace_range(deletion.cut.clone(), " ");
            changed.add(SourceFile::new(file.path.clone(), text));
        } else {
            changed.add(file.clone());
        }
    }
    changed
}

/// The rules that are there to notice that a thing of this kind is missing.
fn is_meant_for(kind: Kind, found: &str) -> bool {
    let rules: &[&str] = match kind {
        Kind::Compensation => &[
            "missing-compensation",
            "skipped-compensation",
            "undo-without-compensation",
            "dead-end",
            "broadcast-undo",
        ],
        Kind::Subscription => &[
            "dead-end",
            "unreachable-goal",
            "unreachable-step",
            "unhandled-failure",
            "skipped-compensation",
            "missing-compensation",
            "unpublished-event",
            "contradictory-ends",
            "message-after-end",
            "missing-field",
            "unknown-name",
            "passive-aggressive-publisher",
        ],
        Kind::Limit => &[
            "unbounded-wait",
            "unbounded-loop",
            "unwatched-goal",
            "passive-aggressive-publisher",
            "passive-aggressive-broadcast",
            "broadcast-undo",
            "dead-end",
            "unreachable-goal",
        ],
        Kind::FailureBranch => &[
            "unhandled-failure",
            "unhandled-outage",
            "uncertain-pivot",
            "unreachable-goal",
            "not-retriable-after-pivot",
        ],
        Kind::Key => &[
            "missing-correlation",
            "unsafe-retry",
            "compensation-not-idempotent",
            "compensation-lacks-input",
            "unknown-name",
            "lost-correlation",
        ],
    };
    let name = found.split(' ').nth(1).unwrap_or_default();
    let rule = name.split_once('/').map_or(name, |(rule, _)| rule);
    rules.contains(&rule)
}
