//! `--format` and `--report`: the same verdict in every format, and files that are whole or not there.

use crate::folder::Folder;

/// Every format there is.
const FORMATS: &[&str] =
    &["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown"];

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let folder = Folder::new(&[
        ("clean.wfc", "id A\n"),
        ("found.wfc", "use \"gone.wfc\"\n"),
        ("warned.wfc", "workflow W() { orchestrated by S; success Done; end Done }\n"),
    ]);
    for format in FORMATS {
        let code = |arguments: &[&str]| {
            let report = format!("--report={format}=report");
            let all = [&["check", "--format", format, &report], arguments].concat();
            let run = folder.wfc(&all);
            (run.code, folder.at("report").exists())
        };
        assert_eq!(code(&["clean.wfc"]), (0, true), "{format}");
        assert_eq!(code(&["found.wfc"]), (1, true), "{format}");
        assert_eq!(code(&["found.wfc", "--exit-zero"]), (0, true), "{format}");
        assert_eq!(code(&["found.wfc", "missing.wfc"]), (2, true), "{format}");
    }
}

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
