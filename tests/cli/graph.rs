//! `wfc graph`: which picture of what, in parts, current or not.

use super::folder::Folder;

/// Two services that need each other, a workflow that can fail, and one finding.
const SHOP: &str = "\
id OrderId
service Orders {
  team \"shop\"
  event Placed(order: OrderId)
}
service Payments {
  team \"money\"
  command Charge(order: OrderId) {
    fails CardDeclined
    undone by Refund(order)
    idempotent by order
  }
  command Refund(order: OrderId) { idempotent by order }
}
service Store {
  team \"money\"
  command Pack(order: OrderId) {
    fails OutOfStock
    undone by nothing because \"it is put back\"
    idempotent by order
  }
}
workflow Fulfil(order: OrderId) {
  orchestrated by Orders
  within 3d else { undo all; end Cancelled }
  success Fulfilled
  failure Cancelled
  step charged = Payments.Charge(order) { on CardDeclined { end Cancelled } }
  step packed = Store.Pack(order) { on OutOfStock { end Cancelled } }
  end Fulfilled
  on outage { undo all; end Cancelled }
}
";

fn shop() -> Folder {
    Folder::new(&[("shop.wfc", SHOP)])
}

#[test]
fn every_view_comes_in_every_format() {
    let folder = shop();
    for view in ["flow", "services", "sequence", "events", "compensation", "matrix"] {
        for (name, beginning) in [
            ("a.mmd", ""),
            ("a.dot", "digraph"),
            ("a.d2", ""),
            ("a.puml", "@startuml"),
            ("a.json", "{"),
            ("a.txt", ""),
            ("a.svg", "<svg"),
        ] {
            let run = folder.wfc(&["graph", "shop.wfc", "--view", view, "-o", name]);
            assert!(run.code == 0 && run.stdout.is_empty(), "{view} {name}: {run:#?}");
            let text = folder.read(name);
            assert!(
                text.starts_with(beginning) && (text.contains("Fulfil") || text.contains("Payments")),
                "{view} {name}: {text}"
            );
        }
    }
}

#[test]
fn a_failure_has_its_own_run() {
    let folder = shop();
    let happy = folder.wfc(&["graph", "shop.wfc", "--view", "sequence"]).stdout;
    assert!(happy.contains("Fulfilled") && !happy.contains("refuses"), "{happy}");
    let run = |name: &str| folder.wfc(&["graph", "shop.wfc", "--view", "sequence", "--failure", name]);
    let declined = run("CardDeclined").stdout;
    assert!(declined.contains("refuses with CardDeclined") && !declined.contains("Pack"), "{declined}");
    let outage = run("outage").stdout;
    assert!(outage.contains("no answer"), "{outage}");
    assert!(run("Cancelled").stdout.contains("Cancelled"));
    run("CardDeclind").is_trouble("the workflow has no failure `CardDeclind`; did you mean `CardDeclined`?");
}

#[test]
fn findings_are_numbered_where_they_stand() {
    let folder = shop();
    let marked = folder.wfc(&["graph", "shop.wfc"]).stdout;
    assert!(marked.contains("① charged") && marked.contains("skipped-compensation"), "{marked}");
    let bare = folder.wfc(&["graph", "shop.wfc", "--no-findings"]).stdout;
    assert!(!bare.contains('①'), "{bare}");
    let proof = folder.wfc(&["graph", "shop.wfc", "--finding", "skipped-compensation"]).stdout;
    assert!(proof.starts_with("sequenceDiagram") && proof.contains("OutOfStock"), "{proof}");
    let part =
        folder.wfc(&["graph", "shop.wfc", "--finding", "skipped-compensation", "--view", "flow"]).stdout;
    assert!(part.contains("charged") && !part.contains("Fulfilled"), "{part}");
    folder
        .wfc(&["graph", "shop.wfc", "--finding", "skiped-compensation"])
        .is_trouble("there is no finding of `skiped-compensation`; did you mean `skipped-compensation`?");
}

#[test]
fn a_picture_can_be_made_smaller() {
    let folder = shop();
    let services = ["graph", "shop.wfc", "--view", "services"];
    let near = folder.wfc(&[&services[..], &["--focus", "Store"]].concat()).stdout;
    assert!(near.contains("Store") && near.contains("Orders") && !near.contains("Charge"), "{near}");
    assert!(near.contains("1 more edge"), "{near}");
    let far = folder.wfc(&[&services[..], &["--focus", "Store", "--depth", "2"]].concat()).stdout;
    assert!(far.contains("Charge"), "{far}");
    let teams = folder.wfc(&[&services[..], &["--collapse", "teams"]].concat()).stdout;
    assert!(teams.contains("team money") && !teams.contains("<b>Store</b>"), "{teams}");
    folder
        .wfc(&[&services[..], &["--focus", "Stor"]].concat())
        .is_trouble("nothing in the picture is called `Stor`; did you mean `Store`?");
}

