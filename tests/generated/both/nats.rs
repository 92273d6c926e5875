//! The same over NATS JetStream, when `WFC_ENGINES` names `nats`: whoever is killed, the server included, and
//! while the server is gone, nothing is lost and nothing happens twice.

use super::{number, recorder, scene};
use crate::golden::PROJECTS;
use crate::project::Project;
use crate::reacting::nats_server::Nats;
use crate::reacting::scene::Scene;
use crate::servers::is_wanted;
use std::fs::{self, File};
use std::time::Duration;

#[test]
fn a_project_of_both_styles_has_no_warning_on_nats() {
    if !is_wanted("nats") {
        return;
    }
    let (name, specification, workflow) = PROJECTS[1];
    let project = Project::new(name, specification, workflow);
    let lints = ["--all-targets", "--", "-D", "warnings"];
    project.cargo(&[&["clippy", "--quiet", "-p", "system", "--features", "nats"], &lints[..]].concat());
}

#[test]
fn processes_of_both_styles_killed_on_nats_lose_nothing() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let kills = number("WFC_KILLS", 10);
    let total = scene::soak(recorder(), kills, Some(&nats));
    println!("{total:?}");
    assert!(total.kills >= kills && total.server_kills > 0);
}

#[test]
fn both_styles_wait_on_nats_while_the_server_is_gone() {
    let Some(nats) = Nats::wanted() else {
        return;
    };
    let scene = Scene::over(recorder(), nats.address("both"));
    let logs = tempfile::tempdir().expect("there is room");
    let log = logs.path().join("log");
    let told = File::create(&log).expect("there is room");
    let all = scene::serve(&scene, told.into(), &[]);
    std::thread::sleep(Duration::from_secs(3));
    let server = &nats;
    std::thread::scope(|scope| {
        let gone = Duration::from_secs(number("WFC_GONE", 8) as u64);
        let back = scope.spawn(move || server.kill_and_start_again(gone));
        std::thread::sleep(Duration::from_millis(500));
        for application in ["a", "b.collapsed", "c.contract.OfferRefused"] {
            scene.told(&["place", application]);
        }
        back.join().expect("it comes back");
    });
    let report = scene::until_over(&scene, 8);
    drop(all);
    scene::nothing_is_left(&report);
    let runs = &report["runs"];
    assert_eq!(runs["BuyHome-a"], "Paid", "{report}");
    assert_eq!(runs["CloseFile-a"], "Closed", "{report}");
    assert_eq!(runs["BuyHome-b.collapsed"], "Collapsed", "{report}");
    let log = fs::read_to_string(&log).expect("it is there");
    assert_eq!(log.matches("the broker does not answer;").count(), 1, "{log}");
    assert_eq!(log.matches("the broker answers again").count(), 1, "{log}");
}
