//! Something wrong in a configuration, and where.

use crate::project::Trouble;
use crate::source::{Sources, Span};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub span: Span,
    /// One clause, as a finding's message.
    pub message: String,
    pub help: Option<String>,
}

impl Mistake {
    pub fn new(span: Span, message: impl Into<String>) -> Mistake {
        Mistake { span, message: message.into(), help: None }
    }

    pub fn help(mut self, text: impl Into<String>) -> Mistake {
        self.help = Some(text.into());
        self
    }

    /// `wfc.yaml:3:5: unknown key …; did you mean …?`
    pub fn trouble(&self, files: &Sources) -> Trouble {
        let what = match &self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        };
        Trouble::new(place(self.span, files), what)
    }
}

/// `wfc.yaml:3:5`
pub fn place(span: Span, files: &Sources) -> String {
    let file = files.get(span.file);
    let at = file.position(span.start);
    format!("{}:{}:{}", file.path, at.line, at.column)
}
