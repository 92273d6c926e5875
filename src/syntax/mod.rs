//! Text to syntax tree. pest stays in here.

pub mod ast;
