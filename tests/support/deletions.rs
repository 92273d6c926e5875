//! Every place of a text from which one word of care can be taken: a compensation, a subscription, a
//! limit, a failure branch, a key. What is taken away leaves a text that still parses.

use wfc::source::{SourceFile, Span};
use wfc::syntax::ast::{
    Ast, AtMostWhat, Block, ContractEntry, Entry, Events, Item, Name, Participant, ServiceEntry, Step,
    StepSource, Trouble, Troubles, Undone, UndoneBy, WaitKind,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Compensation,
    Subscription,
    Limit,
    FailureBranch,
    Key,
}

pub struct Deletion {
    pub kind: Kind,
    /// What is taken, and from where: `on QuoteExpired of ApplyForLoan/reserved`.
    pub what: String,
    /// What is cut out, as bytes of the text.
    pub cut: std::ops::Range<usize>,
}

/// Everything that can be taken from one file, in the order of its text.
pub fn deletions(ast: &Ast, file: &SourceFile) -> Vec<Deletion> {
    let mut search = Search { text: &file.text, path: Vec::new(), found: Vec::new() };
    for item in &ast.items {
        search.item(item);
    }
    search.found
}

struct Search<'t> {
    text: &'t str,
    /// The names of what is around.
    path: Vec<String>,
    found: Vec<Deletion>,
}

