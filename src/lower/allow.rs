//! `allow RULE because "…"`: findings that are accepted, and the text they are accepted in.

use super::rules::UNEXPLAINED_ALLOW;
use super::system::{System, name};
use crate::model::Allow;
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn all(sys: &mut System, written: &[ast::Allow], reach: Span) {
    for allow in written {
        one(sys, allow, reach);
    }
}

/// Notes `written`, which accepts what is found in `reach`.
pub(super) fn one(sys: &mut System, written: &ast::Allow, reach: Span) {
    let because = written.because.as_ref().filter(|because| !because.text.trim().is_empty());
    if because.is_none() {
        let finding = UNEXPLAINED_ALLOW
            .at(written.span, "why is this all right?")
            .message(format!("`allow {}` gives no reason", written.rule.text))
            .help("say it where the next reader finds it: `because \"…\"`")
            .entity(written.rule.text.as_str());
        sys.report(finding);
    }
    sys.model.allows.push(Allow {
        rule: name(&written.rule),
        because: because.map(|because| because.text.clone()),
        until: written.until.as_ref().map(name),
        reach,
        span: written.span,
    });
}
