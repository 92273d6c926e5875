//! The crate of the contracts: what everybody tells each other.

use super::body;
use super::dependencies;
use super::layout::{Doc, Writer};
use super::spell::{Spelling, value_type};
use crate::generate::template::{Broken, Templates};
use crate::generate::{Generated, text};
use crate::model::{
    Answers, EventId, Field, GoalKind, Model, OperationId, OperationKind, ServiceId, Type, TypeKind,
    UndoneBy, WorkflowId,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What the crate of the contracts needs.
#[derive(Debug, Serialize)]
struct Needs {
    choreographed: bool,
    dependencies: Vec<&'static str>,
}

/// A module of the contracts.
#[derive(Debug, Serialize)]
struct Module {
    doc: Vec<String>,
    imports: Vec<String>,
    items: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Library {
    modules: Vec<String>,
}

/// Adds the crate, with modules that others add to it.
pub fn add(
    generated: &mut Generated,
    model: &Model,
    names: &Spelling,
    templates: &Templates,
    more: &[&str],
) -> Result<(), Broken> {
    let mut modules = BTreeSet::new();
    let mut all = Vec::new();
    let types = types(model, names);
    if !types.items.is_empty() {
        all.push(("types".to_string(), types));
    }
    if !names.failures.is_empty() {
        all.push(("failures".to_string(), failures(model, names)));
    }
    if !model.events.is_empty() {
        all.push(("events".to_string(), events(model, names)));
    }
    let choreographed = !more.is_empty();
    all.push(("workflows".to_string(), workflows(model, names, choreographed)));
    for (id, service) in model.services.iter() {
        if !service.operations.is_empty() {
            all.push((names.service(id).module.clone(), self::service(model, names, id)));
        }
    }
    for (name, module) in all {
        let text = templates.print("rust/contracts_module.rs", &module)?;
        generated.own(format!("crates/contracts/src/{name}.rs"), text);
        modules.insert(name);
    }
    modules.extend(more.iter().map(ToString::to_string));
    let library = Library { modules: modules.into_iter().collect() };
    generated.own("crates/contracts/src/lib.rs", templates.print("rust/contracts_lib.rs", &library)?);
    let dependencies = dependencies::of_folder(generated, "crates/contracts").dependencies;
    let needs = Needs { choreographed, dependencies };
    generated.own("crates/contracts/Cargo.toml", templates.print("rust/contracts.toml", &needs)?);
    Ok(())
}

/// Items of one module, one after the other.
struct Items<'a> {
    model: &'a Model,
    names: &'a Spelling,
    /// Types of the module itself need no path.
    here: &'static str,
    items: Vec<String>,
    runtime: BTreeSet<&'static str>,
}

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]";

impl<'a> Items<'a> {
    fn new(model: &'a Model, names: &'a Spelling, here: &'static str) -> Items<'a> {
        Items { model, names, here, items: Vec::new(), runtime: BTreeSet::new() }
    }

    fn ty(&self, ty: &Type) -> String {
        let rust = self.names.rust(self.model, ty);
        if self.here.is_empty() { rust } else { rust.replace(&format!("{}::", self.here), "") }
    }

    /// A struct with its documentation; `spelled` are the names of its fields.
    fn structure(&mut self, doc: &str, name: &str, fields: &[(&str, &str, &Type, &str)]) -> Writer {
        let mut out = Writer::default();
        documentation(&mut out, doc);
        out.line(DERIVES);
        if fields.is_empty() {
            out.line(&format!("pub struct {name} {{}}"));
            return out;
        }
        out.open(&format!("pub struct {name} {{"));
        for (written, spelled, ty, doc) in fields {
            documentation(&mut out, doc);
            renamed(&mut out, written, spelled);
            out.line(&format!("pub {spelled}: {},", self.ty(ty)));
        }
        out.close("}");
        out
    }

    fn module(self, doc: Vec<String>) -> Module {
        let mut imports = Vec::new();
        let whole = self.items.join("\n");
        let crates: Vec<&str> = ["failures", "types", "workflows"]
            .into_iter()
            .filter(|name| *name != self.here && whole.contains(&format!("{name}::")))
            .collect();
        match &crates[..] {
            [] => {}
            [one] => imports.push(format!("use crate::{one};")),
            several => imports.push(format!("use crate::{{{}}};", several.join(", "))),
        }
        let runtime: Vec<&str> = self.runtime.into_iter().collect();
        match &runtime[..] {
            [] => {}
            [one] => imports.push(format!("use runtime::{one};")),
            several => imports.push(format!("use runtime::{{{}}};", several.join(", "))),
        }
        imports.push("use serde::{Deserialize, Serialize};".to_string());
        let items = self.items.into_iter().map(|item| item.trim_end().to_string()).collect();
        Module { doc, imports, items }
    }
}

fn documentation(out: &mut Writer, doc: &str) {
    for line in text::doc_lines(doc) {
        out.line(format!("/// {line}").trim_end());
    }
}

fn renamed(out: &mut Writer, written: &str, spelled: &str) {
    if written != spelled {
        out.line(&format!("#[serde(rename = {})]", text::rust(written)));
    }
}

fn of_fields<'f>(fields: &'f [Field], spelled: &'f [String]) -> Vec<(&'f str, &'f str, &'f Type, &'f str)> {
    fields
        .iter()
        .zip(spelled)
        .map(|(field, name)| (field.name.text.as_str(), name.as_str(), &field.ty, field.doc.as_str()))
        .collect()
}

