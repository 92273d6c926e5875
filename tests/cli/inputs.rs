//! What wfc is given to read: found, passed over, or refused with a reason.

use crate::folder::{Folder, Run};
use std::fs;

const FINE: &str = "id OrderId\n";
const WRONG: &str = "use \"gone.wfc\"\n";
const MACHINE: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;

#[test]
fn a_folder_is_searched_for_workflows() {
    let folder = Folder::new(&[
        ("a.wfc", FINE),
        ("deep/er/b.wfc", FINE),
        ("machine.asl.json", MACHINE),
        ("package.json", "{}"),
        ("notes.txt", "not ours"),
        (".hidden/c.wfc", WRONG),
        ("build/d.wfc", WRONG),
        (".gitignore", "/build\n"),
    ]);
    folder.wfc(&["check"]).is_clean(3);
    folder.wfc(&["check", "."]).is_clean(3);
    folder.wfc(&["check", "deep", "a.wfc"]).is_clean(2);
    folder.wfc(&["check", "a.wfc", "./a.wfc", "."]).is_clean(3);
}

#[test]
fn exclude_leaves_out_names_and_paths() {
    let folder = Folder::new(&[("a.wfc", FINE), ("legacy/b.wfc", WRONG), ("x/draft.c.wfc", WRONG)]);
    assert_eq!(folder.wfc(&["check"]).code, 1);
    folder.wfc(&["check", "--exclude", "legacy/**", "--exclude", "draft.*"]).is_clean(1);
    folder.wfc(&["check", "--exclude", "legacy", "--exclude", "x"]).is_clean(1);
    folder.wfc(&["check", "legacy/b.wfc", "--exclude", "legacy"]).is_trouble("legacy/b.wfc: nothing is left");
    folder.wfc(&["check", "--exclude", "a{"]).is_trouble("a{: not a pattern that --exclude understands");
}

#[test]
fn an_empty_file_is_fine_and_mentioned() {
    let folder = Folder::new(&[("empty.wfc", "")]);
    let run = folder.wfc(&["check"]);
    run.is_clean(1);
    assert!(run.stderr.starts_with("note: empty.wfc: the file is empty\n"), "{run:#?}");
}

#[test]
fn a_folder_without_workflows_is_trouble_unless_allowed() {
    let folder = Folder::new(&[("docs/readme.md", "text"), ("docs/data.json", "[1]"), ("a.wfc", FINE)]);
    folder.wfc(&["check", "docs"]).is_trouble("docs: no workflow files in this folder");
    let run = folder.wfc(&["check", "docs", "a.wfc"]);
    run.is_trouble("docs: no workflow files in this folder");
    assert!(run.stderr.ends_with("no findings in 1 file\n"), "the rest is checked: {run:#?}");
    folder.wfc(&["check", "docs", "--allow-empty"]).is_clean(0);
}

#[test]
fn a_folder_inside_another_is_not_without_workflows() {
    let folder = Folder::new(&[("x/y/a.wfc", FINE)]);
    folder.wfc(&["check", "x", "x/y"]).is_clean(1);
}

#[test]
fn a_named_file_must_be_a_workflow() {
    let folder = Folder::new(&[("notes.txt", "text"), ("data.json", "{}"), ("m.json", MACHINE)]);
    folder.wfc(&["check", "notes.txt"]).is_trouble("notes.txt: not a format that wfc reads");
    folder.wfc(&["check", "data.json"]).is_trouble("data.json: not a format that wfc reads");
    folder.wfc(&["check", "m.json"]).is_clean(1);
}

