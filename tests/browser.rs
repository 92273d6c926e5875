//! Pages in a real browser: `packaging/try-page.sh`, where its tools are there already.

use std::path::Path;
use std::process::Command;

const SKIPPED: i32 = 3;

#[test]
fn pages_work_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("packaging/try-page.sh");
    if cfg!(windows) || !script.exists() {
        println!("skipped: it needs the scripts of the repository, and a shell");
        return;
    }
    let mut command = Command::new("bash");
    command.arg(script).arg("--found-only").env("WFC_BIN", env!("CARGO_BIN_EXE_wfc"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    match output.status.code() {
        Some(0) => assert!(said.contains("tests passed"), "{said}"),
        Some(SKIPPED) => println!("skipped: bash packaging/try-page.sh installs what is missing"),
        _ => panic!("{said}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}