fn types(model: &Model, names: &Spelling) -> Module {
    let mut items = Items::new(model, names, "types");
    for (id, ty) in model.types.iter() {
        let name = names.ty(id).to_string();
        let out = match &ty.kind {
            TypeKind::Record(fields) => {
                items.structure(&ty.doc, &name, &of_fields(fields, names.members(id)))
            }
            TypeKind::Id => key(&ty.doc, &name),
            TypeKind::Enum(values) => {
                let mut out = Writer::default();
                documentation(&mut out, &ty.doc);
                out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]");
                if values.is_empty() {
                    out.line(&format!("pub enum {name} {{}}"));
                } else {
                    out.open(&format!("pub enum {name} {{"));
                    for (value, spelled) in values.iter().zip(names.members(id)) {
                        renamed(&mut out, &value.text, spelled);
                        out.line(&format!("{spelled},"));
                    }
                    out.close("}");
                }
                out
            }
        };
        items.items.push(out.out);
    }
    for (id, service) in model.services.iter() {
        if service.many_instances.is_some() {
            let doc = format!("The address of one {}.", service.name.text);
            let name = names.address(id);
            let mut out = key(&doc, name);
            out.line("");
            out.open(&format!("impl From<{name}> for String {{"));
            out.open(&format!("fn from(address: {name}) -> String {{"));
            out.line("address.0");
            out.close("}");
            out.close("}");
            items.items.push(out.out);
        }
    }
    items.module(vec!["The values that services and workflows tell each other.".to_string()])
}

fn key(doc: &str, name: &str) -> Writer {
    let mut out = Writer::default();
    documentation(&mut out, doc);
    out.line("#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]");
    out.line("#[serde(transparent)]");
    out.line(&format!("pub struct {name}(pub String);"));
    out
}

fn failures(model: &Model, names: &Spelling) -> Module {
    let mut items = Items::new(model, names, "failures");
    items.runtime.insert("Failure");
    for (written, failure) in &names.failures {
        let fields: Vec<_> = failure
            .fields
            .iter()
            .map(|field| (field.written.as_str(), field.name.as_str(), &field.ty, ""))
            .collect();
        let mut out = items.structure("", &failure.name, &fields);
        out.line("");
        out.open(&format!("impl Failure for {} {{", failure.name));
        out.line(&format!("const NAME: &'static str = {};", text::rust(written)));
        out.close("}");
        items.items.push(out.out);
    }
    items.module(vec!["Refusals, for business reasons.".to_string()])
}

fn events(model: &Model, names: &Spelling) -> Module {
    let mut items = Items::new(model, names, "events");
    items.runtime.insert("Event");
    for (id, _) in model.events.iter() {
        event(&mut items, id);
    }
    items.module(vec!["Facts that services state.".to_string()])
}

fn event(items: &mut Items, id: EventId) {
    let event = &items.model.events[id];
    let name = items.names.event(id).to_string();
    let service = items.model.service_name(event.service);
    let doc = if event.doc.is_empty() { format!("Stated by {service}.") } else { event.doc.to_string() };
    let mut out = items.structure(&doc, &name, &of_fields(&event.fields, items.names.event_fields(id)));
    out.line("");
    out.open(&format!("impl Event for {name} {{"));
    out.line(&format!("const NAME: &'static str = {};", text::rust(&event.name.text)));
    let version = event.version.map_or("None".to_string(), |version| format!("Some({version})"));
    out.line(&format!("const VERSION: Option<u32> = {version};"));
    out.close("}");
    items.items.push(out.out);
}

