//! The names of a workflow before anything in it is read: steps, scopes, values, and which events each
//! side hears of. Also its accepted findings.

use super::allow;
use super::body::{ByAddress, MAX_DEPTH, address};
use super::declare::twice;
use super::event_name;
use super::system::{System, name};
use crate::model::{EventId, LabelId, LabelKind, StepLabel, Type, Value, ValueId, ValueKind, WorkflowId};
use crate::source::Span;
use crate::syntax::ast::{self, AtMostWhat, Entry, StepSource, WaitKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeSet;

#[derive(Default)]
pub(super) struct Collected {
    /// Parameters and the correlation key: visible everywhere.
    pub head: FxHashMap<SmolStr, ValueId>,
    /// The workflow itself, then each of its participants.
    pub regions: Vec<Region>,
    /// By the name behind `participant`.
    pub participants: ByAddress<usize>,
    /// By the name of a step, scope, `let` or loop variable.
    pub names: ByAddress<(Option<LabelId>, Option<ValueId>)>,
    /// The block that each step or scope stands in.
    pub blocks: FxHashMap<LabelId, Home>,
    /// Names that two declarations share: nobody knows which of them is read.
    pub ambiguous: FxHashSet<ValueId>,
    pub value_slots: FxHashMap<ValueId, usize>,
    pub event_slots: FxHashMap<EventId, usize>,
    /// Something in it could not be read.
    pub damaged: bool,
}

/// Where a step or scope stands.
#[derive(Clone, Copy)]
pub(super) struct Home {
    pub block: usize,
    /// It is a branch: nothing can jump to it.
    pub is_branch: bool,
}

/// Names that one side sees.
#[derive(Default)]
pub(super) struct Region {
    pub values: FxHashMap<SmolStr, ValueId>,
    pub labels: FxHashMap<SmolStr, LabelId>,
    pub events: BTreeSet<EventId>,
    /// Names of events that mean none: reported where they are waited for, and not again when read.
    pub unclear: FxHashSet<SmolStr>,
}

pub(super) fn collect(
    sys: &mut System,
    file: usize,
    workflow: WorkflowId,
    written: &ast::Workflow,
    mut collected: Collected,
) -> Collected {
    collected.regions.push(Region::default());
    let first = collected.head.values().copied().collect::<BTreeSet<_>>();
    for id in first {
        slot(&mut collected, id);
    }
    let mut cx = Collector {
        sys,
        file,
        workflow,
        region: 0,
        collected,
        loops: Vec::new(),
        sides: FxHashMap::default(),
        depth: 0,
    };
    cx.block(&written.block, written.span, false);
    let mut collected = cx.collected;
    let events: BTreeSet<EventId> =
        collected.regions.iter().flat_map(|region| region.events.iter().copied()).collect();
    let n_values = collected.value_slots.len();
    collected.event_slots = events.into_iter().zip(n_values..).collect();
    collected
}

fn slot(collected: &mut Collected, id: ValueId) {
    let next = collected.value_slots.len();
    collected.value_slots.insert(id, next);
}

struct Collector<'s, 'a> {
    sys: &'s mut System<'a>,
    file: usize,
    workflow: WorkflowId,
    region: usize,
    collected: Collected,
    loops: Vec<SmolStr>,
    /// The participants so far.
    sides: FxHashMap<SmolStr, Span>,
    depth: usize,
}

impl Collector<'_, '_> {
    /// `reach` is the entry whose findings an `allow` in this block accepts.
    fn block(&mut self, block: &ast::Block, reach: Span, branches: bool) {
        if self.depth > MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let home = Home { block: address(block), is_branch: branches };
        for entry in &block.entries {
            self.entry(entry, home, reach);
        }
        self.depth -= 1;
    }

    fn entry(&mut self, entry: &Entry, home: Home, reach: Span) {
        match entry {
            Entry::Starts(starts) => {
                if let ast::StartsKind::When(events) = &starts.kind {
                    self.events(events);
                }
            }
            Entry::Goal(goal) => {
                if let Some(events) = &goal.reached_by {
                    self.events(events);
                }
            }
            Entry::Participant(side) => {
                let sides = &mut self.sides;
                match sides.get(&side.service.text).copied() {
                    Some(first) => self.report_twice("participant", &side.service, first),
                    None => {
                        sides.insert(side.service.text.clone(), side.service.span);
                    }
                }
                let outside = self.region;
                self.collected.regions.push(Region::default());
                self.region = self.collected.regions.len() - 1;
                self.collected.participants.insert(address(&side.service), self.region);
                self.block(&side.block, side.span, false);
                self.region = outside;
            }
            Entry::Late(late) => {
                self.events(&late.events);
                self.block(&late.block, late.span, false);
            }
            Entry::Within(limit) | Entry::Before(limit) => self.otherwise(limit.otherwise.as_ref()),
            Entry::Needs(needs) => self.otherwise(needs.otherwise.as_ref()),
            Entry::AtMost(most) => match &most.what {
                AtMostWhat::Times(otherwise) => self.otherwise(otherwise.as_ref()),
                AtMostWhat::AtOnce => {}
            },
            Entry::After(after) => self.block(&after.block, after.span, false),
            Entry::When(when) => {
                self.events(&when.events);
                self.block(&when.block, when.span, false);
            }
            Entry::On(on) => self.block(&on.block, on.span, false),
            Entry::Allow(written) => allow::one(self.sys, written, reach),
            Entry::Step(step) => self.step(step, home),
            Entry::Let(written) => {
                let value = self.value(&written.name, ValueKind::Let);
                self.note(&written.name, None, Some(value));
            }
            Entry::Scope(scope) => {
                let label = self.label(&scope.name, LabelKind::Scope, home);
                self.note(&scope.name, Some(label), None);
                self.block(&scope.block, scope.span, false);
            }
            Entry::If(choice) => {
                for (_, block) in &choice.branches {
                    self.block(block, block.span, false);
                }
                self.otherwise(choice.otherwise.as_ref());
            }
            Entry::Parallel(parallel) => self.parallel(parallel),
            Entry::ForEach(each) => self.rounds(Some(&each.variable), &each.block, each.span),
            Entry::Repeat(repeat) => self.rounds(None, &repeat.block, repeat.span),
            Entry::Wait(wait) => match &wait.kind {
                WaitKind::Time(_) | WaitKind::Until(_) => {}
                WaitKind::For(events, block) => {
                    self.events(events);
                    if let Some(block) = block {
                        self.block(block, wait.span, false);
                    }
                }
                WaitKind::Any(block) => self.block(block, wait.span, false),
            },
            Entry::Watch(watch) => {
                self.events(&watch.expected);
                self.event(&watch.armed_by);
                self.block(&watch.otherwise, watch.span, false);
            }
            Entry::Bad(_) => self.collected.damaged = true,
            Entry::Orchestrated(..)
            | Entry::Choreographed(_)
            | Entry::Correlated(..)
            | Entry::Timeout(..)
            | Entry::Retry(_)
            | Entry::Breaker(_)
            | Entry::Pivot(_)
            | Entry::Undone(_)
            | Entry::Promises(..)
            | Entry::Every(..)
            | Entry::Annotation(_)
            | Entry::Publish(_)
            | Entry::Notify(_)
            | Entry::Give(..)
            | Entry::Skip(_)
            | Entry::Undo(_)
            | Entry::Then(..)
            | Entry::End(_) => {}
        }
    }

    fn step(&mut self, step: &ast::Step, home: Home) {
        let label = self.label(&step.name, LabelKind::Step, home);
        let value = self.value(&step.name, ValueKind::Step);
        self.note(&step.name, Some(label), Some(value));
        match &step.source {
            StepSource::Call(_, block) | StepSource::Run(_, block) => {
                if let Some(block) = block {
                    self.block(block, step.span, false);
                }
            }
            StepSource::Parallel(parallel) => self.parallel(parallel),
            StepSource::ForEach(each) => self.rounds(Some(&each.variable), &each.block, each.span),
            StepSource::Repeat(repeat) => self.rounds(None, &repeat.block, repeat.span),
        }
    }

    fn parallel(&mut self, parallel: &ast::Parallel) {
        match &parallel.each {
            Some((variable, _)) => self.rounds(Some(variable), &parallel.block, parallel.span),
            None => self.block(&parallel.block, parallel.span, true),
        }
    }

    fn rounds(&mut self, variable: Option<&ast::Name>, block: &ast::Block, span: Span) {
        if let Some(variable) = variable {
            if !self.sys.is_imported(self.file) {
                let outer = self.loops.contains(&variable.text);
                let head = self.collected.head.get(&variable.text);
                let value = head.or_else(|| self.collected.regions[self.region].values.get(&variable.text));
                let first = value.map(|&id| self.sys.model.values[id].name.span);
                if let Some(first) = first.or(outer.then_some(span.head())) {
                    self.report_twice("name", variable, first);
                }
            }
            let id = self.push_value(variable, ValueKind::Each);
            self.note(variable, None, Some(id));
            self.loops.push(variable.text.clone());
        }
        self.block(block, span, false);
        if variable.is_some() {
            self.loops.pop();
        }
    }

    fn otherwise(&mut self, block: Option<&ast::Block>) {
        if let Some(block) = block {
            self.block(block, block.span, false);
        }
    }

    fn note(&mut self, name: &ast::Name, label: Option<LabelId>, value: Option<ValueId>) {
        self.collected.names.insert(address(name), (label, value));
    }

    fn label(&mut self, written: &ast::Name, kind: LabelKind, home: Home) -> LabelId {
        let label = StepLabel { workflow: self.workflow, name: name(written), kind };
        let id = self.sys.model.labels.push(label);
        self.collected.blocks.insert(id, home);
        let labels = &mut self.collected.regions[self.region].labels;
        match labels.get(&written.text) {
            Some(&first) => {
                let first = self.sys.model.labels[first].name.span;
                // A step is told of once, as a label.
                self.report_twice(if kind == LabelKind::Step { "step" } else { "scope" }, written, first);
            }
            None => {
                labels.insert(written.text.clone(), id);
            }
        }
        id
    }

    fn value(&mut self, written: &ast::Name, kind: ValueKind) -> ValueId {
        let id = self.push_value(written, kind);
        let region = &self.collected.regions[self.region];
        let first =
            region.values.get(&written.text).or_else(|| self.collected.head.get(&written.text)).copied();
        match first {
            Some(first) => {
                self.collected.ambiguous.insert(first);
                let first = &self.sys.model.values[first];
                let (kind_word, told) = match kind {
                    ValueKind::Step => ("step", first.kind == ValueKind::Step),
                    ValueKind::Let | ValueKind::Parameter | ValueKind::Correlation | ValueKind::Each => {
                        ("name", false)
                    }
                };
                let span = first.name.span;
                if !told {
                    self.report_twice(kind_word, written, span);
                }
            }
            None => {
                self.collected.regions[self.region].values.insert(written.text.clone(), id);
            }
        }
        id
    }

    fn push_value(&mut self, written: &ast::Name, kind: ValueKind) -> ValueId {
        let value = Value { workflow: self.workflow, name: name(written), kind, ty: Type::Any };
        let id = self.sys.model.values.push(value);
        slot(&mut self.collected, id);
        id
    }

    fn report_twice(&mut self, kind: &str, written: &ast::Name, first: Span) {
        let workflow = self.sys.model.workflows[self.workflow].name.text.clone();
        let finding = twice(kind, written, first).entity(format!("{workflow}/{}", written.text));
        self.sys.report(finding);
    }

    fn events(&mut self, events: &ast::Events) {
        for term in &events.refs {
            self.event(&term.event);
        }
    }

    /// Silently: what is wrong with the name is said where it is lowered.
    fn event(&mut self, written: &ast::EventName) {
        let region = &mut self.collected.regions[self.region];
        match event_name::find(self.sys, self.file, written) {
            Ok(id) => {
                region.events.insert(id);
            }
            Err(_) => region.unclear.extend(written.path.last().map(|name| name.text.clone())),
        }
    }
}
