//! What everything in a specification is called in Rust. Decided once, so that the places agree.

use crate::generate::names::{Taken, crate_name, rust_name, rust_type};
use crate::model::{
    EventId, Field, GoalId, GoalKind, Id, Model, OperationId, ServiceId, Type, TypeId, TypeKind, WorkflowId,
};
use std::collections::BTreeMap;

pub struct Spelling {
    types: Vec<String>,
    /// The fields of records, the values of enums.
    members: Vec<Vec<String>>,
    addresses: Vec<String>,
    services: Vec<ServiceSpelling>,
    operations: Vec<OperationSpelling>,
    events: Vec<String>,
    event_fields: Vec<Vec<String>>,
    goals: Vec<GoalSpelling>,
    workflows: Vec<WorkflowSpelling>,
    pub failures: BTreeMap<String, FailureSpelling>,
    /// Functions for pieces of other languages, by language and text.
    foreign: BTreeMap<(String, String), String>,
}

#[derive(Clone, Default)]
pub struct ServiceSpelling {
    /// Its module among the contracts.
    pub module: String,
    /// The trait that it implements.
    pub role: String,
    pub package: String,
}

#[derive(Clone, Default)]
pub struct OperationSpelling {
    /// The type of its request, in the module of its service.
    pub request: String,
    pub method: String,
    pub fields: Vec<String>,
    /// The type of its failures; empty where it has none.
    pub failure: String,
}

#[derive(Clone, Default)]
pub struct GoalSpelling {
    pub variant: String,
    pub fields: Vec<String>,
}

#[derive(Clone, Default)]
pub struct WorkflowSpelling {
    /// Its module and function.
    pub module: String,
    pub input: String,
    pub end: String,
    /// What its success gives to whoever runs it.
    pub value: String,
    pub parameters: Vec<String>,
}

/// A failure by its name, with all fields that somebody tells.
#[derive(Clone)]
pub struct FailureSpelling {
    pub name: String,
    pub fields: Vec<FailureField>,
}

#[derive(Clone)]
pub struct FailureField {
    pub written: String,
    pub name: String,
    pub ty: Type,
}

/// Packages of every project, and those that they use.
const PACKAGES: &[&str] = &[
    "runtime",
    "contracts",
    "coordinator",
    "services",
    "clients",
    "serde",
    "serde-json",
    "tokio",
    "jiff",
    "rust-decimal",
    "tracing",
    "duroxide",
    "foreign",
    "sqlx",
    "system",
];

/// Modules of the contracts that no service may be called like.
const MODULES: &[&str] =
    &["events", "failures", "types", "workflows", "runtime", "contracts", "lib", "system"];
/// Functions that the text of a workflow takes from the runtime: it is a function beside them.
const FUNCTIONS: &[&str] = &[
    "all",
    "any",
    "between",
    "block",
    "broken",
    "compare",
    "count",
    "days",
    "divide",
    "earlier",
    "end",
    "field",
    "from_any",
    "give",
    "given_in",
    "hours",
    "later",
    "leave",
    "length",
    "line",
    "millis",
    "minutes",
    "or_outage",
    "present",
    "second",
    "seconds",
    "size",
    "skip",
    "some",
    "start_of",
    "times",
    "to_any",
    "undo_of",
    "unwritten",
];
/// Names that the text of a workflow uses itself.
const VARIABLES: &[&str] = &[
    "cx",
    "asked",
    "work",
    "missed",
    "reached",
    "lines",
    "fork",
    "rounds",
    "line",
    "exit",
    "input",
    "given",
    "held",
    "ways",
    "fact",
    "told",
    "end",
    "leave",
    "all",
    "any",
    "some",
    "block",
    "it",
    "contracts",
    "runtime",
    "present",
    "divide",
    "events",
    "failures",
    "types",
    "workflows",
    "days",
    "hours",
    "minutes",
    "seconds",
    "millis",
    "count",
    "size",
    "length",
    "later",
    "earlier",
    "between",
    "times",
    "field",
    "second",
    "or_outage",
    "given_in",
    "to_any",
    "from_any",
    "start_of",
    "undo_of",
    "give",
    "skip",
    "entered",
    "compare",
    "left",
    "segment",
    "known",
    "foreign",
    "late",
    "serde_json",
];

