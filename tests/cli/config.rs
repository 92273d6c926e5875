//! `wfc.yaml`: which one is read, what it changes, and what is said when something is wrong with it.

use crate::folder::Folder;
use std::fs;
use std::path::Path;

const WRONG: &str = "use \"gone.wfc\"\n";
/// Found at warning level, and nothing else is.
const UNUSED: &str = "\
id OrderId
service Shop { }
workflow W(order: OrderId) {
  orchestrated by Shop
  success Done
  allow tense because \"why not\"
  end Done
}
";

fn machine(event: &str) -> String {
    format!(
        r#"{{"StartAt": "Tell", "States": {{"Tell": {{"Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
        "Retry": [{{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}}],
        "Parameters": {{"Entries": [{{"Detail": {{}}, "DetailType": "{event}", "EventBusName": "bus", "Source": "stock"}}]}},
        "End": true}}}}}}"#
    )
}

#[test]
fn the_nearest_configuration_upwards_is_read() {
    let folder = Folder::new(&[("wfc.yaml", "fail-on: warning\n"), ("flows/eu/a.wfc", UNUSED)]);
    assert_eq!(folder.wfc(&["check"]).code, 1);
    let below = |arguments: &[&str]| {
        let mut command = folder.command(arguments);
        crate::folder::Run::of(command.current_dir(folder.at("flows/eu")).output().unwrap())
    };
    assert_eq!(below(&["check"]).code, 1);
    assert_eq!(below(&["check", "--isolated"]).code, 0);
    assert!(
        below(&["config", "show"])
            .stdout
            .contains("fail-on: warning                         # ../../wfc.yaml:1:10\n")
    );

    folder.write("flows/wfc.yaml", "profile: strict\n");
    assert_eq!(below(&["check"]).code, 0, "the nearer one stands alone");
    fs::remove_file(folder.at("flows/wfc.yaml")).unwrap();
    fs::create_dir(folder.at("flows/.git")).unwrap();
    assert_eq!(below(&["check"]).code, 0, "the search ends where a repository begins");
}

#[test]
fn the_command_line_stands_above_the_configuration() {
    let folder = Folder::new(&[
        ("wfc.yaml", "fail-on: warning\nexclude: old\n"),
        ("a.wfc", UNUSED),
        ("old/b.wfc", WRONG),
    ]);
    assert_eq!(folder.wfc(&["check"]).stderr, "1 warning in 1 file\n1 can be mended by --fix\n");
    assert_eq!(folder.wfc(&["check", "--fail-on", "error"]).code, 0);
    assert_eq!(
        folder.wfc(&["check", "--isolated"]).stderr,
        "1 error, 1 warning in 2 files\n1 can be mended by --fix\n"
    );
    folder.write("ci/other.yaml", "exclude: a.wfc\n");
    assert_eq!(folder.wfc(&["check", "--config", "ci/other.yaml"]).stderr, "1 error in 1 file\n");
    folder.wfc(&["check", "--config", "gone.yaml"]).is_trouble("gone.yaml: there is no such file or folder");
    assert_eq!(folder.wfc(&["check", "--config", "wfc.yaml", "--isolated"]).code, 2);
}

#[test]
fn patterns_begin_where_the_project_begins() {
    let folder = Folder::new(&[
        ("wfc.yaml", "exclude: flows/old/**\n"),
        ("flows/old/a.wfc", WRONG),
        ("flows/b.wfc", UNUSED),
    ]);
    folder.wfc(&["check", "flows"]).is_clean_but("1 warning in 1 file");
    let mut command = folder.command(&["check"]);
    let run = crate::folder::Run::of(command.current_dir(folder.at("flows")).output().unwrap());
    run.is_clean_but("1 warning in 1 file");
}

#[test]
fn rules_get_their_level_everywhere_or_in_some_paths() {
    let folder = Folder::new(&[("a.wfc", UNUSED), ("old/b.wfc", UNUSED)]);
    let with = |text: &str| {
        folder.write("wfc.yaml", text);
        folder.wfc(&["check"])
    };
    assert_eq!(
        with("rules: {unused-allow: error}").stderr,
        "2 errors in 2 files\n2 can be mended by --fix\n"
    );
    let off = with("rules: {unused-allow: off}");
    assert_eq!((off.code, off.stderr.as_str()), (0, "no findings in 2 files (2 turned off)\n"));
    let run = with("rules: {unused-allow: error}\noverrides: [{paths: old/**, rules: {unused-allow: info}}]");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "1 error in 2 files (1 more hidden: --profile strict shows it)\n1 can be mended by --fix\n")
    );
}

