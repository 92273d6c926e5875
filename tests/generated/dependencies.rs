//! Each crate of a generated project depends on what its sources name, and on nothing else.

use crate::golden::{PROJECTS, generate};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn generated_crates_depend_on_what_they_name() {
    for (name, specification, workflow) in PROJECTS {
        let folder = tempfile::tempdir().unwrap();
        generate(specification, workflow, &[], folder.path());
        let mut n_crates = 0;
        let mut named_by_any = BTreeSet::new();
        for manifest in manifests(folder.path()) {
            n_crates += 1;
            let sources = sources(manifest.parent().unwrap());
            let text = fs::read_to_string(&manifest).unwrap();
            for dependency in dependencies(&text) {
                assert!(
                    is_named(&sources, &dependency),
                    "{name}: `{dependency}` stands in {} and is not used",
                    manifest.display()
                );
                named_by_any.insert(dependency);
            }
        }
        assert!(n_crates > 5, "{name}");
        let workspace = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        for dependency in dependencies(&workspace) {
            assert!(named_by_any.contains(&dependency), "{name}: no crate needs `{dependency}`");
        }
    }
}

#[test]
fn an_unused_dependency_would_be_seen() {
    let manifest = "[dependencies]\na.workspace = true\nb-c = { version = \"1\" }\n\n[features]\nd = []\n";
    assert_eq!(dependencies(manifest), ["a", "b-c"]);
    assert!(is_named("use b_c::D;", "b-c"));
    assert!(is_named("#[a::main]", "a"));
    assert!(!is_named("// a::b\nlet aa::b = 1;", "a"));
}

/// The names in all tables of dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        if let Some(table) = line.strip_prefix('[') {
            inside = table.trim_end_matches(']').ends_with("dependencies");
        } else if inside && let Some((name, _)) = line.split_once(['.', ' ', '=']) {
            found.push(name.to_string());
        }
    }
    // What goes on for several lines does not begin with a name.
    found.retain(|name| name.starts_with(|c: char| c.is_ascii_alphanumeric()));
    found
}

fn is_named(sources: &str, package: &str) -> bool {
    let name = package.replace('-', "_");
    let code = sources.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices(&*name).map(move |(at, _)| (line, at))).any(|(line, at)| {
        let before = line[..at].chars().next_back();
        line[at + name.len()..].starts_with("::") && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The manifests of the crates of a project.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let files = files(&folder.join("crates"));
    files.into_iter().filter(|path| path.ends_with("Cargo.toml")).collect()
}

/// All Rust of a crate.
fn sources(folder: &Path) -> String {
    let files = files(folder).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs"));
    files.map(|path| fs::read_to_string(path).expect("it can be read")).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
