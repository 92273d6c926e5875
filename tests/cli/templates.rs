//! Templates of the user that go wrong while they are rendered: where, what, and that nothing is written.

use crate::folder::Folder;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SPEC: &str = "service S { query Work() -> int }
workflow W { orchestrated by S; success Done; step worked = S.Work() { retry forever }; end Done }
";

const ARGUMENTS: [&str; 6] = ["gen", "w.wfc", "--out", "out", "--template-dir", "templates"];

/// What is wrong, the templates by their names, and what wfc says about them.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const BROKEN: &[Case] = &[
    (
        "a name that is not there",
        &[("rust/workflow.rs", "// {{ name }}\n\n{{ nmae }}\n")],
        "templates/rust/workflow.rs:3: undefined value",
    ),
    (
        "a field of something that is not there",
        &[("rust/README.md", "{% for workflow in workflows %}\n{{ workflow.titel }}\n{% endfor %}\n")],
        "templates/rust/README.md:2: undefined value",
    ),
    (
        "a filter that does not exist",
        &[("rust/coordinator_main.rs", "fn main() {}\n// {{ modules | shout }}\n")],
        "templates/rust/coordinator_main.rs:2: unknown filter",
    ),
    (
        "a filter on the wrong kind of value",
        &[("rust/coordinator_lib.rs", "{{ modules | int }}\n")],
        "templates/rust/coordinator_lib.rs:1: invalid operation",
    ),
    (
        "a list that is no list",
        &[("rust/service_own.rs", "one\ntwo\nthree\n{% for x in external %}{% endfor %}\n")],
        "templates/rust/service_own.rs:4: invalid operation",
    ),
    (
        "an error in what is included",
        &[
            ("rust/workflow.rs", "{% include 'parts/head.rs' %}\n"),
            ("parts/head.rs", "// one\n// {{ two }}\n"),
        ],
        "templates/parts/head.rs:2: undefined value",
    ),
    (
        "a part that does not exist",
        &[("rust/workflow.rs", "// one\n{% include 'parts/gone.rs' %}\n")],
        "templates/rust/workflow.rs:2: template not found",
    ),
    (
        "a part that includes itself",
        &[
            ("rust/workflow.rs", "{% include 'parts/again.rs' %}\n"),
            ("parts/again.rs", "{% include 'parts/again.rs' %}\n"),
        ],
        "templates/parts/again.rs:1: invalid operation: recursion limit exceeded",
    ),
    (
        "an error that is reached only for one of several files",
        &[("rust/contracts_module.rs", "{% if 'Work' in (items | join) %}\n{{ items.none }}\n{% endif %}\n")],
        "templates/rust/contracts_module.rs:2: undefined value",
    ),
];

#[test]
fn what_goes_wrong_in_a_template_is_told_with_its_line_and_nothing_is_written() {
    for (what, templates, told) in BROKEN {
        let folder = Folder::new(&[("w.wfc", SPEC)]);
        for (name, text) in *templates {
            folder.write(&format!("templates/{name}"), text);
        }
        let run = folder.wfc(&ARGUMENTS);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{what}: {run:#?}");
        assert!(run.stderr.starts_with(&format!("wfc: {told}")), "{what}: {run:#?}");
        assert_eq!(run.stderr.lines().count(), 1, "{what}: one cause is one line: {run:#?}");
        assert!(!folder.at("out").exists(), "{what}");
    }
}

#[test]
fn a_project_stays_as_it_was_when_a_template_goes_wrong() {
    let folder = Folder::new(&[("w.wfc", SPEC)]);
    assert_eq!(folder.wfc(&["gen", "w.wfc", "--out", "out"]).code, 0);
    let before = files(&folder.at("out"));
    folder.write("w.wfc", SPEC.replace("Work", "Toil"));
    for (what, templates, _) in BROKEN {
        for (name, text) in *templates {
            folder.write(&format!("templates/{name}"), text.replace("Work", "Toil"));
        }
        for looking in [None, Some("--dry-run"), Some("--check"), Some("--diff"), Some("--force")] {
            let arguments: Vec<&str> = ARGUMENTS.into_iter().chain(looking).collect();
            let run = folder.wfc(&arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{what} {looking:?}: {run:#?}");
        }
        assert_eq!(files(&folder.at("out")), before, "{what}");
        fs::remove_dir_all(folder.at("templates")).unwrap();
    }
    assert_eq!(folder.wfc(&["gen", "w.wfc", "--out", "out"]).code, 0);
    assert_ne!(files(&folder.at("out")), before);
}

#[test]
fn a_template_that_is_no_text_is_told() {
    let folder = Folder::new(&[("w.wfc", SPEC)]);
    folder.write("templates/rust/workflow.rs", b"\xff\xfe");
    folder.wfc(&ARGUMENTS).is_trouble("templates/rust/workflow.rs");
    assert!(!folder.at("out").exists());
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.to_string_lossy().into_owned(), fs::read(&path).unwrap());
        }
    }
    found
}