#[test]
fn files_build_upon_others() {
    let folder = Folder::new(&[
        ("a.wfc", UNUSED),
        ("wfc.yaml", "extends: [shared/base.yaml, shared/more.yaml]\n"),
        ("shared/base.yaml", "extends: ground.yaml\nfail-on: warning\n"),
        ("shared/more.yaml", "extends: ground.yaml\n"),
        (
            "shared/ground.yaml",
            "fail-on: info\nprofile: audit\nallow: {rule: unused-allow, files: a.wfc, because: why}\n",
        ),
    ]);
    let run = folder.wfc(&["config", "show"]);
    assert!(
        run.stdout.contains("fail-on: warning                         # shared/base.yaml:2:10\n"),
        "{run:#?}"
    );
    assert!(
        run.stdout.contains("profile: audit                           # shared/ground.yaml:2:10\n"),
        "{run:#?}"
    );
    assert_eq!(run.stdout.matches("- rule").count(), 1, "a file that two build upon counts once: {run:#?}");
    folder.write("shared/ground.yaml", "extends: ../wfc.yaml\n");
    let run = folder.wfc(&["check"]);
    run.is_trouble(
        "shared/ground.yaml:1:10: `../wfc.yaml` builds upon itself; \
         wfc.yaml → shared/base.yaml → shared/ground.yaml → wfc.yaml",
    );
    assert_eq!(run.stdout, "");
    folder.write("shared/ground.yaml", "extends: gone.yaml\n");
    folder
        .wfc(&["check"])
        .is_trouble("shared/ground.yaml:1:10: `gone.yaml` cannot be built upon: there is no such file");
}

#[test]
fn what_is_wrong_with_a_configuration_is_told_before_anything_is_checked() {
    let folder = Folder::new(&[("a.wfc", WRONG), ("wfc.yaml", "profil: strict\nrules: {tens: off}\n")]);
    for arguments in
        [&["check"][..], &["graph", "a.wfc"], &["config", "show"], &["check", "--config", "wfc.yaml"]]
    {
        let run = folder.wfc(arguments);
        run.is_trouble("wfc.yaml:1:1: unknown key `profil`; did you mean `profile`?");
        run.is_trouble("wfc.yaml:2:9: there is no rule `tens`; did you mean `tense`?");
        assert_eq!(run.stdout, "");
    }
    folder.write("wfc.yaml", b"profile: \xff\n");
    folder.wfc(&["check"]).is_trouble("wfc.yaml: the file is not UTF-8 (line 1, byte 9: 0xff)");
    fs::remove_file(folder.at("wfc.yaml")).unwrap();
    fs::create_dir(folder.at("wfc.yaml")).unwrap();
    folder.wfc(&["check"]).is_trouble("wfc.yaml: a folder where a file is wanted");
    fs::remove_dir(folder.at("wfc.yaml")).unwrap();
    folder.write("wfc.yml", "");
    folder.wfc(&["check"]).is_trouble("wfc.yml: is not read: call it wfc.yaml");
}

#[test]
fn a_closed_set_of_imported_files_is_one_system() {
    let reserve = machine("stock-reserved");
    let folder = Folder::new(&[("stock/reserve.asl.json", reserve.as_str()), ("a.wfc", UNUSED)]);
    folder.write("stock/count.asl.json", machine("stock-counted"));
    let heard = |folder: &Folder, path: &str| {
        let run = folder.wfc(&["check", path, "--format", "concise", "--profile", "strict"]);
        run.stdout.lines().filter(|line| line.contains("[unheard-event]")).count()
    };
    assert_eq!(heard(&folder, "stock"), 0);
    folder.write("wfc.yaml", "systems: [{files: 'stock/**', world: closed}]\n");
    assert_eq!(heard(&folder, "stock"), 2);
    assert_eq!(heard(&folder, "stock/reserve.asl.json"), 2, "who checks one of a set, checks them all");
    folder.write("wfc.yaml", "systems: [{files: 'stock/**', world: open}]\n");
    assert_eq!(heard(&folder, "stock"), 0);
}

