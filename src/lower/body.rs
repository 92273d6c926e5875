//! Where lowering stands inside a workflow: what is visible, what is known, what can be left.

use super::collect::{Collected, Region};
use super::flow::Flow;
use super::rules::MISPLACED_ENTRY;
use super::system::System;
use crate::finding::Finding;
use crate::model::{EventId, Field, LabelId, Name, Type, ValueId, WorkflowId};
use crate::source::Span;
use crate::syntax::ast::EventName;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How deep blocks and expressions may nest. The parser stops at 64; importers might not.
pub(super) const MAX_DEPTH: usize = 72;

pub(super) struct Body<'b, 'a> {
    pub sys: &'b mut System<'a>,
    pub file: usize,
    /// `FulfilOrder`, `FulfilOrder/Payments`, `Bank/Reserve`: what findings are about.
    pub entity: String,
    pub workflow: Option<WorkflowId>,
    pub collected: &'b Collected,
    /// Whose names are visible: the workflow's, or one participant's.
    pub region: usize,
    /// In `undone by`: what can be read of the request and its answer.
    pub request: Option<Request>,
    pub flow: Flow,
    /// What is known at each label by all jumps to it so far.
    pub jumps: BTreeMap<LabelId, Flow>,
    /// Labels that were passed in this round, with what was known of jumps to them then.
    pub passed: BTreeMap<LabelId, Option<Flow>>,
    /// Values whose type is known by now.
    pub typed: FxHashSet<ValueId>,
    /// A name was read before its type was known: another round will know it.
    pub read_early: bool,
    /// Some call could not be resolved: what it fails with is anybody's guess.
    pub lost_call: bool,
    /// Events that belong to no run: told where they are first waited for.
    pub lost_events: FxHashSet<EventId>,
    /// Events that are waited for by a workflow that has no key.
    pub uncorrelated: Vec<(EventId, Span)>,
    /// The variables of the loops around, innermost last.
    pub loops: Vec<(SmolStr, ValueId)>,
    /// What `give` can give to, innermost last.
    pub gives: Vec<Give>,
    /// What `skip` can leave, innermost last.
    pub skips: Vec<Flow>,
    /// The failures that the handlers around have caught, innermost last.
    pub caught: Vec<BTreeMap<SmolStr, Caught>>,
    /// The blocks around, innermost last: what `then` can reach.
    pub blocks: Vec<usize>,
    pub depth: usize,
    /// What is read decides something.
    pub in_condition: bool,
}

/// The request that is undone, and what was answered.
pub(super) struct Request {
    pub fields: Vec<Field>,
    pub reply: Type,
}

/// A `step … =` that takes the value of `give`, or one round of it.
pub(super) struct Give {
    pub given: Vec<Given>,
    /// What is known where any `give` left to.
    pub flow: Flow,
}

pub(super) struct Given {
    pub ty: Type,
    /// The path that was given, if it was nothing but a path.
    pub path: Option<String>,
    pub span: Span,
}

impl Give {
    pub fn new() -> Give {
        Give { given: Vec::new(), flow: Flow::dead() }
    }
}

/// A failure in its handler.
#[derive(Clone)]
pub(super) struct Caught {
    /// `None` where nobody knows what it carries.
    pub fields: Option<Vec<Field>>,
    /// It is this failure and no other.
    pub surely: bool,
}

impl<'b, 'a> Body<'b, 'a> {
    pub fn new(sys: &'b mut System<'a>, file: usize, collected: &'b Collected) -> Body<'b, 'a> {
        Body {
            sys,
            file,
            entity: String::new(),
            workflow: None,
            collected,
            region: 0,
            request: None,
            flow: Flow::new(),
            jumps: BTreeMap::new(),
            passed: BTreeMap::new(),
            typed: FxHashSet::default(),
            read_early: false,
            lost_call: false,
            lost_events: FxHashSet::default(),
            uncorrelated: Vec::new(),
            loops: Vec::new(),
            gives: Vec::new(),
            skips: Vec::new(),
            caught: Vec::new(),
            blocks: Vec::new(),
            depth: 0,
            in_condition: false,
        }
    }

