//! What came, what went, and what has another name: services, messages, fields, workflows, ends, steps.

use super::Version;
use super::matching::Matching;
use super::shapes::written;
use crate::model::{EventId, Field, LabelKind, OperationId, OperationKind, TypeKind};
use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Service,
    Command,
    Query,
    Event,
    Type,
    Field,
    Workflow,
    End,
    Step,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    Came,
    Went,
    /// Is still there; the name that it had.
    Renamed(String),
    /// Is still there; what it was.
    Changed(String),
}

/// One thing that is not in both versions as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub what: What,
    pub how: How,
    /// `Billing.Charge`, `FulfilOrder/charged`; of the version that has it, the new one if both do.
    pub name: String,
    pub span: Span,
}

/// All of them, by what they are about and by name.
pub fn changes(old: &Version, new: &Version, matching: &Matching) -> Vec<Change> {
    let mut list = List { old, new, matching, found: Vec::new() };
    list.services();
    list.operations();
    list.events();
    list.types();
    list.workflows();
    list.ends();
    list.steps();
    list.found.sort_by(|a, b| (a.what, &a.name, &a.how).cmp(&(b.what, &b.name, &b.how)));
    list.found
}

struct List<'a> {
    old: &'a Version<'a>,
    new: &'a Version<'a>,
    matching: &'a Matching,
    found: Vec<Change>,
}

