//! Annotations of GitHub Actions, by the rules of workflow commands.

use crate::{Found, case, everything};
use wfc::report::Format;

#[test]
fn the_case_is_written_as_shown() {
    case::hold("github", "txt");
}

/// The command, its properties and its data.
fn read(line: &str) -> (String, Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").expect("a command begins with `::`");
    let (head, data) = rest.split_once("::").expect("and its data with another");
    let (command, properties) = head.split_once(' ').expect("a title at least");
    let decode = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    };
    let pairs = properties.split(',').map(|pair| pair.split_once('=').expect("a name and a value"));
    let pairs = pairs.map(|(name, value)| (name.to_string(), decode(value))).collect();
    (command.to_string(), pairs, decode(data))
}

#[test]
fn every_line_is_one_command() {
    for found in everything() {
        let written = found.written(Format::Github);
        let mut before = 0;
        for line in written.lines() {
            let (command, properties, data) = read(line);
            let rank = ["error", "warning", "notice"].iter().position(|it| *it == command).unwrap();
            assert!(rank >= before, "{}: errors come first\n{written}", found.name);
            before = rank;
            assert!(!data.is_empty() && !data.contains('\u{1b}'), "{line}");
            let value = |wanted: &str| properties.iter().find(|(name, _)| name == wanted).map(|it| &it.1);
            if value("title").unwrap() != "wfc" {
                assert_eq!(value("file"), Some(&found.name));
                assert!(value("line").unwrap().parse::<u32>().unwrap() >= 1);
            }
        }
    }
}

#[test]
fn what_github_would_drop_is_counted() {
    let missing: String = (0..25).map(|n| format!("use \"gone{n}.wfc\"\n")).collect();
    let found = Found::in_text("many.wfc", &missing);
    assert_eq!(found.selected.shown.len(), 25);
    let written = found.written(Format::Github);
    assert_eq!(written.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    let last = written.lines().last().unwrap();
    assert_eq!(
        last,
        "::notice title=wfc::15 more findings have no annotation: `wfc check` shows all of them"
    );
}
