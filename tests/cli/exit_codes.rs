//! The whole table of exit codes: what a run comes to never depends on how it is written.

use crate::folder::{Folder, Run};
use crate::reports::FORMATS;
use std::fs;

const CLEAN: &str = "id A\n";
/// With a finding that `--fix` mends.
const WARNED: &str = "\
service S { }
workflow W { allow tense because \"none\"; orchestrated by S; success Done; end Done }
";
const WRONG: &str = "use \"gone.wfc\"\n";
/// An event that nobody hears: worth knowing, no more.
const INFORMED: &str = "\
id OrderId
service S { event Packed(order: OrderId) }
workflow W(order: OrderId) { orchestrated by S; success Done; publish Packed(order); end Done }
";

fn folder() -> Folder {
    Folder::new(&[
        ("clean.wfc", CLEAN),
        ("informed.wfc", INFORMED),
        ("warned.wfc", WARNED),
        ("wrong.wfc", WRONG),
        ("broken.wfc", "workflow {\n"),
    ])
}

/// What a run comes to in every format, and that no other file than a whole report is there afterwards.
#[track_caller]
fn comes_to(folder: &Folder, arguments: &[&str], code: i32) {
    for format in FORMATS {
        let report = format!("--report={format}=report");
        let run = folder.wfc(&[&["check", "--format", format, &report], arguments].concat());
        assert_eq!(run.code, code, "{format} {arguments:?} {run:#?}");
        let is_said = run.stderr.lines().any(|line| line.starts_with("wfc: "));
        assert_eq!(is_said, code == 2, "trouble is said, and nothing else is: {arguments:?} {run:#?}");
        if let Ok(written) = fs::read_to_string(folder.at("report")) {
            assert_eq!(written, run.stdout, "{format} {arguments:?}");
            fs::remove_file(folder.at("report")).unwrap();
        }
        let left = names(folder);
        assert!(left.iter().all(|name| !name.contains("report") && !name.ends_with(".tmp")), "{left:?}");
    }
}

fn names(folder: &Folder) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap();
    names.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn findings_fail_a_run_from_the_threshold_on() {
    let folder = folder();
    for (file, [error, warning, info]) in [
        ("clean.wfc", [0, 0, 0]),
        ("informed.wfc", [0, 0, 1]),
        ("warned.wfc", [0, 1, 1]),
        ("wrong.wfc", [1, 1, 1]),
        ("broken.wfc", [1, 1, 1]),
    ] {
        comes_to(&folder, &[file], error);
        for (threshold, code) in [("error", error), ("warning", warning), ("info", info)] {
            comes_to(&folder, &[file, "--fail-on", threshold], code);
            comes_to(&folder, &[file, "--fail-on", threshold, "--exit-zero"], 0);
        }
        // The configuration says it as well.
        folder.write("wfc.yaml", "fail-on: warning\n");
        comes_to(&folder, &[file], warning);
        fs::remove_file(folder.at("wfc.yaml")).unwrap();
    }
}

#[test]
fn trouble_with_the_input_stands_above_findings() {
    let folder = folder();
    folder.write("binary.wfc", b"id A\0\xff");
    fs::create_dir(folder.at("empty")).unwrap();
    for arguments in [
        &["gone"][..],
        &["clean.wfc", "gone.wfc"],
        &["wrong.wfc", "gone.wfc"],
        &["wrong.wfc", "gone.wfc", "--exit-zero"],
        &["binary.wfc"],
        &["empty"],
    ] {
        comes_to(&folder, arguments, 2);
    }
    comes_to(&folder, &["empty", "--allow-empty"], 0);
}

#[test]
fn a_configuration_that_cannot_be_followed_is_trouble() {
    for (text, said) in [
        ("fail-on: [", "wfc.yaml:"),
        ("fail-on: sometimes\n", "wfc.yaml:1:10: "),
        ("fial-on: error\n", "wfc.yaml:1:1: "),
        ("rules: {tens: off}\n", "wfc.yaml:1:9: "),
        ("extends: wfc.yaml\n", "wfc.yaml:1:10: "),
        ("extends: other.yaml\n", "wfc.yaml:1:10: "),
    ] {
        let folder = folder();
        folder.write("wfc.yaml", text);
        comes_to(&folder, &["clean.wfc"], 2);
        comes_to(&folder, &["wrong.wfc", "--exit-zero"], 2);
        folder.wfc(&["check", "clean.wfc"]).is_trouble(said);
        comes_to(&folder, &["clean.wfc", "--isolated"], 0);
    }
    let folder = folder();
    folder.write("wfc.yaml", b"\xff\xfe");
    comes_to(&folder, &["clean.wfc"], 2);
    fs::remove_file(folder.at("wfc.yaml")).unwrap();
    fs::create_dir(folder.at("wfc.yaml")).unwrap();
    comes_to(&folder, &["clean.wfc", "--config", "wfc.yaml"], 2);
    comes_to(&folder, &["clean.wfc", "--config", "gone.yaml"], 2);
}

#[test]
fn a_circle_of_configurations_is_trouble() {
    let folder = folder();
    folder.write("wfc.yaml", "extends: a.yaml\n");
    folder.write("a.yaml", "extends: b.yaml\n");
    folder.write("b.yaml", "extends: a.yaml\n");
    comes_to(&folder, &["clean.wfc"], 2);
}

#[test]
fn a_baseline_that_cannot_be_followed_is_trouble() {
    for text in ["{\"wfc-baseline\":7}\n", "", "{\"wfc-baseline\":1}\n{\n"] {
        let folder = folder();
        folder.write("wfc-baseline.jsonl", text);
        comes_to(&folder, &["clean.wfc"], 2);
        comes_to(&folder, &["clean.wfc", "--no-baseline"], 0);
        assert_eq!(folder.read("wfc-baseline.jsonl"), text);
    }
    comes_to(&folder(), &["clean.wfc", "--baseline", "gone.jsonl"], 2);
}

#[test]
fn a_baseline_that_knows_all_is_clean() {
    let folder = folder();
    assert_eq!(folder.wfc(&["check", "wrong.wfc", "--write-baseline"]).code, 0);
    comes_to(&folder, &["wrong.wfc", "--fail-on", "info"], 0);
}

#[test]
fn a_report_that_cannot_be_written_is_trouble_and_leaves_nothing() {
    let folder = folder();
    fs::create_dir(folder.at("there")).unwrap();
    let before = names(&folder).len();
    for format in FORMATS {
        let places = ["gone/one", "there", "clean.wfc/one"];
        for place in places.iter().copied().chain(cfg!(target_os = "linux").then_some("/dev/full")) {
            for file in ["clean.wfc", "wrong.wfc"] {
                let run =
                    folder.wfc(&["check", file, "--exit-zero", "--report", &format!("{format}={place}")]);
                let is_written = format_writes(&folder, format, file);
                // Nothing at all fits on a full disk.
                let code = if place == "/dev/full" && !is_written { 0 } else { 2 };
                assert_eq!(run.code, code, "{format} {place} {file} {run:#?}");
            }
        }
    }
    assert_eq!(names(&folder).len(), before);
    assert!(fs::read_dir(folder.at("there")).unwrap().next().is_none());
    assert_eq!(folder.read("clean.wfc"), CLEAN);
}

/// Whether there is anything to write.
fn format_writes(folder: &Folder, format: &str, file: &str) -> bool {
    !folder.wfc(&["check", file, "--format", format]).stdout.is_empty()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_stdout_is_trouble_in_every_format() {
    let folder = folder();
    for format in FORMATS {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = folder.command(&["check", "wrong.wfc", "--exit-zero", "--format", format]);
        Run::of(command.stdout(full).output().unwrap()).is_trouble("standard output cannot be written: ");
    }
}

#[test]
fn an_unknown_word_on_the_command_line_is_trouble() {
    let folder = folder();
    for arguments in [
        &["check", "--fail-on", "sometimes", "clean.wfc"][..],
        &["check", "--format", "xml", "clean.wfc"],
        &["check", "--report", "json", "clean.wfc"],
        &["check", "--no-such-option"],
        &["chek"],
        &["explain", "no-such-rule"],
        &["fmt", "gone.wfc"],
        &["graph", "gone.wfc"],
    ] {
        let run = folder.wfc(arguments);
        assert!(run.code == 2 && run.stdout.is_empty() && !run.stderr.is_empty(), "{arguments:?} {run:#?}");
    }
}

#[test]
fn a_difference_fails_only_who_asks_for_it() {
    let folder = Folder::new(&[("neat.wfc", "id A\n"), ("untidy.wfc", "id   A\n"), ("broken.wfc", "id\n")]);
    for (arguments, code) in [
        (&["fmt", "--check", "neat.wfc"][..], 0),
        (&["fmt", "--check", "untidy.wfc"], 1),
        (&["fmt", "--diff", "untidy.wfc"], 1),
        (&["fmt", "--check", "broken.wfc"], 2),
        (&["fmt", "untidy.wfc"], 0),
        (&["fmt", "--check", "untidy.wfc"], 0),
    ] {
        assert_eq!(folder.wfc(arguments).code, code, "{arguments:?}");
    }
    folder.write("warned.wfc", WARNED);
    assert_eq!(folder.wfc(&["check", "--diff", "warned.wfc"]).code, 1);
    assert_eq!(folder.wfc(&["check", "--fix", "--fail-on", "warning", "warned.wfc"]).code, 0);
    assert_eq!(folder.wfc(&["check", "--diff", "warned.wfc"]).code, 0);
}
