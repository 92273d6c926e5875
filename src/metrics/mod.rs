//! Numbers about a system, as pure functions: so far, which service depends on which.

mod dependencies;

pub use dependencies::{Dependency, Kind, Reason, dependencies};
