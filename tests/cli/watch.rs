//! `--watch`: a change is followed by a check, and nothing else is.

use crate::folder::Folder;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const WRONG: &str = "use \"gone.wfc\"\n";
const FINE: &str = "id OrderId\n";
const WAITING: &str = "waiting for changes (Ctrl-C ends)";

struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Folder, arguments: &[&str]) -> Watch {
        let mut command = folder.command(&[&["check", "--watch"], arguments].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Watch { child, lines }
    }

    /// What the next check says, until it waits again.
    fn next(&self) -> Vec<String> {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)).unwrap() {
                line if line == WAITING => return said,
                line => said.push(line),
            }
        }
    }

    /// One change may be seen in several steps, with a check for each: a folder first, and then what is in
    /// it. What counts is what the last of them says.
    fn comes_to(&self, wanted: &[&str]) {
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(self.next());
            if seen.last().is_some_and(|said| said == wanted) {
                return;
            }
        }
        assert!(seen.is_empty(), "{wanted:?} never came: {seen:?}");
    }

    /// Waits until nothing more is said of what has changed so far.
    fn settle(&self) {
        while self.lines.recv_timeout(Duration::from_millis(700)).is_ok() {}
    }

    fn is_still(&self) -> bool {
        self.lines.recv_timeout(Duration::from_millis(700)).is_err()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_followed_by_a_check() {
    let folder = Folder::new(&[("flows/a.wfc", WRONG), ("wfc.yaml", "")]);
    let watch = Watch::start(&folder, &[]);
    watch.comes_to(&["1 error in 1 file"]);
    folder.write("flows/a.wfc", FINE);
    watch.comes_to(&["no findings in 1 file"]);
    folder.write("flows/new/b.wfc", WRONG);
    watch.comes_to(&["1 error in 2 files"]);
    fs::rename(folder.at("flows/new/b.wfc"), folder.at("flows/c.wfc")).unwrap();
    watch.comes_to(&["1 error in 2 files"]);
    fs::remove_file(folder.at("flows/c.wfc")).unwrap();
    watch.comes_to(&["no findings in 1 file"]);
    watch.settle();
    folder.write("notes.txt", "nothing of ours");
    assert!(watch.is_still());
}

#[test]
fn a_mistake_in_the_configuration_does_not_end_it() {
    let folder = Folder::new(&[("a.wfc", WRONG)]);
    let watch = Watch::start(&folder, &["a.wfc"]);
    watch.comes_to(&["1 error in 1 file"]);
    folder.write("wfc.yaml", "profil: strict\n");
    watch.comes_to(&["wfc: wfc.yaml:1:1: unknown key `profil`; did you mean `profile`?"]);
    folder.write("wfc.yaml", "rules: {missing-import: warning}\n");
    watch.comes_to(&["1 warning in 1 file"]);
}

#[test]
fn used_files_are_watched_wherever_they_are() {
    let folder = Folder::new(&[("flows/a.wfc", "use \"../shared/b.wfc\"\n"), ("shared/b.wfc", FINE)]);
    let watch = Watch::start(&folder, &["flows"]);
    watch.comes_to(&["no findings in 2 files"]);
    folder.write("shared/b.wfc", WRONG);
    watch.comes_to(&["1 error in 2 files"]);
}

#[test]
fn what_cannot_be_watched_is_trouble() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    folder
        .wfc(&["check", "--watch", "-"])
        .is_trouble("--watch waits for files to change, which standard input never does");
    assert_eq!(folder.wfc(&["check", "--watch", "--write-baseline"]).code, 2);
}
