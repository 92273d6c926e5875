//! Declarations: every type, service, operation and event gets its id; names that are declared twice
//! where one file sees both are reported.

use super::allow;
use super::rules::DUPLICATE_NAME;
use super::system::{Known, System, name};
use super::types;
use crate::finding::Finding;
use crate::model::{Annotations, Field, Service, ServiceId, TypeDecl, TypeId, TypeKind};
use crate::source::Span;
use crate::syntax::ast::{self, Item};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A service with its text and the position of its file.
pub(super) struct Declared<'a> {
    pub id: ServiceId,
    pub file: usize,
    pub service: &'a ast::Service,
}

/// All types and services; the services are returned for their contracts to be read.
pub(super) fn declare<'a>(sys: &mut System<'a>) -> Vec<Declared<'a>> {
    let mut services = Vec::new();
    let mut records: Vec<(TypeId, usize, &ast::Record)> = Vec::new();
    let mut places = Places::default();
    for (file, ast) in sys.files.iter().enumerate() {
        for item in &ast.items {
            match item {
                Item::Record(record) => {
                    let id = push(sys, &record.name, &record.doc, TypeKind::Record(Vec::new()), record.span);
                    enter(sys, &mut places, file, &record.name, Known::Type(id));
                    records.push((id, file, record));
                    allow::all(sys, &record.allows, record.span);
                }
                Item::Id(written) => {
                    let id = push(sys, &written.name, &written.doc, TypeKind::Id, written.span);
                    enter(sys, &mut places, file, &written.name, Known::Type(id));
                    allow::all(sys, &written.allows, written.span);
                }
                Item::Enumeration(written) => {
                    let values = written.values.iter().map(name).collect();
                    let id = push(sys, &written.name, &written.doc, TypeKind::Enum(values), written.span);
                    enter(sys, &mut places, file, &written.name, Known::Type(id));
                    distinct(sys, written.values.iter(), "value", &written.name.text);
                    allow::all(sys, &written.allows, written.span);
                }
                Item::Service(service) => {
                    let id = sys.model.services.push(Service {
                        name: name(&service.name),
                        doc: service.doc.clone(),
                        external: None,
                        many_instances: None,
                        no_outbox: None,
                        team: None,
                        operations: Vec::new(),
                        events: Vec::new(),
                        annotations: Annotations::default(),
                        span: service.span,
                    });
                    enter(sys, &mut places, file, &service.name, Known::Service(id));
                    services.push(Declared { id, file, service });
                }
                Item::Workflow(_) | Item::Use(_) | Item::Bad(_) => {}
            }
        }
    }
    places.report(sys, TYPE_OR_SERVICE);
    for (id, file, record) in records {
        let fields = fields(sys, file, &record.fields, &record.name.text);
        sys.model.types[id].kind = TypeKind::Record(fields);
    }
    services
}

fn push(sys: &mut System, written: &ast::Name, doc: &SmolStr, kind: TypeKind, span: Span) -> TypeId {
    sys.model.types.push(TypeDecl { name: name(written), doc: doc.clone(), kind, span })
}

fn enter(sys: &mut System, places: &mut Places, file: usize, written: &ast::Name, known: Known) {
    places.add(file, written);
    sys.names[file].types.entry(written.text.clone()).or_insert(known);
}

/// Fields with their types; of two with one name the second is reported, and kept.
pub(super) fn fields(sys: &mut System, file: usize, written: &[ast::Field], owner: &str) -> Vec<Field> {
    distinct(sys, written.iter().map(|field| &field.name), "field", owner);
    let field = |field: &ast::Field| Field {
        name: name(&field.name),
        doc: field.doc.clone(),
        ty: types::resolve(sys, file, &field.ty),
        span: field.span,
    };
    written.iter().map(field).collect()
}

/// Reports each name that stood among `names` before.
pub(super) fn distinct<'n>(
    sys: &mut System,
    names: impl Iterator<Item = &'n ast::Name>,
    kind: &str,
    owner: &str,
) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        match seen.get(name.text.as_str()) {
            Some(&first) => sys.report(twice(kind, name, first).entity(format!("{owner}/{}", name.text))),
            None => {
                seen.insert(&name.text, name.span);
            }
        }
    }
}

/// `name` is declared a second time.
pub(super) fn twice(kind: &str, name: &ast::Name, first: Span) -> Finding {
    DUPLICATE_NAME
        .at(name.span, "declared a second time")
        .message(format!("{kind} `{}` is declared twice", name.text))
        .label(first, "first declared here")
        .entity(name.text.as_str())
}

const TYPE_OR_SERVICE: &str = "type or service";

/// Where each name of a namespace is declared.
#[derive(Default)]
pub(super) struct Places(BTreeMap<SmolStr, SmallVec<[(usize, Span); 1]>>);

impl Places {
    pub fn add(&mut self, file: usize, written: &ast::Name) {
        self.0.entry(written.text.clone()).or_default().push((file, written.span));
    }

    /// Two files may use the same name as long as no file sees both.
    pub fn report(self, sys: &mut System, kind: &str) {
        for (text, mut places) in self.0 {
            // What a file uses stands before the file; else the order of the files must not matter.
            places.sort_by_key(|&(file, span)| (sys.views[file].files.len(), span.start, span.end));
            for (at, &(file, span)) in places.iter().enumerate().skip(1) {
                // An imported file names the services that it calls; to declare them is no second time.
                let is_called =
                    |other: usize| kind == TYPE_OR_SERVICE && sys.is_imported(other) != sys.is_imported(file);
                let first =
                    places[..at].iter().find(|(other, _)| meet(sys, *other, file) && !is_called(*other));
                let Some(&(_, first)) = first else { continue };
                sys.report(twice(kind, &ast::Name { text: text.clone(), span }, first));
            }
        }
    }
}

/// Whether some file sees the declarations of both.
fn meet(sys: &System, a: usize, b: usize) -> bool {
    a == b || sys.views.iter().any(|view| view.files.contains(&a) && view.files.contains(&b))
}
