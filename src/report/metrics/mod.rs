//! The coupling numbers of all systems, for people and for programs; and how far they have drifted.

mod drift;
mod json;
mod text;

pub use drift::{Drift, Drifted, Limit};
pub(in crate::report) use json::{Location, UndoCost, location, undo};
pub use json::{document, schema};
pub use text::text;
