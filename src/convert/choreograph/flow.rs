//! The coordinator's line, statement by statement: who does it, and who is told.

use super::step::met;
use super::{Branch, Choreographer, Cursor, Done, Heard, Here, Kind, Publication, Reason, Watch};
use crate::convert::outline::Piece;
use crate::convert::rules::ADDED_SELECTION;
use crate::model::{
    Block, Expr, Handler, HowMany, LabelId, Limit, LimitKind, Notified, OperationId, Parallel, ServiceId,
    Statement, StatementKind, ValueId, Wait,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is around a statement.
#[derive(Clone, Default)]
pub(super) struct Around<'m> {
    /// Of the blocks around it, outermost first.
    pub handlers: Vec<&'m Handler>,
    pub branches: Vec<Branch>,
    pub choices: Vec<Branch>,
    pub scopes: Vec<LabelId>,
    /// Steps that were refused on the way here.
    pub refused: Vec<LabelId>,
}

impl<'m> Choreographer<'m> {
    /// The whole body, and what is said about it.
    pub(super) fn whole(&mut self, heard: Heard) {
        let body = &self.workflow.body;
        for limit in &body.limits {
            self.whole_limit(limit);
        }
        self.refuse_said(body);
        let around = Around { handlers: body.handlers.iter().collect(), ..Around::default() };
        let here = self.statements(&body.statements, Here::After(heard), &around);
        if !matches!(here, Here::Over) {
            self.cannot(
                self.workflow.name.span,
                "falls off its last line",
                format!("`{}` has no end there", self.workflow.name.text),
            );
        }
    }

    pub(super) fn statements(&mut self, all: &'m [Statement], here: Here, around: &Around<'m>) -> Here {
        let mut here = here;
        let mut at = 0;
        while let Some(statement) = all.get(at) {
            if matches!(here, Here::Over) {
                return here;
            }
            if let StatementKind::Undo(_) = statement.kind {
                let n_undos =
                    all[at..].iter().take_while(|it| matches!(it.kind, StatementKind::Undo(_))).count();
                return self.undo_and_end(&all[at..], n_undos, here, around);
            }
            here = self.statement(statement, here, around);
            at += 1;
        }
        here
    }

    fn statement(&mut self, statement: &'m Statement, here: Here, around: &Around<'m>) -> Here {
        match &statement.kind {
            StatementKind::Act(act) => self.act(act, statement.span, here, around),
            StatementKind::Run(run) => self.run(run, statement.span, here, around),
            StatementKind::Let { value, expr } => {
                let cursor = self.anywhere(here);
                let text = self.text_in(cursor.reaction, statement.span, &[expr]);
                self.outline.text(cursor.block, text);
                self.values.insert(*value, (cursor.reaction, Vec::new()));
                Here::In(cursor)
            }
            StatementKind::Scope { label, block } => {
                self.refuse_said(block);
                if let Some(limit) = block.limits.first() {
                    self.cannot(
                        limit.span,
                        "of several services",
                        "a limit of a scope cannot be kept: nobody can stop what is in it".into(),
                    );
                }
                let mut inner = around.clone();
                inner.handlers.extend(&block.handlers);
                inner.scopes.push(*label);
                self.statements(&block.statements, here, &inner)
            }
            StatementKind::If { branches, otherwise } => {
                self.choice(branches, otherwise.as_ref(), here, around)
            }
            StatementKind::Parallel(parallel) if parallel.each.is_none() => {
                self.parallel(parallel, here, around)
            }
            StatementKind::Parallel(parallel) => {
                self.kept(statement, parallel.name.map(|name| (name.label, name.value)), here, around)
            }
            StatementKind::ForEach(each) => {
                self.kept(statement, each.name.map(|name| (name.label, name.value)), here, around)
            }
            StatementKind::Repeat(repeat) => {
                self.kept(statement, repeat.name.map(|name| (name.label, name.value)), here, around)
            }
            StatementKind::Wait(wait) => self.wait(wait, statement, here, around),
            StatementKind::Publish { event, arguments, .. } => {
                let service = self.cx.model.events[*event].service;
                let cursor = self.at(service, here, None);
                let exprs: Vec<&Expr> = arguments.iter().map(|argument| &argument.value).collect();
                let written = self.text_in(cursor.reaction, statement.span, &exprs);
                let event = self.existing(*event);
                self.publish(cursor, Publication { event, values: BTreeMap::new(), written: Some(written) });
                self.done.insert(cursor.block, Done::Published(event));
                Here::In(cursor)
            }
            StatementKind::Notify(notified) => self.notify(notified, statement, here),
            StatementKind::Give(expr) => match here {
                Here::In(cursor) => {
                    let text = self.text_in(cursor.reaction, statement.span, &[expr]);
                    self.outline.text(cursor.block, text);
                    Here::In(cursor)
                }
                Here::After(_) | Here::Over => {
                    self.cannot(
                        statement.span,
                        "somebody else would give it",
                        "a value is given by another service than the one that asks".into(),
                    );
                    Here::Over
                }
            },
            StatementKind::Skip => {
                self.cannot(
                    statement.span,
                    "leaves a branch",
                    "a branch that is left early cannot be kept".into(),
                );
                Here::Over
            }
            StatementKind::Then { .. } => {
                self.cannot(
                    statement.span,
                    "nobody can go back",
                    "`then` goes on at a step that another event begins".into(),
                );
                Here::Over
            }
            StatementKind::Undo(_) => here,
            StatementKind::End { goal, arguments } => {
                self.end(*goal, arguments, &[], statement.span, here, around)
            }
        }
    }

