//! `--report`: files that are whole or not there.

use crate::folder::Folder;

/// Every format there is.
pub const FORMATS: &[&str] =
    &["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown"];

#[test]
fn a_report_stands_beside_what_is_shown() {
    let folder = Folder::new(&[("a.wfc", "use \"gone.wfc\"\n")]);
    let run = folder.wfc(&["check", "--report", "json=one.json", "--report", "concise=two.txt"]);
    assert!(run.code == 1 && run.stdout.starts_with("error[missing-import]"), "{run:#?}");
    assert!(folder.read("one.json").contains("\"rule\": \"missing-import\""));
    assert!(folder.read("two.txt").starts_with("a.wfc:1:5: error[missing-import]"));
}

#[test]
fn a_report_that_cannot_be_written_is_trouble() {
    let folder = Folder::new(&[("a.wfc", "id A\n"), ("folder/b.wfc", "id B\n")]);
    let run = |report: &str| folder.wfc(&["check", "a.wfc", "--report", report]);
    run("json=nowhere/one.json").is_trouble("nowhere/one.json: the folder does not exist");
    run("json=folder").is_trouble("folder: a folder, not a file");
    for wrong in ["json", "json=", "=one", "xml=one"] {
        let run = run(wrong);
        assert!(run.code == 2 && run.stdout.is_empty(), "{wrong} {run:#?}");
    }
    assert!(run("xlm=one").stderr.contains("there is no format `xlm`; there are full, concise, json"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_is_accepted_stands_in_sarif_with_its_reason() {
    const TEXT: &str = "\
id OrderId
service S {
  event Packed(order: OrderId)
  event Sent(order: OrderId)
  event Gone(order: OrderId) { allow unheard-event because \"a ledger\" }
}
workflow W(order: OrderId) {
  orchestrated by S
  success Done
  publish Packed(order)
  publish Sent(order)
  publish Gone(order)
  end Done
}
";
    let folder = Folder::new(&[("a.wfc", TEXT)]);
    let check = |arguments: &[&str]| folder.wfc(&[&["check", "--profile", "strict"], arguments].concat());
    folder.write(
        "wfc.yaml",
        "allow: {rule: unheard-event, files: a.wfc, entity: '*Packed', because: a screen}\n",
    );
    check(&["--write-baseline"]);
    let suppressions = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let run = check(&[&["--format", "sarif"], arguments].concat());
        let mut log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let results = log["runs"][0]["results"].as_array_mut().unwrap();
        results.iter_mut().map(|result| result["suppressions"].take()).collect()
    };
    let external = |why: &str| serde_json::json!([{ "kind": "external", "justification": why }]);
    let in_source = serde_json::json!([{ "kind": "inSource", "justification": "a ledger" }]);
    let none = serde_json::json!([]);
    let all = [external("a screen"), external("the baseline knows it"), in_source.clone()];
    assert_eq!(suppressions(&[]), all);
    assert_eq!(suppressions(&["--no-baseline"]), [none.clone(), external("a screen"), in_source]);
    assert_eq!(suppressions(&["--no-baseline", "--no-allows"]), [none.clone(), none.clone(), none]);
    // What the profile hides is not there either.
    assert!(folder.wfc(&["check", "--format", "sarif"]).stdout.contains("\"results\":[]"));
    for format in FORMATS.iter().filter(|format| **format != "sarif") {
        assert!(!check(&["--format", format]).stdout.contains("unheard-event"), "{format}");
    }
}
