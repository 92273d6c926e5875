//! What a generated crate depends on: the crates that its sources name, and no others.

use crate::generate::Generated;
use serde::Serialize;

/// Crates that generated sources may name, beside those of the project: as Rust calls them, and as Cargo does.
const CRATES: &[(&str, &str)] = &[
    ("jiff", "jiff"),
    ("rust_decimal", "rust_decimal"),
    ("serde", "serde"),
    ("serde_json", "serde_json"),
    ("tracing", "tracing"),
];

/// What a `Cargo.toml` says about that.
#[derive(Debug, Serialize)]
pub struct Dependencies {
    pub dependencies: Vec<&'static str>,
    /// Whether there are tests, which need more.
    pub has_tests: bool,
}

/// What the sources in a folder of the project name.
pub fn of_folder(generated: &Generated, folder: &str) -> Dependencies {
    let inside: Vec<_> = generated
        .files
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, &*file.text)))
        .filter(|(path, _)| path.ends_with(".rs"))
        .collect();
    let texts: Vec<&str> =
        inside.iter().filter(|(path, _)| path.starts_with("src/")).map(|(_, text)| *text).collect();
    let is_named = |name: &str| texts.iter().any(|text| names(text, name));
    Dependencies {
        dependencies: CRATES.iter().filter(|(name, _)| is_named(name)).map(|(_, package)| *package).collect(),
        has_tests: inside.iter().any(|(path, _)| path.starts_with("tests/")),
    }
}

/// Whether a path in the text begins with this crate. In comments it does not count.
fn names(text: &str, name: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices(name).map(move |(at, _)| (line, at))).any(|(line, at)| {
        let before = line[..at].chars().next_back();
        line[at + name.len()..].starts_with("::")
            && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_crate_is_named_where_a_path_begins_with_it() {
        assert!(names("use serde::Serialize;", "serde"));
        assert!(names("fn at(time: &jiff::Timestamp) {}", "jiff"));
        assert!(!names("use serde_json::Value;", "serde"));
        assert!(!names("use crate::jiff::Value;", "jiff"));
        assert!(!names("let my_jiff::X = 1;", "jiff"));
        assert!(!names("/// jiff::Timestamp is not used.", "jiff"));
    }
}
