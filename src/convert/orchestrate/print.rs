//! The conducted workflow as text.

use super::Conductor;
use crate::convert::text::{field_text, written};
use crate::model::{EventId, GoalKind, Trigger};
use std::collections::BTreeSet;
use std::fmt::Write;

impl Conductor<'_> {
    /// What comes late and is the conductor's own business by now needs no word any more.
    pub(super) fn lates(&mut self) {
        for late in &self.workflow.late {
            for statement in &late.block.statements {
                if !matches!(statement.kind, crate::model::StatementKind::Notify(_)) {
                    self.cannot(
                        statement.span,
                        "in `late`",
                        "what is undone when a run is over cannot be kept".to_string(),
                    );
                }
            }
        }
    }

    pub(super) fn print(&self) -> String {
        let model = self.cx.model;
        let workflow = self.workflow;
        let mut out = String::new();
        let _ = writeln!(
            out,
            "workflow {} {{\norchestrated by {}",
            written(&workflow.name.text),
            written(model.service_name(self.coordinator))
        );
        if !workflow.correlation.is_empty() {
            let key: Vec<String> = workflow.correlation.iter().map(|name| written(&name.text)).collect();
            let _ = writeln!(out, "correlated by {}", key.join(", "));
        }
        if let Trigger::Events(formula) = &workflow.trigger {
            let _ = writeln!(out, "starts when {}", (self.cx.text)(formula.span));
        }
        for span in self.cx.said_of_whole(self.id) {
            let _ = writeln!(out, "{}", (self.cx.text)(span));
        }
        self.outline.print(self.whole, &|_| String::new(), &mut out);
        if let Some(undone) = &workflow.undone {
            let _ = writeln!(out, "{}", (self.cx.text)(undone.span));
        }
        out.push('\n');
        for goal in &workflow.goals {
            let declared = &model.goals[*goal];
            for line in declared.doc.lines().filter(|_| !declared.doc.is_empty()) {
                let _ = writeln!(out, "/// {line}");
            }
            let kind = if declared.kind == GoalKind::Success { "success" } else { "failure" };
            let fields: Vec<String> = declared.fields.iter().map(|field| field_text(model, field)).collect();
            let fields = if fields.is_empty() { String::new() } else { format!("({})", fields.join(", ")) };
            let _ = write!(out, "{kind} {}{fields}", written(&declared.name.text));
            let others = declared.owner.service.filter(|owner| *owner != self.coordinator);
            if let Some(owner) = others {
                let _ = write!(out, " owned by {}", written(model.service_name(owner)));
            }
            out.push('\n');
        }
        out.push('\n');
        self.outline.print(self.body, &|_| String::new(), &mut out);
        self.print_lates(&mut out);
        out.push('}');
        out
    }

    fn print_lates(&self, out: &mut String) {
        let starts: BTreeSet<EventId> = self.starts().into_iter().collect();
        for late in &self.workflow.late {
            let is_left = |event: EventId| {
                starts.contains(&event)
                    || self.kept.contains(&event)
                    || !self.publications.contains_key(&event)
            };
            let terms: Vec<String> = late
                .formula
                .terms
                .iter()
                .filter(|term| is_left(term.event))
                .map(|term| (self.cx.text)(term.span))
                .collect();
            if terms.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\nlate {} {}", terms.join(" or "), (self.cx.text)(late.block.span));
        }
    }
}