    // ---- who goes on --------------------------------------------------------------------------------

    /// A place on the side of `service`, who is told if it was not its turn before.
    pub(super) fn at(&mut self, service: ServiceId, here: Here, next: Option<OperationId>) -> Cursor {
        match here {
            Here::In(cursor) if self.reactions[cursor.reaction].service == service => cursor,
            Here::In(cursor) => {
                let event = self.hand_over(cursor, next);
                self.new_reaction(Kind::Reaction, service, Heard::All(vec![event]))
            }
            Here::After(heard) => self.new_reaction(Kind::Reaction, service, heard),
            Here::Over => self.new_reaction(Kind::Reaction, service, Heard::All(Vec::new())),
        }
    }

    /// Where the line stands, else on the side of the coordinator.
    fn anywhere(&mut self, here: Here) -> Cursor {
        match here {
            Here::In(cursor) => cursor,
            other => self.at(self.coordinator, other, None),
        }
    }

    /// Tells what has been done here, so that somebody else can go on.
    pub(super) fn hand_over(&mut self, cursor: Cursor, next: Option<OperationId>) -> super::News {
        let service = self.reactions[cursor.reaction].service;
        let names = match self.done.get(&cursor.block) {
            Some(Done::Operation(operation)) => self.told_of(*operation),
            Some(Done::Run(workflow)) => {
                let (past, object) =
                    crate::convert::names::happened(&self.cx.model.workflows[*workflow].name.text);
                vec![format!("{object}{past}")]
            }
            Some(Done::Published(_)) | None => self.selection(cursor, next),
        };
        let event = self.new_event(service, &names, Vec::new());
        self.known_from(cursor, event);
        self.publish(cursor, Publication { event, values: BTreeMap::new(), written: None });
        if cursor.is_nested {
            self.outline.text(cursor.block, "skip");
        }
        event
    }

    /// Everything that was found out in the reaction is known to who hears this.
    pub(super) fn known_from(&mut self, cursor: Cursor, event: super::News) {
        self.events[event].origin = Some(cursor.reaction);
        for (home, told) in self.values.values_mut() {
            if *home == cursor.reaction {
                told.push(event);
            }
        }
    }

