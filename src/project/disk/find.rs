//! From the paths a user named to the files there are to read.

use super::exclude::Exclude;
use super::read::{self, Demand};
use crate::compile::normalise;
use crate::project::patterns::Patterns;
use crate::project::{Request, Trouble};
use ignore::{DirEntry, WalkBuilder};
use std::collections::BTreeMap;
use std::path::Path;

/// A file to read.
pub struct Found {
    /// As it is shown, and known to other files.
    pub path: String,
    /// As the disk knows it: behind a link, `..` means something else than it says.
    pub place: String,
    pub demand: Demand,
    /// Which of the named paths lead to it.
    pub arguments: Vec<usize>,
}

/// Every file that `request` leads to, once, sorted by path. A file that was named stays named, even
/// if a folder contains it as well.
pub fn find(request: &Request, exclude: &Exclude, troubles: &mut Vec<Trouble>) -> Vec<Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for (argument, named) in request.paths.iter().enumerate().filter(|(_, path)| *path != "-") {
        let mut add = |place: &str, demand: Demand| {
            let path = shown(place);
            if exclude.covers(&path) {
                return;
            }
            let new =
                || Found { path: path.clone(), place: place.to_string(), demand, arguments: Vec::new() };
            let known = found.entry(path.clone()).or_insert_with(new);
            known.demand = known.demand.max(demand);
            known.arguments.push(argument);
        };
        match Path::new(named).metadata() {
            Ok(there) if there.is_dir() => walk(named, troubles, add),
            Ok(_) => add(named, Demand::Named),
            Err(error) => troubles.push(Trouble::new(named, read::explain(&error))),
        }
    }
    found.into_values().collect()
}

/// The other files of each set that one of `known` belongs to.
pub fn rest_of_sets<'a>(
    request: &Request,
    exclude: &Exclude,
    known: impl Iterator<Item = &'a String> + Clone,
) -> Vec<Found> {
    let base = &request.base;
    let is_touched = |set: &&Patterns| known.clone().any(|path| set.cover(&base.path(path)));
    let touched: Vec<&Patterns> = request.sets.iter().filter(is_touched).collect();
    let mut found = Vec::new();
    if touched.is_empty() {
        return found;
    }
    // Who could not be read there has not been asked for.
    walk(&base.folder(), &mut Vec::new(), |place, _| {
        let within = base.path(&shown(place));
        let path = base.shown(&within);
        if touched.iter().any(|set| set.cover(&within)) && !exclude.covers(&path) {
            let demand = Demand::IfRecognised;
            found.push(Found { path, place: place.to_string(), demand, arguments: Vec::new() });
        }
    });
    found
}

pub fn is_folder(path: &str) -> bool {
    path != "-" && Path::new(path).is_dir()
}

/// Calls `add` for every file below `folder` that might be a workflow and that git would not ignore.
fn walk(folder: &str, troubles: &mut Vec<Trouble>, mut add: impl FnMut(&str, Demand)) {
    // A .gitignore speaks for its folder whether or not the folder is a checkout, as in an archive of one.
    let mut walker = WalkBuilder::new(folder);
    walker.require_git(false).follow_links(false);
    for entry in walker.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                troubles.extend(trouble_of(&error, folder));
                continue;
            }
        };
        let Some(path) = entry.path().to_str() else {
            if entry.path().extension().is_some_and(|extension| extension == "wfc") {
                troubles.push(Trouble::new(entry.path().to_string_lossy(), "the file's name is not UTF-8"));
            }
            continue;
        };
        if let Some(demand) = demand(&entry, path) {
            add(path, demand);
        }
    }
}

/// How much an entry met in a folder is wanted. A link is followed only where its name says that it
/// leads to a workflow, and never to a folder, so that no circle can arise.
fn demand(entry: &DirEntry, path: &str) -> Option<Demand> {
    let kind = entry.file_type()?;
    match extension(path) {
        "wfc" if kind.is_file() => Some(Demand::Met),
        "wfc" if kind.is_symlink() && !entry.path().is_dir() && !leads_back(entry) => Some(Demand::Met),
        "json" | "json5" | "yaml" | "yml" if kind.is_file() => Some(Demand::IfRecognised),
        _ => None,
    }
}

/// How much a file is wanted that is met by its name alone.
pub fn demand_by_name(path: &str) -> Option<Demand> {
    match extension(path) {
        "wfc" => Some(Demand::Met),
        "json" | "json5" | "yaml" | "yml" => Some(Demand::IfRecognised),
        _ => None,
    }
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a link leads to a workflow beside or below it, which the walk meets anyway.
fn leads_back(link: &DirEntry) -> bool {
    let Some(folder) = link.path().parent() else { return false };
    match (link.path().canonicalize(), folder.canonicalize()) {
        (Ok(target), Ok(folder)) => {
            target.starts_with(folder) && target.extension().is_some_and(|extension| extension == "wfc")
        }
        _ => false,
    }
}

/// What the walker complains of, in wfc's words. It also complains of odd lines in a .gitignore, which
/// is no trouble of ours.
fn trouble_of(error: &ignore::Error, folder: &str) -> Option<Trouble> {
    let why = read::explain(error.io_error()?);
    Some(Trouble::new(path_of(error).unwrap_or_else(|| folder.to_string()), why))
}

fn path_of(error: &ignore::Error) -> Option<String> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(shown(&path.to_string_lossy())),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// A path as it is shown: as the user named it, with `/` and without a leading `./`.
fn shown(path: &str) -> String {
    if cfg!(windows) { normalise(&path.replace('\\', "/")) } else { normalise(path) }
}
