//! What the conductor reads: values that events carried are its own now.

use super::Conductor;
use crate::convert::text::{readings, replaced, written};
use crate::model::{EventId, Expr, ExprKind, Name, ValueKind};
use crate::source::Span;

/// Events that carry what events carried, and so on: deeper than this something is wrong.
const MAX_HOPS: u32 = 32;

impl Conductor<'_> {
    /// A piece of text with what it reads as the conductor knows it.
    pub(super) fn text(&mut self, span: Span, exprs: &[&Expr]) -> String {
        self.text_hops(span, exprs, 0)
    }

    fn text_hops(&mut self, span: Span, exprs: &[&Expr], hops: u32) -> String {
        let mut pieces = Vec::new();
        for expr in exprs.iter().flat_map(|expr| readings(expr)) {
            if let Some(text) = self.read(expr, hops) {
                pieces.push((expr.span, text));
            }
        }
        replaced(&(self.cx.text)(span), span, pieces)
    }

    fn read(&mut self, expr: &Expr, hops: u32) -> Option<String> {
        match &expr.kind {
            ExprKind::Event { event, fields } => self.read_event(*event, fields, expr, hops),
            ExprKind::Value { value, fields } => {
                let declared = &self.cx.model.values[*value];
                if declared.kind != ValueKind::Step {
                    return None;
                }
                let label =
                    self.cx.model.labels.iter().find(|(_, label)| label.name.span == declared.name.span)?;
                let name = self.names.get(&label.0)?;
                if *name == declared.name.text {
                    return None;
                }
                Some(format!("{}{}", written(name), path(fields)))
            }
            _ => None,
        }
    }

    fn read_event(&mut self, event: EventId, fields: &[Name], expr: &Expr, hops: u32) -> Option<String> {
        if self.starts().contains(&event) || self.outside.contains(&event) {
            return None;
        }
        let (field, rest) = fields.split_first()?;
        let declared = &self.cx.model.events[event];
        let number = declared.fields.iter().position(|it| it.name.text == field.text);
        let publications = self.publications.get(&event);
        let arguments: Vec<&Expr> = publications
            .into_iter()
            .flatten()
            .filter_map(|it| it.arguments.iter().find(|argument| argument.parameter == number))
            .map(|argument| &argument.value)
            .collect();
        let texts: Vec<String> = if hops >= MAX_HOPS {
            Vec::new()
        } else {
            arguments.iter().map(|argument| self.text_hops(argument.span, &[argument], hops + 1)).collect()
        };
        match texts.first() {
            Some(first) if texts.iter().all(|text| text == first) => {
                let is_path = arguments.first().is_some_and(|it| {
                    matches!(
                        it.kind,
                        ExprKind::Value { .. } | ExprKind::Event { .. } | ExprKind::Failure { .. }
                    )
                });
                let is_simple = is_path || arguments.first().is_some_and(|it| it.parts().is_empty());
                if !rest.is_empty() && !is_path {
                    self.cannot(
                        expr.span,
                        "of something that was put together",
                        "a field of a value that an event carried cannot be read".to_string(),
                    );
                }
                let first = if is_simple { first.clone() } else { format!("({first})") };
                Some(format!("{first}{}", path(rest)))
            }
            _ => {
                let name = self.cx.model.event_name(event);
                self.cannot(
                    expr.span,
                    "which of them?",
                    format!("`{name}` is told in several places, with different values"),
                );
                None
            }
        }
    }
}

fn path(fields: &[Name]) -> String {
    fields.iter().map(|field| format!(".{}", written(&field.text))).collect()
}