    /// Nothing was done on this way that could be told: only that it was taken.
    fn selection(&mut self, cursor: Cursor, next: Option<OperationId>) -> Vec<String> {
        let service = self.reactions[cursor.reaction].service;
        let what = next.map(|operation| self.cx.model.operations[operation].name.text.to_string());
        let names =
            vec![what.map_or_else(|| format!("{}PassedOn", self.thing()), |what| format!("{what}Chosen"))];
        let (span, label) = match next {
            Some(operation) => {
                (self.cx.model.operations[operation].name.span, "who does this has to be told")
            }
            None => (self.workflow.name.span, "in here"),
        };
        let finding = ADDED_SELECTION
            .at(span, label)
            .message(format!(
                "an event of `{}` is added that tells how it decided",
                self.cx.model.service_name(service)
            ))
            .entity(self.workflow.name.text.to_string());
        self.findings.push(finding);
        names
    }

    pub(super) fn nested(&mut self, cursor: Cursor, reason: Option<Reason>) -> Cursor {
        let block = self.outline.block();
        if let Some(reason) = reason {
            self.reasons.insert(block, reason);
        }
        Cursor { block, is_nested: true, ..cursor }
    }

    /// Ways that come together: those that are still in the reaction go on there, unless one has left it.
    pub(super) fn meet(&mut self, cursor: Cursor, ways: Vec<(Cursor, Here)>, is_through: bool) -> Here {
        // Whoever is on another side by now tells that it is done there.
        let ways: Vec<(Cursor, Here)> = ways
            .into_iter()
            .map(|(inside, way)| match way {
                Here::In(other) if other.reaction != cursor.reaction => {
                    let event = self.hand_over(other, None);
                    (inside, Here::After(Heard::All(vec![event])))
                }
                same => (inside, same),
            })
            .collect();
        let has_left = ways.iter().any(|(_, way)| matches!(way, Here::After(_)));
        if !has_left {
            let goes_on = is_through || ways.iter().any(|(_, way)| matches!(way, Here::In(_)));
            return if goes_on { Here::In(cursor) } else { Here::Over };
        }
        let mut events = Vec::new();
        for (_, way) in &ways {
            match way {
                Here::After(Heard::All(all)) if all.len() == 1 => events.extend(all),
                Here::After(Heard::Any(any)) => events.extend(any),
                Here::After(Heard::All(all)) => {
                    let event = self.gathered(all.clone());
                    events.push(event);
                }
                Here::In(_) | Here::Over => {}
            }
        }
        if is_through || ways.iter().any(|(_, way)| matches!(way, Here::In(_))) {
            let event = self.hand_over(cursor, None);
            events.push(event);
        }
        Here::After(if events.len() == 1 { Heard::All(events) } else { Heard::Any(events) })
    }

    /// One event for several that have all come.
    fn gathered(&mut self, all: Vec<super::News>) -> super::News {
        let cursor = self.new_reaction(Kind::Reaction, self.coordinator, Heard::All(all));
        self.hand_over(cursor, None)
    }

    // ---- choices and branches -----------------------------------------------------------------------

    fn choice(
        &mut self,
        branches: &'m [(Expr, Block)],
        otherwise: Option<&'m Block>,
        here: Here,
        around: &Around<'m>,
    ) -> Here {
        let cursor = self.anywhere(here);
        self.anchor(cursor);
        self.n_branchings += 1;
        let number = self.n_branchings;
        let mut ways = Vec::new();
        for (at, (condition, block)) in branches.iter().enumerate() {
            let text = self.text_in(cursor.reaction, condition.span, &[condition]);
            let head = if at == 0 { format!("if {text}") } else { format!("else if {text}") };
            ways.push(self.way(head, block, cursor, around, (number, at)));
        }
        if let Some(block) = otherwise {
            ways.push(self.way("else".to_string(), block, cursor, around, (number, branches.len())));
        }
        self.meet(cursor, ways, otherwise.is_none())
    }

    /// Before a choice everybody can be told what is known by then.
    fn anchor(&mut self, cursor: Cursor) {
        if cursor.is_nested {
            return;
        }
        let known = self.values.iter().filter(|(_, (home, _))| *home == cursor.reaction).map(|(id, _)| *id);
        let known: BTreeSet<ValueId> = known.collect();
        let block = self.outline.block();
        self.outline.push(cursor.block, Piece::Inline(block));
        self.anchors.entry(cursor.reaction).or_default().push((block, known));
    }

