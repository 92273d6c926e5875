//! A whole system in both styles: a house is bought by a conducted workflow, what that publishes begins a
//! choreographed one, and what comes of that begins a conducted one again. Bad events are put aside; whoever is
//! killed in the middle, whatever comes twice, late or out of order, each run comes to its end, nothing is lost
//! and nothing happens twice.
//! `WFC_KILLS=200 cargo test --test generated -- both:: --nocapture` does it for longer.

mod nats;
mod scene;

use crate::golden::{PROJECTS, root};
use crate::project::Project;
use crate::reacting::number;
use crate::reacting::scene::{Scene, Served};
use crate::servers::is_wanted;
use crate::wire::http::{get, post, send, until};
use crate::wire::process::Process;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The project whose services write down what they do, with one more workflow and a limit of seconds.
fn recorder() -> &'static PathBuf {
    static RECORDER: OnceLock<PathBuf> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let specification = tempfile::tempdir().expect("there is room");
        let example = root().join("examples/mortgage");
        for name in ["contracts.wfc", "assess.wfc", "buy_home.wfc", "close_file.wfc"] {
            let text = fs::read_to_string(example.join(name)).expect("it is there");
            let text = match name {
                "close_file.wfc" => text.replace("within 30d", "within 5s"),
                _ => text,
            };
            fs::write(specification.path().join(name), text).expect("there is room");
        }
        fs::write(specification.path().join("archive.wfc"), include_str!("archive.wfc"))
            .expect("there is room");
        let path = specification.path().to_str().expect("it is text");
        let project = Project::new("mortgage-hasty", path, "");
        let tests = project.read("crates/coordinator/tests/buy_home.rs");
        let from = tests.find("examples: &[").expect("it is there");
        let to = from + tests[from..].find("],").expect("it is there") + 1;
        let examples = tests[from..to].replacen("examples: ", "const EXAMPLES: &[Example] = ", 1);
        // The broker that does as it likes is that of the services that react.
        let reacting = include_str!("../reacting/recorder.rs");
        let unruly = &reacting[reacting.find("/// A broker that brings").expect("it is there")..];
        let text = include_str!("recorder.rs").replace("// EXAMPLES", &format!("{examples};"));
        let text = text.replace("// UNRULY", unruly);
        project.write("crates/system/src/bin/recorder.rs", &text);
        let manifest = project.read("crates/system/Cargo.toml");
        let needed = "[dependencies]\nserde_json.workspace = true\ntokio.workspace = true\n";
        project.write("crates/system/Cargo.toml", &manifest.replacen("[dependencies]\n", needed, 1));
        let features = if is_wanted("nats") { "runtime/memory,nats" } else { "runtime/memory" };
        project.cargo(&["build", "--quiet", "-p", "system", "--bin", "recorder", "--features", features]);
        let program = project.program("recorder");
        fs::remove_dir_all(project.folder.join("crates/system/src/bin")).expect("it is there");
        project.write("crates/system/Cargo.toml", &manifest);
        program
    })
}