#[test]
fn unreadable_content_is_named_and_the_rest_is_checked() {
    let folder = Folder::new(&[("good.wfc", FINE)]);
    folder.write("binary.wfc", b"\x7fELF\0\x01");
    folder.write("latin1.wfc", b"id A\nid B // caf\xe9\n");
    folder.write("utf16.wfc", b"\xff\xfei\0d\0");
    folder.write("other.json", b"\x7fELF\0\x01");
    let run = folder.wfc(&["check"]);
    run.is_trouble("binary.wfc: the file is binary (a zero byte at position 4)");
    run.is_trouble("latin1.wfc: the file is not UTF-8 (line 2, byte 16: 0xe9)");
    run.is_trouble("utf16.wfc: the file is written in UTF-16");
    assert!(!run.stderr.contains("other.json"), "{run:#?}");
    assert!(run.stderr.ends_with("no findings in 1 file\n"), "{run:#?}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let folder = Folder::new(&[("a.wfc", "\u{feff}use \"gone.wfc\"\n")]);
    let run = folder.wfc(&["check", "--format", "concise"]);
    assert!(run.stdout.starts_with("a.wfc:1:5: "), "{run:#?}");
}

#[test]
fn a_file_too_large_is_refused() {
    let folder = Folder::new(&[]);
    fs::File::create(folder.at("huge.wfc")).unwrap().set_len((64 << 20) + 1).unwrap();
    folder.wfc(&["check"]).is_trouble("huge.wfc: the file is larger than 64 MiB");
}

#[test]
fn a_path_that_does_not_exist_is_trouble() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    let run = folder.wfc(&["check", "gone.wfc", "a.wfc"]);
    run.is_trouble("gone.wfc: there is no such file or folder");
    assert!(run.stderr.ends_with("no findings in 1 file\n"), "{run:#?}");
    folder.wfc(&["check", "a.wfc/b.wfc"]).is_trouble("a.wfc/b.wfc: a part of the path is no folder");
    folder.wfc(&["check", &"x".repeat(5000)]).is_trouble("xxx");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_workflows_and_never_in_circles() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("in/a.wfc", FINE), ("out/b.wfc", FINE)]);
    symlink("../out/b.wfc", folder.at("in/b.wfc")).unwrap();
    symlink("a.wfc", folder.at("in/twin.wfc")).unwrap();
    symlink("..", folder.at("in/up")).unwrap();
    folder.wfc(&["check", "in"]).is_clean(2);
    symlink("gone.wfc", folder.at("in/broken.wfc")).unwrap();
    symlink("circle.wfc", folder.at("in/circle.wfc")).unwrap();
    let run = folder.wfc(&["check", "in"]);
    run.is_trouble("in/broken.wfc: there is no such file or folder");
    run.is_trouble("in/circle.wfc: the link leads back to itself");
    folder.wfc(&["check", "in/circle.wfc"]).is_trouble("in/circle.wfc: the link leads back to itself");
    folder.wfc(&["check", "in/broken.wfc"]).is_trouble("in/broken.wfc: there is no such file or folder");
}

#[cfg(unix)]
#[test]
fn a_path_means_what_the_disk_says_it_means() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("far/a.wfc", FINE), ("far/in/b.wfc", FINE), ("odd\\name.wfc", FINE)]);
    symlink("far/in", folder.at("link")).unwrap();
    folder.wfc(&["check", "link/../a.wfc"]).is_clean(1);
    folder.wfc(&["check", "odd\\name.wfc"]).is_clean(1);
}

