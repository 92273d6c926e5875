//! `wfc fmt`: what it writes, what it leaves alone, and how it ends.

use crate::folder::Folder;

const UNTIDY: &str = "id A // one\nservice  S{}\n";
const TIDY: &str = "id A // one\nservice S { }\n";

#[test]
fn a_file_is_written_anew_only_where_it_changes() {
    let folder = Folder::new(&[("a.wfc", UNTIDY), ("b.wfc", TIDY), ("c.json", "{}")]);
    let run = folder.wfc(&["fmt"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "1 file formatted, 1 file already formatted\n");
    assert_eq!((folder.read("a.wfc").as_str(), folder.read("c.json").as_str()), (TIDY, "{}"));
    assert_eq!(folder.wfc(&["fmt"]).stderr, "2 files already formatted\n");
}

#[test]
fn check_and_diff_write_nothing_and_fail() {
    let folder = Folder::new(&[("a.wfc", UNTIDY), ("b.wfc", TIDY)]);
    let check = folder.wfc(&["fmt", "--check"]);
    assert_eq!((check.code, check.stdout.as_str()), (1, "a.wfc\n"));
    assert_eq!(check.stderr, "1 file would be formatted, 1 file already formatted\n");
    let diff = folder.wfc(&["fmt", "--diff"]);
    assert_eq!(diff.code, 1);
    assert!(diff.stdout.ends_with(" id A // one\n-service  S{}\n+service S { }\n"), "{diff:#?}");
    assert_eq!(folder.read("a.wfc"), UNTIDY);
    for option in ["--check", "--diff"] {
        assert_eq!(folder.wfc(&["fmt", option, "b.wfc"]).code, 0);
    }
    assert_eq!(folder.wfc(&["fmt", "--diff", "--check"]).code, 2);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new(&[]);
    let run = folder.wfc_with_input(&["fmt", "-"], UNTIDY);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, TIDY, ""));
    let check = folder.wfc_with_input(&["fmt", "--check", "-", "--stdin-filename", "a.wfc"], UNTIDY);
    assert_eq!((check.code, check.stdout.as_str()), (1, "a.wfc\n"));
    let damaged = folder.wfc_with_input(&["fmt", "-"], "servise S {}");
    assert_eq!((damaged.code, damaged.stdout.as_str()), (2, ""));
}

#[test]
fn a_damaged_file_is_left_as_it_is_and_the_others_are_not() {
    let folder = Folder::new(&[("a.wfc", "service S { comand Go() }  id B"), ("b.wfc", UNTIDY)]);
    let run = folder.wfc(&["fmt"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    for part in ["error[syntax-error]", "wfc: a.wfc: has errors, so it is left as it is", "1 file formatted"]
    {
        assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
    }
    assert_eq!(folder.read("a.wfc"), "service S { comand Go() }  id B");
    assert_eq!(folder.read("b.wfc"), TIDY);
}

#[test]
fn names_that_mean_nothing_do_not_matter() {
    let folder = Folder::new(&[("a.wfc", "use  \"gone.wfc\"\nrecord R( a:Nobody )")]);
    assert_eq!(folder.wfc(&["fmt", "a.wfc"]).code, 0);
    assert_eq!(folder.read("a.wfc"), "use \"gone.wfc\"\nrecord R(a: Nobody)\n");
}

#[test]
fn a_file_that_is_only_used_is_not_touched() {
    let folder = Folder::new(&[("a.wfc", "use \"b.wfc\"\n"), ("b.wfc", UNTIDY)]);
    assert_eq!(folder.wfc(&["fmt", "a.wfc"]).code, 0);
    assert_eq!(folder.read("b.wfc"), UNTIDY);
}

#[test]
fn what_cannot_be_formatted_is_trouble() {
    let folder = Folder::new(&[("a.json", r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#)]);
    folder.wfc(&["fmt", "a.json"]).is_trouble("a.json: only .wfc files are formatted");
    folder.wfc(&["fmt", "gone.wfc"]).is_trouble("gone.wfc: there is no such file or folder");
    folder.wfc(&["fmt"]).is_trouble(".: no .wfc files here");
    assert_eq!(folder.wfc(&["fmt", "--allow-empty"]).code, 0);
}

#[test]
fn line_ends_stay_what_they_were() {
    let folder = Folder::new(&[("a.wfc", "id  A\r\nid B\r\n")]);
    folder.wfc(&["fmt"]);
    assert_eq!(folder.read("a.wfc"), "id A\r\nid B\r\n");
}

#[test]
fn what_the_configuration_leaves_out_is_not_touched() {
    let folder =
        Folder::new(&[("wfc.yaml", "exclude: old/**\n"), ("flows/old/a.wfc", UNTIDY), ("old/b.wfc", UNTIDY)]);
    assert_eq!(folder.wfc(&["fmt"]).stderr, "1 file formatted\n");
    assert_eq!((folder.read("flows/old/a.wfc").as_str(), folder.read("old/b.wfc").as_str()), (TIDY, UNTIDY));
    assert_eq!(folder.wfc(&["fmt", "--check", "--isolated"]).stdout, "old/b.wfc\n");
    folder.write("wfc.yaml", "exclud: old\n");
    folder.wfc(&["fmt"]).is_trouble("wfc.yaml:1:1: unknown key `exclud`; did you mean `exclude`?");
}