    fn way(
        &mut self,
        head: String,
        block: &'m Block,
        cursor: Cursor,
        around: &Around<'m>,
        branch: Branch,
    ) -> (Cursor, Here) {
        self.refuse_said(block);
        let inside = self.nested(cursor, Some(Reason::Chosen));
        self.outline.push(cursor.block, Piece::Block(head, inside.block));
        let mut inner = around.clone();
        inner.handlers.extend(&block.handlers);
        inner.choices.push(branch);
        let here = self.statements(&block.statements, Here::In(inside), &inner);
        (inside, here)
    }

    fn parallel(&mut self, parallel: &'m Parallel, here: Here, around: &Around<'m>) -> Here {
        self.refuse_said(&parallel.block);
        if let Some(needs) = &parallel.block.needs {
            self.cannot(
                needs.span,
                "the others would have to be stopped",
                "some of several branches cannot be enough: nobody can stop the others".into(),
            );
        }
        if let Some(limit) = parallel.block.limits.first() {
            self.cannot(
                limit.span,
                "of several services",
                "a limit of branches cannot be kept: nobody can stop them".into(),
            );
        }
        let heard = match here {
            Here::In(cursor) => Heard::All(vec![self.hand_over(cursor, None)]),
            Here::After(heard) => heard,
            Here::Over => return Here::Over,
        };
        self.n_branchings += 1;
        let number = self.n_branchings;
        let mut joined = Vec::new();
        let mut is_over = false;
        for (at, statement) in parallel.block.statements.iter().enumerate() {
            let mut inner = around.clone();
            inner.handlers.extend(&parallel.block.handlers);
            inner.branches.push((number, at));
            match self.statement(statement, Here::After(heard.clone()), &inner) {
                Here::In(cursor) => joined.push(self.hand_over(cursor, None)),
                Here::After(Heard::All(all)) => joined.extend(all),
                Here::After(Heard::Any(any)) => {
                    let cursor = self.new_reaction(Kind::Reaction, self.coordinator, Heard::Any(any));
                    joined.push(self.hand_over(cursor, None));
                }
                Here::Over => is_over = true,
            }
        }
        joined.sort_unstable();
        joined.dedup();
        if is_over { Here::Over } else { Here::After(Heard::All(joined)) }
    }

    // ---- what stays as it is ------------------------------------------------------------------------

    fn notify(&mut self, notified: &'m Notified, statement: &Statement, here: Here) -> Here {
        let (service, arguments) = match notified {
            Notified::Operation { service, arguments, instance, .. } => {
                let declared = &self.cx.model.services[*service];
                let is_own = instance.is_none() && declared.external.is_none();
                (if is_own { *service } else { self.coordinator }, arguments)
            }
            Notified::Workflow { arguments, .. } => (self.coordinator, arguments),
        };
        let mut exprs: Vec<&Expr> = arguments.iter().map(|argument| &argument.value).collect();
        if let Notified::Operation { instance: Some(instance), .. } = notified {
            exprs.push(instance);
        }
        let cursor = match &here {
            Here::In(cursor) if matches!(notified, Notified::Operation { .. }) => *cursor,
            Here::In(_) => self.at(service, here.clone(), None),
            Here::After(heard) => self.new_reaction(Kind::Reaction, service, heard.clone()),
            Here::Over => return Here::Over,
        };
        let text = self.text_in(cursor.reaction, statement.span, &exprs);
        self.outline.text(cursor.block, text);
        match here {
            Here::After(heard) => Here::After(heard),
            _ => Here::In(cursor),
        }
    }

