//! One case of two files in a repository, as wfc writes it in each format.

use crate::root;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The case in a format, as wfc writes it.
pub fn written(format: &str) -> String {
    wfc(repository().path(), &["check", "--profile", "strict", "--format", format]).1
}

/// The files of the case, in a repository; wfc runs in its folder `flows`.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    fs::create_dir_all(folder.path().join("flows")).unwrap();
    for file in ["contracts.wfc", "flows/order.wfc"] {
        fs::copy(root().join("tests/formats/case").join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn wfc(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wfc"));
    let output =
        command.args(arguments).current_dir(folder.join("flows")).env("NO_COLOR", "1").output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Holds what wfc writes in a format against the file that shows it.
pub fn hold(format: &str, extension: &str) {
    hold_part(format, extension, &str::to_string);
}

/// The same for the part of it that is worth showing.
pub fn hold_part(format: &str, extension: &str, part: &dyn Fn(&str) -> String) {
    let folder = repository();
    let (code, written) = wfc(folder.path(), &["check", "--profile", "strict", "--format", format]);
    assert_eq!(code, Some(1), "{written}");
    let report = format!("--report={format}=written");
    let (code, _) = wfc(folder.path(), &["check", "--profile", "strict", &report]);
    assert_eq!(code, Some(1));
    assert_eq!(fs::read_to_string(folder.path().join("flows/written")).unwrap(), written);

    let written = part(&written).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let shown = root().join("tests/formats/expected").join(format!("{format}.{extension}"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&shown, &written).unwrap();
    }
    let expected = fs::read_to_string(&shown).unwrap_or_default();
    assert!(
        expected == written,
        "{} is not what wfc writes (BLESS=1 rewrites it):\n{written}",
        shown.display()
    );
}

#[test]
fn people_see_the_same_in_a_file() {
    hold("full", "txt");
    hold("concise", "txt");
}
