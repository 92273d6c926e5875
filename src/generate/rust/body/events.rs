//! Waiting for events, and publishing them.

use super::Body;
use super::sides::Holds;
use crate::generate::rust::layout::{Doc, call, text};
use crate::model::{Argument, Block, EventId, Formula, HowMany, LimitKind, Term, Type};

/// The time, which a condition cannot wait for.
const NOW: &str = "cx.now().await";

impl Body<'_> {
    /// `all([Term::of::<events::A>(), …])`
    pub(super) fn formula(&mut self, formula: &Formula) -> Doc {
        let terms: Vec<Doc> = formula.terms.iter().map(|term| self.term(term)).collect();
        let list = Doc::List { open: "[".into(), items: terms, close: "]".into(), spaced: false };
        match formula.how {
            HowMany::All => {
                self.runtime.insert("all");
                call("all", vec![list])
            }
            HowMany::Any => {
                self.runtime.insert("any");
                call("any", vec![list])
            }
            HowMany::Some(count) => {
                self.runtime.insert("some");
                call("some", vec![text(count.to_string()), list])
            }
        }
    }

    fn term(&mut self, term: &Term) -> Doc {
        self.runtime.insert("Term");
        self.modules.insert("events".to_string());
        let event = self.names.event(term.event).to_string();
        let is_read_later = self.event_names.contains_key(&term.event) && self.is_read(term.event);
        let kept = if is_read_later {
            self.slots.events.insert(term.event);
            let name = self.event_names[&term.event].clone();
            self.capture(&name);
            // A line that moves what it reads has a reference already.
            let reference = if self.captures.is_empty() { "&" } else { "" };
            text(format!("Term::into({reference}{name})"))
        } else {
            text(format!("Term::of::<events::{event}>()"))
        };
        let Some(condition) = &term.condition else { return kept };
        let name = self.event_names.get(&term.event).cloned().unwrap_or_else(|| "event".to_string());
        self.bound_events.push((term.event, name.clone()));
        let condition = self.operand(condition, &Type::Bool);
        self.bound_events.pop();
        let wanted = self.fresh("wanted");
        let condition = if condition.flat().contains(NOW) {
            self.out.line(&format!("let now = {NOW};"));
            condition.replaced(NOW, "now")
        } else {
            condition
        };
        if condition.flat().contains('?') {
            // It reads what may not be there, and holds then for no event.
            self.runtime.insert("Flow");
            self.out.open(&format!("let {wanted} = |{name}: &events::{event}| -> Flow<bool> {{"));
            self.out.write("", &call("Ok", vec![condition]), "");
            self.out.close("};");
            return Doc::Row(vec![kept, call(".only_where", vec![text(wanted)])]);
        }
        self.out.write(&format!("let {wanted} = |{name}: &events::{event}| "), &condition, ";");
        Doc::Row(vec![kept, call(".only", vec![text(wanted)])])
    }

    /// Whether an event is read elsewhere than in the condition it must fulfil.
    fn is_read(&self, event: EventId) -> bool {
        self.event_reads.contains(&event)
    }

    /// `cx.wait(…).await?;`
    pub(super) fn wait_for_formula(&mut self, formula: &Formula) {
        let formula = self.formula(formula);
        self.awaited(call("cx.wait", vec![formula]), &Holds::Nothing { is_unit: true });
    }

    pub(super) fn wait_for(&mut self, formula: &Formula, block: &Block) {
        let formula = self.formula(formula);
        self.surrounded(block, call("cx.wait", vec![formula]), &Holds::Nothing { is_unit: true });
    }

    /// The first of several ways, and only that one.
    pub(super) fn wait_for_any(&mut self, block: &Block) {
        let ways: Vec<Doc> = block.interrupts.iter().map(|way| self.formula(&way.formula)).collect();
        let ways = Doc::List { open: "[".into(), items: ways, close: "]".into(), spaced: false };
        self.out.write("let ways = ", &ways, ";");
        let limit = block.limits.first();
        let bound = match limit {
            None => text("None"),
            Some(limit) => match limit.kind {
                LimitKind::Within => call("Some", vec![self.length(&limit.bound)]),
                LimitKind::Before => {
                    let moment = self.moment(&limit.bound);
                    call("Some", vec![call("cx.until", vec![moment]).then(".await")])
                }
            },
        };
        self.out.write("match ", &call("cx.first", vec![text("&ways"), bound]), ".await? {");
        self.out.step_in();
        for (number, way) in block.interrupts.iter().enumerate() {
            self.way(&format!("Some({number})"), Some(&way.block));
        }
        match limit {
            None => self.out.line("_ => {}"),
            Some(limit) if limit.otherwise.is_some() => self.way("_", limit.otherwise.as_ref()),
            Some(_) => {
                self.runtime.insert("Exit");
                self.out.line("_ => return Err(Exit::Outage(\"nothing came in time\".to_string())),");
            }
        }
        self.out.close("}");
    }

    fn way(&mut self, pattern: &str, block: Option<&Block>) {
        let Some(block) = block.filter(|block| !block.statements.is_empty() || Self::has_sides(block)) else {
            return self.out.line(&format!("{pattern} => {{}}"));
        };
        self.out.open(&format!("{pattern} => {{"));
        self.braced(|body| body.side(block));
        self.out.close("}");
    }

    pub(super) fn publish(&mut self, event: EventId, arguments: &[Argument]) {
        self.modules.insert("events".to_string());
        let name = format!("events::{}", self.names.event(event));
        let fields = self.model.events[event].fields.clone();
        let spelled = self.names.event_fields(event).to_vec();
        let value = self.made(name, &fields, &spelled, arguments);
        let published = call("cx.publish", vec![value.clone()]);
        if self.out.fits("", &published, ".await?;") {
            self.out.write("", &published, ".await?;");
        } else {
            self.out.write("let fact = ", &value, ";");
            self.out.line("cx.publish(fact).await?;");
        }
    }
}