fn service(model: &Model, names: &Spelling, id: ServiceId) -> Module {
    let mut items = Items::new(model, names, "");
    items.runtime.extend(["Operation", "Takes"]);
    let service = &model.services[id];
    for operation in &service.operations {
        self::operation(&mut items, *operation);
    }
    let mut doc = vec![format!("What {} offers.", text::one_line(&service.name.text))];
    let lines = text::doc_lines(&service.doc);
    if !lines.is_empty() {
        doc.push(String::new());
        doc.extend(lines);
    }
    items.module(doc)
}

fn operation(items: &mut Items, id: OperationId) {
    let (model, names) = (items.model, items.names);
    let operation = &model.operations[id];
    let spelled = names.operation(id);
    let mut out =
        items.structure(&operation.doc, &spelled.request, &of_fields(&operation.fields, &spelled.fields));
    out.line("");
    out.open(&format!("impl Operation for {} {{", spelled.request));
    out.line(&format!("type Reply = {};", items.ty(&operation.reply)));
    let failure = match spelled.failure.is_empty() {
        true => {
            items.runtime.insert("NoFailure");
            "NoFailure".to_string()
        }
        false => spelled.failure.clone(),
    };
    out.line(&format!("type Failure = {failure};"));
    out.line(&format!("const NAME: &'static str = {};", text::rust(&model.operation_path(id))));
    out.line(&format!("const IS_WRITE: bool = {};", operation.kind == OperationKind::Command));
    let takes = if matches!(operation.answers, Answers::OnTheLine) { "AMoment" } else { "AWhile" };
    out.line(&format!("const TAKES: Takes = Takes::{takes};"));
    if let Some(undone) = &operation.undone
        && matches!(undone.by, UndoneBy::Operation { .. })
    {
        items.runtime.extend(["Flow", "Undo"]);
        let (undo, modules) = body::compensation(model, names, undone, id);
        let undo = undo.without(&format!("{}::", names.service(operation.service).module));
        let mut undo = undo;
        for module in modules {
            if module != names.service(operation.service).module && module != "types" {
                undo = undo.replaced(&format!("{module}::"), &format!("crate::{module}::"));
            }
        }
        let reply = if undo.flat().contains("reply") { "reply" } else { "_reply" };
        out.line("const CAN_BE_UNDONE: bool = true;");
        out.line("");
        out.open(&format!("fn undone_by(&self, {reply}: &Self::Reply) -> Flow<Undo> {{"));
        write_ok(&mut out, undo);
        out.close("}");
    }
    out.close("}");
    items.items.push(out.out);
    if !spelled.failure.is_empty() {
        failure_of(items, id);
    }
}

/// `Ok(…)`, with a name for what would not fit.
fn write_ok(out: &mut Writer, undo: Doc) {
    if out.fits("Ok(", &undo, ")") {
        out.write("Ok(", &undo, ")");
    } else if let Doc::List { items, .. } = &undo
        && let [Doc::Row(parts)] = &items[..]
        && let [_, request] = &parts[..]
    {
        out.write("let back = ", request, ";");
        out.line("Ok(Undo::by(&back))");
    } else {
        out.write("let undo = ", &undo, ";");
        out.line("Ok(undo)");
    }
}

fn failure_of(items: &mut Items, id: OperationId) {
    let (model, names) = (items.model, items.names);
    let operation = &model.operations[id];
    let spelled = names.operation(id);
    let mut out = Writer::default();
    out.line(&format!("/// Why `{}` may be refused.", spelled.request));
    out.line(DERIVES);
    out.line("#[serde(tag = \"name\", content = \"fields\")]");
    out.open(&format!("pub enum {} {{", spelled.failure));
    for failure in &operation.fails {
        let Some(name) = names.failures.get(failure.name.text.as_str()).map(|it| it.name.as_str()) else {
            continue;
        };
        renamed(&mut out, &failure.name.text, name);
        out.line(&format!("{name}(failures::{name}),"));
    }
    out.close("}");
    items.items.push(out.out);
}

fn workflows(model: &Model, names: &Spelling, choreographed: bool) -> Module {
    let mut items = Items::new(model, names, "workflows");
    items.runtime.extend(["Ended", "Workflow"]);
    for (id, item) in model.workflows.iter() {
        if choreographed || !item.is_choreographed() {
            workflow(&mut items, id);
        }
    }
    items.module(vec!["What workflows begin with, and how they end.".to_string()])
}

