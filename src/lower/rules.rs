//! The rules that lowering finds broken, each with its manual page.

mod awareness;
mod entries;
mod names;
mod values;

use crate::finding::Rule;
pub use awareness::UNAWARE_OF_CHOICE;
pub use entries::{ENTRY_ORDER, MISPLACED_ENTRY, MISSING_STYLE, UNEXPLAINED_ALLOW};
pub use names::{DUPLICATE_NAME, UNKNOWN_NAME};
pub use values::{MISSING_CORRELATION, MISSING_FIELD, TYPE_MISMATCH, UNRAISED_FAILURE};

/// Every rule of this phase.
pub static RULES: &[&Rule] = &[
    &DUPLICATE_NAME,
    &ENTRY_ORDER,
    &MISPLACED_ENTRY,
    &MISSING_CORRELATION,
    &MISSING_FIELD,
    &MISSING_STYLE,
    &TYPE_MISMATCH,
    &UNAWARE_OF_CHOICE,
    &UNEXPLAINED_ALLOW,
    &UNKNOWN_NAME,
    &UNRAISED_FAILURE,
];
