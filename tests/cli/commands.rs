//! The commands beside `check`, and the options that decide an exit code.

use crate::folder::Folder;
use std::fs;

#[test]
fn exit_zero_forgives_findings_but_no_trouble() {
    let folder = Folder::new(&[("a.wfc", "use \"gone.wfc\"\n")]);
    assert_eq!(folder.wfc(&["check"]).code, 1);
    let run = folder.wfc(&["check", "--exit-zero"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "1 error in 1 file\n"));
    assert_eq!(folder.wfc(&["check", "--exit-zero", "a.wfc", "gone"]).code, 2);
}

#[test]
fn wrong_arguments_are_trouble() {
    let folder = Folder::new(&[("a.wfc", "")]);
    for arguments in [
        &["chekc"][..],
        &["check", "--profile", "loud"],
        &["check", "--fail-on", "never"],
        &["check", "--min-confidence", "total"],
        &["check", "--format", "xml"],
        &["check", "--no-such-option"],
        &["explain"],
        &["graph"],
        &["init", "--template", "waterfall"],
        &[],
    ] {
        let run = folder.wfc(arguments);
        assert!(run.code == 2 && run.stdout.is_empty() && !run.stderr.is_empty(), "{arguments:?} {run:#?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let folder = Folder::new(&[]);
    let version = folder.wfc(&["--version"]);
    assert_eq!((version.code, version.stdout), (0, format!("wfc {}\n", env!("CARGO_PKG_VERSION"))));
    for arguments in [&["--help"][..], &["-h"], &["help"], &["help", "check"], &["check", "--help"]] {
        let run = folder.wfc(arguments);
        assert!(run.code == 0 && run.stderr.is_empty() && run.stdout.contains("Usage: wfc"), "{run:#?}");
    }
    assert!(folder.wfc(&["check", "--help"]).stdout.contains("Examples:"));
}

#[test]
fn help_fits_a_terminal() {
    let folder = Folder::new(&[]);
    let every = [
        ["check", "--help"],
        ["graph", "--help"],
        ["explain", "--help"],
        ["init", "--help"],
        ["serve", "--help"],
    ];
    for arguments in every.iter().map(|it| &it[..]).chain([&["--help"][..]]) {
        for line in folder.wfc(arguments).stdout.lines() {
            assert!(line.chars().count() <= 100, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn rules_are_listed_for_people_and_for_programs() {
    let folder = Folder::new(&[]);
    let text = folder.wfc(&["rules"]);
    assert!(text.code == 0 && text.stdout.contains("  missing-import"), "{text:#?}");
    let json = folder.wfc(&["rules", "--format", "json"]).stdout;
    let rules: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let names: Vec<&str> = rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"missing-import"));
    assert!(names.is_sorted());
}

#[test]
fn a_rule_is_explained_with_what_wfc_really_says() {
    let folder = Folder::new(&[]);
    let run = folder.wfc(&["explain", "missing-import"]);
    assert_eq!(run.code, 0);
    for part in ["Reports a `use`", "Why", "Bad", "[example.wfc:1:5]", "Good", "Help"] {
        assert!(run.stdout.contains(part), "{part} is missing in\n{}", run.stdout);
    }
    let page = folder.wfc(&["explain", "missing-import", "--format", "markdown"]).stdout;
    assert!(page.starts_with("# missing-import\n\nReports a `use`"), "{page}");
    assert!(page.contains("```text\nerror[missing-import]"), "{page}");
}

#[test]
fn an_unknown_rule_is_trouble_with_the_nearest_name() {
    let folder = Folder::new(&[]);
    let run = folder.wfc(&["explain", "mising-import"]);
    run.is_trouble("there is no rule `mising-import`; did you mean `missing-import`?");
    folder.wfc(&["explain", "zzz"]).is_trouble("there is no rule `zzz`; `wfc rules` lists them all");
}

#[test]
fn init_writes_a_workflow_that_passes() {
    for template in ["orchestrated", "choreographed"] {
        let folder = Folder::new(&[]);
        let run = folder.wfc(&["init", "shop/flows", "--template", template]);
        assert_eq!((run.code, run.stdout.as_str()), (0, "shop/flows/order.wfc\n"));
        let check = folder.wfc(&["check", "--fail-on", "warning"]);
        assert!(check.code == 0 && check.stdout.is_empty(), "{template}: {}", check.stdout);
    }
}

#[test]
fn init_overwrites_nothing() {
    let folder = Folder::new(&[("order.wfc", "mine")]);
    folder.wfc(&["init"]).is_trouble("order.wfc: exists already and is not overwritten");
    assert_eq!(folder.read("order.wfc"), "mine");
    folder.wfc(&["init", "order.wfc"]).is_trouble("order.wfc/order.wfc: a part of the path is no folder");
}

#[test]
fn graph_takes_the_format_from_the_name() {
    let folder = Folder::new(&[]);
    folder.wfc(&["init"]);
    let mermaid = folder.wfc(&["graph", "order.wfc"]);
    assert!(mermaid.code == 0 && mermaid.stdout.contains("flowchart"), "{mermaid:#?}");
    for (name, beginning) in [("a.dot", "digraph"), ("a.gv", "digraph"), ("a.mmd", "flowchart")] {
        let run = folder.wfc(&["graph", "order.wfc", "-o", name]);
        assert!(run.code == 0 && run.stdout.is_empty(), "{run:#?}");
        assert!(folder.read(name).contains(beginning), "{name}");
    }
    folder
        .wfc(&["graph", "order.wfc", "-o", "a.gif"])
        .is_trouble("a.gif: the name does not say which format");
    assert!(!folder.at("a.gif").exists());
}

#[test]
fn graph_leaves_no_half_file_behind() {
    let folder = Folder::new(&[]);
    folder.wfc(&["init"]);
    folder
        .wfc(&["graph", "order.wfc", "-o", "gone/a.dot"])
        .is_trouble("gone/a.dot: the folder does not exist");
    folder.write("a.dot", "old");
    folder.wfc(&["graph", "nothing.wfc", "-o", "a.dot"]).is_trouble("nothing.wfc: there is no such file");
    assert_eq!(folder.read("a.dot"), "old");
    folder.wfc(&["graph", "order.wfc", "-o", "a.dot"]);
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.dot", "order.wfc"]);
}
