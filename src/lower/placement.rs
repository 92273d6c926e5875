//! What parses and makes no sense where it stands.
use crate::finding::Finding;
use crate::syntax::ast::Ast;
pub(super) fn check(_ast: &Ast, _findings: &mut Vec<Finding>) {}
