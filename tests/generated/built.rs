//! Generated projects build without a warning, their tests pass, and they run.

use crate::golden::PROJECTS;
use crate::project::Project;
use std::path::Path;
use std::process::Command;

#[test]
fn golden_projects_build_and_pass_their_own_tests() {
    for (name, specification, workflow) in PROJECTS {
        let project = Project::new(name, specification, workflow);
        project.cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
        let output = project.cargo(&["test", "--workspace"]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("test all_goes_well ... ok"), "{name}:\n{told}");
    }
}

#[test]
fn a_loan_is_asked_for_and_signed() {
    let (name, specification, workflow) = PROJECTS[0];
    let project = Project::new(name, specification, workflow);
    project.cargo(&["build", "--quiet"]);
    let program = project.program("coordinator");
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("runs.db");
    let input = project.folder.join("examples/apply_for_loan.json");
    let input = input.to_str().unwrap();
    let run = "ApplyForLoan-application-1";

    let told = coordinator(&program, &database, &["start", "ApplyForLoan", "--input", input]);
    assert_eq!(told, format!("{run} is at work\n  waits for an answer to Notary.Sign ({run}/signed)\n"));
    assert_eq!(coordinator(&program, &database, &["list"]), format!("{run} ApplyForLoan running\n"));
    let told = coordinator(&program, &database, &["answer", run, "signed", "--reply", "\"contract-7\""]);
    let ended = format!("{run} ended in Granted {{\"contract\":\"contract-7\"}}\n");
    assert!(told.starts_with(&ended), "{told}");
    assert!(coordinator(&program, &database, &["status", run]).starts_with(&ended));
    let history = coordinator(&program, &database, &["history", run]);
    for line in ["asks Bank.Reserve (", "(ApplyForLoan-application-1/signed) is done", "ends in Granted"] {
        assert!(history.contains(line), "{line} is missing in\n{history}");
    }
}

fn coordinator(program: &Path, database: &Path, words: &[&str]) -> String {
    let output = Command::new(program).args(words).env("COORDINATOR_DB", database).output().expect("it runs");
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {trouble}");
    String::from_utf8(output.stdout).expect("it is text")
}
