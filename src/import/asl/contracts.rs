//! The services that the machines of a file call, as they show themselves: what is called, whether
//! it acts or looks, which failures somebody catches.

use super::resource::Called;
use super::verbs::leaves_nothing;
use crate::source::Span;
use crate::syntax::ast::{
    Answers, Argument, Call, ContractEntry, Event, Expr, ExprKind, Failure, Field, Item, Name, Operation,
    OperationKind, Service, ServiceEntry, TypeRef, Undone, UndoneBy,
};
use smol_str::{SmolStr, format_smolstr};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Contracts {
    services: Vec<ServiceDraft>,
}

#[derive(Debug)]
struct ServiceDraft {
    name: Name,
    is_external: bool,
    operations: Vec<OperationDraft>,
    /// The place of each operation by its name.
    places: HashMap<SmolStr, usize>,
    events: Vec<Name>,
}

#[derive(Clone, Debug)]
pub struct OperationDraft {
    pub name: Name,
    pub kind: OperationKind,
    pub answers: Option<Answers>,
    pub has_reply: bool,
    pub is_own_code: bool,
    pub target: Option<SmolStr>,
    pub failures: Vec<Name>,
    /// The operation that takes it back, and where that is called.
    pub undone_by: Option<(OperationId, Span)>,
    /// Why there is nothing to take back.
    pub leaves_nothing: Option<&'static str>,
}

/// Which operation, by the places of its service and itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId {
    service: usize,
    operation: usize,
}

impl Contracts {
    /// The operation that a task calls, declared when it is called for the first time. Two things
    /// that one action is used for are two operations: what undoes the one does not undo the other.
    pub fn operation(&mut self, called: &Called) -> OperationId {
        let service = self.service(&called.service, called.span, true);
        let ServiceDraft { operations, places, .. } = &mut self.services[service];
        let base = match &called.target {
            Some(target) => format_smolstr!("{} {}", called.operation, target),
            None => called.operation.clone(),
        };
        let is_same = |draft: &OperationDraft| draft.answers == called.answers;
        let names = std::iter::once(base.clone())
            .chain([format_smolstr!("{base} and wait"), format_smolstr!("{base} by hand")]);
        for name in names {
            match places.get(&name).copied() {
                Some(operation) if is_same(&operations[operation]) => {
                    return OperationId { service, operation };
                }
                Some(_) => {}
                None => {
                    places.insert(name.clone(), operations.len());
                    operations.push(OperationDraft {
                        name: Name { text: name, span: called.span },
                        kind: called.kind,
                        answers: called.answers,
                        has_reply: called.has_reply,
                        is_own_code: called.is_own_code,
                        target: called.target.clone(),
                        failures: Vec::new(),
                        undone_by: None,
                        leaves_nothing: match called.is_own_code || called.kind == OperationKind::Query {
                            true => None,
                            false => leaves_nothing(&called.operation),
                        },
                    });
                    return OperationId { service, operation: operations.len() - 1 };
                }
            }
        }
        // Three ways to answer have three names.
        OperationId { service, operation: 0 }
    }

    /// The same operation as it is used by one state.
    pub fn variant(&mut self, id: OperationId, state: &str) -> OperationId {
        let ServiceDraft { operations, places, .. } = &mut self.services[id.service];
        let mut draft = operations[id.operation].clone();
        draft.name.text = format_smolstr!("{} ({state})", draft.name.text);
        let operation = operations.len();
        places.insert(draft.name.text.clone(), operation);
        operations.push(draft);
        OperationId { operation, ..id }
    }

    /// The machine's own service, which owns the events that it publishes.
    pub fn coordinator(&mut self, name: &str, span: Span) -> usize {
        let service = self.service(name, span, false);
        self.services[service].is_external = false;
        service
    }

    pub fn event(&mut self, service: usize, event: &Name) {
        let events = &mut self.services[service].events;
        if !events.iter().any(|known| known.text == event.text) {
            events.push(event.clone());
        }
    }

