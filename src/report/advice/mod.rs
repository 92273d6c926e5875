//! Advice as a note to read, as a page, and as a document for programs.

mod json;
mod markdown;
mod text;
mod words;

pub use json::{document, schema};
pub use markdown::markdown;
pub use text::text;
