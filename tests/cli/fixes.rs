//! `wfc check --fix`: what is mended, what is only shown, and what is left alone.

use crate::folder::Folder;

/// An `allow` that nothing needs can be removed; a step that gives up needs an `undo all` by choice.
const FLOW: &str = r#"id OrderId

service Shop { }
service Stock {
  command Reserve(order: OrderId) { undone by Free(order); idempotent by order }
  command Free(order: OrderId) { idempotent by order }
}
service Pay {
  query Check(order: OrderId) { fails Refused }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  failure NotSold
  step reserved = Stock.Reserve(order) { retry forever backoff 1s..1h }
  step paid = Pay.Check(order) {
    retry forever backoff 1s..1h
    allow unhandled-outage because "long ago"
    on Refused { end NotSold }
  }
  end Sold
}
"#;

#[test]
fn safe_fixes_are_made_and_the_rest_is_reported() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    let plain = folder.wfc(&["check"]);
    assert!(plain.stdout.contains("  fix: remove it (--fix)\n"), "{plain:#?}");
    assert!(plain.stdout.contains("  fix: put `undo all` before the end (--fix --unsafe-fixes)\n"));
    assert!(plain.stderr.ends_with("1 can be mended by --fix, 1 more by --fix --unsafe-fixes\n"));

    let run = folder.wfc(&["check", "--fix", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[skipped-compensation]") && !run.stdout.contains("unused-allow"));
    let told = "fixed 1 finding in 1 file\n1 error in 1 file\n1 can be mended by --fix --unsafe-fixes\n";
    assert_eq!(run.stderr, told);
    let mended =
        "  step paid = Pay.Check(order) { retry forever backoff 1s..1h; on Refused { end NotSold } }\n";
    let (before, behind) = (FLOW.find("  step paid").unwrap(), FLOW.find("  end Sold").unwrap());
    assert_eq!(folder.read("a.wfc"), [&FLOW[..before], mended, &FLOW[behind..]].concat());
}

#[test]
fn unsafe_fixes_are_made_on_demand() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "fixed 2 findings in 1 file\nno findings in 1 file\n");
    assert!(folder.read("a.wfc").contains("on Refused { undo all; end NotSold }"));
    assert_eq!(folder.wfc(&["fmt", "--check"]).code, 0);
    assert!(folder.wfc(&["check", "--fix", "--unsafe-fixes"]).stderr.starts_with("nothing to fix\n"));
}

#[test]
fn a_diff_writes_nothing() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    let run = folder.wfc(&["check", "--diff"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, "would fix 1 finding in 1 file\n"));
    assert!(run.stdout.contains("\n-    allow unhandled-outage"), "{run:#?}");
    assert_eq!(folder.read("a.wfc"), FLOW);
    let stdin = folder.wfc_with_input(&["check", "--diff", "-"], FLOW);
    assert_eq!((stdin.code, stdin.stdout.contains("-    allow unhandled-outage")), (1, true));
}

#[test]
fn only_touched_items_are_laid_out_in_a_file_that_was_not_formatted() {
    let untidy = format!("record  Other( a:int )\n{FLOW}");
    let folder = Folder::new(&[("a.wfc", &untidy)]);
    folder.wfc(&["check", "--fix"]);
    let text = folder.read("a.wfc");
    assert!(text.starts_with("record  Other( a:int )\n") && !text.contains("allow"), "{text}");
}

#[test]
fn several_files_are_mended_together() {
    let (contracts, flow) = FLOW.split_at(FLOW.find("workflow").unwrap());
    let flow = format!("use \"contracts.wfc\"\n\n{flow}");
    let folder = Folder::new(&[
        ("contracts.wfc", &contracts.replace("undone by Free(order); ", "")),
        ("a.wfc", &flow),
    ]);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stderr.starts_with("fixed 2 findings in 2 files\n"), "{run:#?}");
    let contracts = folder.read("contracts.wfc");
    assert!(contracts.contains("undone by UndoReserve(order)"), "{contracts}");
    assert!(contracts.contains("command UndoReserve(order: OrderId) { idempotent by order }"), "{contracts}");
}

#[test]
fn damaged_and_foreign_files_are_left_alone() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:x:1:function:f", "Next": "B"}}}"#;
    let damaged = format!("{FLOW}servise X {{ }}\n");
    let folder = Folder::new(&[("a.wfc", &damaged), ("m.json", machine)]);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes", "--profile", "audit"]);
    assert_eq!(run.code, 1);
    assert_eq!((folder.read("a.wfc"), folder.read("m.json")), (damaged, machine.to_string()));
}

#[test]
fn what_cannot_be_fixed_is_trouble() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    folder.wfc(&["check", "--fix", "-"]).is_trouble("standard input cannot be written");
    assert_eq!(folder.wfc(&["check", "--unsafe-fixes"]).code, 2);
}

