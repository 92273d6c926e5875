//! Services that react to each other: the order is fulfilled, refused and watched; bad input is put aside;
//! and whoever is killed in the middle, whatever comes twice, late or out of order, each run comes to an
//! end, nothing is lost and nothing happens twice.
//! `WFC_KILLS=200 cargo test --test generated -- killed_services --nocapture` does it for longer.

mod nats;
pub mod nats_server;
pub mod scene;
mod spans;

use crate::golden::root;
use crate::project::Project;
use crate::servers::is_wanted;
use scene::Scene;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The project whose services write down what they do. They watch for seconds and not for days.
fn recorder() -> &'static PathBuf {
    static RECORDER: OnceLock<PathBuf> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let specification = tempfile::tempdir().expect("there is room");
        for name in ["contracts.wfc", "fulfil_order.wfc"] {
            let text =
                fs::read_to_string(root().join("examples/retail-order").join(name)).expect("it is there");
            let text = text
                .replace("promises within 15m", "promises within 1s")
                .replace("within 20m of", "within 2s of");
            fs::write(specification.path().join(name), text).expect("there is room");
        }
        let path = specification.path().to_str().expect("it is text");
        let project = Project::new("retail-order-hasty", path, "FulfilOrder");
        let tests = project.read("crates/system/tests/fulfil_order.rs");
        let from = tests.find("examples: &[").expect("it is there");
        let to = from + tests[from..].find("],").expect("it is there") + 1;
        let examples = tests[from..to].replacen("examples: ", "const EXAMPLES: &[Example] = ", 1);
        let text = include_str!("recorder.rs").replace("// EXAMPLES", &format!("{examples};"));
        project.write("crates/system/src/bin/recorder.rs", &text);
        let manifest = project.read("crates/system/Cargo.toml");
        if !manifest.contains("serde_json") {
            let needed = "[dependencies]\nserde_json.workspace = true\ntokio.workspace = true\n";
            project.write("crates/system/Cargo.toml", &manifest.replacen("[dependencies]\n", needed, 1));
        }
        project.cargo(&[
            "build",
            "--quiet",
            "-p",
            "system",
            "--bin",
            "recorder",
            "--features",
            if is_wanted("nats") { "runtime/memory,runtime/nats" } else { "runtime/memory" },
        ]);
        let program = project.program("recorder");
        fs::remove_dir_all(project.folder.join("crates/system/src/bin")).expect("it is there");
        program
    })
}

#[test]
fn an_order_is_fulfilled_refused_and_watched() {
    let scene = Scene::new(recorder());
    let told = scene.order("one");
    assert!(told.starts_with("FulfilOrder-one has reached Fulfilled\n"), "{told}");
    for line in ["Payments: charged is done", "Warehouse: packed is kept", "Warehouse: shipped is kept"] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    let told = scene.order("two.packed.OutOfStock");
    assert!(told.starts_with("FulfilOrder-two.packed.OutOfStock has reached Cancelled\n"), "{told}");
    assert!(told.contains("Payments: charged is undone"), "{told}");
    let told = scene.order("three.shipped.NoCourier");
    assert!(told.contains("has reached Cancelled\n"), "{told}");
    assert!(told.contains("Warehouse: packed is undone"), "{told}");
    let told = scene.order("four.charged.CardDeclined");
    assert!(told.contains("has reached Cancelled\n"), "{told}");
    // The payment takes longer than was promised, and longer than the shop waits without a word.
    let told = scene.order("five.charged.slow");
    assert!(told.contains("has reached Fulfilled\n"), "{told}");
    assert!(told.contains("  missed by Shop: PaymentTaken or"), "{told}");
    let history = scene.told(&["history", "FulfilOrder-five.charged.slow"]);
    assert!(history.contains("Payments late: when OrderPlaced"), "{history}");

    let report = scene.report();
    let effects = |part: &str| scene::effects(&report).into_iter().filter(|key| key.contains(part)).count();
    assert_eq!(effects("/charged/undo"), 2, "{report}");
    assert_eq!(effects("/packed/undo"), 1, "{report}");
    assert_eq!(effects("five.charged.slow/notify-OpenCase"), 1, "{report}");
    assert_eq!(effects("notify-SendConfirmation"), 2, "{report}");
    scene::nothing_is_left(&report);
    let list = scene.told(&["list"]);
    assert!(list.contains("FulfilOrder-one FulfilOrder Fulfilled\n"), "{list}");
    // The same order once more is the same order.
    let told = scene.order("one");
    assert!(told.starts_with("FulfilOrder-one is there already\n"), "{told}");
    assert_eq!(scene.report()["effects"], report["effects"]);
}

#[test]
fn bad_messages_are_put_aside_and_replayed() {
    puts_aside_bad_messages(&Scene::new(recorder()));
}