/// A workflow of so many steps.
fn long(n_steps: usize) -> String {
    let commands: String = (0..n_steps)
        .map(|at| {
            format!("command Do{at}(key: Key) {{ idempotent by key; undone by nothing because \"x\" }}\n")
        })
        .collect();
    let steps: String = (0..n_steps).map(|at| format!("step s{at} = S.Do{at}(key)\n")).collect();
    format!(
        "id Key\nservice B {{ }}\nservice S {{\n{commands}}}\nworkflow Long(key: Key) {{\norchestrated by B\nsuccess Done\nfailure Failed\n\
         {steps}end Done\non outage {{ end Failed }}\n}}\n"
    )
}

#[test]
fn more_than_twenty_steps_become_an_overview_and_parts() {
    let folder = Folder::new(&[("long.wfc", &long(50))]);
    let overview = folder.wfc(&["graph", "long.wfc", "--no-findings"]);
    assert!(overview.stderr.contains("an overview of 3 parts"), "{overview:#?}");
    assert!(!overview.stdout.contains("S.Do7") && overview.stdout.contains("20 steps"), "{overview:#?}");
    let whole = folder.wfc(&["graph", "long.wfc", "--no-findings", "--split", "0"]);
    assert!(whole.stdout.contains("S.Do7") && whole.stderr.is_empty(), "{whole:#?}");
    folder.wfc(&["graph", "long.wfc", "--no-findings", "-o", "long.svg"]);
    let parts: Vec<String> = (1..=3).map(|at| folder.read(&format!("long-{at}.svg"))).collect();
    for step in 0..50 {
        let n_parts = parts.iter().filter(|part| part.contains(&format!(">S.Do{step}<"))).count();
        assert_eq!(n_parts, 1, "step {step}");
    }
    assert!(!folder.at("long-4.svg").exists());
    let run = folder.wfc(&["graph", "long.wfc", "--no-findings", "-o", "parts/", "--format", "d2"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(folder.read("parts/overview.d2").contains("Long"));
    assert!(folder.at("parts/1-Long-s0-s19.d2").exists(), "{run:#?}");
}

#[test]
fn a_committed_picture_is_current_or_not() {
    let folder = shop();
    let check = ["graph", "shop.wfc", "-o", "shop.svg", "--check"];
    let missing = folder.wfc(&check);
    assert_eq!((missing.code, missing.stdout.as_str()), (1, "shop.svg: is not there\n"));
    assert!(!folder.at("shop.svg").exists());
    folder.wfc(&["graph", "shop.wfc", "-o", "shop.svg"]);
    let current = folder.wfc(&check);
    assert_eq!((current.code, current.stdout.as_str(), current.stderr.as_str()), (0, "", ""));
    // Comments and layout change nothing; a step does.
    folder.write("shop.wfc", SHOP.replace("workflow Fulfil", "workflow   Fulfil"));
    assert_eq!(folder.wfc(&check).code, 0);
    folder.write("shop.wfc", SHOP.replace("step packed", "step wrapped"));
    let stale = folder.wfc(&check);
    assert_eq!(stale.code, 1);
    assert!(stale.stdout.contains("-") && stale.stdout.contains(">wrapped<"), "{stale:#?}");
    assert!(stale.stderr.contains("1 file is not current"), "{stale:#?}");
}

#[test]
fn a_folder_is_filled_with_tame_names() {
    let text = long(30).replace("workflow Long", "workflow `../<b> x`");
    let folder = Folder::new(&[("long.wfc", &text)]);
    let run = folder.wfc(&["graph", "long.wfc", "--no-findings", "-o", "out/"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(folder.at("out/1-b-x-s0-s19.svg").exists(), "{run:#?}");
}

#[test]
fn parts_that_are_drawn_no_more_are_told() {
    let folder = Folder::new(&[("long.wfc", &long(50))]);
    let draw = ["graph", "long.wfc", "--no-findings", "-o", "long.svg"];
    let check = [&draw[..], &["--check"]].concat();
    assert_eq!(folder.wfc(&draw).code, 0);
    assert_eq!(folder.wfc(&check).code, 0);
    // Somebody else's picture, whose name only looks like a part's.
    folder.write("long-2024.svg", "<svg/>");
    assert_eq!(folder.wfc(&check).code, 0);
    folder.write("long.wfc", long(25));
    let run = folder.wfc(&draw);
    assert!(run.stderr.contains("drawn no more: long-3.svg"), "{run:#?}");
    let run = folder.wfc(&check);
    let told = "long-3.svg: is left over from an earlier picture, and drawn no more\n";
    assert_eq!((run.code, run.stdout.as_str()), (1, told), "{run:#?}");
    assert!(run.stderr.contains("1 file is to be deleted"), "{run:#?}");
    std::fs::remove_file(folder.at("long-3.svg")).unwrap();
    let run = folder.wfc(&check);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    // What was in parts and is one picture now.
    folder.write("long.wfc", long(5));
    assert_eq!(folder.wfc(&draw).code, 0);
    let told = folder.wfc(&check).stdout;
    assert!(told.contains("long-1.svg: is left over") && told.contains("long-2.svg: is left over"), "{told}");
}

#[test]
fn a_folder_tells_what_is_left_over_in_it() {
    let folder = Folder::new(&[("long.wfc", &long(50))]);
    let draw = ["graph", "long.wfc", "--no-findings", "-o", "out/"];
    let check = [&draw[..], &["--check"]].concat();
    assert_eq!(folder.wfc(&draw).code, 0);
    folder.write("out/notes.svg", "<svg/>");
    assert_eq!(folder.wfc(&check).code, 0);
    folder.write("long.wfc", long(5));
    assert_eq!(folder.wfc(&draw).code, 0);
    let run = folder.wfc(&check);
    assert_eq!(run.code, 1, "{run:#?}");
    let told: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(": ").next()).collect();
    let left = ["1-Long-s0-s19", "2-Long-s20-s39", "3-Long-s40-s49", "overview"];
    assert_eq!(told, left.map(|name| format!("out/{name}.svg")), "{run:#?}");
}

#[test]
fn what_the_baseline_knows_is_no_trouble_on_a_picture() {
    let folder = shop();
    let marked = |options: &[&str]| {
        let run = folder.wfc(&[&["graph", "shop.wfc"], options].concat());
        assert_eq!(run.code, 0, "{run:#?}");
        run.stdout.contains("skipped-compensation")
    };
    assert!(marked(&[]));
    assert_eq!(folder.wfc(&["check", "--write-baseline"]).code, 0);
    assert!(!marked(&[]) && marked(&["--no-baseline"]) && !marked(&["--no-findings"]));
    folder
        .wfc(&["graph", "shop.wfc", "--finding", "skipped-compensation"])
        .is_trouble("there is no finding of `skipped-compensation`");
    let run = folder.wfc(&["graph", "shop.wfc", "--finding", "skipped-compensation", "--no-baseline"]);
    assert!(run.code == 0 && run.stdout.contains("OutOfStock"), "{run:#?}");
    // A new finding beside it is drawn.
    folder.write("shop.wfc", SHOP.replace("step charged", "step paid"));
    assert!(marked(&[]));
    // On a page as well.
    folder.write("shop.wfc", SHOP);
    folder.wfc(&["graph", "shop.wfc", "-o", "shop.html"]);
    assert!(!folder.read("shop.html").contains("skipped-compensation"));
    folder.write("wfc-baseline.jsonl", "no line of a baseline\n");
    let run = folder.wfc(&["graph", "shop.wfc"]);
    assert!(run.code == 2 && run.stderr.contains("wfc-baseline.jsonl"), "{run:#?}");
}

#[test]
fn steps_stand_in_lanes_where_it_helps_or_is_wanted() {
    let folder = shop();
    let lanes = |options: &[&str]| {
        let run = folder.wfc(&[&["graph", "shop.wfc", "-o", "a.json", "--format"], options].concat());
        assert_eq!(run.code, 0, "{run:#?}");
        let text = folder.read("a.json");
        text.contains("lane") || text.matches(" rx=\"0\" ").count() == 3
    };
    assert!(lanes(&["svg"]) && !lanes(&["svg", "--lanes", "no"]));
    assert!(!lanes(&["mermaid"]) && lanes(&["mermaid", "--lanes", "yes"]));
    assert!(!lanes(&["json"]) && lanes(&["json", "--lanes", "yes"]));
    // Four steps of one service are no lanes.
    folder.write("shop.wfc", long(4));
    assert!(!lanes(&["svg", "--no-findings"]));
}
