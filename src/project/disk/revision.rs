//! Files as they were in a revision of git: found and read like those on the disk, and without touching it.

use super::exclude::Exclude;
use super::find;
use super::git::{ask, tell};
use super::read::{self, Content, Demand};
use super::{Texts, keep, load};
use crate::compile::{self, normalise};
use crate::project::base::Base;
use crate::project::{Loaded, Request, Trouble};
use crate::source::SourceFile;
use std::collections::BTreeMap;
use std::path::Path;

/// What somebody named: files as they are on the disk, or as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Path(String),
    Revision {
        /// As it was written: `main`, `HEAD~1`.
        name: String,
        /// What is meant of it, from the root of the repository; nothing where the other side says that.
        path: Option<String>,
    },
}

/// What an argument means: a file or folder that is there, else a revision, as `main:specs` with a path.
pub fn source(argument: &str) -> Source {
    // Where a path and a revision have one name, `main:` means the revision.
    if Path::new(argument).exists() {
        return Source::Path(argument.to_string());
    }
    match argument.split_once(':') {
        Some((name, path)) => Source::Revision { name: name.to_string(), path: Some(path.to_string()) },
        None => Source::Revision { name: argument.to_string(), path: None },
    }
}

/// Reads what a source means, with everything that is used there; `beside` is where the other side lies.
pub fn load_source(source: &Source, beside: &str, request: &Request) -> Result<Loaded, Trouble> {
    match source {
        Source::Path(path) => Ok(load(&Request { paths: vec![path.clone()], ..request.clone() })),
        Source::Revision { name, path } => {
            let tree = Tree::open(name, path.as_deref())?;
            let meant = match path {
                Some(path) => tree.named(path),
                None => tree.repository.path(beside),
            };
            tree.load(&meant, request)
        }
    }
}

/// The files of one revision.
struct Tree {
    /// As the user wrote it.
    shown: String,
    repository: Base,
    /// By their paths from the root: the names that git has for their contents.
    files: BTreeMap<String, String>,
}