/// Whatever broker brings them.
fn puts_aside_bad_messages(scene: &Scene) {
    let event = |kind: &str, data: &str, more: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/Shop\",\"type\":\"{kind}\",\
             \"time\":\"2026-01-01T00:00:00Z\",{more}\"data\":{data}}}"
        )
    };
    let bad = [
        ("unknown", event("OrderEaten", "{\"order\":\"o\"}", ""), "nobody knows an event OrderEaten"),
        ("wrong", event("OrderShipped", "{\"order\":\"o\"}", ""), "do not fit its contract"),
        ("keyless", event("OrderShipped", "{\"parcel\":\"p\"}", ""), "do not fit its contract"),
        (
            "later",
            event("OrderShipped", "{\"order\":\"o\",\"parcel\":\"p\"}", "\"eventversion\":\"7\","),
            "OrderShipped comes with version 7",
        ),
        ("nonsense", "this is no JSON".to_string(), "this is no CloudEvent"),
    ];
    for (id, body, _) in &bad {
        scene.told(&["inject", "events.Warehouse.OrderShipped", id, body]);
    }
    let told = scene.order("good");
    assert!(told.contains("has reached Fulfilled\n"), "{told}");
    let dead = scene.told(&["dead"]);
    for (id, _, reason) in &bad {
        let found =
            dead.lines().any(|line| line.starts_with("Mail ") && line.contains(id) && line.contains(reason));
        assert!(found, "{id}: {reason} is missing in\n{dead}");
    }
    // What was wrong is wrong still, and stays where it is.
    let output = scene.command(&["replay", "Mail", "all"]).output().expect("it is there");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told.matches("it is still wrong").count(), bad.len(), "{told}");
    let again = scene.told(&["dead"]);
    assert_eq!(again, dead);
    // Whoever states an event is told at once.
    let output = scene.command(&["event", "OrderShipped", "--data", "{}"]).output().expect("it is there");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("do not fit its contract"), "{told}");
}

#[test]
fn a_full_disk_loses_nothing() {
    loses_nothing_by_a_full_disk(&Scene::new(recorder()));
}

fn loses_nothing_by_a_full_disk(scene: &Scene) {
    scene.told(&["place", "one"]);
    let output = scene.command(&["full", "Payments"]).output().expect("it is there");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(out.contains("taken while full: 0"), "{out}");
    assert!(err.contains("database or disk is full"), "{err}");
    assert!(scene.told(&["status", "FulfilOrder-one"]).contains("has reached Fulfilled\n"), "{err}");
    scene::nothing_is_left(&scene.report());
}

#[test]
fn killed_services_lose_nothing() {
    let kills = number("WFC_KILLS", 10);
    let total = scene::soak(recorder(), kills, None);
    println!("{total:?}");
    assert!(total.kills >= kills);
}

#[test]
fn services_ask_each_other_and_wait_for_people() {
    let project = Project::new("selling", "tests/generated/reacting/selling.wfc", "Sell");
    let output = project.cargo(&["test", "-p", "system"]);
    let told = String::from_utf8_lossy(&output.stdout);
    for test in ["all_goes_well", "paid_is_refused_with_no_money", "looked_is_refused_with_doubt"] {
        assert!(told.contains(&format!("test {test} ... ok")), "{test}:\n{told}");
    }
    let program = project.program("system");
    let scene = Scene::new(&program);
    let told = scene.told(&["start", "Sell", "--input", "{\"order\":\"a\",\"amount\":\"5\"}"]);
    for line in [
        "Sell-a is at work",
        "  expected: Shop, when Ordered and Looked, which waits for Looked",
        "  Clerk waits for an answer to Clerk.Look (Sell-a/looked)",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    // The bank is another service: it is asked by a message, and answers by one.
    let told = scene.told(&["answer", "Sell-a", "looked", "--reply", "true"]);
    assert!(told.starts_with("Sell-a has reached Sold\n"), "{told}");
    assert!(told.contains("  Shop: paid is done\n"), "{told}");
    // Whoever cancels when it is sold gets the money back.
    let told = scene.told(&["event", "Cancelled", "--data", "{\"order\":\"a\"}"]);
    assert!(told.contains("  Shop: paid is undone\n"), "{told}");
    assert!(told.contains("  Shop: reserved is undone\n"), "{told}");
    scene.told(&["start", "Sell", "--input", "{\"order\":\"b\",\"amount\":\"5\"}"]);
    let told = scene.told(&["answer", "Sell-b", "looked", "--failure", "Doubt"]);
    assert!(told.starts_with("Sell-b has reached Lost\n"), "{told}");
    assert_eq!(scene.told(&["dead"]), "");
}

pub fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}
