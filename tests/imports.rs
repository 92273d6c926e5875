//! The floors: a module imports only lower ones, and what touches the world or draws in a library
//! stands in the one place for it. `docs/architecture.md` says why.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// On which floor a module stands. Siblings never import each other.
const FLOORS: &[(u32, &[&str])] = &[
    (1, &["source"]),
    (2, &["finding", "model"]),
    (3, &["syntax", "graph"]),
    (4, &["lower", "import", "format", "explore", "metrics"]),
    (5, &["check", "generate", "diagram", "advise", "diff", "convert"]),
    (6, &["compile"]),
    (7, &["catalog", "report", "project"]),
    (8, &["lsp"]),
    (9, &["cli"]),
];

/// Who may not see whom, although the floors would let them.
const BLIND: &[(&str, &[&str])] = &[
    ("check", &["syntax", "lower", "import", "format"]),
    ("explore", &["syntax"]),
    ("metrics", &["syntax"]),
    ("diagram", &["syntax"]),
    ("generate", &["syntax"]),
];

/// Folders whose modules never import each other: rules, importers, targets. Behind each stands
/// what they share.
const STRANGERS: &[(&str, &[&str])] = &[
    ("check/rules", &[]),
    ("import", &["document", "rules"]),
    ("generate", &["header", "names", "rules", "runtime", "template", "text", "yaml"]),
];

/// Where a name may stand at all: crates that stay behind a wall, and everything that touches the
/// world. A place is a file, or a folder with all that is in it.
const WALLS: &[(&[&str], &[&str])] = &[
    (&["pest::", "pest_derive::"], &["syntax"]),
    (&["petgraph::"], &["graph"]),
    (&["jsonc_parser::", "saphyr_parser::"], &["import"]),
    (&["miette::"], &["report/human.rs"]),
    (&["similar::"], &["report/diff.rs"]),
    (&["clap::"], &["cli", "main.rs"]),
    (&["anstream::"], &["cli", "main.rs"]),
    (&["ignore::", "globset::"], &["project"]),
    (&["minijinja::"], &["generate/template.rs"]),
    (&["resvg::"], &["diagram/png.rs"]),
    (&["axum::", "tokio::", "futures_util::"], &["cli/serve"]),
    (
        &[
            "std::fs",
            "std::env",
            "std::io",
            "std::process",
            "std::net",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
        &["project/disk", "lsp", "cli", "main.rs"],
    ),
    (&["println!", "eprintln!", "print!", "eprint!"], &["cli", "lsp", "main.rs"]),
];

/// Lines of code that a file may have: without blank lines, comments and tests.
const LONGEST: usize = 600;

#[test]
fn modules_import_only_lower_floors() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(floor) = floor_of(&file.module[0]) else {
            if !["lib", "main"].contains(&file.module[0].as_str()) {
                wrong.push(format!("{}: `{}` stands on no floor", file.path, file.module[0]));
            }
            continue;
        };
        for used in file.imports() {
            let Some(other) = used.first() else { continue };
            match floor_of(other) {
                _ if *other == file.module[0] => {}
                Some(below) if below < floor => {}
                Some(_) => wrong.push(format!("{} (floor {floor}) imports `{}`", file.path, used.join("::"))),
                None => wrong.push(format!("{} imports `{other}`, which stands on no floor", file.path)),
            }
        }
    }
    none(&wrong);
}

#[test]
fn modules_do_not_see_what_they_should_not() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (module, hidden) in BLIND.iter().filter(|(module, _)| file.module[0] == *module) {
            for used in file.imports().iter().filter(|used| hidden.contains(&used[0].as_str())) {
                wrong.push(format!("{}: `{module}` must not see `{}`", file.path, used.join("::")));
            }
        }
    }
    none(&wrong);
}