    pub fn get(&self, id: OperationId) -> &OperationDraft {
        &self.services[id.service].operations[id.operation]
    }

    pub fn get_mut(&mut self, id: OperationId) -> &mut OperationDraft {
        &mut self.services[id.service].operations[id.operation]
    }

    pub fn fails(&mut self, id: OperationId, failure: &Name) {
        let failures = &mut self.get_mut(id).failures;
        if !failures.iter().any(|known| known.text == failure.text) {
            failures.push(failure.clone());
        }
    }

    pub fn has_failure(&self, id: OperationId, failure: &str) -> bool {
        self.get(id).failures.iter().any(|known| known.text == failure)
    }

    /// `Payments.Charge`, as a call's path.
    pub fn path(&self, id: OperationId, span: Span) -> Vec<Name> {
        let service = self.services[id.service].name.text.clone();
        vec![Name { text: service, span }, Name { text: self.get(id).name.text.clone(), span }]
    }

    pub fn service_of(&self, id: OperationId) -> &str {
        &self.services[id.service].name.text
    }

    pub fn items(&self) -> Vec<Item> {
        self.services.iter().map(|draft| Item::Service(self.item(draft))).collect()
    }

    fn service(&mut self, name: &str, span: Span, is_external: bool) -> usize {
        if let Some(known) = self.services.iter().position(|service| service.name.text == name) {
            return known;
        }
        let name = Name { text: name.into(), span };
        self.services.push(ServiceDraft {
            name,
            is_external,
            operations: Vec::new(),
            places: HashMap::new(),
            events: Vec::new(),
        });
        self.services.len() - 1
    }

    fn item(&self, draft: &ServiceDraft) -> Service {
        let span = draft.name.span;
        let external = draft.is_external.then_some(ServiceEntry::External(span));
        let operations =
            draft.operations.iter().map(|draft| ServiceEntry::Operation(Box::new(self.declared(draft))));
        let events = draft.events.iter().map(|name| ServiceEntry::Event(Box::new(event(name))));
        let entries = external.into_iter().chain(operations).chain(events).collect();
        Service { doc: SmolStr::default(), name: draft.name.clone(), entries, span }
    }

    fn declared(&self, draft: &OperationDraft) -> Operation {
        let span = draft.name.span;
        let mut contract = Vec::new();
        if !draft.failures.is_empty() {
            let failure = |name: &Name| Failure { name: name.clone(), fields: Vec::new(), span: name.span };
            contract.push(ContractEntry::Fails(draft.failures.iter().map(failure).collect(), span));
        }
        if let Some(answers) = draft.answers {
            contract.push(ContractEntry::Answers(answers, span));
        }
        if let Some((undo, place)) = draft.undone_by {
            let reply = Name { text: "reply".into(), span: place };
            let value = Expr { kind: ExprKind::Path(vec![reply]), span: place };
            let arguments = vec![Argument { name: None, value }];
            let call = Call { path: self.path(undo, place), arguments, span: place };
            contract.push(ContractEntry::Undone(Undone { by: UndoneBy::Call(call), span: place }));
        } else if let Some(because) = draft.leaves_nothing {
            let because = Name { text: because.into(), span };
            contract.push(ContractEntry::Undone(Undone { by: UndoneBy::Nothing { because }, span }));
        }
        Operation {
            doc: SmolStr::default(),
            kind: draft.kind,
            name: draft.name.clone(),
            fields: vec![any_field("payload", span)],
            reply: draft.has_reply.then(|| any(span)),
            contract,
            span,
        }
    }
}

fn event(name: &Name) -> Event {
    let fields = vec![any_field("detail", name.span)];
    let doc = SmolStr::default();
    Event { doc, name: name.clone(), version: None, fields, contract: Vec::new(), span: name.span }
}

pub fn any_field(name: &str, span: Span) -> Field {
    let name = Name { text: name.into(), span };
    Field { doc: SmolStr::default(), name, ty: any(span), span }
}

fn any(span: Span) -> TypeRef {
    TypeRef { lists: 0, name: Name { text: "any".into(), span }, optional: false, span }
}
