//! `tests/golden/NAME` is what `wfc gen` makes of an example. `BLESS=1` writes them anew.
//! The files of the runtime are shipped as they are and not repeated there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The golden projects: name, specification, workflow; without a name all of them, here of both styles.
pub const PROJECTS: &[(&str, &str, &str)] = &[
    ("loan-broker", "examples/loan-broker", "ApplyForLoan"),
    ("mortgage", "examples/mortgage", ""),
    ("retail-order", "examples/retail-order", "FulfilOrder"),
];

#[test]
fn golden_projects_are_what_is_generated() {
    for (name, specification, workflow) in PROJECTS {
        let folder = tempfile::tempdir().unwrap();
        generate(specification, workflow, &[], folder.path());
        let made = files(folder.path());
        let golden = root().join("tests/golden").join(name);
        if std::env::var_os("BLESS").is_some() {
            bless(&golden, &made);
        }
        let kept = files(&golden);
        assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>(), "{name}");
        for (path, text) in &made {
            assert!(kept[path] == *text, "tests/golden/{name}/{path} is out of date; BLESS=1 renews it");
        }
    }
}

#[test]
fn golden_projects_are_formatted() {
    for (name, _, _) in PROJECTS {
        let golden = root().join("tests/golden").join(name);
        let sources = files(&golden).into_keys().filter(|path| path.ends_with(".rs"));
        let shipped = files(&root().join("src/generate/rust/runtime"));
        let shipped = shipped.into_keys().map(|path| root().join("src/generate/rust/runtime").join(path));
        let status = Command::new("rustfmt")
            .args(["--edition", "2024", "--check", "--config-path"])
            .arg(golden.join("rustfmt.toml"))
            .args(sources.map(|path| golden.join(path)))
            .args(shipped)
            .status()
            .expect("wfc runs");
        assert!(status.success(), "{name}");
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Generates from one workflow, or without a name from all of them.
pub fn generate(specification: &str, workflow: &str, options: &[&str], folder: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_wfc"))
        .current_dir(root())
        .args(["gen", specification])
        .args(["--workflow", workflow].iter().filter(|_| !workflow.is_empty()))
        .args(options)
        .arg("--out")
        .arg(folder)
        .output()
        .expect("wfc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every file of a project but the runtime's, with what is in it.
pub fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            let name =
                path.strip_prefix(folder).expect("it is in the folder").to_string_lossy().replace('\\', "/");
            if name == "crates/runtime/src" || name == ".wfc" || name == "target" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(name, fs::read_to_string(&path).expect("it is text"));
            }
        }
    }
    found
}

fn bless(golden: &Path, made: &BTreeMap<String, String>) {
    if golden.exists() {
        fs::remove_dir_all(golden).expect("it can go");
    }
    for (path, text) in made {
        let path = golden.join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
        fs::write(path, text).expect("there is room");
    }
}
