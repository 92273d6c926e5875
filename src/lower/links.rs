//! Which file each `use` leads to, and which files each file therefore sees.

use crate::source::FileId;
use crate::syntax::ast::{Ast, Item};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Where the imports of a system's files lead. Whoever resolves the paths fills it, and reports the
/// ones that lead nowhere.
#[derive(Clone, Debug, Default)]
pub struct Links(BTreeMap<(FileId, SmolStr), FileId>);

impl Links {
    /// `use "path"` in `from` means the file `to`.
    pub fn add(&mut self, from: FileId, path: impl Into<SmolStr>, to: FileId) {
        self.0.insert((from, path.into()), to);
    }

    /// The same among files of which `by` others come first.
    pub fn shifted(&self, by: u32) -> Links {
        let shifted = |id: FileId| FileId(id.0 + by);
        let links = self.0.iter().map(|((from, path), to)| ((shifted(*from), path.clone()), shifted(*to)));
        Links(links.collect())
    }

    pub fn get(&self, from: FileId, path: &str) -> Option<FileId> {
        self.0.get(&(from, path.into())).copied()
    }
}

/// What one file sees.
pub(super) struct View {
    /// Positions of files: itself first, then those that `use` reaches.
    pub files: Vec<usize>,
    /// Nothing is known to be missing: every import led somewhere and every item could be read.
    pub complete: bool,
}

/// What each file sees: itself and all that is reached through `use`, however long the way.
pub(super) fn views(files: &[Ast], links: &Links) -> Vec<View> {
    let positions: FxHashMap<FileId, usize> =
        files.iter().enumerate().map(|(at, ast)| (ast.file, at)).collect();
    let mut next = vec![Vec::new(); files.len()];
    let mut complete = vec![true; files.len()];
    for (at, ast) in files.iter().enumerate() {
        for item in &ast.items {
            match item {
                Item::Use(import) => {
                    match links.get(ast.file, &import.path.text).and_then(|file| positions.get(&file)) {
                        Some(&target) => next[at].push(target),
                        None => complete[at] = false,
                    }
                }
                Item::Bad(_) => complete[at] = false,
                Item::Record(_)
                | Item::Id(_)
                | Item::Enumeration(_)
                | Item::Service(_)
                | Item::Workflow(_) => {}
            }
        }
    }
    (0..files.len()).map(|start| view(start, &next, &complete)).collect()
}

fn view(start: usize, next: &[Vec<usize>], complete: &[bool]) -> View {
    let mut seen = vec![false; next.len()];
    let mut files = vec![start];
    seen[start] = true;
    let mut at = 0;
    while at < files.len() {
        for &target in &next[files[at]] {
            if !seen[target] {
                seen[target] = true;
                files.push(target);
            }
        }
        at += 1;
    }
    let complete = files.iter().all(|&file| complete[file]);
    View { files, complete }
}
