//! What the folder tests share: running wfc on a few files, and comparing with what was blessed.

pub mod cases;
pub mod conversions;
pub mod deletions;
pub mod fixes;
pub mod layout;
pub mod manuals;
pub mod mutations;
pub mod pages;
pub mod render;
pub mod systems;
pub mod versions;

use libtest_mimic::Failed;
use std::fs;
use std::path::{Path, PathBuf};
use wfc::compile::{EXAMPLE_DAY, Settings};
use wfc::finding::{Finding, Profile, Severity};
use wfc::source::{SourceFile, Sources};

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// At error or warning level, and not only in a wider profile.
pub fn is_loud(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && finding.is_in(Profile::Default)
}

/// Every file and folder directly in `folder`, by name; nothing where there is no such folder.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    paths
}

/// Every file below `folder` that ends in `.extension`, by path.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|end| end == extension) {
            found.push(path);
        }
    }
    found
}

pub fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}

pub fn read(path: &Path) -> Result<String, Failed> {
    fs::read_to_string(path).map_err(|trouble| Failed::from(format!("{}: {trouble}", path.display())))
}

/// One text as a system of its own.
pub fn one_file(path: &str, text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add(SourceFile::new(path, text));
    sources
}

/// As on the day that the examples are judged on.
pub fn settings() -> Settings<'static> {
    Settings { today: Some(EXAMPLE_DAY), ..Settings::default() }
}

/// Checks these files as `wfc check` does, and holds every finding to what all findings promise.
pub fn check(sources: &Sources) -> Result<Vec<Finding>, Failed> {
    let findings = wfc::compile::check(sources, settings()).findings;
    let broken: Vec<String> = findings.iter().filter_map(|it| render::broken_promise(it, sources)).collect();
    if broken.is_empty() { Ok(findings) } else { Err(broken.join("\n").into()) }
}

/// Whether expectations are to be rewritten: `BLESS=1`.
pub fn is_blessing() -> bool {
    std::env::var("BLESS").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// Holds `actual` against the file at `path`, or writes it there when blessing.
pub fn compare(path: &Path, actual: &str) -> Result<(), Failed> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if path.exists() && expected == actual {
        return Ok(());
    }
    if is_blessing() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, actual)?;
        return Ok(());
    }
    let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    if !path.exists() {
        return Err(format!("{shown} is missing; BLESS=1 writes it:\n\n{actual}").into());
    }
    Err(format!("{shown} says otherwise; BLESS=1 rewrites it:\n\n{}", difference(&expected, actual)).into())
}

/// The lines that differ, each side in its order, between what is the same at both ends.
fn difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out = format!("from line {}:\n", head + 1);
    for line in &old[head..old.len() - tail] {
        out += &format!("- {line}\n");
    }
    for line in &new[head..new.len() - tail] {
        out += &format!("+ {line}\n");
    }
    out
}