#[test]
fn a_house_is_bought_and_its_file_closed_by_one_program() {
    let (_project, program) = program();
    let scene = Scene::new(&program);
    buys(&scene, "a");
    let told = scene.told(&["event", "BackgroundPassed", "--data", "{\"application\":\"a\"}"]);
    assert!(told.starts_with("BuyHome-a ended in Paid {\"contract\":\"contract-1\"}\n"), "{told}");
    let told = scene.told(&["status", "CloseFile-a"]);
    assert_eq!(told, "CloseFile-a has reached Closed\n  Deeds: filed is done\n");
    let list = scene.told(&["list"]);
    let lines: Vec<_> = list.lines().collect();
    let closed =
        ["BuyHome-a BuyHome Paid", "BuyHome-a/assessed Assess Assessed", "CloseFile-a CloseFile Closed"];
    assert_eq!(lines, closed);
    let history = scene.told(&["history", "BuyHome-a"]);
    for line in ["asks to publish MortgagePaid", "BackgroundPassed comes: ", "ends in Paid"] {
        assert!(history.contains(line), "{line} is missing in\n{history}");
    }
    let history = scene.told(&["history", "CloseFile-a"]);
    for line in ["Mortgages states MortgagePaid", "Deeds states DeedFiled", "Deeds records Closed"] {
        assert!(history.contains(line), "{line} is missing in\n{history}");
    }
    // The other kind of workflow is begun by the same command.
    let told = scene.told(&["start", "CloseFile", "--input", "{\"application\":\"b\",\"property\":\"p\"}"]);
    assert!(told.starts_with("CloseFile-b has reached Closed\n"), "{told}");
    // A deal that falls through is taken back, and closes no file.
    buys(&scene, "c");
    let collapsed = "{\"application\":\"c\",\"reason\":\"no deal\"}";
    let told = scene.told(&["event", "PropertyDealCollapsed", "--data", collapsed]);
    assert!(told.starts_with("BuyHome-c ended in Collapsed {\"reason\":\"no deal\"}\n"), "{told}");
    for line in ["contract Contracts.Sign undone", "mandate Billing.CreateDirectDebit undone"] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    assert!(!scene.told(&["list"]).contains("CloseFile-c"));
    assert_eq!(scene.told(&["dead"]), "");
    // Whoever states an event that is none, or asks for what is not there, is told so.
    for (words, wrong) in [
        (&["event", "Nonsense"][..], "nobody knows an event Nonsense"),
        (&["start", "Nothing"], "there is no workflow Nothing, but Assess, BuyHome, CloseFile"),
        (&["status", "BuyHome-nobody"], "there is no run BuyHome-nobody"),
        (&["replay", "Nobody", "1"], "there is no service Nobody"),
    ] {
        let output = scene.command(words).output().expect("it is there");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(told.contains(wrong), "{words:?}: {told}");
    }
}

/// The program of the golden project as it is.
fn program() -> (Project, PathBuf) {
    let (name, specification, workflow) = PROJECTS[1];
    let project = Project::new(name, specification, workflow);
    let packages = ["-p", "system", "-p", "coordinator", "--features", "runtime/memory"];
    project.cargo(&[&["build", "--quiet"], &packages[..]].concat());
    let program = project.program("system");
    (project, program)
}

#[test]
fn one_server_answers_for_both_kinds_of_runs() {
    let (project, program) = program();
    let scene = Scene::new(&program);
    let folder = scene.folder();
    let server = Process::start(&program, &["serve", "--listen", "0"], &[("SYSTEM_DATA", &folder)]);
    let at = &server.address;
    let input: Value = serde_json::from_str(&project.read("examples/buy_home.json")).expect("it is JSON");
    let begun = post(&format!("{at}/runs"), &json!({ "workflow": "BuyHome", "input": input }));
    assert_eq!((begun.status(), begun.header("location")), (201, "/runs/BuyHome-application-1"));
    let input = json!({ "application": "b", "property": "p" });
    let start = json!({ "workflow": "CloseFile", "input": input });
    let begun = post(&format!("{at}/runs"), &start);
    assert_eq!((begun.status(), begun.header("location")), (201, "/runs/CloseFile-b"));
    assert_eq!(post(&format!("{at}/runs"), &start).status(), 200, "the same again is the same run");
    let unfit = json!({ "workflow": "CloseFile", "input": {} });
    assert_eq!(post(&format!("{at}/runs"), &unfit).status(), 422);
    let closed = |told: &Value| told["state"] == "ended";
    let told = until(&format!("{at}/runs/CloseFile-b"), "the end", closed);
    assert_eq!(told["end"]["name"], "Closed");
    let filed = json!({ "service": "Deeds", "key": "CloseFile-b/filed", "status": "done" });
    assert_eq!(told["journal"], json!([filed]));
    let waits = |told: &Value| told["state"] == "running" && told["waiting"] != json!([]);
    until(
        &format!("{at}/runs/BuyHome-application-1/assessed").replace("1/assessed", "1%2Fassessed"),
        "people",
        waits,
    );
    let told = get(&format!("{at}/runs")).json();
    let runs: Vec<_> = told["runs"].as_array().into_iter().flatten().map(|it| &it["run"]).collect();
    assert_eq!(runs, ["BuyHome-application-1", "BuyHome-application-1/assessed", "CloseFile-b"], "{told}");
    let told = get(&format!("{at}/runs/CloseFile-b/history")).json();
    assert!(told["history"].to_string().contains("Deeds records Closed"), "{told}");
    let event = |name: &str, fields: Value| {
        post(&format!("{at}/events"), &json!({ "name": name, "id": "1", "fields": fields }))
    };
    let told = event("BackgroundPassed", json!({ "application": "application-1" }));
    assert_eq!((told.status(), told.json()), (202, json!({ "runs": ["BuyHome-application-1"] })));
    assert_eq!(event("BackgroundPassed", json!({})).status(), 422);
    assert_eq!(event("Nonsense", json!({})).status(), 404);
    server.stop();
}

