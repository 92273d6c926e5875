//! Generated projects on the disk, built in one target folder for all of them.

use crate::golden::{PROJECTS, generate, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Project {
    pub folder: PathBuf,
    is_under_lints: bool,
    /// Only one project is built at a time: the binaries of two have one name.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Project {
    /// Writes the project anew; what has not changed stays as it is, so that it is not built again.
    pub fn new(name: &str, specification: &str, workflow: &str) -> Project {
        Project::with(name, specification, workflow, &[])
    }

    /// The same, with more options for `wfc gen`.
    pub fn with(name: &str, specification: &str, workflow: &str, options: &[&str]) -> Project {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = target().join("projects").join(name);
        let fresh = tempfile::tempdir().expect("there is room");
        generate(specification, workflow, options, fresh.path());
        // Cargo tells packages in one target folder apart by their names and versions alone.
        let manifest = fresh.path().join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("it was generated");
        let number = PROJECTS.iter().position(|(known, _, _)| *known == name);
        let number =
            number.unwrap_or_else(|| name.bytes().fold(100, |sum, byte| (sum * 31 + byte as usize) % 9973));
        let text = text.replacen("version = \"0.1.0\"", &format!("version = \"0.1.{number}\""), 1);
        fs::write(&manifest, text).expect("there is room");
        copy(fresh.path(), &folder);
        Project { folder, is_under_lints: false, _turn: turn }
    }

    /// From now on clippy is the compiler of what is generated, and a warning is an error. `cargo clippy` would look at
    /// everything that it depends on once more.
    pub fn under_lints(self) -> Project {
        Project { is_under_lints: true, ..self }
    }

    pub fn write(&self, path: &str, text: &str) {
        write(&self.folder.join(path), text.as_bytes());
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).expect("the file is there")
    }

    pub fn cargo(&self, words: &[&str]) -> Output {
        let lints = [("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"), ("CLIPPY_ARGS", "-Dwarnings")];
        let output = Command::new(env!("CARGO"))
            .args(words)
            .envs(lints.into_iter().filter(|_| self.is_under_lints))
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_TEST_DEBUG", "0")
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo runs");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "cargo {words:?}\n{out}\n{err}");
        output
    }

    /// A program of our own beside the coordinator; it is gone again when it is built. As an example it is built
    /// from what tests are built from, so that an engine is built once for both.
    pub fn build(&self, name: &str, text: &str, features: &str) -> PathBuf {
        let manifest = "crates/coordinator/Cargo.toml";
        let kept = self.read(manifest);
        // A generated crate depends on nothing that it does not name.
        let needed = ["serde_json", "jiff"].map(|name| format!("{name}.workspace = true\n"));
        let missing: String = needed.into_iter().filter(|line| !kept.contains(line)).collect();
        self.write(manifest, &kept.replacen("[dependencies]\n", &format!("[dependencies]\n{missing}"), 1));
        self.write(&format!("crates/coordinator/examples/{name}.rs"), text);
        self.cargo(&["build", "--quiet", "--example", name, "--features", features]);
        let program = self.program(&format!("examples/{name}"));
        fs::remove_dir_all(self.folder.join("crates/coordinator/examples")).expect("it is there");
        self.write(manifest, &kept);
        program
    }

    /// A program of the project, under a name that no other project takes.
    pub fn program(&self, name: &str) -> PathBuf {
        let kept = self.folder.join(name);
        fs::copy(target().join("debug").join(name), &kept).expect("it was built");
        kept
    }
}

fn target() -> PathBuf {
    root().join("target/generated")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        let to = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            write(&to, &fs::read(&path).expect("it can be read"));
        }
    }
}

fn write(path: &Path, text: &[u8]) {
    if fs::read(path).is_ok_and(|known| known == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
    fs::write(path, text).expect("there is room");
}
