//! A project with many findings begins to use wfc, and hears only of new ones from then on.

use crate::folder::{Folder, Run};
use std::fmt::Write;
use std::fs;

const BASELINE: &str = "wfc-baseline.jsonl";

/// A workflow in which nobody thought of trouble.
fn workflow(name: &str) -> String {
    format!(
        "workflow {name}(order: OrderId) {{\n  orchestrated by Shop\n  success Done\n  failure Failed\n\
         \n  step reserved = Store.Reserve(order)\n  step charged = Bank.Charge(order)\n  end Done\n}}\n"
    )
}

const CONTRACTS: &str = "\
id OrderId
service Shop { }
service Store { command Reserve(order: OrderId) { fails SoldOut } }
service Bank { command Charge(order: OrderId) { fails Declined } }
";

/// So many files with five workflows each, and how many findings they have together.
fn project(n_files: usize) -> (Folder, usize) {
    let folder = Folder::new(&[("contracts.wfc", CONTRACTS)]);
    for file in 0..n_files {
        folder.write(&format!("flows/f{file}.wfc"), text(file, 0..5));
    }
    let n = n_shown(&folder.wfc(&["check", "--format", "concise"]));
    assert_eq!(n, n_files * 20);
    (folder, n)
}

fn text(file: usize, workflows: impl IntoIterator<Item = usize>) -> String {
    let mut text = "use \"../contracts.wfc\"\n\n".to_string();
    for workflow in workflows {
        let _ = writeln!(text, "{}", self::workflow(&format!("W{file}x{workflow}")));
    }
    text
}

fn n_shown(run: &Run) -> usize {
    run.stdout.lines().count()
}

#[track_caller]
fn brings_nothing_back(folder: &Folder, n: usize) {
    let run = folder.wfc(&["check", "--fail-on", "warning"]);
    assert!(run.code == 0 && run.stdout.is_empty(), "{run:#?}");
    assert!(run.stderr.contains(&format!("{n} in the baseline")), "{}", run.stderr);
}

