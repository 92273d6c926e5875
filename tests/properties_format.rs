//! What holds for every text that is formatted: its tree stays, its comments stay, and formatting it
//! again changes nothing.

#[path = "support/sample.rs"]
mod sample;

use proptest::prelude::*;
use sample::{SAMPLE, shape, tokens};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use wfc::format::format;
use wfc::source::FileId;
use wfc::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn formatted(text: &str) -> String {
    format(&read(text).ast, text)
}

fn comments(text: &str) -> Vec<&str> {
    let comments = tokens(text).into_iter().filter(|token| token.starts_with("//"));
    comments.map(str::trim_end).collect()
}

/// Holds one text without errors to all that is promised, and gives its canonical form.
fn assert_formats(text: &str) -> String {
    let before = read(text);
    assert!(before.findings.is_empty(), "{:#?}\n{text}", before.findings);
    let once = formatted(text);
    let after = read(&once);
    assert!(after.findings.is_empty(), "{:#?}\n{text}\nbecomes\n{once}", after.findings);
    assert_eq!(shape(&before), shape(&after), "\n{text}\nbecomes\n{once}");
    assert_eq!(comments(text), comments(&once), "\n{text}\nbecomes\n{once}");
    let twice = formatted(&once);
    assert!(once == twice, "\n{text}\nbecomes\n{once}\nand then\n{twice}");
    assert!(!once.lines().any(|line| line.ends_with(' ')), "blanks at the end of a line:\n{once}");
    assert!(!once.contains("\n\n\n") && !once.starts_with('\n') && !once.ends_with("\n\n"), "{once}");
    once
}

/// Every text without errors in the repository, and the sample.
fn texts() -> &'static [String] {
    static TEXTS: OnceLock<Vec<String>> = OnceLock::new();
    TEXTS.get_or_init(collect)
}

fn collect() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = vec![SAMPLE.to_string()];
    for folder in ["examples", "tests", "src"] {
        below(&root.join(folder), &mut texts);
    }
    texts.retain(|text| read(text).findings.is_empty());
    assert!(texts.len() > 200, "only {} texts", texts.len());
    texts
}

fn below(folder: &PathBuf, texts: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    paths.sort();
    for path in &paths {
        if path.is_dir() {
            below(path, texts);
        } else if path.extension().is_some_and(|extension| extension == "wfc") {
            texts.extend(fs::read_to_string(path));
        }
    }
}

/// The tokens, each doc comment with the end of its line.
fn without_comments(text: &str) -> Vec<&str> {
    tokens(text).into_iter().filter(|token| !token.starts_with("//") || is_doc(token)).collect()
}

fn is_doc(token: &str) -> bool {
    token.starts_with("///") && !token.starts_with("////")
}

#[test]
fn every_file_of_the_repository_can_be_formatted() {
    for text in texts() {
        assert_formats(text);
    }
}

#[test]
fn where_lines_ended_does_not_matter() {
    for text in texts() {
        let tokens = without_comments(text);
        let joined = assert_formats(&tokens.join(" "));
        assert_eq!(formatted(&tokens.join("\r\n\t")).replace("\r\n", "\n"), joined);
    }
}

#[test]
fn a_comment_between_any_two_tokens_stays() {
    let tokens = tokens(SAMPLE);
    assert_formats(&tokens.join(" // a remark\n"));
    assert_formats(&tokens.join("\n// a remark\n"));
    let remarks = [" // a remark\n", "\n\n// one\n// two\n"];
    for (at, remark) in (0..=tokens.len()).zip(remarks.iter().cycle()) {
        let (before, behind) = tokens.split_at(at);
        assert_formats(&[before.join(" "), behind.join(" ")].join(remark));
    }
}

#[test]
fn semicolons_and_last_commas_are_set_anew() {
    let text = "service A{;external;;team \"t\";}record R(a:int,)id B";
    assert_eq!(formatted(text), "service A {\n  external\n  team \"t\"\n}\nrecord R(a: int)\nid B\n");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_is_formatted(which in any::<prop::sample::Index>(), spaces in prop::collection::vec(0usize..12, 1..900)) {
        let blanks = ["\t", "\r\n  ", " // remark\n", "\n\n\n   ", "\n// above\n", "\n\n// apart\n\n"];
        let text = which.get(texts());
        let mut other = String::new();
        for (at, token) in tokens(text).iter().enumerate() {
            other.push_str(token);
            other.push_str(blanks.get(spaces[at % spaces.len()]).unwrap_or(&" "));
        }
        assert_formats(&other);
    }

    #[test]
    fn formatting_damaged_text_ends(from in 0usize..2000, length in 0usize..40) {
        let start = from % SAMPLE.len();
        let end = (start + length).min(SAMPLE.len());
        formatted(&[&SAMPLE[..start], &SAMPLE[end..]].concat());
    }
}
