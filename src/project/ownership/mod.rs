//! Which files of a generated project are whose, and what generating again does to them. Only decided
//! here; done in `disk`.

pub mod manifest;
pub mod path;
pub mod plan;

pub use manifest::Manifest;
pub use plan::{Change, Force, Known, Left, Plan, There, Why, plan};

/// The folder in a generated project that belongs to wfc.
pub const FOLDER: &str = ".wfc";

/// What wfc has written, from the folder of the project.
pub const MANIFEST: &str = ".wfc/manifest.json";

/// What wfc is about to write; there only while it does, or after it was killed.
pub const PENDING: &str = ".wfc/pending.json";

/// Who holds a lock on it may write.
pub const LOCK: &str = ".wfc/lock";

/// Keeps what is of no use to others out of version control.
pub const IGNORE: (&str, &str) = (".wfc/.gitignore", "/lock\n/pending.json\n");
