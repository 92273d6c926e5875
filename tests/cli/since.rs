//! `--since`: everything is checked, and what has to do with the change is told.

use crate::folder::{Folder, Run};
use std::fs;
use std::process::{Command, Stdio};

const WRONG: &str = "use \"gone.wfc\"\n";

/// A folder that is a repository.
pub struct Repository(pub Folder);

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Repository {
        let repository = Repository(Folder::new(files));
        repository.git(&["init", "-q", "-b", "main"]);
        repository.commit();
        repository
    }

    pub fn git(&self, arguments: &[&str]) {
        let run = Command::new("git")
            .args(["-c", "user.name=ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(run.status.success(), "{arguments:?} {run:?}");
    }

    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "more"]);
    }

    /// The files with findings, and the summary.
    fn since(&self, revision: &str) -> (Vec<String>, String) {
        let run = self.0.wfc(&["check", "--format", "concise", "--since", revision]);
        let files = run.stdout.lines().map(|line| line.split(':').next().unwrap().to_string());
        (files.collect(), run.stderr)
    }
}

#[test]
fn only_what_changed_is_told() {
    let repository = Repository::new(&[("a.wfc", WRONG), ("b.wfc", WRONG), ("c.wfc", WRONG)]);
    let (files, summary) = repository.since("HEAD");
    assert_eq!(
        (files.len(), summary.as_str()),
        (0, "no findings in 3 files (3 not touched by the change)\n")
    );
    assert_eq!(repository.0.wfc(&["check", "--since", "HEAD"]).code, 0);

    // Changed and not committed, new and unknown to git, staged.
    repository.0.write("a.wfc", format!("// more\n{WRONG}"));
    repository.0.write("d.wfc", WRONG);
    assert_eq!(repository.since("HEAD").0, ["a.wfc", "d.wfc"]);
    repository.git(&["add", "-A"]);
    assert_eq!(repository.since("HEAD").0, ["a.wfc", "d.wfc"]);
    repository.commit();
    assert_eq!(repository.since("HEAD").0, [""; 0]);
    assert_eq!(repository.since("HEAD~1").0, ["a.wfc", "d.wfc"]);
    assert_eq!(repository.0.wfc(&["check", "--since", "HEAD~1"]).code, 1);
}

#[test]
fn what_others_did_in_the_meantime_is_not_this_change() {
    let repository = Repository::new(&[("a.wfc", WRONG), ("b.wfc", WRONG)]);
    repository.git(&["checkout", "-q", "-b", "mine"]);
    repository.0.write("b.wfc", format!("// mine\n{WRONG}"));
    repository.commit();
    repository.git(&["checkout", "-q", "main"]);
    repository.0.write("a.wfc", format!("// theirs\n{WRONG}"));
    repository.commit();
    repository.git(&["checkout", "-q", "mine"]);
    assert_eq!(repository.since("main").0, ["b.wfc"]);
}

#[test]
fn who_uses_what_changed_is_touched() {
    let repository = Repository::new(&[
        ("shared/contracts.wfc", "id A\n"),
        ("middle.wfc", "use \"shared/contracts.wfc\"\n"),
        ("a.wfc", "use \"middle.wfc\"\nuse \"gone.wfc\"\n"),
        ("b.wfc", WRONG),
    ]);
    repository.0.write("shared/contracts.wfc", "id B\n");
    assert_eq!(repository.since("HEAD").0, ["a.wfc"]);
    repository.git(&["checkout", "-q", "."]);
    fs::remove_file(repository.0.at("middle.wfc")).unwrap();
    assert_eq!(repository.since("HEAD").0, ["a.wfc", "a.wfc"]);
}

#[test]
fn paths_are_understood_below_the_root_of_the_repository() {
    let repository = Repository::new(&[("flows/a b.wfc", WRONG), ("flows/c.wfc", WRONG), ("ä.wfc", WRONG)]);
    repository.0.write("flows/a b.wfc", format!("// more\n{WRONG}"));
    repository.0.write("ä.wfc", format!("// more\n{WRONG}"));
    let mut command =
        repository.0.command(&["check", "--format", "concise", "--since", "HEAD", ".", "../ä.wfc"]);
    let run = Run::of(command.current_dir(repository.0.at("flows")).output().unwrap());
    let files: Vec<&str> = run.stdout.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(files, ["../ä.wfc", "a b.wfc"]);
}

#[test]
fn a_revision_that_is_none_is_trouble() {
    let repository = Repository::new(&[("a.wfc", WRONG)]);
    for revision in ["gone", "--output=x", "HEAD~9", ""] {
        let run = repository.0.wfc(&["check", &format!("--since={revision}")]);
        run.is_trouble(&format!("--since: git knows no revision `{revision}`"));
        assert_eq!(run.stdout, "");
    }
    assert!(!repository.0.at("x").exists());
    Folder::new(&[("a.wfc", WRONG)])
        .wfc(&["check", "--since", "HEAD"])
        .is_trouble("--since: this folder is in no git repository");
    let mut command = repository.0.command(&["check", "--since", "HEAD"]);
    Run::of(command.env("PATH", "").output().unwrap())
        .is_trouble("--since: git is wanted for this, and there is none");
}

#[test]
fn only_what_is_told_is_mended() {
    let idle = "id A\nservice S { }\nworkflow W(a: A) {\n  orchestrated by S\n  success Done\n  \
                allow tense because \"why not\"\n  end Done\n}\n";
    let repository = Repository::new(&[("a.wfc", idle), ("b.wfc", idle)]);
    repository.0.write("b.wfc", format!("// more\n{idle}"));
    let run = repository.0.wfc(&["check", "--fix", "--since", "HEAD"]);
    assert!(run.stderr.starts_with("fixed 1 finding in 1 file\nno findings in 2 files ("), "{run:#?}");
    assert_eq!(repository.0.read("a.wfc"), idle);
    assert!(!repository.0.read("b.wfc").contains("allow"));
}
