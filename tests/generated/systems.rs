//! More systems, generated, built, and held to their own generated tests.

use crate::golden::root;
use crate::project::Project;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Small ones of kinds that the golden projects are not.
const SMALL: &[(&str, &[&str])] = &[
    ("couriers", &["all_goes_well", "offered_finds_nobody", "booked_is_refused_with_taken"]),
    ("trip", &["all_goes_well", "seat_is_refused_with_sold_out", "paid_is_tried_until_somebody_is_there"]),
];

#[test]
fn small_systems_pass_their_own_tests() {
    for (name, tests) in SMALL {
        let project = Project::new(name, &format!("tests/generated/small/{name}.wfc"), "");
        let told = tested(&project);
        for test in *tests {
            assert!(told.contains(&format!("test {test} ... ok")), "{name}, {test}:\n{told}");
        }
    }
}

/// All systems in the folder that `WFC_SYSTEMS` names. What cannot be generated is told and left out.
#[test]
fn systems_from_outside_pass_their_own_tests() {
    let Some(folder) = std::env::var_os("WFC_SYSTEMS") else { return };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "wfc"));
    files.sort();
    assert!(!files.is_empty(), "there is no system");
    let mut told_of = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match refused(&path) {
            Some(why) => told_of.push(format!("{name}: not generated: {why}")),
            None => {
                let project = Project::new(&format!("outside-{name}"), path.to_str().unwrap(), "");
                let told = tested(&project);
                told_of.push(format!("{name}: {} generated tests", n_of_workflows(&told)));
            }
        }
    }
    let told_of = told_of.join("\n");
    assert!(told_of.contains("generated tests"), "{told_of}");
    eprintln!("{told_of}");
}

/// Why nothing is generated from a file.
fn refused(path: &Path) -> Option<String> {
    let folder = tempfile::tempdir().expect("there is room");
    let output = Command::new(env!("CARGO_BIN_EXE_wfc"))
        .current_dir(root())
        .arg("gen")
        .arg(path)
        .arg("--out")
        .arg(folder.path().join("out"))
        .output()
        .expect("wfc runs");
    if output.status.success() {
        return None;
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let first = out.lines().chain(err.lines()).find(|line| !line.trim().is_empty()).unwrap_or_default();
    Some(first.to_string())
}

fn tested(project: &Project) -> String {
    let output = project.cargo(&["test", "--workspace"]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The tests that stand beside the coordinator: those whose files are no unit tests.
fn n_of_workflows(told: &str) -> usize {
    let is_of_workflow = |line: &&str| line.starts_with("test ") && !line.contains("::");
    told.lines().filter(is_of_workflow).count()
}
