//! The only place that touches the disk: finding files, reading them, writing results.

mod baseline;
mod config;
mod exclude;
mod find;
mod folder;
mod git;
mod history;
mod measures;
mod program;
mod read;
mod revision;
mod tree;
mod watch;
mod write;

pub use baseline::{looked, read_baseline, write_baseline};
pub use config::{Wanted, project};
pub use exclude::Exclude;
pub use folder::read_folder;
pub use git::{Changed, changed_since};
pub use history::{History, history};
pub use measures::{read_measures, write_measures};
pub use program::{Finished, Program, run_program};
pub use revision::{Source, load_source, source};
pub use tree::{Access, Tree};
pub use watch::{Watcher, watch};
pub use write::{replace, replace_bytes, replace_in_folder, rewrite, write_new};

use super::{Loaded, Repository, Request, Trouble};
use crate::compile;
use crate::source::SourceFile;
use rayon::prelude::*;
use read::{Content, Demand};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What standard input is called that was given no name.
pub const STDIN: &str = "<stdin>";

/// Finds and reads everything that `request` names, and every file that those files use.
pub fn load(request: &Request) -> Loaded {
    load_with(request, |exclude, texts, troubles| {
        for file in find::rest_of_sets(request, exclude, texts.keys()) {
            if !texts.contains_key(&file.path) {
                keep(texts, troubles, read::file(&file.place, file.demand), file.path);
            }
        }
        follow_uses(texts, troubles);
    })
}

/// Finds and reads everything that `request` names, and nothing else.
pub fn load_alone(request: &Request) -> Loaded {
    load_with(request, |_, _, _| {})
}

/// By its path, the text of each file that was asked for, if it has one.
type Texts = BTreeMap<String, Option<Arc<str>>>;

fn load_with(request: &Request, complete: impl FnOnce(&Exclude, &mut Texts, &mut Vec<Trouble>)) -> Loaded {
    let mut loaded = Loaded::default();
    let exclude = match Exclude::new(request) {
        Ok(exclude) => exclude,
        Err(trouble) => {
            loaded.troubles.push(trouble);
            return loaded;
        }
    };

    let mut texts = Texts::new();
    if request.paths.iter().any(|path| path == "-") {
        let name = request.stdin_name.as_deref();
        let shown = name.map_or_else(|| STDIN.to_string(), compile::normalise);
        keep(&mut texts, &mut loaded.troubles, read::stdin(name), shown);
    }
    let found = find::find(request, &exclude, &mut loaded.troubles);
    let mut fruitful: BTreeSet<usize> = BTreeSet::new();
    let fresh: Vec<_> = found.into_iter().filter(|file| !texts.contains_key(&file.path)).collect();
    for (file, content) in read_all(fresh, |file| (file.place.as_str(), file.demand)) {
        if !matches!(content, Content::Foreign) {
            fruitful.extend(&file.arguments);
        }
        keep(&mut texts, &mut loaded.troubles, content, file.path);
    }
    if request.when_empty == super::WhenEmpty::Trouble {
        let empty = |at: &usize| !fruitful.contains(at) && find::is_folder(&request.paths[*at]);
        for at in (0..request.paths.len()).filter(empty) {
            loaded.troubles.push(Trouble::new(
                &request.paths[at],
                "no workflow files in this folder (what git ignores is left out)",
            ));
        }
        let nothing = texts.is_empty() && loaded.troubles.is_empty();
        if nothing {
            loaded.troubles.push(Trouble::new(request.paths.join(" "), "nothing is left to check"));
        }
    }
    complete(&exclude, &mut texts, &mut loaded.troubles);

    for (path, text) in texts {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            loaded.notices.push(Trouble::new(&path, "the file is empty"));
        }
        loaded.sources.add(SourceFile::new(path, text));
    }
    loaded.troubles.sort();
    loaded.troubles.dedup();
    loaded
}

/// Reads what the texts use, and what those files use in turn, until nothing new turns up.
fn follow_uses(texts: &mut Texts, troubles: &mut Vec<Trouble>) {
    let mut unread: Vec<String> = texts.keys().cloned().collect();
    while !unread.is_empty() {
        let mut wanted: Vec<String> = unread
            .par_iter()
            .filter_map(|path| Some((path, texts[path].as_deref()?)))
            .flat_map_iter(|(path, text)| {
                compile::uses(text).into_iter().map(|used| compile::resolve(path, &used.path))
            })
            .filter(|path| !texts.contains_key(path))
            .collect();
        wanted.sort();
        wanted.dedup();
        for (path, content) in read_all(wanted.clone(), |path| (path.as_str(), Demand::Used)) {
            keep(texts, troubles, content, path);
        }
        unread = wanted;
    }
}

/// Reads files at once; the answers come in the order of the questions.
fn read_all<T: Send + Sync>(files: Vec<T>, which: impl Fn(&T) -> (&str, Demand) + Sync) -> Vec<(T, Content)> {
    let read = |file: T| {
        let (path, demand) = which(&file);
        let content = read::file(path, demand);
        (file, content)
    };
    match files.len() {
        0 | 1 => files.into_iter().map(read).collect(),
        _ => files.into_par_iter().map(read).collect(),
    }
}

/// Remembers what became of `path`, so that nobody asks for it again.
fn keep(texts: &mut Texts, troubles: &mut Vec<Trouble>, content: Content, path: String) {
    match content {
        Content::Text(text) => drop(texts.insert(path, Some(text))),
        Content::Foreign => {}
        Content::Absent => drop(texts.insert(path, None)),
        Content::Unreadable(what) => {
            troubles.push(Trouble::new(&path, what));
            texts.insert(path, None);
        }
    }
}

/// The folder wfc was started in, as the beginning of a link to a file.
pub fn link_base() -> Option<String> {
    let folder = std::env::current_dir().ok()?;
    let folder = folder.to_str()?.replace('\\', "/");
    Some(format!("file://{}/", folder.trim_end_matches('/')))
}

/// The repository around the folder wfc was started in: the nearest folder upwards with a `.git`.
pub fn repository() -> Option<Repository> {
    let folder = std::env::current_dir().ok()?;
    let root = folder.ancestors().find(|above| above.join(".git").exists())?;
    let text = |path: &std::path::Path| Some(path.to_str()?.replace('\\', "/"));
    Some(Repository { root: text(root)?, here: text(folder.strip_prefix(root).ok()?)? })
}
