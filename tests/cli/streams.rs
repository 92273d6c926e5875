//! What goes where, and what happens when a stream takes nothing.

use crate::folder::{Folder, Run};
use std::fs::File;
use std::process::Stdio;

const WRONG: &str = "use \"gone.wfc\"\n";

#[test]
fn findings_go_to_stdout_and_the_summary_to_stderr() {
    let folder = Folder::new(&[("a.wfc", WRONG)]);
    let run = folder.wfc(&["check"]);
    let expected = "\
error[missing-import]: file `gone.wfc` cannot be read
   ╭─[a.wfc:1:5]
 1 │ use \"gone.wfc\"
   ·     ─────┬────
   ·          ╰── nothing to read here
   ╰────
  help: it was looked for at `gone.wfc`
  more: wfc explain missing-import

";
    assert_eq!(run, Run { code: 1, stdout: expected.to_string(), stderr: "1 error in 1 file\n".to_string() });
}

#[test]
fn the_concise_format_is_one_line_a_finding() {
    let folder = Folder::new(&[("a.wfc", "// ä\n  use \"gone.wfc\"\nuse \"far/away.wfc\"\n")]);
    let run = folder.wfc(&["check", "--format", "concise"]);
    let expected = "\
a.wfc:2:7: error[missing-import] file `gone.wfc` cannot be read
a.wfc:3:5: error[missing-import] file `far/away.wfc` cannot be read
";
    assert_eq!(run.stdout, expected);
}

#[test]
fn colours_are_decided_by_flag_and_environment() {
    let folder = Folder::new(&[("a.wfc", WRONG)]);
    let is_coloured = |run: Run| run.stdout.contains('\u{1b}');
    assert!(!is_coloured(folder.wfc(&["check"])));
    assert!(is_coloured(folder.wfc(&["check", "--color", "always"])));
    let with =
        |name: &str, arguments: &[&str]| Run::of(folder.command(arguments).env(name, "1").output().unwrap());
    assert!(is_coloured(with("FORCE_COLOR", &["check"])));
    assert!(is_coloured(with("CLICOLOR_FORCE", &["check"])));
    assert!(!is_coloured(with("FORCE_COLOR", &["check", "--color=never"])));
    assert!(is_coloured(with("NO_COLOR", &["--color=always", "check"])));
    assert!(is_coloured(with("FORCE_COLOR", &["--help"])));
    let linked = folder.wfc(&["check", "--color", "always"]).stdout.contains("\u{1b}]8;;");
    assert!(!linked, "links are for terminals only");
}

#[test]
fn names_and_texts_of_users_send_no_escape_sequences() {
    let folder = Folder::new(&[("a.wfc", "use \"\u{1b}[2Jgone.wfc\"\n")]);
    let run = folder.wfc(&["check"]);
    assert!(!run.stdout.contains('\u{1b}'), "{run:#?}");
    let run = folder.wfc(&["check", "\u{1b}[2J.wfc"]);
    assert!(run.code == 2 && !run.stderr.contains('\u{1b}'), "{run:#?}");
}

#[cfg(target_os = "linux")]
const DRAWN: &str = "service S { }\nworkflow W { orchestrated by S; success Done; end Done }\n";

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_trouble_and_said() {
    let folder = Folder::new(&[("a.wfc", WRONG), ("b.wfc", DRAWN)]);
    let commands: &[&[&str]] = &[
        &["check"],
        &["check", "--exit-zero", "--format", "concise"],
        &["rules"],
        &["rules", "--format", "json"],
        &["explain", "missing-import"],
        &["graph", "b.wfc", "--view", "services"],
        &["init", "new"],
        &["--help"],
        &["--version"],
    ];
    for arguments in commands {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(folder.command(arguments).stdout(full).output().unwrap());
        run.is_trouble("standard output cannot be written: No space left");
    }
    folder
        .wfc(&["graph", "b.wfc", "--view", "services", "-o", "/dev/full", "--format", "dot"])
        .is_trouble("/dev/full: the disk is full");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_stderr_changes_no_exit_code() {
    let folder = Folder::new(&[("a.wfc", WRONG)]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(Run::of(folder.command(&["check"]).stderr(full).output().unwrap()).code, 1);
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    // More than a pipe holds, so that the run must notice.
    let folder = Folder::new(&[("a.wfc", &"use \"gone.wfc\"\n".repeat(5000))]);
    let mut child = folder
        .command(&["check", "--format", "concise"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(Run::of(output), Run { code: 2, stdout: String::new(), stderr: String::new() });
}
