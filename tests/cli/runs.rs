//! `wfc explain RULE --run FILE:LINE`: from a finding to its picture.

use crate::folder::Folder;

const FLOW: &str = r#"use "contracts.wfc"

workflow FulfilOrder(order: OrderId) {
  orchestrated by Shop
  success Fulfilled
  failure Cancelled

  step charged = Payments.Charge(order) { retry forever }
  step packed = Warehouse.Pack(order) {
    retry forever
    on OutOfStock { end Cancelled }
  }
  end Fulfilled
}
"#;

const CONTRACTS: &str = r#"id OrderId

service Shop { }
service Payments { command Charge(order: OrderId) { idempotent by order } }
service Warehouse { command Pack(order: OrderId) { fails OutOfStock; idempotent by order } }
"#;

fn folder() -> Folder {
    Folder::new(&[
        ("my flow.wfc", FLOW),
        ("contracts.wfc", CONTRACTS),
        ("lone.wfc", "service S { event Lost() }\n"),
    ])
}

#[test]
fn the_command_below_a_finding_draws_it() {
    let folder = folder();
    let found = folder.wfc(&["check"]).stdout;
    let command = found.lines().find_map(|line| line.trim().strip_prefix("draw: wfc ")).unwrap();
    assert_eq!(command, "explain missing-compensation --run 'my flow.wfc:8:18'");
    let run = folder.wfc(&["explain", "missing-compensation", "--run", "my flow.wfc:8:18"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("sequenceDiagram\n  participant side_Shop as Shop\n"), "{}", run.stdout);
    for wanted in ["charged = Charge", "refuses with OutOfStock", "left behind#58; charged"] {
        assert!(run.stdout.contains(wanted), "{wanted}\n{}", run.stdout);
    }
    let alone = folder.wfc(&["explain", "missing-compensation", "--run", "./my flow.wfc"]);
    assert_eq!(alone.stdout, run.stdout);

    let arguments = ["explain", "missing-compensation", "--run", "my flow.wfc:8", "-o", "run.mmd"];
    let written = folder.wfc(&arguments);
    assert!(written.code == 0 && written.stdout.is_empty(), "{written:#?}");
    assert_eq!(folder.read("run.mmd"), run.stdout);
}

#[test]
fn what_cannot_be_drawn_is_said_in_one_line() {
    let folder = folder();
    let run = |rule, place| folder.wfc(&["explain", rule, "--run", place]);
    run("missing-compensation", "my flow.wfc:9")
        .is_trouble("my flow.wfc: there is no finding of `missing-compensation` in line 9");
    run("missing-compensation", "gone.wfc:9").is_trouble("gone.wfc: there is no such file or folder");
    let lost = run("unheard-event", "lone.wfc");
    assert!(lost.code == 2 && lost.stderr.lines().count() == 1, "{lost:#?}");
    let page = folder.wfc(&["explain", "dead-end", "-o", "page.md"]);
    assert!(page.code == 2 && page.stderr.contains("--run"), "{page:#?}");
}

#[test]
fn a_finding_that_other_files_are_needed_for_is_found_through_them() {
    let folder = Folder::new(&[
        (
            "lend.wfc",
            "use \"contracts.wfc\"\nworkflow Lend(id: Id) { orchestrated by Broker; correlated by id\n\
               success Lent; publish Asked(id); wait for Scored; end Lent }\n",
        ),
        (
            "contracts.wfc",
            "id Id\nservice Broker { event Asked(id: Id) }\n\
             service Bureau { event Scored(id: Id) }\n",
        ),
        (
            "score.wfc",
            "use \"lend.wfc\" use \"contracts.wfc\"\n\
             workflow Score { choreographed; correlated by id; starts when Asked\n\
               success Known reached by Scored owned by Bureau\n\
               participant Bureau { when Asked { publish Scored(id) } } }\n",
        ),
    ]);
    let run = folder.wfc(&["explain", "passive-aggressive-publisher", "--run", "lend.wfc:3"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("side_Broker-)side_Bureau: Asked"), "{}", run.stdout);
}

#[test]
fn the_run_is_looked_for_by_the_configuration_that_is_given() {
    let folder = folder();
    folder.write("other.yaml", "profile: strict\n");
    folder.write("wfc.yaml", "no such key: 1\n");
    let run = ["explain", "missing-compensation", "--run", "my flow.wfc:8"];
    let with = |more: &[&str]| folder.wfc(&[&run[..], more].concat());
    assert_eq!(with(&[]).code, 2);
    assert_eq!(with(&["--isolated"]).code, 0);
    assert_eq!(with(&["--config", "other.yaml"]).code, 0);
    with(&["--config", "gone.yaml"]).is_trouble("gone.yaml: ");
}
