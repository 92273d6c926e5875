//! Foreign formats to the same syntax tree that the parser makes, with spans in the foreign file.

pub mod asl;
pub mod document;
pub mod rules;

use crate::finding::Finding;
use crate::syntax::ast::{Ast, Format};

/// What a foreign file became, and what of it could not be carried over.
#[derive(Clone, Debug)]
pub struct Imported {
    pub ast: Ast,
    pub findings: Vec<Finding>,
}

/// Which foreign format a file is written in, by its content; nothing for a file that is none of ours.
pub fn detect(path: &str, text: &str) -> Option<Format> {
    asl::looks_like_one(path, text).then_some(Format::AmazonStatesLanguage)
}
