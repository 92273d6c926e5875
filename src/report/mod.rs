//! Findings and rules for readers: terminal, machine formats, pages.

pub mod page;