/// Root may read everything, so root runs wfc as somebody else.
#[cfg(unix)]
#[test]
fn a_file_without_permission_is_trouble() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let folder = Folder::new(&[("good.wfc", FINE), ("secret.wfc", FINE), ("locked/a.wfc", FINE)]);
    let mode = |path: &str, mode| {
        fs::set_permissions(folder.at(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("", 0o755);
    mode("secret.wfc", 0o000);
    mode("locked", 0o000);
    let mut command = folder.command(&["check"]);
    if folder.path().metadata().unwrap().uid() == 0 {
        let program = folder.at("program");
        fs::copy(env!("CARGO_BIN_EXE_wfc"), &program).unwrap();
        command = std::process::Command::new(program);
        command.arg("check").current_dir(folder.path()).uid(65534);
    }
    let run = Run::of(command.output().unwrap());
    mode("locked", 0o755);
    run.is_trouble("secret.wfc: no permission to read it");
    run.is_trouble("locked: no permission to read it");
    assert!(run.stderr.ends_with("no findings in 1 file\n"), "{run:#?}");
}

#[test]
fn used_files_are_read_from_wherever_they_are() {
    let folder = Folder::new(&[
        ("flows/a.wfc", "use \"../shared/b.wfc\"\n"),
        ("shared/b.wfc", "use \"c.wfc\"\nuse \"./c.wfc\"\n"),
        ("shared/c.wfc", "use \"missing.wfc\"\n"),
    ]);
    let run = folder.wfc(&["check", "flows", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.stdout, "shared/c.wfc:1:5: error[missing-import] file `missing.wfc` cannot be read\n");
    assert_eq!(run.stderr, "1 error in 3 files\n");
}

#[test]
fn a_missing_import_is_a_finding_with_the_nearest_name() {
    let folder = Folder::new(&[("flows/a.wfc", "use \"contract.wfc\"\n"), ("flows/contracts.wfc", FINE)]);
    let run = folder.wfc(&["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("help: did you mean `contracts.wfc`?"), "{run:#?}");
}

#[test]
fn using_what_cannot_be_read_is_a_finding_and_trouble() {
    let folder = Folder::new(&[("a.wfc", "use \"shared\"\nuse \"notes.txt\"\n"), ("notes.txt", "text")]);
    fs::create_dir(folder.at("shared")).unwrap();
    let run = folder.wfc(&["check", "--format", "concise"]);
    run.is_trouble("notes.txt: not a format that wfc reads");
    run.is_trouble("shared: a folder where a file is wanted");
    assert_eq!(run.stdout.lines().count(), 2);
}

#[test]
fn a_circle_of_uses_is_fine() {
    let folder =
        Folder::new(&[("a.wfc", "use \"b.wfc\"\n"), ("b.wfc", "use \"a.wfc\"\nuse \"b.wfc\"\nid B\n")]);
    folder.wfc(&["check"]).is_clean(2);
    folder.wfc(&["check", "a.wfc"]).is_clean(2);
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let folder = Folder::new(&[("flows/contracts.wfc", FINE), ("flows/a.wfc", WRONG)]);
    folder.wfc_with_input(&["check", "-"], FINE).is_clean(1);
    let run = folder.wfc_with_input(&["check", "-", "--format", "concise"], WRONG);
    assert_eq!(run.stdout, "<stdin>:1:5: error[missing-import] file `gone.wfc` cannot be read\n");

    // Its name stands for the file on disk, and its uses are relative to it.
    let arguments = ["check", "-", "flows", "--stdin-filename", "flows/a.wfc"];
    folder.wfc_with_input(&arguments, "use \"contracts.wfc\"\n").is_clean(2);
    folder.wfc_with_input(&["check", "-", "--stdin-filename", "m.json"], MACHINE).is_clean(1);
    folder.wfc(&["check", "--stdin-filename", "a.wfc"]).is_trouble("--stdin-filename names standard input");
}

#[test]
fn huge_and_deep_texts_are_survived() {
    let folder = Folder::new(&[]);
    folder.write("line.wfc", format!("id A // {}", "x".repeat(1 << 20)));
    let nested = format!("workflow W {{ {} {} }}", "scope s {".repeat(10_000), "}".repeat(10_000));
    folder.write("deep.wfc", &nested);
    folder.write("open.wfc", "workflow W { scope s {".repeat(10_000));
    folder.write("brackets.wfc", "(".repeat(100_000));
    for file in ["line.wfc", "deep.wfc", "open.wfc", "brackets.wfc"] {
        let run = folder.wfc(&["check", file]);
        assert!(run.code < 2, "{file}: {run:#?}");
        assert!(run.stdout.len() < 1_000_000, "{file}: {} bytes of output", run.stdout.len());
    }
}

#[test]
fn the_order_of_the_arguments_changes_nothing() {
    let folder = Folder::new(&[("a.wfc", WRONG), ("b.wfc", WRONG), ("c/d.wfc", WRONG)]);
    let run = folder.wfc(&["check", "a.wfc", "b.wfc", "c"]);
    assert_eq!(run, folder.wfc(&["check", "c", "b.wfc", "a.wfc"]));
    assert_eq!(run.stderr, "3 errors in 3 files\n");
}