#[test]
fn five_hundred_findings_are_adopted_by_one_command() {
    let (folder, n) = project(25);
    assert_eq!(folder.wfc(&["check"]).code, 1);
    let run = folder.wfc(&["check", "--write-baseline"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(
        run.stderr,
        format!("{n} findings are in {BASELINE} now; from here on only new ones are told\n")
    );
    assert_eq!(folder.read(BASELINE).lines().count(), n + 1);
    assert!(folder.read(BASELINE).lines().skip(1).is_sorted());
    brings_nothing_back(&folder, n);
    assert_eq!(n_shown(&folder.wfc(&["check", "--no-baseline", "--format", "concise"])), n);

    folder.write("flows/new.wfc", text(99, [0]));
    let run = folder.wfc(&["check", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.lines().all(|line| line.starts_with("flows/new.wfc:")), "{run:#?}");
    assert_eq!(n_shown(&run), 4);
}

#[test]
fn moving_code_around_brings_nothing_back() {
    let (folder, n) = project(25);
    folder.wfc(&["check", "--write-baseline"]);
    // Lines move.
    folder.write("flows/f0.wfc", format!("// one\n\n\n// two\n{}", text(0, 0..5)));
    // Items change places, and go into another file.
    folder.write("flows/f1.wfc", text(1, [4, 2, 0, 3]));
    folder.write("flows/f2.wfc", format!("{}{}", text(2, (0..5).rev()), workflow("W1x1")));
    // Files get other names.
    fs::rename(folder.at("flows/f3.wfc"), folder.at("flows/other.wfc")).unwrap();
    fs::create_dir(folder.at("flows/eu")).unwrap();
    folder.write("flows/eu/f4.wfc", text(4, 0..5).replace("../contracts", "../../contracts"));
    fs::remove_file(folder.at("flows/f4.wfc")).unwrap();
    brings_nothing_back(&folder, n);

    // And the baseline learns where everything is.
    let run = folder.wfc(&["check", "--prune-baseline"]);
    assert!(run.stderr.contains(": 0 lines dropped, "), "{run:#?}");
    assert!(folder.read(BASELINE).contains("flows/eu/f4.wfc"));
    assert!(!folder.read(BASELINE).contains("flows/f4.wfc"));
    brings_nothing_back(&folder, n);
}

#[test]
fn it_does_not_matter_where_wfc_is_started() {
    let (folder, n) = project(8);
    folder.write("wfc.yaml", "");
    folder.wfc(&["check", "--write-baseline"]);
    let mut command = folder.command(&["check", "--fail-on", "warning"]);
    let run = Run::of(command.current_dir(folder.at("flows")).output().unwrap());
    assert!(run.code == 0 && run.stderr.contains(&format!("{n} in the baseline")), "{run:#?}");
}

#[test]
fn what_is_mended_is_mentioned_and_can_be_dropped() {
    let (folder, n) = project(8);
    folder.wfc(&["check", "--write-baseline"]);
    fs::remove_file(folder.at("flows/f7.wfc")).unwrap();
    let gone = 20;
    let run = folder.wfc(&["check"]);
    let note =
        format!("{BASELINE}: {gone} lines are no longer needed: --prune-baseline drops what is mended\n");
    assert!(run.code == 0 && run.stderr.starts_with(&note), "{run:#?}");
    assert!(
        folder
            .wfc(&["check", "--prune-baseline"])
            .stderr
            .contains(&format!("{gone} lines dropped, 0 lines moved"))
    );
    assert_eq!(folder.read(BASELINE).lines().count(), n - gone + 1);
    assert!(!folder.wfc(&["check"]).stderr.contains("no longer needed"));
}

#[test]
fn a_run_over_some_files_speaks_only_of_these() {
    let (folder, n) = project(8);
    folder.wfc(&["check", "--write-baseline"]);
    let before = folder.read(BASELINE);
    let run = folder.wfc(&["check", "flows/f1.wfc", "--prune-baseline"]);
    assert!(run.stderr.contains("0 lines dropped, 0 lines moved"), "{run:#?}");
    let run = folder.wfc(&["check", "flows/f1.wfc", "--write-baseline"]);
    let (one, others) = (20, n - 20);
    assert!(
        run.stderr.starts_with(&format!("{one} findings are in {BASELINE} now, and {others} about files")),
        "{run:#?}"
    );
    assert_eq!(folder.read(BASELINE), before);
}

#[test]
fn the_baseline_may_stand_elsewhere() {
    let folder = Folder::new(&[("contracts.wfc", CONTRACTS), ("flows/a.wfc", &text(0, [0]))]);
    fs::create_dir(folder.at("ci")).unwrap();
    assert_eq!(folder.wfc(&["check", "--write-baseline=ci/known.jsonl"]).code, 0);
    assert_eq!(folder.wfc(&["check"]).code, 1);
    assert_eq!(folder.wfc(&["check", "--baseline", "ci/known.jsonl"]).code, 0);
    folder.write("wfc.yaml", "baseline: ci/known.jsonl\n");
    assert_eq!(folder.wfc(&["check"]).code, 0);
    fs::remove_file(folder.at("ci/known.jsonl")).unwrap();
    folder.wfc(&["check"]).is_trouble("ci/known.jsonl: there is no such baseline");
    assert_eq!(folder.wfc(&["check", "--no-baseline"]).code, 1);
}

#[test]
fn a_bad_baseline_is_trouble_and_stays_as_it_is() {
    let folder = Folder::new(&[("contracts.wfc", CONTRACTS), ("flows/a.wfc", &text(0, [0]))]);
    for (text, what) in [
        (
            "{\"wfc-baseline\":7}\n",
            ":1: a baseline of version 7, where this wfc reads version 1; wfc check --write-baseline writes it anew",
        ),
        ("", ":1: this is no baseline; "),
        ("{\"wfc-baseline\":1}\n{\"file\":", ":2: this is no line of a baseline; "),
        ("{\"wfc-baseline\":1}\n<<<<<<< HEAD\n", ":2: a merge has left its marks here; "),
    ] {
        folder.write(BASELINE, text);
        for arguments in [&["check"][..], &["check", "--prune-baseline"]] {
            let run = folder.wfc(arguments);
            run.is_trouble(&format!("{BASELINE}{what}"));
            assert_eq!(run.stdout, "");
        }
        assert_eq!(folder.read(BASELINE), text);
    }
    assert_eq!(folder.wfc(&["check", "--write-baseline"]).code, 0);
    assert_eq!(folder.wfc(&["check"]).code, 0);
}

#[test]
fn nothing_half_is_ever_written() {
    let folder = Folder::new(&[("contracts.wfc", CONTRACTS), ("flows/a.wfc", &text(0, [0]))]);
    folder.wfc(&["check", "--write-baseline"]);
    let before = folder.read(BASELINE);
    folder.write("flows/b.wfc", b"\xff");
    folder
        .wfc(&["check", "--write-baseline"])
        .is_trouble("the baseline stays as it is, because not everything could be read");
    assert_eq!(folder.read(BASELINE), before);
    fs::remove_file(folder.at("flows/b.wfc")).unwrap();
    folder
        .wfc(&["check", "--write-baseline=gone/known.jsonl"])
        .is_trouble("gone/known.jsonl: the folder does not exist");
    #[cfg(target_os = "linux")]
    folder.wfc(&["check", "--write-baseline=/dev/full"]).is_trouble("/dev/full: the disk is full");
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["contracts.wfc", "flows", BASELINE]);
}

#[test]
fn allows_can_be_ignored() {
    let text =
        text(0, [0]).replace("success Done", "success Done\n  allow unhandled-failure because \"by hand\"");
    let folder = Folder::new(&[("contracts.wfc", CONTRACTS), ("flows/a.wfc", text.as_str())]);
    let n =
        |arguments: &[&str]| n_shown(&folder.wfc(&[&["check", "--format", "concise"], arguments].concat()));
    let (heard, ignored) = (n(&[]), n(&["--no-allows"]));
    assert!(ignored > heard, "{ignored} and {heard}");
    folder.write("wfc.yaml", "allow: {rule: unhandled-outage, files: flows, because: they never fail}\n");
    assert!(n(&[]) < heard);
    assert_eq!(n(&["--no-allows"]), ignored);
    // What is said of an allow is not said when nobody hears it.
    folder.write("wfc.yaml", "allow: {rule: tense, files: flows, because: why}\n");
    assert_eq!((n(&[]), n(&["--no-allows"])), (heard + 1, ignored));
}
