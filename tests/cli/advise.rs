//! `wfc advise`: bad input, the history of git, and that it never fails for its advice.

use crate::folder::{Folder, Run};
use std::process::{Command, Stdio};

const NEWS: &str = "\
id K
service News { team \"news\" }
service Search { command Index(k: K) { idempotent by k } }
service Feed { command Add(k: K) { idempotent by k } }
workflow Spread(k: K) {
  orchestrated by News
  success Done
  step indexed = Search.Index(k) { retry forever }
  step fed = Feed.Add(k) { retry forever }
  end Done
}
";

fn git(folder: &Folder, arguments: &[&str], date: &str) {
    let run = Command::new("git")
        .args(["-c", "user.name=ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(run.status.success(), "{arguments:?} {run:?}");
}

#[test]
fn an_advice_against_what_is_written_fails_nothing() {
    let folder = Folder::new(&[("a.wfc", NEWS)]);
    for format in ["text", "json", "markdown"] {
        let run = folder.wfc(&["advise", "--format", format]);
        assert!(run.code == 0 && run.stdout.contains("Choreograph it"), "{format} {run:#?}");
    }
}

#[test]
fn history_is_counted_by_file() {
    let folder = Folder::new(&[("a.wfc", NEWS)]);
    git(&folder, &["init", "-q", "-b", "main"], "2026-01-01T12:00:00Z");
    git(&folder, &["add", "-A"], "2026-01-01T12:00:00Z");
    git(&folder, &["commit", "-q", "-m", "one"], "2026-01-01T12:00:00Z");
    for n in 1..=6 {
        folder.write("a.wfc", format!("{NEWS}// {n}\n"));
        git(&folder, &["commit", "-q", "-a", "-m", "more"], &format!("2026-0{}-01T12:00:00Z", 1 + n / 2));
    }
    folder.write("b.wfc", NEWS.replace("Spread", "Other"));
    let run = folder.wfc(&["advise", "--history", "--workflow", "Spread", "--format", "markdown"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("its file changed 6 times in 3.0 months, 2.0 a month"), "{}", run.stdout);
    assert!(run.stdout.contains("| +1 | how likely is change?"), "{}", run.stdout);
    assert!(run.stderr.contains("b.wfc: git does not know this file"), "{run:#?}");
    // Without being asked, nobody looks at git.
    assert!(!folder.wfc(&["advise"]).stdout.contains("its file changed"));
}

#[test]
fn without_git_the_history_is_trouble() {
    let folder = Folder::new(&[("a.wfc", NEWS)]);
    let run = folder.wfc(&["advise", "--history"]);
    assert!(
        run.code == 2 && run.stderr.contains("--history: this folder is in no git repository"),
        "{run:#?}"
    );
    let run = Run::of(folder.command(&["advise", "--history"]).env("PATH", "").output().unwrap());
    assert!(run.code == 2 && run.stderr.contains("--history: git is wanted for this, and there is none"));
    let run = Run::of(folder.command(&["advise"]).env("PATH", "").output().unwrap());
    assert_eq!(run.code, 0);
}

#[test]
fn bad_input_is_trouble() {
    let folder = Folder::new(&[
        ("a.wfc", NEWS),
        ("bad.wfc", "workflow"),
        ("c.wfc", "use \"gone.wfc\"\n"),
        ("sub/x.md", ""),
    ]);
    let trouble = |arguments: &[&str], what: &str| {
        let run = folder.wfc(arguments);
        assert!(run.code == 2 && run.stderr.contains(what), "{arguments:?} {run:#?}");
    };
    trouble(
        &["advise", "bad.wfc"],
        "some text has errors, so that its workflows get no advice: see wfc check",
    );
    trouble(&["advise", "c.wfc"], "some text has errors");
    trouble(&["advise", "gone.wfc"], "gone.wfc");
    trouble(&["advise", "sub"], "no workflow files in this folder");
    trouble(
        &["advise", "a.wfc", "--workflow", "Spred"],
        "there is no workflow `Spred`; did you mean `Spread`?",
    );
    trouble(
        &["advise", "a.wfc", "--workflow", "Nothing"],
        "there is no workflow `Nothing`; there are `Spread`",
    );
    trouble(&["advise", "--format", "poem"], "poem");
}

#[test]
fn names_of_users_are_only_words_on_a_page() {
    let hostile = NEWS.replace("Spread", "`<b>*x*|\u{1b}[31m`");
    let run = Folder::new(&[("a.wfc", &hostile)]).wfc(&["advise", "--format", "markdown"]);
    assert!(!run.stdout.contains("<b>") && !run.stdout.contains('\u{1b}'), "{run:#?}");
    assert!(run.stdout.contains("&lt;b>\\*x\\*\\|"), "{run:#?}");
}
