//! One service's side of a choreographed workflow: its reactions beside each other, its watches, and the
//! ends that it answers for.

use super::jumps::{Frame, Leave};
use super::sides::{Holds, is_used};
use super::{Body, Slots, Text, escape};
use crate::generate::rust::choreography::sides::{self, Side, late_name, reaction_names, watch_name};
use crate::generate::rust::layout::{Doc, call, text};
use crate::generate::rust::spell::Spelling;
use crate::model::{
    Block, Expr, Formula, GoalKind, LabelId, LimitKind, Model, StatementKind, Trigger, Trouble,
};
use std::collections::BTreeSet;

/// Writes the side, as often as it takes to know which values are read where a variable would not reach.
pub fn write_side(model: &Model, names: &Spelling, side: Side) -> Text {
    let mut slots = Slots::default();
    loop {
        let mut body = Body::new(model, names, side.workflow, slots.clone());
        body.side_of(side);
        if body.slots == slots {
            let mut text = body.finished();
            let whole = [&*text.steps, &*text.body].concat();
            text.runtime.retain(|name| is_used(&whole, name));
            return text;
        }
        slots = body.slots;
    }
}

impl Body<'_> {
    fn side_of(&mut self, side: Side) {
        let workflow = &self.model.workflows[side.workflow];
        self.slot_declarations(&Slots::default());
        let mut lines = Vec::new();
        let names = reaction_names(self.model, side);
        for (reaction, name) in sides::reactions(self.model, side).into_iter().zip(&names) {
            let promised = reaction.block.promises.map(|(span, _)| span);
            lines.push(self.reaction(name, &reaction.formula, promised, &reaction.block));
        }
        let participants = workflow.participants.iter().filter(|it| it.service == side.service);
        for watch in participants.flat_map(|participant| &participant.watches) {
            let name = watch_name(self.model, watch);
            let armed = self.model.event_name(watch.armed_by);
            let variable = self.fresh(&format!("watch {armed}"));
            self.line_of(&variable, &name, |body| {
                body.wait_for_event(watch.armed_by);
                let expected = body.formula(&watch.expected);
                let within = body.length(&watch.within);
                body.when_missed("misses", vec![expected, within], &watch.otherwise);
            });
            lines.push(variable);
        }
        if sides::records_ends(self.model, side) {
            for goal in workflow.goals.clone() {
                lines.extend(self.goal(side, goal));
            }
        }
        if sides::keeps_limits(self.model, side) {
            self.limits(side, &mut lines);
        }
        if sides::keeps_late(self.model, side) {
            for late in workflow.late.iter().filter(|late| !late.block.statements.is_empty()) {
                let name = late_name(self.model, late);
                let variable = self.fresh(&name);
                let own = sides::labels(self.model, side);
                if sides::undone_in(self.model, side, &late.block).iter().any(|label| !own.contains(label)) {
                    self.findings.push(super::super::lost::not_generated(
                        late.span,
                        "undoing the step of another service `late`",
                    ));
                }
                self.line_of(&variable, &name, |body| {
                    body.out.open("loop {");
                    body.wait_for_formula(&late.formula);
                    body.out.open("if cx.is_over() {");
                    body.is_late = true;
                    body.react(None, &late.block);
                    body.is_late = false;
                    body.out.close("}");
                    body.out.close("}");
                });
                lines.push(variable);
            }
        }
        let lines = lines.into_iter().map(text).collect();
        let lines = Doc::List { open: "vec![".into(), items: lines, close: "]".into(), spaced: false };
        let whole = call("cx.participate", vec![lines]);
        if self.out.fits("", &whole, ".await") {
            self.out.write("", &whole, ".await");
        } else if let Doc::List { items, .. } = whole
            && let [lines] = &items[..]
        {
            self.out.write("let lines = ", lines, ";");
            self.out.line("cx.participate(lines).await");
        }
    }

    fn reaction(&mut self, name: &str, formula: &Formula, promised: Option<u64>, block: &Block) -> String {
        let variable = self.fresh(name);
        self.line_of(&variable, name, |body| {
            body.out.open("loop {");
            body.braced(|body| {
                body.wait_for_formula(formula);
                body.react(promised, block);
            });
            body.out.close("}");
        });
        variable
    }

    /// `let when_order_placed = line(async { … });`
    fn line_of(&mut self, variable: &str, name: &str, inside: impl FnOnce(&mut Self)) {
        self.runtime.insert("line");
        self.out.open(&format!("let {variable} = line(async {{"));
        self.nested(|body| {
            let named = call("&cx.reaction", vec![text(escape::rust(name))]);
            body.out.write("let cx = ", &named, ";");
            inside(body);
        });
        self.out.close("});");
    }

    /// `cx.react(Some(minutes(15)), work).await?;`
    fn react(&mut self, promised: Option<u64>, block: &Block) {
        self.own_patient(block);
        let (head, falls) = self.apart(|body| {
            let skip = Leave::Return { wanted: None, perhaps: false };
            let frame = Frame { boundary: false, give: None, skip: Some(skip), crossed: BTreeSet::new() };
            body.nested(|body| body.in_frame(frame, |body| body.side(block)))
        });
        let of = if falls { "" } else { "::<()>" };
        self.runtime.insert("block");
        if head.is_empty() {
            self.out.line("let work = block(async { Ok(()) });");
        } else {
            self.out.open(&format!("let work = block{of}(async {{"));
            self.out.out += &head;
            if falls {
                self.out.line("Ok(())");
            }
            self.out.close("});");
        }
        let promised = match promised {
            Some(span) => call("Some", vec![self.span(span)]),
            None => text("None"),
        };
        self.out.write("", &call("cx.react", vec![promised, text("work")]), ".await?;");
    }

    /// What is written a level deeper, by itself.
    fn apart<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> (String, T) {
        let inner = super::Writer::at_depth(self.out.depth() + 1);
        let outer = std::mem::replace(&mut self.out, inner);
        let given = write(self);
        (std::mem::replace(&mut self.out, outer).out, given)
    }

    fn when_missed(&mut self, method: &str, items: Vec<Doc>, otherwise: &Block) {
        let condition = call(format!("cx.{method}"), items);
        if self.out.fits("if ", &condition, ".await? {") {
            self.out.write("if ", &condition, ".await? {");
        } else {
            self.out.write("let missed = ", &condition, ";");
            self.out.line("if missed.await? {");
        }
        self.out.step_in();
        self.braced(|body| body.react(None, otherwise));
        self.out.close("}");
        self.out.line("Ok(())");
    }

    fn goal(&mut self, side: Side, goal: crate::model::GoalId) -> Option<String> {
        let item = &self.model.goals[goal];
        let formula = item.reached_by.as_ref()?;
        let variable = self.fresh(&item.name.text);
        let name = item.name.text.to_string();
        let success = (item.kind == GoalKind::Success).to_string();
        let owned = (item.owner.service == Some(side.service)).to_string();
        self.line_of(&variable, &format!("end {name}"), |body| {
            let formula = body.formula(formula);
            let items = vec![text(escape::rust(&name)), text(success), text(owned), formula];
            let whole = call("cx.goal", items.clone());
            if body.out.fits("", &whole, ".await") {
                body.out.write("", &whole, ".await");
            } else {
                let mut items = items;
                let formula = items.pop().unwrap_or_else(|| text(""));
                body.out.write("let reached = ", &formula, ";");
                items.push(text("reached"));
                body.out.write("", &call("cx.goal", items), ".await");
            }
        });
        Some(variable)
    }

    /// The limit of the whole, and what is to be done some time after its beginning.
    fn limits(&mut self, side: Side, lines: &mut Vec<String>) {
        let workflow = &self.model.workflows[side.workflow];
        let Trigger::Events(formula) = &workflow.trigger else { return };
        for (number, limit) in workflow.body.limits.iter().enumerate() {
            let Some(otherwise) = &limit.otherwise else { continue };
            let name = if number == 0 { "the limit" } else { "the other limit" };
            let variable = self.fresh(name.trim_start_matches("the "));
            self.line_of(&variable, name, |body| {
                body.wait_for_formula(formula);
                let within = match limit.kind {
                    LimitKind::Within => body.length(&limit.bound),
                    LimitKind::Before => {
                        let moment = body.moment(&limit.bound);
                        call("cx.until", vec![moment]).then(".await")
                    }
                };
                body.when_missed("lasts", vec![within], otherwise);
            });
            lines.push(variable);
        }
        for reminder in &workflow.body.reminders {
            self.reactions += 1;
            let name = format!("reminder {}", self.reactions);
            let variable = self.fresh(&name);
            self.line_of(&variable, &name, |body| {
                body.wait_for_formula(formula);
                let delay: &Expr = &reminder.delay;
                let delay = body.length(delay);
                body.when_missed("lasts", vec![delay], &reminder.block);
            });
            lines.push(variable);
        }
    }

    fn wait_for_event(&mut self, event: crate::model::EventId) {
        self.runtime.extend(["Term", "all"]);
        self.modules.insert("events".to_string());
        let is_read_later = self.event_names.contains_key(&event) && self.event_reads.contains(&event);
        let term = if is_read_later {
            self.slots.events.insert(event);
            let name = self.event_names[&event].clone();
            self.capture(&name);
            format!("Term::into(&{name})")
        } else {
            format!("Term::of::<events::{}>()", self.names.event(event))
        };
        let list = Doc::List { open: "[".into(), items: vec![text(term)], close: "]".into(), spaced: false };
        self.awaited(call("cx.wait", vec![call("all", vec![list])]), &Holds::Nothing { is_unit: true });
    }

    /// In a participant an outage that nobody meets is only a delay: its step is tried until it is done.
    fn own_patient(&mut self, block: &Block) {
        self.in_participant = true;
        patient(block, false, &mut self.patient);
    }
}