#[test]
fn what_the_configuration_takes_out_is_not_mended() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    for text in [
        "rules: {unused-allow: off, skipped-compensation: off}",
        "rules: {unused-allow: info, skipped-compensation: info}",
        "overrides: {paths: a.wfc, rules: {unused-allow: off, skipped-compensation: info}}",
        "allow: [{rule: unused-allow, files: a.wfc, because: why}, \
          {rule: skipped-compensation, files: a.wfc, entity: Sell/*, because: why}]",
        "min-confidence: high\nrules: {unused-allow: off, skipped-compensation: off}",
    ] {
        folder.write("wfc.yaml", text);
        let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
        assert!(
            run.code == 0 && run.stderr.starts_with("nothing to fix\nno findings in 1 file ("),
            "{run:#?}"
        );
        assert_eq!(folder.wfc(&["check", "--diff", "--unsafe-fixes"]).code, 0, "{text}");
        assert_eq!(folder.read("a.wfc"), FLOW, "{text}");
    }
    folder.write("wfc.yaml", "rules: {skipped-compensation: warning}");
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
    assert!(run.code == 0 && run.stderr.starts_with("fixed 2 findings in 1 file\n"), "{run:#?}");
}

#[test]
fn what_the_configuration_asks_for_is_mended() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    folder.write("wfc.yaml", "min-confidence: high\nfail-on: warning\nrules: {unused-allow: error}");
    let run = folder.wfc(&["check", "--fix"]);
    assert!(run.stderr.starts_with("fixed 1 finding in 1 file\n"), "{run:#?}");
}

#[test]
fn what_the_baseline_knows_is_not_mended() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    assert_eq!(folder.wfc(&["check", "--write-baseline"]).code, 0);
    let more = FLOW[FLOW.find("workflow").unwrap()..].replace("Sell(", "Resell(");
    folder.write("b.wfc", format!("use \"a.wfc\"\n\n{more}"));
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
    let told = "fixed 2 findings in 1 file\nno findings in 2 files (2 in the baseline)\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, told));
    assert_eq!(folder.read("a.wfc"), FLOW);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes", "--no-baseline"]);
    assert!(run.stderr.starts_with("fixed 2 findings in 1 file\n"), "{run:#?}");
    assert_ne!(folder.read("a.wfc"), FLOW);
}

#[test]
fn files_that_are_left_out_are_not_changed() {
    let (contracts, flow) = FLOW.split_at(FLOW.find("workflow").unwrap());
    let contracts = contracts.replace("undone by Free(order); ", "");
    let folder = Folder::new(&[
        ("vendor/contracts.wfc", &contracts),
        ("a.wfc", &format!("use \"vendor/contracts.wfc\"\n\n{flow}")),
        ("wfc.yaml", "exclude: vendor\n"),
    ]);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes"]);
    assert!(
        run.stdout.contains("error[") && run.stderr.starts_with("fixed 1 finding in 1 file\n"),
        "{run:#?}"
    );
    assert_eq!(folder.read("vendor/contracts.wfc"), contracts);
    let run = folder.wfc(&["check", "--fix", "--unsafe-fixes", "--isolated", "--exclude", "vendor"]);
    assert!(run.stderr.starts_with("nothing to fix\n"), "{run:#?}");
    assert_eq!(folder.read("vendor/contracts.wfc"), contracts);
}

#[test]
fn files_of_a_set_are_mended_as_one_system() {
    let at = FLOW.find("workflow").unwrap();
    let folder = Folder::new(&[
        ("flows/a.wfc", FLOW),
        ("flows/b.wfc", "id BatchId\n"),
        (
            "flows/c.wfc",
            &FLOW[..at]
                .replace("Shop", "Shop2")
                .replace("Stock", "Stock2")
                .replace("Pay", "Pay2")
                .replace("OrderId", "OrderNo"),
        ),
        ("wfc.yaml", "systems: {files: flows/**, world: closed}\n"),
    ]);
    let run = folder.wfc(&["check", "flows/b.wfc", "--fix"]);
    assert!(run.stderr.starts_with("fixed 1 finding in 1 file\n"), "{run:#?}");
    assert_ne!(folder.read("flows/a.wfc"), FLOW);
}

#[test]
fn what_does_not_go_together_is_said() {
    let folder = Folder::new(&[("a.wfc", FLOW)]);
    for options in [
        ["--diff", "--write-baseline"],
        ["--diff", "--prune-baseline"],
        ["--diff", "--statistics"],
        ["--fix", "--watch"],
    ] {
        let run = folder.wfc(&[&["check"][..], &options[..]].concat());
        assert!(run.code == 2 && run.stderr.contains("cannot be used with"), "{run:#?}");
    }
    folder.wfc(&["check", "--fix", "--unsafe-fixes", "--write-baseline"]).is_clean_but("fixed 2 findings");
}

