//! A folder of files to run wfc in, and what a run gave.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub struct Folder(TempDir);

#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// wfc in this folder, with nothing of the machine's own settings about colours.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wfc"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for variable in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn wfc(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    pub fn wfc_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }
}

impl Run {
    pub fn of(output: Output) -> Run {
        Run {
            code: output.status.code().expect("wfc was killed by a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A clean run, whose summary speaks of `n_files` files.
    #[track_caller]
    pub fn is_clean(&self, n_files: usize) {
        let files = if n_files == 1 { "1 file" } else { &format!("{n_files} files") };
        let ends_well = self.stderr.ends_with(&format!("no findings in {files}\n"));
        assert!(self.code == 0 && self.stdout.is_empty() && ends_well, "{self:#?}");
    }

    /// A run that passes, whose summary begins with `summary`.
    #[track_caller]
    pub fn is_clean_but(&self, summary: &str) {
        assert!(self.code == 0 && self.stderr.starts_with(summary), "{self:#?}");
    }

    /// A run that ended in trouble, and said `what`.
    #[track_caller]
    pub fn is_trouble(&self, what: &str) {
        assert!(self.code == 2 && self.stderr.contains(&format!("wfc: {what}")), "{self:#?}");
    }
}
