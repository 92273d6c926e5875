//! The one way a workflow is laid out. Only blanks, line ends, `;` and the comma behind the last
//! element of a list are changed: the tokens are printed in their order and as they were spelled.

mod landmarks;
mod layout;
mod tokens;
mod tree;

use crate::syntax::ast::Ast;

/// `text` in its canonical form; `ast` is its tree, read without an error.
///
/// Which line ends the text has, `\n` or `\r\n`, is decided by its first one.
pub fn format(ast: &Ast, text: &str) -> String {
    let marks = landmarks::landmarks(ast);
    let tokens = tokens::tokens(text, |at| marks.entries.contains(&at));
    let formatted = layout::layout(tree::tree(&tokens, &marks));
    let first_line_end = text.find('\n').unwrap_or(0);
    if text[..first_line_end].ends_with('\r') { formatted.replace('\n', "\r\n") } else { formatted }
}
