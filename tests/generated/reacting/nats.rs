//! The same services over NATS JetStream, when `WFC_ENGINES` names `nats`: whoever is killed, the server
//! included, and while the server is gone, nothing is lost and nothing happens twice.
//! `WFC_KILLS=200` kills more often, `WFC_GONE=60` leaves the server away for a minute.

use super::nats_server::Nats;
use super::scene::{self, Scene};
use super::{number, recorder};
use crate::project::Project;
use crate::servers::is_wanted;
use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_project_has_no_warning_and_passes_the_tests_of_its_runtime_on_nats() {
    if !is_wanted("nats") {
        return;
    }
    let project = Project::new("retail-order", "examples/retail-order", "FulfilOrder").under_lints();
    project.cargo(&[
        "build",
        "--quiet",
        "-p",
        "system",
        "-p",
        "runtime",
        "--features",
        "nats",
        "--all-targets",
    ]);
    let output =
        project.cargo(&["test", "-p", "runtime", "--features", "nats,memory", "--lib", "choreography"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("test choreography::nats::tests::headers_hold_any_text ... ok"), "{told}");
}

#[test]
fn an_order_is_fulfilled_refused_and_watched_on_nats() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let scene = Scene::over(recorder(), nats.address("orders"));
    let told = scene.order("one");
    assert!(told.starts_with("FulfilOrder-one has reached Fulfilled\n"), "{told}");
    let told = scene.order("two.shipped.NoCourier");
    assert!(told.contains("has reached Cancelled\n"), "{told}");
    for line in ["Warehouse: packed is undone", "Payments: charged is undone"] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    let told = scene.order("three.charged.slow");
    assert!(told.contains("has reached Fulfilled\n"), "{told}");
    assert!(told.contains("  missed by Shop: PaymentTaken or"), "{told}");
    // What cannot be taken is put aside once by each who hears it, and holds nobody up.
    scene.told(&["inject", "events.Warehouse.OrderShipped", "bad", "this is no JSON"]);
    let told = scene.order("four");
    assert!(told.contains("has reached Fulfilled\n"), "{told}");
    let dead = scene.told(&["dead"]);
    assert_eq!(dead.matches("this is no CloudEvent").count(), 2, "{dead}");
    // Another system on the same server is another system.
    let other = Scene::over(recorder(), nats.address("others"));
    assert_eq!(other.told(&["list"]), "");
    let told = other.order("one");
    assert!(told.contains("has reached Fulfilled\n"), "{told}");
    scene::nothing_is_left(&other.report());
}

#[test]
fn bad_messages_and_a_full_disk_lose_nothing_on_nats() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    super::puts_aside_bad_messages(&Scene::over(recorder(), nats.address("bad")));
    super::loses_nothing_by_a_full_disk(&Scene::over(recorder(), nats.address("full")));
}

/// Each in the binary of its own service, which nobody else is linked to.
#[test]
fn a_service_is_built_and_run_alone_on_nats() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let project = Project::new("retail-order", "examples/retail-order", "FulfilOrder");
    let features = "system/nats,payments/nats";
    project.cargo(&["build", "--quiet", "-p", "system", "-p", "payments", "--features", features]);
    let (system, payments) = (project.program("system"), project.program("payments"));
    // Two machines: each has its own folder, and the broker is all that they share.
    let (here, there) =
        (Scene::over(&system, nats.address("alone")), Scene::over(&payments, nats.address("alone")));
    let mut alone = there.command(&["serve"]).stdout(Stdio::null()).spawn().expect("it was built");
    let others = ["Shop", "Fraud", "Warehouse", "Mail", "Support", "tracker"];
    let mut rest = here
        .command(&[&["serve"], &others[..]].concat())
        .stdout(Stdio::null())
        .spawn()
        .expect("it was built");
    std::thread::sleep(Duration::from_secs(2));
    let input = project.read("examples/fulfil_order.json");
    // The system of this machine would do the payment itself for as long as a command lasts.
    there.told(&["event", "OrderPlaced", "--data", &input]);
    let began = Instant::now();
    let told = loop {
        let told = here.command(&["status", "FulfilOrder-order-1"]).output().expect("it is there");
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        if told.contains("has reached Fulfilled") || began.elapsed() > Duration::from_secs(30) {
            break told;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    for process in [&mut alone, &mut rest] {
        process.kill().expect("it is ours");
        process.wait().expect("it is ours");
    }
    assert!(told.contains("Payments: charged is done"), "{told}");
    assert!(there.command(&["dead"]).output().expect("it is there").stdout.is_empty());
}

#[test]
fn services_killed_on_nats_lose_nothing() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let kills = number("WFC_KILLS", 10);
    let total = scene::soak(recorder(), kills, Some(&nats));
    println!("{total:?}");
    assert!(total.kills >= kills && total.server_kills > 0);
}

#[test]
fn services_wait_on_nats_while_the_server_is_gone() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let scene = Scene::over(recorder(), nats.address("orders"));
    let told = scene.order("before");
    let logs = tempfile::tempdir().expect("there is room");
    let log = logs.path().join("log");
    let mut all = scene
        .command(&["serve"])
        .stdout(Stdio::null())
        .stderr(File::create(&log).expect("there is room"))
        .spawn()
        .expect("it is there");
    std::thread::sleep(Duration::from_secs(1));
    let server = &nats;
    std::thread::scope(|scope| {
        let gone = Duration::from_secs(number("WFC_GONE", 8) as u64);
        let back = scope.spawn(move || server.kill_and_start_again(gone));
        std::thread::sleep(Duration::from_millis(500));
        // It is said of runs where they stand, and orders are taken.
        assert_eq!(scene.told(&["status", "FulfilOrder-before"]), told);
        for order in ["a", "b.packed.OutOfStock", "c"] {
            scene.told(&["place", order]);
        }
        back.join().expect("it comes back");
    });
    let began = Instant::now();
    while !scene::is_over(&scene.report(), 4) {
        assert!(began.elapsed() < Duration::from_secs(90), "it does not end: {}", scene.report());
        std::thread::sleep(Duration::from_millis(300));
    }
    all.kill().expect("it is ours");
    all.wait().expect("it is ours");
    let report = scene.report();
    scene::nothing_is_left(&report);
    assert_eq!(report["runs"]["FulfilOrder-a"], "Fulfilled");
    assert_eq!(report["runs"]["FulfilOrder-b.packed.OutOfStock"], "Cancelled");
    let log = fs::read_to_string(&log).expect("it is there");
    assert_eq!(log.matches("the broker does not answer;").count(), 1, "{log}");
    assert_eq!(log.matches("the broker answers again").count(), 1, "{log}");
}