#[test]
fn imported_findings_are_accepted_by_file_entity_and_rule() {
    let reserve = machine("stock-reserved");
    let folder = Folder::new(&[("stock/reserve.asl.json", reserve.as_str())]);
    let set = "systems: [{files: 'stock/**', world: closed}]\nrules: {unheard-event: error}\n";
    let with = |allow: &str| {
        folder.write("wfc.yaml", format!("{set}allow:\n- rule: unheard-event\n  files: stock/**\n  because: a rule in the template takes it\n{allow}"));
        folder.wfc(&["check", "--format", "concise"])
    };
    let run = with("");
    assert_eq!((run.code, run.stderr.as_str()), (0, "no findings in 1 file (1 allowed)\n"));
    assert_eq!(with("  entity: '*/stock-reserved'\n  until: 2999-12-31\n").code, 0);
    let run = with("  until: 2020-06-30\n");
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("wfc.yaml:7:10: warning[expired-allow] `allow` of `unheard-event` has ended\n"),
        "{run:#?}"
    );
    let run = with("  entity: '*/other'\n");
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("wfc.yaml:4:9: warning[unused-allow] `allow` of `unheard-event` accepts nothing\n"),
        "{run:#?}"
    );
    assert_eq!(with("").stderr, folder.wfc(&["check"]).stderr);
}

#[test]
fn an_allowance_for_files_that_were_not_checked_is_not_judged() {
    let folder = Folder::new(&[("a.wfc", UNUSED), ("b.wfc", "id A\n")]);
    folder.write("wfc.yaml", "allow: {rule: tense, files: a.wfc, because: why}\n");
    folder.wfc(&["check", "b.wfc"]).is_clean(1);
    assert!(folder.wfc(&["check", "a.wfc"]).stdout.contains("[wfc.yaml:1:15]"));
}

#[test]
fn the_schema_in_the_documentation_is_current() {
    let shown = Folder::new(&[]).wfc(&["config", "schema"]).stdout;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/wfc.schema.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &shown).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == shown, "`wfc config schema` and {} differ: BLESS=1 writes it anew", path.display());
    serde_json::from_str::<serde_json::Value>(&shown).unwrap();
}

#[test]
fn every_configuration_in_the_documentation_can_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        let folder = Folder::new(&[("wfc.yaml", block), ("shared/wfc-base.yaml", "")]);
        let run = folder.wfc(&["config", "show"]);
        assert_eq!(run.code, 0, "{block}\n{run:#?}");
    }
}

#[test]
fn budgets_say_how_much_is_too_much() {
    for (rule, budgets) in [
        ("efferent-budget", "efferent: 8"),
        ("afferent-budget", "afferent: 8"),
        ("synchronous-chain", "chain: 3"),
        ("coupling-budget", "control: 13"),
        ("retry-storm", "attempts: 16"),
    ] {
        let example = wfc::catalog::find(rule).unwrap().bad;
        let folder = Folder::new(&[("a.wfc", example)]);
        let is_told = || folder.wfc(&["check"]).stdout.contains(&format!("[{rule}"));
        assert!(is_told(), "{rule}");
        folder.write("wfc.yaml", format!("budgets: {{{budgets}}}"));
        assert!(!is_told(), "{rule}");
    }
}

#[test]
fn every_format_has_the_severity_that_is_configured() {
    let folder = Folder::new(&[("a.wfc", UNUSED), ("wfc.yaml", "rules: {unused-allow: error}\n")]);
    for (format, part) in [
        ("full", "error[unused-allow]"),
        ("concise", "error[unused-allow]"),
        ("json", "\"severity\": \"error\""),
        ("jsonl", "\"severity\":\"error\""),
        ("sarif", "\"level\":\"error\""),
        ("github", "::error "),
        ("gitlab", "\"severity\": \"major\""),
        ("junit", "<failure"),
        ("rdjson", "\"severity\": \"ERROR\""),
        ("markdown", "1 error"),
    ] {
        let run = folder.wfc(&["check", "--format", format]);
        assert!(run.code == 1 && run.stdout.contains(part), "{format}: {run:#?}");
    }
}