impl Search<'_> {
    fn inside(&mut self, name: &Name, look: impl FnOnce(&mut Self)) {
        self.path.push(name.text.to_string());
        look(self);
        self.path.pop();
    }

    fn take(&mut self, kind: Kind, what: &str, cut: std::ops::Range<usize>) {
        // A `;` behind what is gone would stand for nothing.
        let rest = &self.text[cut.end..];
        let after = rest.trim_start();
        let end = if after.starts_with(';') { cut.end + rest.len() - after.len() + 1 } else { cut.end };
        let what = format!("`{what}` of {}", self.path.join("/"));
        self.found.push(Deletion { kind, what, cut: cut.start..end });
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Service(service) => self.inside(&service.name, |search| {
                for entry in &service.entries {
                    if let ServiceEntry::Operation(operation) = entry {
                        search.inside(&operation.name, |search| search.contract(&operation.contract));
                    }
                }
            }),
            Item::Workflow(workflow) => self.inside(&workflow.name, |search| search.block(&workflow.block)),
            Item::Use(_) | Item::Record(_) | Item::Id(_) | Item::Enumeration(_) | Item::Bad(_) => {}
        }
    }

    fn contract(&mut self, contract: &[ContractEntry]) {
        for entry in contract {
            match entry {
                ContractEntry::Undone(undone) => self.undone(undone),
                ContractEntry::IdempotentBy(_, span) => self.take(Kind::Key, "idempotent by", span.range()),
                _ => {}
            }
        }
    }

    fn undone(&mut self, undone: &Undone) {
        match &undone.by {
            UndoneBy::Call(call) => {
                let operation = call.path.last().map_or("", |name| name.text.as_str());
                self.take(Kind::Compensation, &format!("undone by {operation}"), undone.span.range());
            }
            UndoneBy::Nothing { .. } => {
                self.take(Kind::Compensation, "undone by nothing", undone.span.range());
            }
        }
    }

    fn block(&mut self, block: &Block) {
        for entry in &block.entries {
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Correlated(_, span) => self.take(Kind::Key, "correlated by", span.range()),
            Entry::Participant(participant) => self.participant(participant),
            Entry::Late(late) => {
                let what = format!("late {}", self.events(&late.events));
                self.take(Kind::Subscription, &what, late.span.range());
                self.block(&late.block);
            }
            Entry::Within(limit) => {
                self.take(Kind::Limit, "within", limit.span.range());
                limit.otherwise.iter().for_each(|block| self.block(block));
            }
            Entry::Before(limit) => {
                self.take(Kind::Limit, "before", limit.span.range());
                limit.otherwise.iter().for_each(|block| self.block(block));
            }
            Entry::Promises(_, span) => self.take(Kind::Limit, "promises", span.range()),
            Entry::Watch(watch) => {
                let what = format!("watch for {}", self.events(&watch.expected));
                self.take(Kind::Limit, &what, watch.span.range());
            }
            Entry::When(when) => {
                let what = self.events(&when.events);
                self.take(Kind::Subscription, &format!("when {what}"), when.span.range());
                self.terms(&what, &when.events);
                self.block(&when.block);
            }
            Entry::On(on) => self.handler(on.span, &on.troubles, &on.block),
            Entry::AtMost(most) => {
                if let AtMostWhat::Times(otherwise) = &most.what {
                    self.take(Kind::Limit, "at most", most.span.range());
                    otherwise.iter().for_each(|block| self.block(block));
                }
            }
            Entry::Undone(undone) => self.undone(undone),
            Entry::Undo(undo) => {
                let target = undo.target.as_ref().map_or("all", |name| name.text.as_str());
                self.take(Kind::Compensation, &format!("undo {target}"), undo.span.range());
            }
            Entry::Step(step) => self.step(step),
            Entry::Scope(scope) => self.inside(&scope.name, |search| search.block(&scope.block)),
            Entry::If(choice) => {
                choice.branches.iter().for_each(|(_, block)| self.block(block));
                choice.otherwise.iter().for_each(|block| self.block(block));
            }
            Entry::Parallel(parallel) => self.block(&parallel.block),
            Entry::ForEach(each) => self.block(&each.block),
            Entry::Repeat(repeat) => self.block(&repeat.block),
            Entry::Wait(wait) => match &wait.kind {
                WaitKind::For(events, block) => {
                    let what = self.events(events);
                    self.take(Kind::Subscription, &format!("wait for {what}"), wait.span.range());
                    self.terms(&what, events);
                    block.iter().for_each(|block| self.block(block));
                }
                WaitKind::Any(block) => self.block(block),
                WaitKind::Time(_) | WaitKind::Until(_) => {}
            },
            Entry::After(after) => self.block(&after.block),
            Entry::Needs(needs) => needs.otherwise.iter().for_each(|block| self.block(block)),
            _ => {}
        }
    }

    fn participant(&mut self, participant: &Participant) {
        self.inside(&participant.service, |search| search.block(&participant.block));
    }

    fn step(&mut self, step: &Step) {
        self.inside(&step.name, |search| match &step.source {
            StepSource::Call(_, block) | StepSource::Run(_, block) => {
                block.iter().for_each(|block| search.block(block));
            }
            StepSource::Parallel(parallel) => search.block(&parallel.block),
            StepSource::ForEach(each) => search.block(&each.block),
            StepSource::Repeat(repeat) => search.block(&repeat.block),
        });
    }

    /// The whole handler, and where it names several troubles each of them.
    fn handler(&mut self, span: Span, troubles: &Troubles, block: &Block) {
        match troubles {
            Troubles::Any(_) => self.take(Kind::FailureBranch, "on any", span.range()),
            Troubles::Named(named) => {
                let names: Vec<(&str, Span)> = named
                    .iter()
                    .map(|trouble| match trouble {
                        Trouble::Outage(span) => ("outage", *span),
                        Trouble::Failure(name) => (name.text.as_str(), name.span),
                    })
                    .collect();
                let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                let what = format!("on {}", all.join(" or "));
                self.take(Kind::FailureBranch, &what, span.range());
                let spans: Vec<Span> = names.iter().map(|(_, span)| *span).collect();
                for (at, (name, _)) in names.iter().enumerate().filter(|_| names.len() > 1) {
                    self.take(Kind::FailureBranch, &format!("{name} in {what}"), one_of(&spans, at));
                }
            }
        }
        self.block(block);
    }

    /// Each of several events that are named together.
    fn terms(&mut self, what: &str, events: &Events) {
        let spans: Vec<Span> = events.refs.iter().map(|it| it.span).collect();
        for at in (0..spans.len()).filter(|_| spans.len() > 1) {
            let name = self.text[spans[at].range()].to_string();
            self.take(Kind::Subscription, &format!("{name} in {what}"), one_of(&spans, at));
        }
    }

    fn events(&self, events: &Events) -> String {
        self.text[events.span.range()].split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What to cut to take one of several that stand in a row, with the word or comma beside it.
fn one_of(spans: &[Span], at: usize) -> std::ops::Range<usize> {
    match spans.get(at + 1) {
        Some(next) => spans[at].range().start..next.range().start,
        None => spans[at - 1].range().end..spans[at].range().end,
    }
}
