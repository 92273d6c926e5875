//! `wfc verify`: what it says of runs, and how it ends.

use crate::folder::Folder;

const WAITS: &str = "\
id K
service A { query Look(k: K) -> bool }
service B { event Told(k: K) }
workflow Ask(k: K) {
  orchestrated by A
  correlated by k
  success Answered
  wait for Told
  end Answered
}
workflow Tell(k: K) {
  orchestrated by B
  correlated by k
  success Done
  step tells = A.Look(k) { retry forever backoff 1s..1h }
  if tells { publish Told(k) }
  end Done
}
";

#[test]
fn a_run_that_gets_stuck_is_told_step_by_step() {
    let folder = Folder::new(&[("ask.wfc", WAITS)]);
    let run = folder.wfc(&["verify"]);
    let expected = "\
Ask (ask.wfc:4)
  Answered  success  sometimes
  13 states, every run looked at

  gets stuck: `A` waits for `Told`
  how it comes about (messages in any order, each at least once):
    1. `Ask` starts               ask.wfc:4
    2. `Tell` starts              ask.wfc:11
    3. `tells`: `A.Look` is done  ask.wfc:15
    4. no condition holds         ask.wfc:16
    5. the run ends in `Done`     ask.wfc:17

Tell (ask.wfc:11)
  Done  success  always
  8 states, every run looked at
";
    assert_eq!(run.stdout, expected, "{}", run.stdout);
    assert_eq!(run.code, 1);
    let summary = "2 answers, 1 not in order (21 states; messages in any order, each at least once)\n";
    assert_eq!(run.stderr, summary);
}

#[test]
fn what_is_in_order_ends_with_zero() {
    let always = WAITS.replace("if tells { publish Told(k) }", "publish Told(k)");
    let folder = Folder::new(&[("ask.wfc", &always)]);
    for delivery in ["bag", "fifo-pair", "causal", "inbox", "outbox", "fifo", "rendezvous"] {
        let run = folder.wfc(&["verify", "--delivery", delivery, "--timers", "both"]);
        assert_eq!(run.code, 0, "{run:#?}");
        assert!(run.stderr.starts_with("4 answers, all in order ("), "{run:#?}");
    }
}

#[test]
fn too_many_states_are_said_and_not_in_order() {
    let folder = Folder::new(&[("ask.wfc", WAITS)]);
    let run = folder.wfc(&["verify", "--max-states", "3"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("3 states, and there are more: --max-states"), "{run:#?}");
    assert!(run.stdout.contains("Answered  success  never, as far as was looked"), "{run:#?}");
}

#[test]
fn a_text_with_errors_is_trouble() {
    let folder = Folder::new(&[("a.wfc", "workflow"), ("b.wfc", "use \"gone.wfc\"\n")]);
    for path in ["a.wfc", "b.wfc", "gone.wfc"] {
        let run = folder.wfc(&["verify", path]);
        assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.starts_with("wfc: "), "{run:#?}");
    }
    assert_eq!(folder.wfc(&["verify", "--delivery", "carrier-pigeon"]).code, 2);
}

#[test]
fn programs_get_the_same_as_json() {
    let folder = Folder::new(&[("ask.wfc", WAITS)]);
    let run = folder.wfc(&["verify", "--format", "json", "--timers", "both"]);
    assert_eq!(run.code, 1);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
    let of: Vec<_> = rows.iter().map(|row| (&row["workflow"], &row["timers"], &row["in_order"])).collect();
    assert_eq!(format!("{of:?}").matches("true").count(), 2, "{of:?}");
    let ask = &rows[0];
    assert_eq!(ask["ends"][0]["reached"], "sometimes");
    assert_eq!(ask["extent"], "whole");
    assert_eq!(ask["stuck"][0]["path"], "ask.wfc");
    assert_eq!(ask["stuck"][0]["run"][0]["text"], "`Ask` starts");
}

#[test]
fn the_configuration_says_what_is_assumed_and_left_out() {
    let folder = Folder::new(&[("ask.wfc", WAITS), ("old/b.wfc", "workflow")]);
    folder.write("wfc.yaml", "exclude: old\nverify: {delivery: fifo, timers: both, max-states: 5}\n");
    let run = folder.wfc(&["verify"]);
    assert!(run.code == 1 && run.stderr.starts_with("4 answers, 4 not in order ("), "{run:#?}");
    assert!(run.stderr.contains("all messages in one queue"), "{run:#?}");
    assert!(run.stdout.contains("5 states, and there are more"), "{run:#?}");
    let run = folder.wfc(&["verify", "--timers", "patient", "--delivery", "bag", "--max-states", "50"]);
    let summary = "2 answers, 1 not in order (21 states; messages in any order, each at least once)\n";
    assert_eq!(run.stderr, summary);
    assert_eq!(folder.wfc(&["verify", "--isolated"]).code, 2, "what was left out has an error");
}

#[test]
fn all_files_of_a_set_are_explored_together() {
    let other = "id J\nservice C { query See(j: J) }\nworkflow Watch(j: J) {\n  orchestrated by C\n  \
                 correlated by j\n  success Seen\n  step sees = C.See(j)\n  end Seen\n}\n";
    let folder = Folder::new(&[("a.wfc", WAITS), ("b.wfc", other)]);
    assert!(folder.wfc(&["verify", "b.wfc"]).stderr.starts_with("1 answer, "));
    folder.write("wfc.yaml", "systems: {files: '*.wfc', world: closed}\n");
    assert!(folder.wfc(&["verify", "b.wfc"]).stderr.starts_with("3 answers, "));
}
