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