    pub fn is_imported(&self) -> bool {
        self.sys.is_imported(self.file)
    }

    pub fn own(&self) -> &'b Region {
        &self.collected.regions[self.region]
    }

    pub fn report(&mut self, finding: Finding) {
        let entity = match (self.entity.is_empty(), finding.entity.is_empty()) {
            (true, _) => finding.entity.clone(),
            (false, true) => self.entity.clone(),
            (false, false) => format!("{}/{}", self.entity, finding.entity),
        };
        self.sys.report(finding.entity(entity));
    }

    /// Reports what only typed files can have wrong.
    pub fn report_typed(&mut self, finding: Finding) {
        if !self.is_imported() {
            self.report(finding);
        }
    }

    pub fn value(&self, name: &str) -> Option<ValueId> {
        let inner = self.loops.iter().rev().find(|(variable, _)| variable == name).map(|(_, id)| *id);
        inner
            .or_else(|| self.own().values.get(name).copied())
            .or_else(|| self.collected.head.get(name).copied())
    }

    /// The bit that says whether `value` is there.
    pub fn value_slot(&self, value: ValueId) -> usize {
        self.collected.value_slots.get(&value).copied().unwrap_or(0)
    }

    /// The bit that says whether `event` has arrived; `None` when this side never hears of it.
    pub fn event_slot(&self, event: EventId) -> Option<usize> {
        let slot = self.collected.event_slots.get(&event).copied()?;
        (self.own().events.contains(&event) || self.flow.knows(slot)).then_some(slot)
    }

    pub fn event_arrived(&mut self, event: EventId) {
        if let Some(&slot) = self.collected.event_slots.get(&event) {
            self.flow.add(slot);
        }
    }

    /// `id` has a value from here on.
    pub fn assign(&mut self, id: ValueId) {
        let slot = self.value_slot(id);
        self.flow.add(slot);
    }

    pub fn set_type(&mut self, id: ValueId, ty: Type) {
        self.sys.model.values[id].ty = ty;
        self.typed.insert(id);
    }

    /// What `inside` finds with only `flow` known; what is known here does not change. Gives what is
    /// known behind it.
    pub fn aside<T>(&mut self, flow: Flow, inside: impl FnOnce(&mut Self) -> T) -> (T, Flow) {
        let here = std::mem::replace(&mut self.flow, flow);
        let result = inside(self);
        let behind = std::mem::replace(&mut self.flow, here);
        (result, behind)
    }

    /// Goes one level down, unless that would be too deep to be safe. Who was let in calls `leave`.
    pub fn enter(&mut self, span: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            let finding = MISPLACED_ENTRY
                .at(span, "too deep to be followed")
                .message(format!("more than {MAX_DEPTH} levels stand within each other"))
                .help("give the inner part a workflow of its own and `run` it");
            self.report(finding);
            return false;
        }
        self.depth += 1;
        true
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    pub fn event(&mut self, written: &EventName) -> Option<EventId> {
        let before = self.sys.findings.len();
        let found = super::event_name::resolve(self.sys, self.file, written);
        self.adopt(before);
        found
    }

    /// Findings from `before` on are about this body.
    pub fn adopt(&mut self, before: usize) {
        let entity = &self.entity;
        for finding in &mut self.sys.findings[before..] {
            if !entity.is_empty() {
                finding.entity = format!("{entity}/{}", finding.entity);
            }
        }
    }
}

/// Tables by the address of a name in the syntax tree, which stays where it is while it is lowered.
pub(super) type ByAddress<T> = FxHashMap<usize, T>;

pub(super) fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

pub(super) fn names(parts: &[crate::syntax::ast::Name]) -> Vec<Name> {
    parts.iter().map(super::system::name).collect()
}
