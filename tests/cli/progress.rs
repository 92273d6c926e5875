//! The line that a terminal shows while something takes long. `script` of util-linux lends the terminal.

#![cfg(target_os = "linux")]

use crate::folder::Folder;
use std::process::{Command, Stdio};

const CLEAR: &str = "\r\u{1b}[K";

/// What a terminal is sent while wfc waits for its input; nothing where there is no `script`.
fn shown(arguments: &str) -> Option<String> {
    let known = Command::new("script").arg("--version").output();
    if !known.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains("util-linux")) {
        // The runner shows this with --nocapture; there is nothing to test with.
        return None;
    }
    let folder = Folder::new(&[]);
    let wfc = env!("CARGO_BIN_EXE_wfc");
    let line = format!("sleep 1.2 | '{wfc}' check - --allow-empty {arguments}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(folder.path());
    command.env("TERM", "xterm").env("NO_COLOR", "1").stdin(Stdio::null());
    Some(String::from_utf8(command.output().unwrap().stdout).unwrap())
}

#[test]
fn a_terminal_shows_what_takes_long_and_takes_it_away_again() {
    let Some(shown) = shown("") else { return };
    assert!(shown.contains(&format!("{CLEAR}reading files … 0s")), "{shown:?}");
    let (_, rest) = shown.rsplit_once(CLEAR).unwrap();
    assert!(rest.contains("no findings in 1 file") && !rest.contains("reading"), "{shown:?}");
}

#[test]
fn quiet_is_quiet_on_a_terminal_too() {
    let Some(shown) = shown("--quiet") else { return };
    assert_eq!(shown, "");
}

#[test]
fn nobody_else_is_sent_such_a_line() {
    let folder = Folder::new(&[]);
    let mut command = folder.command(&["check", "-", "--allow-empty"]);
    let mut child =
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    drop(child.stdin.take());
    let said = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert!(!said.contains("reading") && !said.contains('\u{1b}'), "{said:?}");
}