impl Spelling {
    pub fn new(model: &Model) -> Spelling {
        let mut types = Taken::reserving(&[]);
        let mut spelling = Spelling {
            types: model.types.values().map(|ty| types.take(&ty.name.text, rust_type)).collect(),
            members: model.types.values().map(members).collect(),
            addresses: model.services.values().map(|it| types.take(&it.name.text, rust_type)).collect(),
            services: services(model),
            operations: Vec::new(),
            events: Vec::new(),
            event_fields: model.events.values().map(|event| fields(&event.fields)).collect(),
            goals: model.goals.values().map(|_| GoalSpelling::default()).collect(),
            workflows: workflows(model),
            failures: failures(model),
            foreign: foreign(model),
        };
        let mut scopes: Vec<Taken> = model.services.values().map(|_| operation_scope()).collect();
        let mut methods: Vec<Taken> = model.services.values().map(|_| Taken::new()).collect();
        spelling.operations = model
            .operations
            .values()
            .map(|operation| {
                let at = operation.service.index();
                let request = scopes[at].take(&operation.name.text, rust_type);
                let failure = match operation.fails.is_empty() {
                    true => String::new(),
                    false => scopes[at].take(&format!("{} failure", operation.name.text), rust_type),
                };
                let method = methods[at].take(&operation.name.text, rust_name);
                OperationSpelling { request, method, fields: fields(&operation.fields), failure }
            })
            .collect();
        let mut events = Taken::new();
        spelling.events = model
            .events
            .values()
            .map(|event| {
                let version = event.version.map(|version| format!(" v{version}")).unwrap_or_default();
                events.take(&format!("{}{version}", event.name.text), rust_type)
            })
            .collect();
        for workflow in model.workflows.values() {
            let mut variants = Taken::new();
            for goal in &workflow.goals {
                let item = &model.goals[*goal];
                let variant = variants.take(&item.name.text, rust_type);
                spelling.goals[goal.index()] = GoalSpelling { variant, fields: fields(&item.fields) };
            }
        }
        spelling
    }

    pub fn ty(&self, id: TypeId) -> &str {
        &self.types[id.index()]
    }
    /// The fields of a record, the values of an enum.
    pub fn members(&self, id: TypeId) -> &[String] {
        &self.members[id.index()]
    }
    /// The type of the addresses of a service's instances.
    pub fn address(&self, id: ServiceId) -> &str {
        &self.addresses[id.index()]
    }
    pub fn service(&self, id: ServiceId) -> &ServiceSpelling {
        &self.services[id.index()]
    }
    pub fn operation(&self, id: OperationId) -> &OperationSpelling {
        &self.operations[id.index()]
    }
    pub fn event(&self, id: EventId) -> &str {
        &self.events[id.index()]
    }
    pub fn event_fields(&self, id: EventId) -> &[String] {
        &self.event_fields[id.index()]
    }
    pub fn goal(&self, id: GoalId) -> &GoalSpelling {
        &self.goals[id.index()]
    }
    /// The function for a piece of another language.
    pub fn foreign(&self, language: &str, code: &str) -> &str {
        let function = self.foreign.get(&(language.to_string(), code.to_string()));
        function.map_or("foreign", |function| function.as_str())
    }
    /// All of these functions: language, text, and name.
    pub fn all_foreign(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.foreign.iter().map(|((language, code), name)| (&**language, &**code, &**name))
    }
    pub fn workflow(&self, id: WorkflowId) -> &WorkflowSpelling {
        &self.workflows[id.index()]
    }

    /// A type of the specification in Rust, as seen from outside of the contracts.
    pub fn rust(&self, model: &Model, ty: &Type) -> String {
        match ty {
            Type::Any => "serde_json::Value".to_string(),
            Type::String => "String".to_string(),
            Type::Int => "i64".to_string(),
            Type::Decimal | Type::Percent => "rust_decimal::Decimal".to_string(),
            Type::Bool => "bool".to_string(),
            Type::Date => "jiff::civil::Date".to_string(),
            Type::Time => "jiff::Timestamp".to_string(),
            Type::Duration => "jiff::SignedDuration".to_string(),
            Type::Declared(id) => format!("types::{}", self.ty(*id)),
            Type::Service(id) => format!("types::{}", self.address(*id)),
            Type::List(inner) => format!("Vec<{}>", self.rust(model, inner)),
            Type::Optional(inner) => format!("Option<{}>", self.rust(model, inner)),
            Type::Nothing => "()".to_string(),
            Type::Fields(_) => match self.value_of(model, ty) {
                Some(workflow) => format!("workflows::{}", self.workflow(workflow).value),
                None => "serde_json::Value".to_string(),
            },
        }
    }

    /// The workflow whose success gives these fields.
    pub fn value_of(&self, model: &Model, ty: &Type) -> Option<WorkflowId> {
        model.workflows.ids().find(|id| value_type(model, *id) == *ty)
    }
}

/// What the success of a workflow gives to whoever runs it.
pub fn value_type(model: &Model, workflow: WorkflowId) -> Type {
    let successes: Vec<_> = model.workflows[workflow]
        .goals
        .iter()
        .map(|goal| &model.goals[*goal])
        .filter(|goal| goal.kind == GoalKind::Success)
        .collect();
    let mut found: Vec<(smol_str::SmolStr, Type)> = Vec::new();
    for field in successes.iter().flat_map(|goal| &goal.fields) {
        if found.iter().any(|(name, _)| *name == field.name.text) {
            continue;
        }
        let everywhere =
            successes.iter().all(|goal| goal.fields.iter().any(|it| it.name.text == field.name.text));
        let ty = match (&field.ty, everywhere) {
            (Type::Optional(_), _) | (_, true) => field.ty.clone(),
            (ty, false) => Type::Optional(Box::new(ty.clone())),
        };
        found.push((field.name.text.clone(), ty));
    }
    Type::Fields(found)
}

pub fn fields(fields: &[Field]) -> Vec<String> {
    let mut taken = Taken::new();
    fields.iter().map(|field| taken.take(&field.name.text, rust_name)).collect()
}