const SERVICES: &str = r#"id OrderId
id ShelfId

service Shop {
  team "checkout"
  event ReservationRequested(parts: int, order: OrderId)
}

service Stock {
  command Reserve(order: OrderId, parts: int) -> ShelfId {
    fails OutOfStock
    undone by Release(reply)
    idempotent by order
  }
  command Release(shelf: ShelfId) { idempotent by shelf }

  /// The shelf that is kept free.
  event StockReserved(order: OrderId, shelf: ShelfId)
}

service Mail {
  command Confirm(order: OrderId, shelf: ShelfId) { idempotent by order }
}
"#;

const CONDUCTOR: &str = r#"use "services.wfc"

workflow SellOrder(order: OrderId, lines: int) {
  orchestrated by Shop
  correlated by order
  success Sold
  failure NotSold

  let reserved = lines + 1
  publish ReservationRequested(order: order, parts: reserved)
  wait for StockReserved { within 1d else { undo all; end NotSold } }
  notify Mail.Confirm(order, StockReserved.shelf)
  end Sold
}
"#;

const SUBSCRIBER: &str = r#"use "services.wfc"

workflow ReserveStock {
  choreographed
  correlated by order
  starts when ReservationRequested
  success Reserved reached by StockReserved owned by Stock

  participant Stock {
    when ReservationRequested {
      step reserved = Stock.Reserve(order, ReservationRequested.parts) { timeout 5s }
      publish StockReserved(order, reserved)
    }
  }
}
"#;

const ORDER: &[&str] = &["check", "--profile", "audit", "--min-confidence", "low"];
const SENT: &str = "  fix: send `Stock` the command `Reserve`, and take the reply (--fix --unsafe-fixes)\n";

#[test]
fn an_event_becomes_a_command_with_its_reply() {
    let folder =
        Folder::new(&[("services.wfc", SERVICES), ("sell.wfc", CONDUCTOR), ("stock.wfc", SUBSCRIBER)]);
    let plain = folder.wfc(ORDER);
    assert!(plain.stdout.contains(SENT), "{plain:#?}");
    let run = folder.wfc(&[ORDER, &["--fix", "--unsafe-fixes"]].concat());
    assert!(run.stderr.starts_with("fixed 1 finding in 3 files\n"), "{run:#?}");
    let step = r#"  let reserved = lines + 1
  step reserved2 = Stock.Reserve(order, reserved) {
    within 1d else { undo all; end NotSold }
    timeout 5s
    retry 3 times backoff 1s..10s
    on OutOfStock { end NotSold }
  }
  notify Mail.Confirm(order, reserved2)
  end Sold
"#;
    assert!(folder.read("sell.wfc").contains(step), "{}", folder.read("sell.wfc"));
    assert_eq!(folder.read("stock.wfc"), "use \"services.wfc\"\n");
    let services = folder.read("services.wfc");
    assert!(!services.contains("event") && !services.contains("kept free"), "{services}");
    assert_eq!(folder.wfc(&["fmt", "--check"]).code, 0);
}

#[test]
fn an_event_stays_where_it_may_be_one() {
    let list = r#"use "services.wfc"

workflow SendList {
  choreographed
  correlated by order
  starts when ReservationRequested
  success Sent reached by ReservationRequested owned by Shop
}
"#;
    let offered = |subscriber: &str, more: &str| {
        let files = [("services.wfc", SERVICES), ("sell.wfc", CONDUCTOR), ("stock.wfc", subscriber)];
        let folder = Folder::new(&[&files[..], &[("list.wfc", more)]].concat());
        let run = folder.wfc(ORDER);
        assert!(run.stdout.contains("[disguised-command]"), "{run:#?}");
        run.stdout.contains(SENT)
    };
    assert!(offered(SUBSCRIBER, ""));
    assert!(!offered(SUBSCRIBER, list), "another begins with it");
    for (was, is, why) in [
        ("Requested.parts)", "Requested.parts + 1)", "the conductor does not know the argument"),
        ("      step", "      promises within 1d\n      step", "it has promised"),
        (" { timeout 5s }", " { on any { skip } }", "it deals with refusals by itself"),
        (
            "owned by Stock\n",
            "owned by Stock\n  failure Late reached by StockReserved owned by Stock\n",
            "it can fail",
        ),
        ("  participant", "  late StockReserved { }\n\n  participant", "it does more"),
    ] {
        assert!(SUBSCRIBER.contains(was), "{was}");
        assert!(!offered(&SUBSCRIBER.replace(was, is), ""), "{why}");
    }
}
