//! What belongs to a shell: how much is said, completions, manual pages, counts.

use crate::folder::Folder;
use std::fs;
use std::process::{Command, Stdio};

const WRONG: &str = "use \"gone.wfc\"\n";

#[test]
fn quiet_leaves_findings_and_trouble() {
    let folder = Folder::new(&[("a.wfc", WRONG), ("empty.wfc", "")]);
    let run = folder.wfc(&["check", "-q"]);
    assert!(
        run.code == 1 && run.stdout.starts_with("error[missing-import]") && run.stderr.is_empty(),
        "{run:#?}"
    );
    assert_eq!(
        folder.wfc(&["check", "--quiet", "gone"]).stderr,
        "wfc: gone: there is no such file or folder\n"
    );
    assert_eq!(folder.wfc(&["init", "-q", "new"]).stderr, "");
    assert_eq!(folder.wfc(&["check", "-q", "-v"]).code, 2);
}

#[test]
fn verbose_tells_what_a_finding_is_about_and_what_wfc_goes_by() {
    let folder = Folder::new(&[("a.wfc", WRONG), ("wfc.yaml", "extends: b.yaml\n"), ("b.yaml", "")]);
    assert!(!folder.wfc(&["check"]).stdout.contains("about:"));
    let run = folder.wfc(&["check", "--verbose"]);
    assert!(run.stdout.contains("\n  about: use gone.wfc\n"), "{run:#?}");
    assert_eq!(run.stderr, "configuration: wfc.yaml, b.yaml\nbaseline: none\n1 error in 1 file\n");
    folder.wfc(&["check", "--write-baseline"]);
    let run = folder.wfc(&["check", "-v", "--isolated"]);
    assert!(
        run.stderr.starts_with("configuration: none\nbaseline: wfc-baseline.jsonl, 1 line\n"),
        "{run:#?}"
    );
}

#[test]
fn statistics_count_instead_of_telling() {
    let folder = Folder::new(&[("a.wfc", "use \"gone.wfc\"\nuse \"far.wfc\"\n"), ("b.wfc", "id A\nid A\n")]);
    let run = folder.wfc(&["check", "--statistics"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, "2  error    missing-import\n1  error    duplicate-name\n")
    );
    assert_eq!(run.stderr, "3 errors in 2 files\n");
    assert_eq!(folder.wfc(&["check", "--statistics", "--format", "full"]).code, 2);
}

#[test]
fn every_shell_gets_completions() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = folder.wfc(&["completions", shell]);
        assert!(run.code == 0 && run.stderr.is_empty(), "{run:#?}");
        assert!(run.stdout.contains("write-baseline") && run.stdout.contains("explain"), "{shell}");
    }
    assert_eq!(folder.wfc(&["completions", "tcsh"]).code, 2);
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_and_options() {
    let folder = Folder::new(&[]);
    folder.write("wfc.bash", folder.wfc(&["completions", "bash"]).stdout);
    let complete = |words: &str| {
        let n = words.split(' ').count() - 1;
        let script = format!(
            "source wfc.bash; COMP_WORDS=({words}); COMP_CWORD={n}; _wfc wfc \"${{COMP_WORDS[-1]}}\"; echo \"${{COMPREPLY[@]}}\""
        );
        let run = Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output();
        run.map(|run| String::from_utf8_lossy(&run.stdout).trim().to_string())
    };
    // There are machines without bash.
    let Ok(first) = complete("wfc comp") else { return };
    assert_eq!(first, "completions");
    assert_eq!(complete("wfc check --prune").unwrap(), "--prune-baseline");
    assert_eq!(complete("wfc config sc").unwrap(), "schema");
}

#[test]
fn manual_pages_are_printed_or_written() {
    let folder = Folder::new(&[]);
    let page = folder.wfc(&["man"]);
    assert!(page.code == 0 && page.stdout.contains(".TH wfc 1"), "{page:#?}");
    let run = folder.wfc(&["man", "--out", "share/man1"]);
    assert_eq!(run.code, 0);
    let mut written: Vec<String> = run.stdout.lines().map(str::to_string).collect();
    assert!(written.contains(&"share/man1/wfc-check.1".to_string()), "{written:?}");
    assert!(written.contains(&"share/man1/wfc-config-show.1".to_string()), "{written:?}");
    for path in &written {
        let page = folder.read(path);
        let name = path.trim_start_matches("share/man1/").trim_end_matches(".1");
        assert!(page.contains(&format!(".TH {name} 1")) && page.contains(".SH NAME"), "{path}: {page}");
    }
    let mut there: Vec<String> = fs::read_dir(folder.at("share/man1"))
        .unwrap()
        .map(|entry| format!("share/man1/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    there.sort();
    written.sort();
    assert_eq!(there, written);
    folder.write("file", "");
    folder.wfc(&["man", "--out", "file"]).is_trouble("file/wfc.1: a part of the path is no folder");
}
