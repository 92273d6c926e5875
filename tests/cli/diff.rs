//! `wfc diff`: two versions by paths and by revisions, what is said of them, and how it ends.

use crate::folder::{Folder, Run};
use crate::reports::FORMATS;
use crate::since::Repository;
use std::fs;

const OLD: &str = "\
id OrderId
service Shop { }
service Stock {
  command Reserve(order: OrderId) { idempotent by order }
}
service Gifts {
  command Wrap(order: OrderId) { idempotent by order }
}
workflow Sell(order: OrderId) {
  orchestrated by Shop
  correlated by order
  success Sold
  step reserved = Stock.Reserve(order) { retry forever backoff 1s..1h }
  step wrapped = Gifts.Wrap(order) { retry forever backoff 1s..1h }
  end Sold
}
";

/// Without the last step: whoever stands there is stranded.
fn shorter() -> String {
    OLD.lines().filter(|line| !line.contains("wrapped")).map(|line| format!("{line}\n")).collect()
}

/// With one more step at the end: the path is longer, and that is a warning.
fn longer() -> String {
    OLD.replace(
        "  end Sold",
        "  step again = Stock.Reserve(order) { retry forever backoff 1s..1h }\n  end Sold",
    )
}

#[test]
fn the_background_check_brings_an_order_and_a_longer_path() {
    let root = env!("CARGO_MANIFEST_DIR");
    let (old, new) = (format!("{root}/tests/before/mortgage"), format!("{root}/examples/mortgage"));
    let folder = Folder::new(&[]);
    let run = folder.wfc(&["diff", &old, &new]);
    assert_eq!(run.code, 1, "{run:#?}");
    for said in [
        "  + step      BuyHome/check\n",
        "  Background  is new\n  Mortgages   conducts `BuyHome`\n",
        "  BuyHome    7 steps, up to 5d -> 8 steps, up to 5d: check, ",
        "`paid` now always waits for `BackgroundPassed`, which is new",
        "this step brought it about",
        "the critical path of `BuyHome` grows from 7 to 8 steps",
        "runs of `BuyHome` that are under way can no longer succeed",
        "  Mortgages   efferent 6 -> 7, ",
    ] {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }
    // The way back takes nothing that runs wait for.
    let back = folder.wfc(&["diff", &new, &old, "--format", "concise"]);
    assert!(back.stdout.contains("[stranded-runs/no-place] a run of `BuyHome` before `check`"), "{back:#?}");
    assert!(!back.stdout.contains("longer-critical-path"), "{back:#?}");
}