/// The steps of a block whose outages nobody meets.
fn patient(block: &Block, is_met: bool, found: &mut BTreeSet<LabelId>) {
    let is_met = is_met || meets_outage(block);
    for side in block.sides() {
        patient(side, false, found);
    }
    for statement in &block.statements {
        let mut inside = |block: &Block| patient(block, is_met, found);
        match &statement.kind {
            StatementKind::Act(act) => {
                if !is_met && !meets_outage(&act.block) {
                    found.insert(act.label);
                }
                for side in act.block.sides() {
                    patient(side, is_met, found);
                }
            }
            StatementKind::Scope { block, .. } => inside(block),
            StatementKind::If { branches, otherwise } => {
                branches.iter().map(|(_, block)| block).chain(otherwise).for_each(inside);
            }
            StatementKind::Parallel(parallel) => inside(&parallel.block),
            StatementKind::ForEach(each) => inside(&each.block),
            StatementKind::Repeat(repeat) => inside(&repeat.block),
            _ => {}
        }
    }
}

fn meets_outage(block: &Block) -> bool {
    let troubles = block.handlers.iter().flat_map(|handler| &handler.troubles);
    troubles.into_iter().any(|trouble| matches!(trouble, Trouble::Any(_) | Trouble::Outage(_)))
}
