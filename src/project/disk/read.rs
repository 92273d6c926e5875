//! One file from the disk to text, or the reason why not.

use crate::compile;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

/// More than any workflow; less than what would make the machine suffer.
const LIMIT: u64 = 64 << 20;

/// How much it matters that a file is a workflow, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// Met in a folder: passed over unless it is in a format wfc reads.
    IfRecognised,
    /// Met in a folder, and its name says that it is a workflow.
    Met,
    /// Another file uses it; that it does not exist is a finding there.
    Used,
    /// The user named it.
    Named,
}

pub enum Content {
    Text(Arc<str>),
    /// Something else; nobody asked for it.
    Foreign,
    /// Not there; whoever wanted it will say so.
    Absent,
    Unreadable(String),
}

pub fn file(path: &str, demand: Demand) -> Content {
    let bytes = match bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if demand == Demand::Used && error.kind() == ErrorKind::NotFound => {
            return Content::Absent;
        }
        Err(error) => return Content::Unreadable(explain(&error)),
    };
    text(path, bytes, demand)
}

/// The text of a file that is no workflow, or why there is none.
pub fn plain(path: &str) -> Result<String, String> {
    decode(bytes(path).map_err(|error| explain(&error))?)
}

/// Without a name that says otherwise, what comes in is wfc's own language.
pub fn stdin(name: Option<&str>) -> Content {
    let mut bytes = Vec::new();
    let demand = if name.is_some() { Demand::Named } else { Demand::Met };
    match io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes) {
        Ok(_) => text(name.unwrap_or_default(), bytes, demand),
        Err(error) => Content::Unreadable(explain(&error)),
    }
}

fn bytes(path: &str) -> io::Result<Vec<u8>> {
    // Not every system opens a folder.
    let is_folder = |error| if Path::new(path).is_dir() { ErrorKind::IsADirectory.into() } else { error };
    let file = File::open(path).map_err(is_folder)?;
    let there = file.metadata()?;
    if there.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::with_capacity(there.len().min(LIMIT) as usize + 1);
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file that somebody else has read.
pub fn text(path: &str, bytes: Vec<u8>, demand: Demand) -> Content {
    let refuse = |why: String| match demand {
        Demand::IfRecognised => Content::Foreign,
        Demand::Met | Demand::Used | Demand::Named => Content::Unreadable(why),
    };
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(why) => return refuse(why),
    };
    if demand == Demand::Met || compile::recognise(path, &text).is_some() {
        return Content::Text(text.into());
    }
    refuse(
        "not a format that wfc reads: neither a .wfc file nor an Amazon States Language machine".to_string(),
    )
}

fn decode(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() as u64 > LIMIT {
        return Err(format!("the file is larger than {} MiB", LIMIT >> 20));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is written in UTF-16; save it as UTF-8".to_string());
    }
    if let Some(at) = memchr::memchr(0, &bytes) {
        return Err(format!("the file is binary (a zero byte at position {at})"));
    }
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(&error))
}

fn not_utf8(error: &std::string::FromUtf8Error) -> String {
    let at = error.utf8_error().valid_up_to();
    let before = &error.as_bytes()[..at];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let byte = error.as_bytes()[at];
    format!("the file is not UTF-8 (line {line}, byte {at}: 0x{byte:02x})")
}

/// What went wrong with a file, in words that do not need the manual page of a system call.
pub fn explain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_string(),
        ErrorKind::PermissionDenied => "no permission to read it".to_string(),
        ErrorKind::IsADirectory => "a folder where a file is wanted".to_string(),
        ErrorKind::NotADirectory => "a part of the path is no folder".to_string(),
        ErrorKind::InvalidFilename => "the path is too long".to_string(),
        _ if error.raw_os_error() == Some(ELOOP) => "the link leads back to itself".to_string(),
        _ => format!("cannot be read: {error}"),
    }
}

// The kind for it, `FilesystemLoop`, is not stable.
#[cfg(target_os = "linux")]
const ELOOP: i32 = 40;
#[cfg(not(target_os = "linux"))]
const ELOOP: i32 = 62;
