//! Findings and rules for readers: terminal, machine formats, pages.

pub mod index;
pub mod page;