    fn wait(&mut self, wait: &'m Wait, statement: &'m Statement, here: Here, around: &Around<'m>) -> Here {
        let (formula, block) = match wait {
            Wait::Time(expr) | Wait::Until(expr) => {
                let cursor = self.anywhere(here);
                let text = self.text_in(cursor.reaction, statement.span, &[expr]);
                self.outline.text(cursor.block, text);
                return Here::In(cursor);
            }
            Wait::Any { .. } => {
                self.cannot(
                    statement.span,
                    "the others would have to be stopped",
                    "which of several events comes first cannot decide: nobody can stop who hears the other"
                        .into(),
                );
                return Here::Over;
            }
            Wait::For { formula, block } => (formula, block),
        };
        self.refuse_said(block);
        if formula.terms.iter().any(|term| term.condition.is_some()) {
            self.cannot(formula.span, "with a condition", "a wait with a condition cannot be kept".into());
        }
        if formula.how != HowMany::All && formula.terms.len() > 1 {
            self.cannot(
                formula.span,
                "one of them and what came before",
                "a wait for one of several events cannot be joined with what came before".into(),
            );
        }
        let awaited: Vec<super::News> = formula.terms.iter().map(|term| self.existing(term.event)).collect();
        let before = match here {
            Here::After(Heard::All(all)) if block.limits.is_empty() || all.len() == 1 => all,
            other => {
                let cursor = self.anywhere(other);
                vec![self.hand_over(cursor, None)]
            }
        };
        for limit in &block.limits {
            if let Some(armed_by) = before.first() {
                self.limit(limit, (*armed_by, Heard::All(awaited.clone())), (None, block), around);
            }
        }
        let mut all = before;
        all.extend(awaited);
        all.dedup();
        Here::After(Heard::All(all))
    }

    // ---- time ---------------------------------------------------------------------------------------

    /// A limit becomes a watch of the owner, which publishes that it has passed.
    pub(super) fn limit(
        &mut self,
        limit: &'m Limit,
        (armed_by, expected): (super::News, Heard),
        of: (Option<OperationId>, &'m Block),
        around: &Around<'m>,
    ) {
        if limit.kind == LimitKind::Before {
            self.cannot(
                limit.span,
                "a watch knows durations only",
                "a limit at a moment cannot be watched".into(),
            );
            return;
        }
        let service = self.owner();
        let Some(cursor) = self.timer(limit, service, of, around) else { return };
        let within = self.text_in(cursor.reaction, limit.bound.span, &[&limit.bound]);
        self.watches.push(Watch { service, expected, within, armed_by, block: cursor.block });
    }

    fn whole_limit(&mut self, limit: &'m Limit) {
        let service = self.owner();
        let Some(cursor) = self.timer(limit, service, (None, &self.workflow.body), &Around::default()) else {
            return;
        };
        let bound = self.text_in(cursor.reaction, limit.bound.span, &[&limit.bound]);
        self.limits.push((format!("within {bound} else"), cursor.block));
    }

    /// What is done when the time has passed.
    fn timer(
        &mut self,
        limit: &'m Limit,
        service: ServiceId,
        (of, block): (Option<OperationId>, &'m Block),
        around: &Around<'m>,
    ) -> Option<Cursor> {
        let cursor = self.new_reaction(Kind::Timer, service, Heard::All(Vec::new()));
        self.reasons.insert(cursor.block, Reason::Late(of));
        // Without an `else` it is an outage of the block, which somebody meets.
        let handlers = block.handlers.iter().chain(around.handlers.iter().rev().copied());
        let met =
            handlers.into_iter().find(|handler| met(handler, &[], true).1).map(|handler| &handler.block);
        let Some(otherwise) = limit.otherwise.as_ref().or(met) else {
            self.cannot(
                limit.span,
                "without an `else`",
                "a limit that is an outage which nobody meets cannot be kept".into(),
            );
            return None;
        };
        let here = self.statements(&otherwise.statements, Here::In(cursor), around);
        if !matches!(here, Here::Over) {
            self.cannot(
                limit.span,
                "and then goes on",
                "a limit after which the run goes on cannot be kept: nobody can stop the work in it".into(),
            );
            return None;
        }
        self.loses(
            limit.span,
            "this stopped the work in it",
            "a limit becomes a watch, which stops nobody".to_string(),
            "what is done when it has passed is published, and who can undo does so; an answer that comes later than that is too late",
        );
        Some(cursor)
    }
}
