//! Patterns of paths, as `--exclude` and the configuration have them.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns with a `/` speak of whole paths, others of any one name on the way: `legacy`, `*.old.wfc`.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    paths: GlobSet,
    names: GlobSet,
}

/// A pattern that is none, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPattern {
    /// Which one, counted from 0.
    pub at: usize,
    pub pattern: String,
    pub why: String,
}

impl Patterns {
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Patterns, NoPattern> {
        let mut paths = GlobSetBuilder::new();
        let mut names = GlobSetBuilder::new();
        let mut last = (0, "");
        for (at, pattern) in patterns.into_iter().enumerate() {
            last = (at, pattern);
            let plain = pattern.trim_start_matches("./").trim_end_matches('/');
            let glob = compile(plain).map_err(|error| wrong(last, &error))?;
            if plain.contains('/') {
                paths.add(glob)
            } else {
                names.add(glob)
            };
        }
        let built = |set: GlobSetBuilder| set.build().map_err(|error| wrong(last, &error));
        Ok(Patterns { paths: built(paths)?, names: built(names)? })
    }

    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.names.is_empty()
    }

    /// Whether `path`, or a folder it lies in, matches.
    pub fn cover(&self, path: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        path.split('/').any(|name| self.names.is_match(name))
            || ends_of_parts(path).any(|end| self.paths.is_match(&path[..end]))
    }
}

fn compile(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

fn wrong((at, pattern): (usize, &str), error: &globset::Error) -> NoPattern {
    NoPattern { at, pattern: pattern.to_string(), why: error.kind().to_string() }
}

/// Where each folder on the way to `path` ends, and `path` itself.
fn ends_of_parts(path: &str) -> impl Iterator<Item = usize> + '_ {
    path.match_indices('/').map(|(at, _)| at).chain([path.len()])
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn names_match_anywhere_and_paths_from_the_start() {
        let pattern = |pattern: &str| Patterns::new([pattern]).unwrap();
        assert!(pattern("legacy").cover("a/legacy/b.wfc"));
        assert!(!pattern("legacy").cover("a/legacy2/b.wfc"));
        assert!(pattern("*.old.wfc").cover("a/b.old.wfc"));
        assert!(pattern("a/*.wfc").cover("a/b.wfc"));
        assert!(!pattern("a/*.wfc").cover("a/b/c.wfc"));
        assert!(pattern("a/**/*.wfc").cover("a/b/c.wfc"));
        assert!(pattern("./a/b/").cover("a/b/c.wfc"));
        assert_eq!(Patterns::new(["b", "a/{"]).unwrap_err().at, 1);
    }
}