#[test]
fn in_a_choreography_the_services_that_must_change_are_named() {
    let path = format!(
        "{}/tests/versions/new-order-dependency/background-check-by-events.wfc",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(path).unwrap();
    let part = |name: &str| {
        let part = text.split("// file: ").find(|part| part.starts_with(name)).unwrap();
        part.split_once('\n').unwrap().1.to_string()
    };
    let folder = Folder::new(&[("old.wfc", &part("old/")), ("new.wfc", &part("new/"))]);
    let run = folder.wfc(&["diff", "old.wfc", "new.wfc"]);
    for said in [
        "`decided` now always comes after `valued`",
        "this step is new, and stands between the two",
        "the critical path of `Mortgage` grows from 3 to 5 steps",
        "services that must change: `Underwriting`; new: `Background`",
        "  Background    is new\n  Underwriting  its side of `Mortgage`\n",
    ] {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }
}

#[test]
fn a_revision_is_the_same_path_as_it_was() {
    let repository = Repository::new(&[("specs/a.wfc", OLD), ("other.wfc", "id A\n")]);
    repository.0.write("specs/a.wfc", shorter());
    let stranded =
        |run: &Run| run.stdout.contains("[stranded-runs/no-place] a run of `Sell` before `wrapped`");
    for arguments in [
        &["diff", "HEAD"][..],
        &["diff", "main", "specs"],
        &["diff", "HEAD", "specs/a.wfc"],
        &["diff", "main:specs", "specs"],
        &["diff", "main:./specs/a.wfc", "specs/a.wfc"],
    ] {
        let run = repository.0.wfc(&[arguments, &["--format", "concise"]].concat());
        assert!(run.code == 1 && stranded(&run), "{arguments:?} {run:#?}");
    }
    repository.commit();
    for arguments in [["diff", "HEAD~1", "HEAD"], ["diff", "HEAD~1:specs", "main:specs"]] {
        let run = repository.0.wfc(&[&arguments[..], &["--format", "concise"]].concat());
        assert!(run.code == 1 && stranded(&run), "{arguments:?} {run:#?}");
        assert!(
            run.stdout
                .starts_with(&format!("{}:specs/a.wfc:9:10: error", arguments[2].trim_end_matches(":specs"))),
            "{run:#?}"
        );
    }
    // The text of both versions is shown, each under the name that git has for it.
    let run = repository.0.wfc(&["diff", "HEAD~1"]);
    assert!(
        run.stdout.contains("─[specs/a.wfc:") && run.stdout.contains("─[HEAD~1:specs/a.wfc:14:8]"),
        "{run:#?}"
    );
    assert!(run.stdout.contains("14 │   step wrapped = Gifts.Wrap(order)"), "{run:#?}");
    // From another folder, and with a path that a revision shares its name with.
    let mut command = repository.0.command(&["diff", "HEAD~1", "--format", "concise"]);
    let run = Run::of(command.current_dir(repository.0.at("specs")).output().unwrap());
    assert!(run.code == 1 && run.stdout.starts_with("a.wfc:9:10: ") && stranded(&run), "{run:#?}");
    repository.0.write("main/b.wfc", OLD);
    assert_eq!(repository.0.wfc(&["diff", "main", "specs"]).code, 1);
    assert_eq!(repository.0.wfc(&["diff", "main:specs", "specs"]).code, 0);
}

#[test]
fn what_is_used_outside_of_the_folder_is_read_from_the_revision() {
    let (contracts, workflow) = OLD.split_at(OLD.find("workflow").unwrap());
    let workflow = format!("use \"../shared/contracts.wfc\"\n{workflow}");
    let repository = Repository::new(&[("shared/contracts.wfc", contracts), ("specs/a b.wfc", &workflow)]);
    repository.0.write("shared/contracts.wfc", contracts.replace("Wrap", "Pack"));
    repository.0.write("specs/a b.wfc", workflow.replace("Wrap", "Pack"));
    let run = repository.0.wfc(&["diff", "HEAD", "specs"]);
    assert!(run.stdout.contains("~ command   Gifts.Pack (was called Wrap)"), "{run:#?}");
    assert!(run.stdout.contains("─[HEAD:shared/contracts.wfc:"), "{run:#?}");
}

#[test]
fn what_git_does_not_have_is_trouble() {
    let repository = Repository::new(&[("a.wfc", OLD)]);
    for (old, said) in [
        ("gone", "gone: neither a file or folder here, nor a revision that git knows"),
        ("gone:a.wfc", "gone:a.wfc: git knows no revision `gone`"),
        ("HEAD~9", "HEAD~9: neither a file or folder here, nor a revision that git knows"),
        ("--output=x", ""),
        ("main:specs", "main:specs: there is no `specs` in it"),
        (":a.wfc", ":a.wfc: git knows no revision ``"),
    ] {
        let run = repository.0.wfc(&["diff", old]);
        assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(said), "{old} {run:#?}");
    }
    assert!(!repository.0.at("x").exists());
    let folder = Folder::new(&[("a.wfc", OLD)]);
    folder
        .wfc(&["diff", "main"])
        .is_trouble("main: there is no such file or folder, and this folder is in no git repository");
    let mut command = repository.0.command(&["diff", "main"]);
    Run::of(command.env("PATH", "").output().unwrap())
        .is_trouble("main: git is wanted for this, and there is none");
    // Without a revision nobody asks git.
    let mut command = repository.0.command(&["diff", "a.wfc", "a.wfc"]);
    assert_eq!(Run::of(command.env("PATH", "").output().unwrap()).code, 0);
}

