//! `--exclude`: which paths are left out.

use crate::project::Trouble;
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns with a `/` speak of whole paths, others of any one name on the way: `legacy`, `*.old.wfc`.
pub struct Exclude {
    paths: GlobSet,
    names: GlobSet,
}

impl Exclude {
    pub fn new(patterns: &[String]) -> Result<Exclude, Trouble> {
        let mut paths = GlobSetBuilder::new();
        let mut names = GlobSetBuilder::new();
        for pattern in patterns {
            let plain = pattern.trim_start_matches("./").trim_end_matches('/');
            let glob = compile(plain).map_err(|error| wrong(pattern, &error))?;
            if plain.contains('/') {
                paths.add(glob)
            } else {
                names.add(glob)
            };
        }
        let built = |set: GlobSetBuilder| set.build().map_err(|error| wrong("--exclude", &error));
        Ok(Exclude { paths: built(paths)?, names: built(names)? })
    }

    /// Whether `path`, or a folder it lies in, is left out.
    pub fn covers(&self, path: &str) -> bool {
        if self.paths.is_empty() && self.names.is_empty() {
            return false;
        }
        path.split('/').any(|name| self.names.is_match(name))
            || ends_of_parts(path).any(|end| self.paths.is_match(&path[..end]))
    }
}

fn compile(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

fn wrong(pattern: &str, error: &globset::Error) -> Trouble {
    Trouble::new(pattern, format!("not a pattern that --exclude understands: {}", error.kind()))
}

/// Where each folder on the way to `path` ends, and `path` itself.
fn ends_of_parts(path: &str) -> impl Iterator<Item = usize> + '_ {
    path.match_indices('/').map(|(at, _)| at).chain([path.len()])
}

#[cfg(test)]
mod tests {
    use super::Exclude;

    #[test]
    fn names_match_anywhere_and_paths_from_the_start() {
        let exclude = |pattern: &str| Exclude::new(&[pattern.to_string()]).unwrap();
        assert!(exclude("legacy").covers("a/legacy/b.wfc"));
        assert!(!exclude("legacy").covers("a/legacy2/b.wfc"));
        assert!(exclude("*.old.wfc").covers("a/b.old.wfc"));
        assert!(exclude("a/*.wfc").covers("a/b.wfc"));
        assert!(!exclude("a/*.wfc").covers("a/b/c.wfc"));
        assert!(exclude("a/**/*.wfc").covers("a/b/c.wfc"));
        assert!(exclude("./a/b/").covers("a/b/c.wfc"));
        assert!(Exclude::new(&["a/{".to_string()]).is_err());
    }
}
