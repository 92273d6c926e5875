//! What each profile shows, and that nothing is hidden without a word.

use crate::folder::Folder;
use std::fs;
use std::path::Path;

fn default_owner() -> Folder {
    let system = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems/fulfil-order-default-owner.wfc");
    Folder::new(&[("order.wfc", &fs::read_to_string(system).unwrap())])
}

#[test]
fn strict_takes_a_default_owner_as_written() {
    let folder = default_owner();
    let run =
        |profile| folder.wfc(&["check", "--format", "concise", "--fail-on", "warning", "--profile", profile]);
    let plain = run("default");
    assert_eq!((plain.code, plain.stdout.as_str()), (0, ""));
    for profile in ["strict", "audit"] {
        let strict = run(profile);
        assert_eq!(strict.code, 1, "{strict:#?}");
        assert!(strict.stdout.contains(": warning[unwatched-goal] "), "{strict:#?}");
    }
    let full = folder.wfc(&["check", "--profile", "strict"]).stdout;
    assert!(full.contains("write `owned by Shop`"), "{full}");
}

#[test]
fn what_is_hidden_is_counted_in_every_format() {
    let folder = default_owner();
    for format in ["full", "concise"] {
        let run = folder.wfc(&["check", "--format", format]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""));
        let summary = "no findings in 1 file (3 hidden: --profile strict shows them)\n";
        assert_eq!(run.stderr, summary, "{format}");
    }
}

/// `tense` speaks under `--profile audit` only.
#[test]
fn a_rule_that_nobody_hears_rests_until_somebody_names_it() {
    let folder = Folder::new(&[]);
    let text = |allow: &str| {
        format!(
            "service A {{ event Ship(a: int) {{ {allow} }} }}\nservice B {{ command Go(a: int) {{ idempotent by a }} event Gone(a: int) }}\n\
             workflow W {{ choreographed correlated by a starts when Ship success Done reached by Gone owned by B \
             participant B {{ when Ship {{ promises within 1d step gone = B.Go(a) publish Gone(a) }} }} }}\n"
        )
    };
    folder.write("a.wfc", text(""));
    let summary = || folder.wfc(&["check", "a.wfc"]).stderr;
    let audit = folder.wfc(&["check", "a.wfc", "--profile", "audit", "--format", "concise"]);
    assert!(audit.stdout.contains("[tense]"), "{audit:#?}");
    assert!(!summary().contains("hidden"), "{}", summary());
    folder.write("wfc.yaml", "rules: {tense: warning}\n");
    let named = folder.wfc(&["check", "a.wfc", "--format", "concise"]);
    assert!(named.stdout.contains("[tense]"), "{named:#?}");
    folder.write("wfc.yaml", "");
    folder.write("a.wfc", text("allow tense because \"an old name\""));
    assert!(summary().contains("1 allowed"), "{}", summary());
}