#[test]
fn strangers_do_not_import_each_other() {
    let mut wrong = Vec::new();
    for file in sources() {
        let own = STRANGERS.iter().filter(|(folder, _)| file.path.starts_with(&format!("{folder}/")));
        for (folder, shared) in own {
            let depth = folder.split('/').count();
            let is_stranger =
                |name: &String| children(folder).contains(name) && !shared.contains(&name.as_str());
            let Some(name) = file.module.get(depth).filter(|name| is_stranger(name)) else { continue };
            for used in file.imports() {
                let is_near = used.len() > depth && used[..depth] == file.module[..depth];
                if is_near && used[depth] != *name && is_stranger(&used[depth]) {
                    wrong.push(format!("{} imports `{}`", file.path, used.join("::")));
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn walls_hold() {
    let mut wrong = Vec::new();
    for file in sources() {
        let spelled = file.spelled_out();
        for (names, places) in WALLS {
            let is_home =
                places.iter().any(|place| file.path == *place || file.path.starts_with(&format!("{place}/")));
            let module_file = places.iter().any(|place| file.path == format!("{place}.rs"));
            if is_home || module_file {
                continue;
            }
            for name in names.iter().filter(|name| spelled.iter().any(|word| mentions(word, name))) {
                wrong.push(format!("{} mentions `{name}`: only {} may", file.path, places.join(" and ")));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_documentation_has_the_same_floors() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for (floor, modules) in FLOORS {
        let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {floor} | ")));
        let cell = row.and_then(|row| row.split('|').next()).unwrap_or("");
        let shown: Vec<&str> = cell.split(',').map(|name| name.trim().trim_matches('`')).collect();
        assert_eq!(shown, *modules, "floor {floor} in docs/architecture.md");
    }
}

#[test]
fn files_are_not_too_long() {
    let long = sources().into_iter().filter(|file| file.n_lines() > LONGEST);
    none(&long.map(|file| format!("{} has {} lines of code", file.path, file.n_lines())).collect::<Vec<_>>());
}

#[test]
fn files_begin_by_saying_what_they_are() {
    let silent = sources().into_iter().filter(|file| !file.text.starts_with("//! "));
    none(
        &silent.map(|file| format!("{} does not open with a `//!` sentence", file.path)).collect::<Vec<_>>(),
    );
}

fn none(wrong: &[String]) {
    let distinct: BTreeSet<&String> = wrong.iter().collect();
    let lines: Vec<&str> = distinct.iter().map(|line| line.as_str()).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn floor_of(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(_, modules)| modules.contains(&module)).map(|(floor, _)| *floor)
}

/// The modules that stand in `folder`, by name.
fn children(folder: &str) -> BTreeSet<String> {
    let read = fs::read_dir(root().join("src").join(folder)).unwrap();
    let names =
        read.map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_string());
    names.filter(|name| name != "mod").collect()
}

fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

// ---- reading sources ----------------------------------------------------------------------------

/// A file below `src`: its path from there, the module it is, and its text without comments,
/// literals and tests.
struct Source {
    path: String,
    module: Vec<String>,
    text: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    let sources: Vec<Source> = paths.iter().map(|path| source(path)).collect();
    assert!(!sources.is_empty());
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is shipped with generated projects belongs to them.
            if !["runtime", "templates"].iter().any(|name| path.ends_with(name)) {
                collect(&path, paths);
            }
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            paths.push(path);
        }
    }
}

fn source(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
    let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_string).collect();
    if module.len() > 1 && module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    let code = without_tests(&without_comments_and_literals(&text));
    Source { path, module, text, code }
}

impl Source {
    /// Every path into this crate, from its root: `["finding", "Finding"]`.
    fn imports(&self) -> Vec<Vec<String>> {
        self.paths()
            .into_iter()
            .filter_map(|path| self.resolved(&path))
            .filter(|path| !path.is_empty())
            .collect()
    }

    /// Every path in the file, with `use` trees written out, and every macro call, as text.
    fn spelled_out(&self) -> Vec<String> {
        let mut words: Vec<String> = self.paths().into_iter().map(|path| path.join("::") + "::").collect();
        words.extend(
            words_of(&self.code).windows(2).filter(|two| two[1] == "!").map(|two| format!("{}!", two[0])),
        );
        words
    }

    fn resolved(&self, path: &[String]) -> Option<Vec<String>> {
        let n_supers = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" | "wfc" => Some(path[1..].to_vec()),
            "super" => {
                let kept = self.module.len().checked_sub(n_supers)?;
                Some(self.module[..kept].iter().chain(&path[n_supers..]).cloned().collect())
            }
            _ => None,
        }
    }

    fn paths(&self) -> Vec<Vec<String>> {
        let words = words_of(&self.code);
        let (mut paths, mut at) = (Vec::new(), 0);
        while at < words.len() {
            if words[at] == "use" {
                at = use_tree(&words, at + 1, &[], &mut paths);
            } else if is_identifier(&words[at]) && words.get(at + 1).is_some_and(|word| word == "::") {
                let mut path = vec![words[at].clone()];
                while words.get(at + 1).is_some_and(|word| word == "::")
                    && words.get(at + 2).is_some_and(|word| is_identifier(word))
                {
                    path.push(words[at + 2].clone());
                    at += 2;
                }
                paths.push(path);
                at += 1;
            } else {
                at += 1;
            }
        }
        paths
    }

    fn n_lines(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

/// Reads one tree of a `use` from `words[at]`, and gives where it ends.
fn use_tree(words: &[String], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = use_tree(words, at, &path, paths);
                    if words.get(at).is_some_and(|word| word == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "as" => at += 2,
            _ if is_identifier(word) || word == "*" => {
                path.push(word.clone());
                at += 1;
            }
            _ => break,
        }
    }
    paths.push(path);
    at
}

fn is_identifier(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Identifiers, `::`, and every other character by itself.
fn words_of(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            _ if is_part(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        words.push(rest[..length].to_string());
        rest = rest[length..].trim_start();
    }
    words
}

/// The same text with blanks for comments and for what stands in strings and characters.
fn without_comments_and_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let (mut out, mut i) = (String::new(), 0);
    while i < chars.len() {
        let begin = i;
        if at(i) == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(i), at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
                if depth == 0 || i >= chars.len() {
                    break;
                }
            }
        } else if let Some(n_hashes) = raw_string(&chars[i..]) {
            let close: String = std::iter::once('"').chain(std::iter::repeat_n('#', n_hashes)).collect();
            i += n_hashes + 2;
            while i < chars.len()
                && !chars[i..].iter().take(close.len()).eq(close.chars().collect::<Vec<_>>().iter())
            {
                i += 1;
            }
            i += close.len();
        } else if at(i) == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if at(i) == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else {
            out.push(at(i));
            i += 1;
            continue;
        }
        out.extend((begin..i.min(chars.len())).map(|i| if at(i) == '\n' { '\n' } else { ' ' }));
    }
    out
}

/// How many `#` open the raw string that begins here, if one does.
fn raw_string(chars: &[char]) -> Option<usize> {
    let rest = chars.strip_prefix(&['r'])?;
    let n_hashes = rest.iter().take_while(|c| **c == '#').count();
    (rest.get(n_hashes) == Some(&'"')).then_some(n_hashes)
}

/// The same code without `#[cfg(test)]` items.
fn without_tests(code: &str) -> String {
    let mut out = code.to_string();
    while let Some(start) = out.find("#[cfg(test)]") {
        let open = out[start..].find(['{', ';']).map(|at| start + at);
        let end = match open {
            Some(open) if out[open..].starts_with('{') => closing_brace(&out, open),
            Some(semicolon) => semicolon + 1,
            None => out.len(),
        };
        out.replace_range(start..end, "");
    }
    out
}

fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

#[test]
fn this_test_reads_rust() {
    let code = r##"
        // use crate::no;
        use crate::{finding::{Finding, Rule as R}, source::*};
        use std::{fs, io::Write};
        const S: &str = "crate::string";
        const T: &str = r#"crate::raw " "#;
        const C: char = '"'; fn f<'a>(x: &'a str) { crate::graph::build(x); eprintln!("{x}") }
        #[cfg(test)]
        mod tests { use crate::cli; }
        fn g() { super::super::model::here() }
    "##;
    let module = ["check", "rules", "one"].map(str::to_string).to_vec();
    let code = without_tests(&without_comments_and_literals(code));
    let file = Source { path: "check/rules/one.rs".to_string(), module, text: String::new(), code };
    let imports: BTreeMap<String, ()> =
        file.imports().into_iter().map(|path| (path.join("::"), ())).collect();
    let found: Vec<&String> = imports.keys().collect();
    assert_eq!(
        found,
        ["check::model::here", "finding::Finding", "finding::Rule", "graph::build", "source::*"]
    );
    let spelled = file.spelled_out();
    for name in ["std::fs", "std::io", "eprintln!"] {
        assert!(spelled.iter().any(|word| mentions(word, name)), "{name} in {spelled:?}");
    }
    assert!(!spelled.iter().any(|word| mentions(word, "println!")));
}