fn workflow(items: &mut Items, id: WorkflowId) {
    let (model, names) = (items.model, items.names);
    let workflow = &model.workflows[id];
    let spelled = names.workflow(id);
    let parameters = body::parameters(model, id);
    let fields: Vec<_> =
        parameters.iter().map(|(written, name, ty)| (written.as_str(), name.as_str(), ty, "")).collect();
    let mut out = items.structure(&workflow.doc, &spelled.input, &fields);
    out.line("");
    out.open(&format!("impl Workflow for {} {{", spelled.input));
    out.line(&format!("const NAME: &'static str = {};", text::rust(&workflow.name.text)));
    let keys: Vec<_> = workflow.correlation.iter().map(|name| text::rust(&name.text)).collect();
    out.line(&format!("const CORRELATED_BY: &'static [&'static str] = &[{}];", keys.join(", ")));
    out.line(&format!("type Value = {};", spelled.value));
    if let Some(undone) = &workflow.undone {
        items.runtime.extend(["Flow", "Undo"]);
        let (mut undo, modules) = body::workflow_compensation(model, names, undone, id);
        for module in modules.iter().filter(|module| *module != "types") {
            undo = undo.replaced(&format!("{module}::"), &format!("crate::{module}::"));
        }
        let value = if undo.flat().contains("value") { "value" } else { "_value" };
        out.line("");
        out.open(&format!("fn undone_by({value}: &Self::Value) -> Flow<Option<Undo>> {{"));
        out.write("Ok(Some(", &undo, "))");
        out.close("}");
    }
    out.close("}");
    items.items.push(out.out);
    let value = value_type(model, id);
    if let Type::Fields(fields) = &value {
        let mut taken = crate::generate::names::Taken::new();
        let spelled_fields: Vec<String> =
            fields.iter().map(|(name, _)| taken.take(name, crate::generate::names::rust_name)).collect();
        let fields: Vec<_> = fields
            .iter()
            .zip(&spelled_fields)
            .map(|((written, ty), name)| (written.as_str(), name.as_str(), ty, ""))
            .collect();
        let doc = format!("What `{}` gives to whoever runs it.", text::one_line(&workflow.name.text));
        let out = items.structure(&doc, &spelled.value, &fields);
        items.items.push(out.out);
    }
    ends(items, id);
}

fn ends(items: &mut Items, id: WorkflowId) {
    let (model, names) = (items.model, items.names);
    let workflow = &model.workflows[id];
    let end = names.workflow(id).end.clone();
    let mut out = Writer::default();
    out.line(&format!("/// How `{}` can end.", text::one_line(&workflow.name.text)));
    out.line(DERIVES);
    out.line("#[serde(tag = \"name\", content = \"fields\")]");
    out.open(&format!("pub enum {end} {{"));
    let mut successes = Vec::new();
    for goal in &workflow.goals {
        let item = &model.goals[*goal];
        let spelled = names.goal(*goal);
        documentation(&mut out, &item.doc);
        renamed(&mut out, &item.name.text, &spelled.variant);
        let variant = &spelled.variant;
        if item.fields.is_empty() {
            out.line(&format!("{variant},"));
        } else {
            let renamed =
                item.fields.iter().zip(&spelled.fields).any(|(field, name)| field.name.text != *name);
            let fields: Vec<String> = item
                .fields
                .iter()
                .zip(&spelled.fields)
                .map(|(field, name)| format!("{name}: {}", items.ty(&field.ty)))
                .collect();
            let flat = format!("{variant} {{ {} }},", fields.join(", "));
            if !renamed && flat.len() + 4 <= 100 {
                out.line(&flat);
            } else {
                out.open(&format!("{variant} {{"));
                for ((field, name), whole) in item.fields.iter().zip(&spelled.fields).zip(&fields) {
                    self::renamed(&mut out, &field.name.text, name);
                    out.line(&format!("{whole},"));
                }
                out.close("},");
            }
        }
        if item.kind == GoalKind::Success {
            let rest = if item.fields.is_empty() { "" } else { " { .. }" };
            successes.push(format!("{end}::{variant}{rest}"));
        }
    }
    out.close("}");
    out.line("");
    out.open(&format!("impl From<{end}> for Ended {{"));
    out.open(&format!("fn from(end: {end}) -> Ended {{"));
    if successes.is_empty() {
        out.line("Ended::of(&end, false)");
    } else {
        let success = Doc::List {
            open: "matches!(".to_string(),
            items: vec![super::layout::text("end"), super::layout::text(successes.join(" | "))],
            close: ")".to_string(),
            spaced: false,
        };
        out.write("let success = ", &success, ";");
        out.line("Ended::of(&end, success)");
    }
    out.close("}");
    out.close("}");
    items.items.push(out.out);
}