#[test]
fn a_coordinator_and_a_service_are_processes_of_their_own() {
    let (project, program) = program();
    let coordinator = project.program("coordinator");
    let scene = Scene::new(&program);
    let folder = scene.folder();
    let conducts = Process::start(&coordinator, &["serve", "--listen", "0"], &[("SYSTEM_DATA", &folder)]);
    let input = json!({ "application": "b", "property": "p" });
    let start = json!({ "workflow": "CloseFile", "input": input });
    assert_eq!(post(&format!("{}/runs", conducts.address), &start).status(), 201);
    // The services are at work later, and the one that keeps track of them as well.
    let others = ["serve", "Deeds", "Letters", "Compliance", "tracker"];
    let others = Served::of(scene.command(&others), Stdio::null());
    let told =
        until(&format!("{}/runs/CloseFile-b", conducts.address), "the end", |told| told["state"] == "ended");
    assert_eq!(told["end"]["name"], "Closed");
    drop(others);
    conducts.stop();
    // One that reacts is called over HTTP as any other is, and keeps its answer under the key.
    let words = ["service", "Compliance", "--listen", "0"];
    let service = Process::start(&coordinator, &words, &[("SYSTEM_DATA", &folder)]);
    let call = |body: &str| {
        let kind = "application/json\r\nIdempotency-Key: key-1";
        send("POST", &format!("{}/OpenCase", service.address), kind, body)
    };
    for _ in 0..2 {
        assert_eq!(call("{\"application\":\"b\",\"text\":\"t\"}").status(), 200);
    }
    assert_eq!(call("{\"application\":7}").status(), 400);
    service.stop();
}

/// Buys a house until the background of the buyer is all that is waited for.
fn buys(scene: &Scene, application: &str) {
    let input = include_str!("../../golden/mortgage/examples/buy_home.json");
    let input = input.replace("application-1", application);
    let run = &format!("BuyHome-{application}");
    let assessed = &format!("{run}/assessed");
    let data = &format!("{{\"application\":\"{application}\"}}");
    scene.told(&["start", "BuyHome", "--input", &input]);
    scene.told(&["answer", assessed, "value", "--reply", "{\"amount\":\"100\",\"currency\":\"EUR\"}"]);
    scene.told(&["answer", assessed, "decision", "--reply", "\"Approve\""]);
    let told = scene.told(&["event", "OfferAccepted", "--data", data]);
    assert!(told.contains(&format!("waits for an answer to Contracts.Sign ({run}/contract)")), "{told}");
    scene.told(&["answer", run, "contract", "--reply", "\"contract-1\""]);
    let told = scene.told(&["event", "PropertyDealCompleted", "--data", data]);
    assert!(told.starts_with(&format!("{run} is at work\n")), "{told}");
}

#[test]
fn both_kinds_of_callers_are_served_by_one_implementation() {
    let scene = Scene::new(recorder());
    // The deed takes longer than its limit, so that a participant asks what the coordinator asks as well, and
    // that one has to ask three times.
    for application in ["slow.filed.slow", "down.noted.down"] {
        scene.told(&["place", application]);
    }
    let all = scene::serve(&scene, Stdio::null(), &[]);
    let report = scene::until_over(&scene, 8);
    drop(all);
    scene::nothing_is_left(&report);
    for key in ["CloseFile-slow.filed.slow/notify-OpenCase by Deeds", "Archive-down.noted.down/noted"] {
        assert_eq!(report["effects"][key], 1, "{key}: {report}");
    }
}

