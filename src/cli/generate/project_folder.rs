//! The folder of the project: what generating changes in it, and telling about that.

use crate::cli::Outcome;
use crate::cli::args::Generate;
use crate::cli::output::{Output, Unwritten};
use crate::generate::{Duty, Generated};
use crate::project::Trouble;
use crate::project::disk::{Access, Tree};
use crate::project::ownership::{self, Change, Force, Left, MANIFEST, Plan, There, Why};
use crate::report::diff;
use crate::report::paint::printable;
use std::cell::RefCell;

/// Brings the project up to date, or says what that would change.
pub fn bring_up_to_date(
    wanted: &Generate,
    folder: &str,
    target: &str,
    generated: &Generated,
    output: &Output,
) -> Result<Outcome, Unwritten> {
    let looks = wanted.check || wanted.dry_run || wanted.diff;
    let force = if wanted.force { Force::Yes } else { Force::No };
    let access = if looks { Access::Look } else { Access::Write };
    let (tree, plan) = match decide(folder, access, force, target, generated) {
        Ok(decided) => decided,
        Err(trouble) => return Ok(output.troubled(&trouble)),
    };
    if wanted.diff {
        for change in &plan.changes {
            let (before, after) = (change.before.as_deref(), change.after.as_deref());
            let path = printable(&change.path);
            output.data(&diff::unified(&path, before.unwrap_or(""), after.unwrap_or(""), &output.stdout))?;
        }
    } else if looks {
        list(&plan, &tree, output)?;
    }
    edited(&plan, &tree, output)?;
    left(&plan, &tree, output);
    if !plan.edited.is_empty() {
        output.note("nothing is written; --force overwrites edited files");
        return Ok(Outcome::Findings);
    }
    if looks {
        duties(&plan, &tree, output)?;
        let is_current = plan.changes.is_empty() && tree.known.manifest.as_ref() == Some(&plan.manifest);
        output.note(&summary(&plan, "would be "));
        return Ok(if is_current || wanted.dry_run { Outcome::Clean } else { Outcome::Findings });
    }
    if let Err(trouble) = tree.apply(&plan) {
        output.troubled(&trouble);
        output.trouble("the project is only written in part; generate again when this is mended");
        return Ok(Outcome::Trouble);
    }
    for Change { path, after, .. } in &plan.changes {
        let what = if after.is_some() { "written" } else { "removed" };
        output.detail(&format!("{what}: {}", tree.shown(path)));
    }
    duties(&plan, &tree, output)?;
    output.note(&summary(&plan, ""));
    Ok(Outcome::Clean)
}

fn decide(
    folder: &str,
    access: Access,
    force: Force,
    target: &str,
    generated: &Generated,
) -> Result<(Tree, Plan), Trouble> {
    let tree = Tree::open(folder, access, force)?;
    if let Some(known) = &tree.known.manifest
        && known.target != target
        && force == Force::No
    {
        let what = format!("was generated for `{}`; --force puts `{target}` in its place", known.target);
        return Err(Trouble::new(folder, what));
    }
    // The first thing that cannot be read, while everything else is looked at.
    let unread: RefCell<Option<Trouble>> = RefCell::default();
    let there = |path: &str| {
        tree.there(path).unwrap_or_else(|trouble| {
            unread.borrow_mut().get_or_insert(trouble);
            There::Binary
        })
    };
    let plan = ownership::plan(target, generated, &tree.known, force, there)
        .map_err(|what| Trouble::new(folder, what))?;
    match unread.take() {
        Some(trouble) => Err(trouble),
        None => Ok((tree, plan)),
    }
}

fn list(plan: &Plan, tree: &Tree, output: &Output) -> Result<(), Unwritten> {
    for Change { path, before, after } in &plan.changes {
        let what = match (before, after) {
            (None, Some(_)) => "new",
            (Some(_), Some(_)) => "changed",
            (_, None) => "removed",
        };
        output.data(&format!("{what}: {}\n", printable(&tree.shown(path))))?;
    }
    let is_only_record = plan.changes.is_empty() && tree.known.manifest.as_ref() != Some(&plan.manifest);
    if is_only_record && plan.edited.is_empty() {
        output.data(&format!("changed: {}\n", printable(&tree.shown(MANIFEST))))?;
    }
    Ok(())
}

/// Generated files that are no longer as they were generated.
fn edited(plan: &Plan, tree: &Tree, output: &Output) -> Result<(), Unwritten> {
    for path in &plan.edited {
        output.data(&format!("edited: {}\n", printable(&tree.shown(path))))?;
    }
    Ok(())
}

fn left(plan: &Plan, tree: &Tree, output: &Output) {
    for Left { path, why } in &plan.left {
        let what = match why {
            Why::Edited => "no longer generated, and edited: it is yours now",
            Why::Theirs => "no longer needed; it is yours, so it stays",
        };
        output.note(&format!("{}: {what}", printable(&tree.shown(path))));
    }
}

/// What is to be written by hand. In a new project the files that it belongs in are enough.
fn duties(plan: &Plan, tree: &Tree, output: &Output) -> Result<(), Unwritten> {
    let is_first = tree.known.manifest.is_none();
    let mut files: Vec<&str> = plan.new_duties.iter().map(|duty| duty.file.as_str()).collect();
    files.dedup();
    if is_first {
        for file in files {
            output.data(&format!("to implement: {}\n", printable(&tree.shown(file))))?;
        }
        return Ok(());
    }
    for Duty { what, file } in &plan.new_duties {
        let line = format!("to implement: {what} in {}", tree.shown(file));
        output.data(&format!("{}\n", printable(&line)))?;
    }
    for Duty { what, file } in &plan.gone_duties {
        let line = format!("no longer needed: {what} in {}", tree.shown(file));
        output.data(&format!("{}\n", printable(&line)))?;
    }
    Ok(())
}

/// `3 files written, 1 removed, 12 as they were`
fn summary(plan: &Plan, verb: &str) -> String {
    let n_written = plan.changes.iter().filter(|change| change.after.is_some()).count();
    let n_removed = plan.changes.len() - n_written;
    let files = |n: usize| if n == 1 { "1 file".to_string() } else { format!("{n} files") };
    let mut parts = Vec::new();
    if n_written > 0 {
        parts.push(format!("{} {verb}written", files(n_written)));
    }
    if n_removed > 0 {
        parts.push(format!("{} {verb}removed", files(n_removed)));
    }
    match plan.n_same {
        0 if parts.is_empty() => parts.push("there is nothing to generate".to_string()),
        0 => {}
        1 => parts.push("1 file as it was".to_string()),
        n => parts.push(format!("{} as they were", files(n))),
    }
    parts.join(", ")
}