impl List<'_> {
    fn add(&mut self, what: What, how: How, name: String, span: Span) {
        self.found.push(Change { what, how, name, span });
    }

    fn renamed(&mut self, what: What, before: &str, after: &str, path: String, span: Span) {
        if before != after {
            self.add(what, How::Renamed(before.to_string()), path, span);
        }
    }

    fn services(&mut self) {
        let (a, b) = (&self.old.model.services, &self.new.model.services);
        for id in self.matching.services.gone() {
            self.add(What::Service, How::Went, a[id].name.text.to_string(), a[id].name.span);
        }
        for id in self.matching.services.come() {
            self.add(What::Service, How::Came, b[id].name.text.to_string(), b[id].name.span);
        }
        for (one, other) in self.matching.services.pairs() {
            let name = &b[other].name;
            self.renamed(What::Service, &a[one].name.text, &name.text, name.text.to_string(), name.span);
        }
    }

    fn operations(&mut self) {
        let (a, b) = (self.old.model, self.new.model);
        let what = |kind| match kind {
            OperationKind::Command => What::Command,
            OperationKind::Query => What::Query,
        };
        for id in self.matching.operations.gone().collect::<Vec<OperationId>>() {
            let item = &a.operations[id];
            self.add(what(item.kind), How::Went, a.operation_path(id), item.name.span);
        }
        for id in self.matching.operations.come().collect::<Vec<OperationId>>() {
            let item = &b.operations[id];
            self.add(what(item.kind), How::Came, b.operation_path(id), item.name.span);
        }
        for (one, other) in self.matching.operations.pairs() {
            let (was, is) = (&a.operations[one], &b.operations[other]);
            let path = b.operation_path(other);
            self.renamed(what(is.kind), &was.name.text, &is.name.text, path.clone(), is.name.span);
            self.fields(&was.fields, &is.fields, &path);
            let (before, after) = (written(a, &was.reply), written(b, &is.reply));
            if before != after && !self.is_renamed_type(&before, &after) {
                self.add(What::Field, How::Changed(before), format!("{path} -> {after}"), is.name.span);
            }
        }
    }

    fn events(&mut self) {
        let (a, b) = (self.old.model, self.new.model);
        let before = |id: EventId| format!("{}.{}", a.service_name(a.events[id].service), a.event_name(id));
        let after = |id: EventId| format!("{}.{}", b.service_name(b.events[id].service), b.event_name(id));
        for id in self.matching.events.gone() {
            self.add(What::Event, How::Went, before(id), a.events[id].name.span);
        }
        for id in self.matching.events.come() {
            self.add(What::Event, How::Came, after(id), b.events[id].name.span);
        }
        for (one, other) in self.matching.events.pairs() {
            let (was, is) = (&a.events[one], &b.events[other]);
            self.renamed(What::Event, &was.name.text, &is.name.text, after(other), is.name.span);
            self.fields(&was.fields, &is.fields, &after(other));
        }
    }

    fn types(&mut self) {
        let (a, b) = (&self.old.model.types, &self.new.model.types);
        for id in self.matching.types.gone() {
            self.add(What::Type, How::Went, a[id].name.text.to_string(), a[id].name.span);
        }
        for id in self.matching.types.come() {
            self.add(What::Type, How::Came, b[id].name.text.to_string(), b[id].name.span);
        }
        for (one, other) in self.matching.types.pairs() {
            let name = &b[other].name;
            self.renamed(What::Type, &a[one].name.text, &name.text, name.text.to_string(), name.span);
            match (&a[one].kind, &b[other].kind) {
                (TypeKind::Record(before), TypeKind::Record(after)) => self.fields(before, after, &name.text),
                (TypeKind::Enum(before), TypeKind::Enum(after)) => {
                    let in_it =
                        |names: &[crate::model::Name], text: &str| names.iter().any(|it| it.text == text);
                    for gone in before.iter().filter(|it| !in_it(after, &it.text)) {
                        self.add(What::Field, How::Went, format!("{}.{}", name.text, gone.text), gone.span);
                    }
                    for come in after.iter().filter(|it| !in_it(before, &it.text)) {
                        self.add(What::Field, How::Came, format!("{}.{}", name.text, come.text), come.span);
                    }
                }
                _ => {}
            }
        }
    }

    fn fields(&mut self, before: &[Field], after: &[Field], path: &str) {
        let named = |fields: &[Field], name: &str| fields.iter().position(|it| it.name.text == name);
        let gone: Vec<&Field> = before.iter().filter(|it| named(after, &it.name.text).is_none()).collect();
        let come: Vec<&Field> = after.iter().filter(|it| named(before, &it.name.text).is_none()).collect();
        // One that went and one of the same type that came in its place have the same meaning.
        let is_renamed = matches!((&gone[..], &come[..]), ([a], [b])
            if written(self.old.model, &a.ty) == written(self.new.model, &b.ty)
                && super::matching::likeness::of_names(&a.name.text, &b.name.text) >= 30);
        if let (true, [was], [is]) = (is_renamed, &gone[..], &come[..]) {
            let how = How::Renamed(was.name.text.to_string());
            self.add(What::Field, how, format!("{path}.{}", is.name.text), is.name.span);
        } else {
            for field in gone {
                self.add(What::Field, How::Went, format!("{path}.{}", field.name.text), field.name.span);
            }
            for field in come {
                self.add(What::Field, How::Came, format!("{path}.{}", field.name.text), field.name.span);
            }
        }
        for is in after {
            let Some(was) = named(before, &is.name.text).map(|at| &before[at]) else { continue };
            let (a, b) = (written(self.old.model, &was.ty), written(self.new.model, &is.ty));
            if a != b && !self.is_renamed_type(&a, &b) {
                let name = format!("{path}.{}: {b}", is.name.text);
                self.add(What::Field, How::Changed(a), name, is.name.span);
            }
        }
    }

    /// Whether two types as written are one that only has another name.
    fn is_renamed_type(&self, before: &str, after: &str) -> bool {
        let bare = |text: &str| text.trim_end_matches('?').trim_start_matches("list of ").to_string();
        let (a, b) = (bare(before), bare(after));
        let around = |text: &str, bare: &str| text.replacen(bare, "", 1);
        around(before, &a) == around(after, &b)
            && self.matching.types.pairs().any(|(one, other)| {
                self.old.model.types[one].name.text == a && self.new.model.types[other].name.text == b
            })
    }

    fn workflows(&mut self) {
        let (a, b) = (&self.old.model.workflows, &self.new.model.workflows);
        for id in self.matching.workflows.gone() {
            self.add(What::Workflow, How::Went, a[id].name.text.to_string(), a[id].name.span);
        }
        for id in self.matching.workflows.come() {
            self.add(What::Workflow, How::Came, b[id].name.text.to_string(), b[id].name.span);
        }
        for (one, other) in self.matching.workflows.pairs() {
            let (was, is) = (&a[one], &b[other]);
            let name = is.name.text.to_string();
            self.renamed(What::Workflow, &was.name.text, &name, name.clone(), is.name.span);
            self.fields(&was.parameters, &is.parameters, &name);
            let style = |workflow: &crate::model::Workflow, version: &Version| match workflow.coordinator() {
                Some(by) => format!("orchestrated by {}", version.model.service_name(by)),
                None => "choreographed".to_string(),
            };
            let (before, after) = (style(was, self.old), style(is, self.new));
            let same = match (was.coordinator(), is.coordinator()) {
                (Some(a), Some(b)) => self.matching.services.new_of(a) == Some(b),
                (None, None) => true,
                _ => false,
            };
            if !same {
                self.add(What::Workflow, How::Changed(before), format!("{name}: {after}"), is.name.span);
            }
        }
    }

    fn ends(&mut self) {
        let (old, new) = (self.old, self.new);
        let (a, b) = (&old.model.goals, &new.model.goals);
        // What goes with its workflow is not told again.
        for id in self.matching.goals.gone() {
            if self.matching.workflows.new_of(a[id].workflow).is_some() {
                let name = format!("{}/{}", old.workflow_name(a[id].workflow), a[id].name.text);
                self.add(What::End, How::Went, name, a[id].name.span);
            }
        }
        for id in self.matching.goals.come() {
            if self.matching.workflows.old_of(b[id].workflow).is_some() {
                let name = format!("{}/{}", new.workflow_name(b[id].workflow), b[id].name.text);
                self.add(What::End, How::Came, name, b[id].name.span);
            }
        }
        for (one, other) in self.matching.goals.pairs() {
            let (was, is) = (&a[one], &b[other]);
            let name = format!("{}/{}", new.workflow_name(is.workflow), is.name.text);
            self.renamed(What::End, &was.name.text, &is.name.text, name.clone(), is.name.span);
            self.fields(&was.fields, &is.fields, &name);
        }
    }

    fn steps(&mut self) {
        let (old, new) = (self.old, self.new);
        let (a, b) = (&old.model.labels, &new.model.labels);
        let is_step = |kind| kind == LabelKind::Step;
        for id in self.matching.labels.gone().filter(|id| is_step(a[*id].kind)) {
            if self.matching.workflows.new_of(a[id].workflow).is_some() {
                let name = format!("{}/{}", old.workflow_name(a[id].workflow), a[id].name.text);
                self.add(What::Step, How::Went, name, a[id].name.span);
            }
        }
        for id in self.matching.labels.come().filter(|id| is_step(b[*id].kind)) {
            if self.matching.workflows.old_of(b[id].workflow).is_some() {
                let name = format!("{}/{}", new.workflow_name(b[id].workflow), b[id].name.text);
                self.add(What::Step, How::Came, name, b[id].name.span);
            }
        }
        for (one, other) in self.matching.labels.pairs().filter(|(one, _)| is_step(a[*one].kind)) {
            let (was, is) = (&a[one], &b[other]);
            let name = format!("{}/{}", new.workflow_name(is.workflow), is.name.text);
            self.renamed(What::Step, &was.name.text, &is.name.text, name, is.name.span);
        }
    }
}
