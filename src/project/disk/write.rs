//! Results to the disk, whole or not at all.

use crate::project::Trouble;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file that must not exist yet, and the folders above it.
pub fn write_new(path: &str, text: &str) -> Result<(), Trouble> {
    let target = Path::new(path);
    let written = make_folder(target).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(target)?;
        fill(&mut file, text.as_bytes()).inspect_err(|_| drop(fs::remove_file(target)))
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Trouble::new(path, "exists already and is not overwritten"),
        _ => Trouble::new(path, explain(&error)),
    })
}

/// Writes `path` anew. The text goes to a file beside it that then takes its name, so that nobody
/// ever finds half a file there.
pub fn replace(path: &str, text: &str) -> Result<(), Trouble> {
    replace_bytes(path, text.as_bytes())
}

/// The same for what is no text.
pub fn replace_bytes(path: &str, text: &[u8]) -> Result<(), Trouble> {
    let target = Path::new(path);
    // A device or a pipe cannot be replaced by a file, only written to.
    let is_special = target.metadata().is_ok_and(|there| !there.is_file());
    let written = if is_special {
        OpenOptions::new().write(true).open(target).and_then(|mut file| fill(&mut file, text))
    } else {
        through_a_neighbour(target, text)
    };
    written.map_err(|error| Trouble::new(path, explain(&error)))
}

/// The same, with the folders above it.
pub fn replace_in_folder(path: &str, text: &str) -> Result<(), Trouble> {
    make_folder(Path::new(path)).map_err(|error| Trouble::new(path, explain(&error)))?;
    replace(path, text)
}

/// Writes `path` anew, if it still says what it said when it was read.
pub fn rewrite(path: &str, before: &str, text: &str) -> Result<(), Trouble> {
    match fs::read_to_string(path) {
        Ok(now) if now.strip_prefix('\u{feff}').unwrap_or(&now) == before => replace(path, text),
        // Another program wrote it; or the path, without its `..`, leads to another file than it did.
        Ok(_) => Err(Trouble::new(path, "has changed since it was read, so it is left as it is")),
        Err(error) => Err(Trouble::new(path, explain(&error))),
    }
}

fn through_a_neighbour(target: &Path, text: &[u8]) -> io::Result<()> {
    // Behind a link, the file it leads to is replaced, not the link.
    let target = target.canonicalize().unwrap_or_else(|_| target.to_path_buf());
    let neighbour = neighbour(&target);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&neighbour)?;
    let written = fill(&mut file, text)
        .and_then(|()| match target.metadata() {
            Ok(there) => file.set_permissions(there.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&neighbour, &target));
    written.inspect_err(|_| drop(fs::remove_file(&neighbour)))
}

/// A name in the same folder that nobody else uses, because no other process has our number.
fn neighbour(target: &Path) -> PathBuf {
    let name = target.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

fn make_folder(target: &Path) -> io::Result<()> {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => match fs::create_dir_all(folder) {
            // Something is there, and it is no folder.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(ErrorKind::NotADirectory.into()),
            made => made,
        },
        _ => Ok(()),
    }
}

fn fill(file: &mut File, text: &[u8]) -> io::Result<()> {
    file.write_all(text)?;
    file.flush()
}

pub(super) fn explain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "the folder does not exist".to_string(),
        ErrorKind::PermissionDenied => "no permission to write here".to_string(),
        ErrorKind::IsADirectory => "a folder, not a file".to_string(),
        ErrorKind::NotADirectory => "a part of the path is no folder".to_string(),
        ErrorKind::StorageFull => "the disk is full".to_string(),
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_string(),
        _ => format!("cannot be written: {error}"),
    }
}