#[test]
fn versions_that_are_the_same_say_so() {
    let folder = Folder::new(&[("old/a.wfc", OLD), ("new/a.wfc", OLD)]);
    let run = folder.wfc(&["diff", "old", "new"]);
    let said = "the two versions are the same\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, said, said));
    folder.write("new/a.wfc", format!("// more\n{}", OLD.replace("success Sold\n", "\n\n  success Sold\n")));
    let run = folder.wfc(&["diff", "old", "new"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout, "the two versions differ in nothing but layout and comments\n");
    let run = folder.wfc(&["diff", "old", "new", "--format", "markdown"]);
    assert!(run.stdout.contains("The two versions differ in nothing but layout and comments."), "{run:#?}");
}

#[test]
fn versions_without_anything_in_common_are_trouble() {
    let other = "id A\nservice B { }\nworkflow C(a: A) {\n  orchestrated by B\n  success D\n  end D\n}\n";
    let folder = Folder::new(&[("old.wfc", OLD), ("new.wfc", other)]);
    let run = folder.wfc(&["diff", "old.wfc", "new.wfc"]);
    run.is_trouble("old.wfc: has nothing in common with `new.wfc`: no service and no workflow");
    assert_eq!(run.stdout, "");
}

#[test]
fn a_version_with_errors_is_not_compared() {
    let wrong = OLD.replace("Stock.Reserve(order)", "Stock.Reserv(order)");
    let folder = Folder::new(&[("good/a.wfc", OLD), ("wrong/a.wfc", &wrong)]);
    for (old, new) in [("good", "wrong"), ("wrong", "good")] {
        let run = folder.wfc(&["diff", old, new]);
        run.is_trouble("wrong/a.wfc:13:25: error[unknown-name] ");
        assert!(run.stderr.contains("what has errors is not compared"), "{run:#?}");
        assert_eq!(run.stdout, "", "{run:#?}");
    }
    // What has none is compared all the same, and the run is trouble.
    let other = "id A\nservice B { }\nworkflow C(a: A) {\n  orchestrated by B\n  success D\n  end D\n}\n";
    folder.write("good/b.wfc", other);
    folder.write("wrong/b.wfc", other.replace("success D", "success D\n  failure E"));
    let run = folder.wfc(&["diff", "good", "wrong"]);
    assert!(run.code == 2 && run.stdout.contains("+ end       C/E"), "{run:#?}");
    // A file that is used and missing is an error as well.
    folder.write("wrong/b.wfc", "use \"gone.wfc\"\n");
    let run = folder.wfc(&["diff", "good/b.wfc", "wrong/b.wfc"]);
    assert!(run.code == 2 && run.stderr.contains("missing-import"), "{run:#?}");
}

#[test]
fn a_path_that_leads_nowhere_is_trouble() {
    let folder = Folder::new(&[("a.wfc", OLD)]);
    fs::create_dir(folder.at("empty")).unwrap();
    folder.wfc(&["diff", "a.wfc", "empty"]).is_trouble("empty: no workflow files in this folder");
    let run = folder.wfc(&["diff", "gone.wfc", "a.wfc"]);
    assert!(run.code == 2 && run.stderr.contains("gone.wfc: there is no such file or folder"), "{run:#?}");
    assert_eq!(folder.wfc(&["diff"]).code, 2);
}

#[test]
fn findings_fail_from_the_threshold_on_in_every_format() {
    let folder = Folder::new(&[("old.wfc", OLD), ("bad.wfc", &shorter()), ("warned.wfc", &longer())]);
    for format in FORMATS {
        for (new, more, code) in [
            ("bad.wfc", &[][..], 1),
            ("bad.wfc", &["--exit-zero"], 0),
            ("warned.wfc", &[], 0),
            ("warned.wfc", &["--fail-on", "warning"], 1),
            ("old.wfc", &["--fail-on", "info"], 0),
        ] {
            let report = format!("--report={format}=report");
            let run = folder.wfc(&[&["diff", "old.wfc", new, "--format", format, &report], more].concat());
            assert_eq!(run.code, code, "{format} {new} {more:?} {run:#?}");
            let written = fs::read_to_string(folder.at("report")).unwrap_or_default();
            assert_eq!(written, run.stdout, "{format} {new} {more:?}");
            let _ = fs::remove_file(folder.at("report"));
        }
    }
    folder.write("wfc.yaml", "rules: {stranded-runs: warning}\n");
    assert_eq!(folder.wfc(&["diff", "old.wfc", "bad.wfc"]).code, 0);
}

#[test]
fn programs_get_the_numbers_and_the_findings_in_one_document() {
    let folder = Folder::new(&[("old.wfc", OLD), ("new.wfc", &shorter())]);
    let run = folder.wfc(&["diff", "old.wfc", "new.wfc", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let versions = &document["versions"];
    assert_eq!(versions["old"], "old.wfc");
    assert_eq!(versions["changes"][0]["name"], "Sell/wrapped");
    assert_eq!(versions["changes"][0]["how"], "went");
    assert_eq!(versions["changes"][0]["location"]["path"], "old.wfc");
    assert_eq!(versions["services_that_must_change"][0]["service"], "Shop");
    assert_eq!(versions["workflows"][0]["critical_path_before"]["steps"], 2);
    assert_eq!(versions["workflows"][0]["critical_path_after"]["steps"], 1);
    assert_eq!(versions["workflows"][0]["runs_under_way"]["no_place"], 1);
    let rules: Vec<_> = document["findings"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert_eq!(rules, ["stranded-runs"]);
    // A check has no versions to speak of.
    let run = folder.wfc(&["check", "old.wfc", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(document.get("versions").is_none());
}

#[test]
fn a_comment_of_a_pull_request_has_it_all() {
    let folder = Folder::new(&[("old.wfc", OLD), ("new.wfc", &shorter())]);
    let page = folder.wfc(&["diff", "old.wfc", "new.wfc", "--format", "markdown"]).stdout;
    for said in [
        "## wfc diff: 1 error\n\n`old.wfc` → `new.wfc`\n",
        "| error | `stranded-runs/no-place` | a run of `Sell` before `wrapped` has no place any more |",
        "### Services that must change\n\n| service | what for |\n| --- | --- |\n| `Shop` | conducts `Sell` |\n",
        "| `Sell` | 2 steps → 1 step | 2 states: 1 go on, 1 have no place |\n",
        "### Coupling\n",
        "<details><summary>1 thing came, went or changed</summary>",
        "| − | step | `Sell/wrapped` |\n",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(page.len() < 65_536);
}

#[test]
fn the_page_of_a_large_change_still_fits_into_a_comment() {
    let folder = Folder::new(&[]);
    for number in 0..200 {
        let named = |text: &str| {
            ["OrderId", "Shop", "Stock", "Gifts", "Sell"]
                .iter()
                .fold(text.to_string(), |text, name| text.replace(name, &format!("{name}{number}")))
        };
        folder.write(&format!("old/{number}.wfc"), named(OLD));
        folder.write(&format!("new/{number}.wfc"), named(&shorter()));
    }
    let run = folder.wfc(&["diff", "old", "new", "--format", "markdown"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.len() < 65_536, "{} bytes", run.stdout.len());
    assert!(run.stdout.contains("150 more: `wfc diff` shows all of them."));
    assert!(run.stdout.contains("The details of the others are left out"));
}

#[test]
fn what_the_new_version_accepts_is_accepted() {
    let accepted = shorter().replace(
        "  success Sold\n",
        "  success Sold\n  allow stranded-runs because \"no run is older than an hour\"\n",
    );
    let folder = Folder::new(&[("old.wfc", OLD), ("new.wfc", &accepted)]);
    let run = folder.wfc(&["diff", "old.wfc", "new.wfc"]);
    assert!(run.code == 0 && run.stderr.contains("1 allowed"), "{run:#?}");
    assert_eq!(folder.wfc(&["diff", "old.wfc", "new.wfc", "--no-allows"]).code, 1);
    // A check cannot know whether the next change needs it.
    let run = folder.wfc(&["check", "new.wfc", "--profile", "strict", "--format", "concise"]);
    assert!(!run.stdout.contains("unused-allow"), "{run:#?}");
}