/// Variables of a workflow, none of which is one that its text uses itself.
pub fn variables() -> Taken {
    Taken::reserving(VARIABLES)
}

fn members(ty: &crate::model::TypeDecl) -> Vec<String> {
    match &ty.kind {
        TypeKind::Record(items) => fields(items),
        TypeKind::Enum(values) => {
            let mut taken = Taken::new();
            values.iter().map(|value| taken.take(&value.text, rust_type)).collect()
        }
        TypeKind::Id => Vec::new(),
    }
}

/// A function for each piece of another language that a conducted workflow reads: called after its text, so
/// that it is called the same wherever it stands.
fn foreign(model: &Model) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for it in crate::model::written::written(model) {
        let is_conducted = it.workflow.is_some_and(|id| !model.workflows[id].is_choreographed());
        for part in it.expr.with_parts().iter().filter(|_| is_conducted) {
            if let crate::model::ExprKind::Foreign { language, code } = &part.kind {
                found.insert((language.to_string(), code.to_string()), String::new());
            }
        }
    }
    let mut names = Taken::new();
    for ((language, code), name) in &mut found {
        let short: String = code.chars().take(40).collect();
        *name = names.take(&format!("{language} {short}"), rust_name);
    }
    found
}

fn operation_scope() -> Taken {
    Taken::reserving(&["Operation", "Takes", "Undo", "NoFailure", "Call", "Answered", "Accepted"])
}

fn services(model: &Model) -> Vec<ServiceSpelling> {
    let mut modules = Taken::reserving(MODULES);
    let mut roles = Taken::reserving(&["Call", "Answered", "Accepted", "Operation", "Services"]);
    let mut packages = Taken::reserving(PACKAGES);
    let spell = |service: &crate::model::Service| {
        let name = &service.name.text;
        let is_reserved = MODULES.contains(&rust_name(name).as_str());
        let module = if is_reserved { format!("{name} service") } else { name.to_string() };
        let is_reserved = PACKAGES.contains(&crate_name(name).as_str());
        let package = if is_reserved { format!("{name} service") } else { name.to_string() };
        ServiceSpelling {
            module: modules.take(&module, rust_name),
            role: roles.take(name, rust_type),
            package: packages.take(&package, crate_name),
        }
    };
    model.services.values().map(spell).collect()
}

fn workflows(model: &Model) -> Vec<WorkflowSpelling> {
    let files = ["lib", "main", "mod", "own", "workflows", "wiring", "routes", "contracts"];
    let mut modules = Taken::reserving(&[&files, FUNCTIONS].concat());
    let mut types = Taken::new();
    let spell = |workflow: &crate::model::Workflow| {
        let name = &workflow.name.text;
        WorkflowSpelling {
            module: modules.take(name, rust_name),
            input: types.take(&format!("{name} input"), rust_type),
            end: types.take(&format!("{name} end"), rust_type),
            value: types.take(&format!("{name} value"), rust_type),
            parameters: fields(&workflow.parameters),
        }
    };
    model.workflows.values().map(spell).collect()
}

/// Every failure that an operation or an inner workflow may answer with; what only some of them tell, or
/// tell differently, is optional.
fn failures(model: &Model) -> BTreeMap<String, FailureSpelling> {
    let mut raised: BTreeMap<String, Vec<&[Field]>> = BTreeMap::new();
    for failure in model.operations.values().flat_map(|operation| &operation.fails) {
        raised.entry(failure.name.text.to_string()).or_default().push(&failure.fields);
    }
    for goal in model.goals.values().filter(|goal| goal.kind == GoalKind::Failure) {
        raised.entry(goal.name.text.to_string()).or_default().push(&goal.fields);
    }
    let mut names = Taken::new();
    let spell = |(written, places): (String, Vec<&[Field]>)| {
        let name = names.take(&written, rust_type);
        (written, FailureSpelling { name, fields: merged(&places) })
    };
    raised.into_iter().map(spell).collect()
}

fn merged(places: &[&[Field]]) -> Vec<FailureField> {
    let mut taken = Taken::new();
    let mut found: Vec<FailureField> = Vec::new();
    for field in places.iter().flat_map(|fields| fields.iter()) {
        if found.iter().any(|known| known.written == field.name.text) {
            continue;
        }
        let told: Vec<_> = places
            .iter()
            .map(|fields| fields.iter().find(|it| it.name.text == field.name.text).map(|it| &it.ty))
            .collect();
        let plain = |ty: &Type| match ty {
            Type::Optional(inner) => (**inner).clone(),
            ty => ty.clone(),
        };
        let same = told.iter().flatten().all(|ty| plain(ty) == plain(&field.ty));
        let everywhere = told.iter().all(|ty| ty.is_some_and(|ty| !matches!(ty, Type::Optional(_))));
        let inner = if same { plain(&field.ty) } else { Type::Any };
        let ty = if everywhere { inner } else { Type::Optional(Box::new(inner)) };
        let name = taken.take(&field.name.text, rust_name);
        found.push(FailureField { written: field.name.text.to_string(), name, ty });
    }
    found
}
