//! Whatever is converted, nothing panics, and what is printed can be read again and is in its canonical layout.

use super::{one, root};
use std::path::{Path, PathBuf};
use wfc::compile::{self, Converting};
use wfc::convert::Style;
use wfc::source::{FileId, Sources};
use wfc::syntax::ast::Item;

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|end| end == "wfc") {
            found.push(path);
        }
    }
}

/// Converts every workflow both ways; gives how many files were printed.
fn convert_all(sources: &Sources, what: &str) -> usize {
    let mut n_printed = 0;
    let mut names: Vec<String> = Vec::new();
    for (id, file) in sources.iter() {
        names.extend(wfc::syntax::parse(id, &file.text).ast.items.iter().filter_map(|item| match item {
            Item::Workflow(it) => Some(it.name.text.to_string()),
            _ => None,
        }));
    }
    for name in names {
        for style in [Style::Choreographed, Style::Orchestrated] {
            let Converting::Done { conversion, .. } = compile::convert(sources, &[], Some(&name), style)
            else {
                continue;
            };
            for (_, text) in &conversion.files {
                n_printed += 1;
                let parsed = wfc::syntax::parse(FileId(0), text);
                assert!(parsed.findings.is_empty(), "{what}: {:?}\n{text}", parsed.findings);
                assert_eq!(*text, wfc::format::format(&parsed.ast, text), "{what} is not in its layout");
            }
        }
    }
    n_printed
}

#[test]
fn every_file_here_is_converted_or_refused() {
    let mut files = Vec::new();
    for folder in ["examples", "tests", "src/cli/templates"] {
        files_below(&root().join(folder), &mut files);
    }
    let mut n_printed = 0;
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        n_printed += convert_all(&one(&text), &path.display().to_string());
    }
    assert!(files.len() > 500 && n_printed > 200, "{n_printed} of {}", files.len());
}

/// Pieces are cut out of the judged systems, so that names are missing and blocks are open.
#[test]
fn damaged_files_are_converted_or_refused() {
    let mut files = Vec::new();
    for folder in ["examples", "tests/systems", "tests/convert"] {
        files_below(&root().join(folder), &mut files);
    }
    for (number, path) in files.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for cut in 0..2 {
            let at = (number * 7 + cut * 13) % lines.len().max(1);
            let left: Vec<&str> =
                lines.iter().enumerate().filter(|(line, _)| *line != at).map(|(_, line)| *line).collect();
            convert_all(&one(&left.join("\n")), &format!("{} without line {}", path.display(), at + 1));
        }
    }
}