#[test]
fn events_that_no_conducted_run_can_take_are_put_aside_and_replayed() {
    let scene = Scene::new(recorder());
    let event = |kind: &str, data: &str, more: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/LandRegistry\",\"type\":\"{kind}\",\
             \"time\":\"2026-01-01T00:00:00Z\",{more}\"data\":{data}}}"
        )
    };
    let completed = "PropertyDealCompleted";
    let bad = [
        ("unknown", event("HouseEaten", "{\"application\":\"o\"}", ""), "nobody knows an event HouseEaten"),
        ("wrong", event(completed, "{\"application\":7}", ""), "do not fit its contract"),
        ("keyless", event(completed, "{}", ""), "do not fit its contract"),
        (
            "later",
            event(completed, "{\"application\":\"o\"}", "\"eventversion\":\"7\","),
            "PropertyDealCompleted comes with version 7",
        ),
        ("nonsense", "this is no JSON".to_string(), "this is no CloudEvent"),
        ("early", event(completed, "{\"application\":\"late\"}", ""), "there is no run BuyHome-late"),
    ];
    for (id, body, _) in &bad {
        scene.told(&["inject", "events.LandRegistry.PropertyDealCompleted", id, body]);
    }
    scene.told(&["place", "good"]);
    let all = scene::serve(&scene, Stdio::null(), &[]);
    let report = scene::until_over(&scene, 4);
    drop(all);
    assert_eq!(report["runs"]["BuyHome-good"], "Paid");
    let dead = scene.told(&["dead"]);
    for (id, _, reason) in &bad {
        let is_it =
            |line: &str| line.starts_with("coordinator ") && line.contains(id) && line.contains(reason);
        assert_eq!(dead.lines().filter(|line| is_it(line)).count(), 1, "{id}: {reason}\n{dead}");
    }
    // What was wrong is wrong still, and stays where it is.
    let output = scene.command(&["replay", "coordinator", "all"]).output().expect("it is there");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told.matches("it is still wrong").count(), bad.len(), "{told}");
    assert_eq!(scene.told(&["dead"]), dead);
    // What came before its run is taken when that is there.
    scene.told(&["place", "late"]);
    let number = dead.lines().find(|line| line.contains(" early: ")).expect("it is there");
    let number = number.split(' ').nth(1).expect("it has a number");
    let told = scene.told(&["replay", "coordinator", number]);
    assert_eq!(told, format!("coordinator {number} is taken\n"));
    let history = scene.told(&["history", "BuyHome-late"]);
    assert!(history.contains("PropertyDealCompleted comes: "), "{history}");
    assert!(!scene.told(&["dead"]).contains(" early: "));
}

#[test]
fn a_broker_that_is_gone_for_a_while_loses_nothing() {
    let scene = Scene::new(recorder());
    for application in ["one", "two.contract.OfferRefused", "three.collapsed"] {
        scene.told(&["place", application]);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    let logs = tempfile::tempdir().expect("there is room");
    let log = logs.path().join("log");
    let until = (now + Duration::from_secs(10)).as_millis();
    let told = File::create(&log).expect("there is room");
    let all = scene::serve(&scene, told.into(), &[("GONE_UNTIL", &until.to_string())]);
    // Conducted runs go on as far as they come, and it is said of them where they stand.
    std::thread::sleep(Duration::from_secs(5));
    let told = scene.told(&["status", "BuyHome-one"]);
    assert!(told.starts_with("BuyHome-one is at work\n"), "{told}");
    let report = scene::until_over(&scene, 8);
    drop(all);
    scene::nothing_is_left(&report);
    let runs = &report["runs"];
    let ends =
        [&runs["BuyHome-one"], &runs["BuyHome-two.contract.OfferRefused"], &runs["BuyHome-three.collapsed"]];
    assert_eq!(ends, ["Paid", "Refused", "Collapsed"], "{report}");
    let log = fs::read_to_string(&log).expect("it is there");
    assert_eq!(log.matches("the broker does not answer;").count(), 1, "{log}");
    assert_eq!(log.matches("the broker answers again").count(), 1, "{log}");
}

#[test]
fn killed_processes_of_both_styles_lose_nothing() {
    let kills = number("WFC_KILLS", 10);
    let total = scene::soak(recorder(), kills, None);
    println!("{total:?}");
    assert!(total.kills >= kills);
}
