//! What generating does to each file: a pure decision from what is wanted, what was written last time,
//! and what is there now.

use super::Manifest;
use super::manifest::{hash, unix};
use super::path;
use crate::generate::{Duty, File, Generated, Owner};
use std::collections::BTreeSet;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    Nothing,
    Text(String),
    /// A file that is no text.
    Binary,
}

/// Whether what somebody has edited may be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    No,
    Yes,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By path.
    pub changes: Vec<Change>,
    /// Generated files that somebody has edited; nothing may be written while there are any.
    pub edited: Vec<String>,
    /// What stays although the specification no longer wants it.
    pub left: Vec<Left>,
    pub n_same: usize,
    /// What is to be written by hand now, and was not before.
    pub new_duties: Vec<Duty>,
    pub gone_duties: Vec<Duty>,
    pub manifest: Manifest,
}

/// A file to write, or without `after` to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub path: String,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was generated, and somebody has edited it.
    Edited,
    /// It is the user's.
    Theirs,
}

/// What is known of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What was written last time.
    pub manifest: Option<Manifest>,
    /// What a run that was cut short was about to write.
    pub pending: Option<Manifest>,
}

impl Known {
    fn both(&self) -> impl Iterator<Item = &Manifest> {
        self.manifest.iter().chain(&self.pending)
    }
}

/// What is to be done so that `generated` stands in the project; or what is wrong with its paths.
pub fn plan(
    target: &str,
    generated: &Generated,
    known: &Known,
    force: Force,
    there: impl Fn(&str) -> There,
) -> Result<Plan, String> {
    for path in generated.files.keys() {
        path::check(path).map_err(|why| format!("`{path}` cannot be written: {why}"))?;
    }
    if let Some((one, other)) = path::clash(generated.files.keys().map(String::as_str)) {
        return Err(format!("`{other}` cannot be written beside `{one}`: some systems take them for one"));
    }
    let mut plan = Plan { manifest: Manifest::of(target, generated), ..Plan::default() };
    let is_ours = |path: &str, text: &str| {
        let hash = hash(text);
        known.both().any(|manifest| manifest.generated.get(path) == Some(&hash))
    };
    for (path, file) in &generated.files {
        plan.file(path, file, there(path), force, &is_ours, known);
    }
    let gone: BTreeSet<&String> = known
        .both()
        .flat_map(|manifest| manifest.generated.keys().chain(&manifest.user))
        .filter(|path| !generated.files.contains_key(*path))
        .collect();
    for path in gone {
        let is_theirs = known.both().any(|manifest| manifest.user.contains(path));
        match there(path) {
            There::Nothing => {}
            There::Text(text) if !is_theirs && is_ours(path, &text) => {
                plan.changes.push(Change { path: path.clone(), before: Some(text), after: None });
            }
            There::Text(_) | There::Binary => {
                let why = if is_theirs { Why::Theirs } else { Why::Edited };
                plan.left.push(Left { path: path.clone(), why });
            }
        }
    }
    plan.changes.sort_by(|a, b| a.path.cmp(&b.path));
    plan.duties(generated, known);
    Ok(plan)
}

impl Plan {
    fn file(
        &mut self,
        path: &str,
        file: &File,
        there: There,
        force: Force,
        is_ours: &dyn Fn(&str, &str) -> bool,
        known: &Known,
    ) {
        let mut write = |before: Option<String>| {
            self.changes.push(Change { path: path.to_string(), before, after: Some(file.text.clone()) });
        };
        match (file.owner, there) {
            (Owner::Generated, There::Nothing) => write(None),
            (Owner::Generated, There::Text(text)) if unix(&text) == unix(&file.text) => self.n_same += 1,
            (Owner::Generated, There::Text(text)) if force == Force::Yes || is_ours(path, &text) => {
                write(Some(text));
            }
            (Owner::Generated, There::Binary) if force == Force::Yes => write(Some(String::new())),
            (Owner::Generated, There::Text(_) | There::Binary) => self.edited.push(path.to_string()),
            (Owner::User, There::Text(_) | There::Binary) => self.n_same += 1,
            // Who has removed a file of their own does not want it back.
            (Owner::User, There::Nothing) => {
                let was_removed = known.manifest.as_ref().is_some_and(|it| it.user.contains(path));
                if force == Force::Yes || !was_removed {
                    write(None);
                }
            }
        }
    }

    fn duties(&mut self, generated: &Generated, known: &Known) {
        // What a run that was cut short has not told counts as not told.
        let before = known.manifest.as_ref();
        let is_new = |duty: &&Duty| !before.is_some_and(|manifest| manifest.has_duty(duty));
        self.new_duties = generated.duties.iter().filter(is_new).cloned().collect();
        let is_gone = |duty: &Duty| !self.manifest.has_duty(duty);
        self.gone_duties = before.into_iter().flat_map(Manifest::duties).filter(is_gone).collect();
    }
}

#[cfg(test)]
mod tests;
