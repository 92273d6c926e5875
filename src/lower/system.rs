//! What lowering knows of a system: its files, what each of them sees, and the names declared in them.

use super::links::{Links, View, views};
use crate::finding::Finding;
use crate::model::{
    Annotations, Entity, EntityId, EventId, Model, Name, OperationId, Service, ServiceId, TypeId, WorkflowId,
};
use crate::syntax::ast::{self, Ast, Format};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub(super) struct System<'a> {
    pub files: &'a [Ast],
    pub views: Vec<View>,
    /// By file: what is declared in it.
    pub names: Vec<FileNames>,
    pub operations: FxHashMap<(ServiceId, SmolStr), OperationId>,
    /// Services of which some entry could not be read.
    pub damaged: FxHashSet<ServiceId>,
    /// Made for names of services that mean none.
    pub stand_ins: FxHashMap<SmolStr, ServiceId>,
    /// By the name behind `writes`.
    pub entities: FxHashMap<SmolStr, EntityId>,
    pub model: Model,
    pub findings: Vec<Finding>,
}

/// The declarations of one file; of two with one name the first.
#[derive(Default)]
pub(super) struct FileNames {
    pub types: FxHashMap<SmolStr, Known>,
    pub workflows: FxHashMap<SmolStr, WorkflowId>,
    pub events: FxHashMap<SmolStr, Vec<EventId>>,
    pub failures: FxHashSet<SmolStr>,
}

/// What a name of the upper level stands for, where a type may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Type(TypeId),
    Service(ServiceId),
}

impl<'a> System<'a> {
    pub fn new(files: &'a [Ast], links: &Links) -> System<'a> {
        System {
            files,
            views: views(files, links),
            names: files.iter().map(|_| FileNames::default()).collect(),
            operations: FxHashMap::default(),
            damaged: FxHashSet::default(),
            stand_ins: FxHashMap::default(),
            entities: FxHashMap::default(),
            model: Model::default(),
            findings: Vec::new(),
        }
    }

    /// Imported files are not typed: their formats have no types that could be wrong.
    pub fn is_imported(&self, file: usize) -> bool {
        self.files[file].format != Format::Wfc
    }

    /// Whether a name that `file` does not know can be blamed on that name.
    pub fn is_complete(&self, file: usize) -> bool {
        self.views[file].complete
    }

    /// The declarations that `file` sees, its own first.
    pub fn seen(&self, file: usize) -> impl Iterator<Item = &FileNames> {
        self.views[file].files.iter().map(|&at| &self.names[at])
    }

    pub fn find_type(&self, file: usize, name: &str) -> Option<Known> {
        self.seen(file).find_map(|names| names.types.get(name).copied())
    }

    pub fn find_service(&self, file: usize, name: &str) -> Option<ServiceId> {
        match self.find_type(file, name) {
            Some(Known::Service(id)) => Some(id),
            Some(Known::Type(_)) | None => None,
        }
    }

    pub fn find_workflow(&self, file: usize, name: &str) -> Option<WorkflowId> {
        self.seen(file).find_map(|names| names.workflows.get(name).copied())
    }

    pub fn find_operation(&self, service: ServiceId, name: &str) -> Option<OperationId> {
        self.operations.get(&(service, name.into())).copied()
    }

    /// All events of that name, in all versions and of all services.
    pub fn find_events(&self, file: usize, name: &str) -> Vec<EventId> {
        self.seen(file).flat_map(|names| names.events.get(name).into_iter().flatten().copied()).collect()
    }

    /// What commands write under this name; no file declares it, so all files mean the same.
    pub fn entity(&mut self, name: &SmolStr) -> EntityId {
        match self.entities.get(name) {
            Some(&id) => id,
            None => {
                let id = self.model.entities.push(Entity { name: name.clone() });
                self.entities.insert(name.clone(), id);
                id
            }
        }
    }

    /// A service for a name that means none, so that what it does can be read all the same.
    pub fn stand_in(&mut self, written: &ast::Name) -> ServiceId {
        if let Some(&id) = self.stand_ins.get(&written.text) {
            return id;
        }
        let id = self.model.services.push(Service {
            name: name(written),
            doc: SmolStr::default(),
            external: None,
            many_instances: None,
            no_outbox: None,
            team: None,
            operations: Vec::new(),
            events: Vec::new(),
            annotations: Annotations::default(),
            span: written.span,
        });
        self.stand_ins.insert(written.text.clone(), id);
        id
    }

    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

pub(super) fn name(written: &ast::Name) -> Name {
    Name { text: written.text.clone(), span: written.span }
}