impl Tree {
    fn open(name: &str, path: Option<&str>) -> Result<Tree, Trouble> {
        let shown = path.map_or(name.to_string(), |path| format!("{name}:{path}"));
        let trouble = |what: String| Trouble::new(shown.clone(), what);
        let Some(root) = ask(&shown, &["rev-parse", "--show-toplevel"])? else {
            return Err(trouble(
                "there is no such file or folder, and this folder is in no git repository".to_string(),
            ));
        };
        let here = ask(&shown, &["rev-parse", "--show-prefix"])?.unwrap_or_default();
        let here = normalise(here.trim_end_matches(['\n', '\r']));
        let commit = format!("{name}^{{commit}}");
        // No option can hide behind this one.
        let commit = ask(&shown, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let Some(commit) = commit.filter(|_| !name.is_empty()) else {
            return Err(trouble(match path {
                Some(_) => format!("git knows no revision `{name}`"),
                None => "neither a file or folder here, nor a revision that git knows".to_string(),
            }));
        };
        let listed = ask(&shown, &["ls-tree", "-r", "-z", "--full-tree", commit.trim()])?
            .ok_or_else(|| trouble("git cannot tell what is in it".to_string()))?;
        let files = listed.split('\0').filter_map(entry).collect();
        let repository = Base::new(root.trim_end_matches(['\n', '\r']), here);
        Ok(Tree { shown, repository, files })
    }

    /// A path behind the colon: as git has it, from the root, or from here where it begins with a dot.
    fn named(&self, path: &str) -> String {
        let is_from_here = path == "." || path.starts_with("./") || path.starts_with("../");
        if is_from_here { self.repository.path(path) } else { normalise(path) }
    }

    fn load(&self, meant: &str, request: &Request) -> Result<Loaded, Trouble> {
        let mut loaded = Loaded::default();
        let exclude = Exclude::new(request)?;
        let trouble = |what: String| Trouble::new(self.shown.clone(), what);
        let mut wanted: Vec<(String, Demand)> = Vec::new();
        if self.files.contains_key(meant) {
            wanted.push((meant.to_string(), Demand::Named));
        } else {
            let folder = if meant.is_empty() || meant == "." { String::new() } else { format!("{meant}/") };
            let mut is_there = false;
            for path in self.files.keys() {
                let Some(inside) = path.strip_prefix(&folder) else { continue };
                is_there = true;
                let is_hidden = inside.split('/').any(|part| part.starts_with('.'));
                if let Some(demand) = find::demand_by_name(path).filter(|_| !is_hidden) {
                    wanted.push((path.clone(), demand));
                }
            }
            if !is_there {
                return Err(trouble(format!("there is no `{meant}` in it")));
            }
        }
        wanted.retain(|(path, _)| !exclude.covers(&self.shown_path(path)));
        let mut texts = Texts::new();
        self.read(wanted, &mut texts, &mut loaded.troubles)?;
        if texts.values().all(Option::is_none) && loaded.troubles.is_empty() {
            return Err(trouble("no workflow files in it".to_string()));
        }
        self.complete_sets(request, &exclude, &mut texts, &mut loaded.troubles)?;
        self.follow_uses(&mut texts, &mut loaded.troubles)?;
        for (path, text) in texts {
            if let Some(text) = text {
                loaded.sources.add(SourceFile::new(path, text));
            }
        }
        Ok(loaded)
    }

    /// A path of the repository as it is named from where wfc was started.
    fn shown_path(&self, path: &str) -> String {
        self.repository.shown(path)
    }

    /// The other files of each set that a file belongs to.
    fn complete_sets(
        &self,
        request: &Request,
        exclude: &Exclude,
        texts: &mut Texts,
        troubles: &mut Vec<Trouble>,
    ) -> Result<(), Trouble> {
        let within = |path: &str| request.base.path(path);
        let touched: Vec<_> =
            request.sets.iter().filter(|set| texts.keys().any(|path| set.cover(&within(path)))).collect();
        let rest = self.files.keys().filter(|path| {
            let shown = self.shown_path(path);
            touched.iter().any(|set| set.cover(&within(&shown)))
                && !texts.contains_key(&shown)
                && !exclude.covers(&shown)
        });
        let rest: Vec<_> = rest.map(|path| (path.clone(), Demand::IfRecognised)).collect();
        self.read(rest, texts, troubles)
    }

    /// Reads what the texts use, until nothing new turns up.
    fn follow_uses(&self, texts: &mut Texts, troubles: &mut Vec<Trouble>) -> Result<(), Trouble> {
        loop {
            let mut wanted: Vec<String> = Vec::new();
            for (path, text) in texts.iter() {
                let uses = compile::uses(text.as_deref().unwrap_or(""));
                wanted.extend(uses.into_iter().map(|used| compile::resolve(path, &used.path)));
            }
            wanted.retain(|path| !texts.contains_key(path));
            wanted.sort();
            wanted.dedup();
            if wanted.is_empty() {
                return Ok(());
            }
            let files = wanted.iter().map(|path| (self.repository.path(path), Demand::Used));
            self.read(files.collect(), texts, troubles)?;
            // What is not in the revision is not asked for again.
            for path in wanted {
                texts.entry(path).or_insert(None);
            }
        }
    }

    /// Reads files, by their paths from the root, in one go.
    fn read(
        &self,
        files: Vec<(String, Demand)>,
        texts: &mut Texts,
        troubles: &mut Vec<Trouble>,
    ) -> Result<(), Trouble> {
        let there = files.into_iter().filter_map(|(path, demand)| {
            let object = self.files.get(&path)?;
            Some((path, demand, object))
        });
        let there: Vec<(String, Demand, &String)> = there.collect();
        if there.is_empty() {
            return Ok(());
        }
        let input: String = there.iter().map(|(_, _, object)| format!("{object}\n")).collect();
        let output = tell(&self.shown, &["cat-file", "--batch"], &input)?;
        let mut rest = &output[..];
        for (path, demand, _) in there {
            let Some((bytes, behind)) = content(rest) else {
                return Err(Trouble::new(self.shown.clone(), format!("git cannot read `{path}`")));
            };
            rest = behind;
            let shown = self.shown_path(&path);
            let read: Content = read::text(&shown, bytes.to_vec(), demand);
            keep(texts, troubles, read, shown);
        }
        Ok(())
    }
}

/// `100644 blob 1f7a…<tab>specs/order.wfc`; links and other repositories are passed over.
fn entry(line: &str) -> Option<(String, String)> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    (kind == "blob" && mode != "120000").then(|| (path.to_string(), object.to_string()))
}

/// `1f7a… blob 120<newline>…<newline>`: what stands in it, and what comes behind.
fn content(output: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', output)?;
    let size = std::str::from_utf8(&output[..end]).ok()?.rsplit(' ').next()?.parse::<usize>().ok()?;
    let bytes = output.get(end + 1..end + 1 + size)?;
    Some((bytes, output.get(end + 2 + size..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_lists_and_prints_is_understood() {
        let line = "100644 blob 1f7a7a472abf3dd9643fd615f6da379c4acb3e3a\tspecs/a b.wfc";
        assert_eq!(entry(line).unwrap().0, "specs/a b.wfc");
        assert_eq!(entry("120000 blob 1f7a\tlink.wfc"), None);
        assert_eq!(entry("160000 commit 1f7a\tother"), None);
        let output = b"1f7a blob 4\nid A\n2b3c blob 0\n\n";
        let (bytes, rest) = content(output).unwrap();
        assert_eq!(bytes, b"id A");
        assert_eq!(content(rest).unwrap(), (&b""[..], &b""[..]));
        assert_eq!(content(b"1f7a missing\n"), None);
    }
}
