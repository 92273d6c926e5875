//! Services that react to each other: a crate for each, and one with all of them.

pub mod plans;
pub mod sides;
mod tests;

use super::body;
use super::dependencies;
use super::example;
use super::layout::{Doc, Writer, record, text as words};
use super::layout::{sorted, use_of};
use super::project::{Manifest, printed};
use super::service_crate::{self, Service};
use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Generated, text};
use crate::model::{EventId, Model, OperationId, ServiceId, Trigger, WorkflowId};
use plans::{field, list, strings};
use serde::Serialize;
use sides::Side;
use std::collections::BTreeSet;

/// A service with its sides.
#[derive(Debug, Serialize)]
struct Participant {
    name: String,
    /// The same as a literal.
    service: String,
    title: String,
    /// Empty where it does nothing that anybody calls.
    role: String,
    own: String,
    package: String,
    library: String,
    folder: String,
    doc: Vec<String>,
    methods: String,
    adding: String,
    modules: Vec<String>,
    imports: Vec<String>,
    sides: Vec<String>,
    clients: Vec<Service>,
    listens: String,
    remote: String,
}

#[derive(Debug, Serialize)]
struct Workflow {
    title: String,
    shell: String,
    module: String,
}

#[derive(Debug, Serialize)]
struct System {
    services: Vec<Participant>,
    clients: Vec<Service>,
    workflows: Vec<Workflow>,
    participants: String,
}

pub fn add(
    generated: &mut Generated,
    model: &Model,
    workflows: &[WorkflowId],
    names: &Spelling,
    templates: &Templates,
) -> Result<(), Broken> {
    for id in workflows {
        cannot(generated, model, *id);
    }
    let mut system = System {
        services: Vec::new(),
        clients: Vec::new(),
        workflows: Vec::new(),
        participants: String::new(),
    };
    for (id, item) in model.services.iter() {
        let sides = sides::sides_of(model, workflows, id);
        let offers = (!item.operations.is_empty()).then(|| service_crate::of(generated, model, names, id));
        if item.external.is_some() {
            system.clients.extend(offers);
        } else if offers.is_some() || !sides.is_empty() {
            system.services.push(participant(generated, model, names, id, &sides, offers, templates)?);
        }
    }
    for client in &system.clients {
        let folder = &client.folder;
        generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/service_lib.rs", client)?);
        generated.hand_over(format!("{folder}/src/own.rs"), templates.print("rust/service_own.rs", client)?);
        let manifest = Manifest { of: client, needs: dependencies::of_folder(generated, folder) };
        generated.hand_over(format!("{folder}/Cargo.toml"), templates.print("rust/service.toml", &manifest)?);
    }
    for service in &system.services {
        let folder = &service.folder;
        generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/participant_lib.rs", service)?);
        generated.own(format!("{folder}/src/main.rs"), templates.print("rust/participant_main.rs", service)?);
        let manifest = Manifest { of: service, needs: dependencies::of_folder(generated, folder) };
        let text = templates.print("rust/participant.toml", &manifest)?;
        match service.role.is_empty() {
            true => generated.own(format!("{folder}/Cargo.toml"), text),
            // What a service does needs crates that only its author knows.
            false => generated.hand_over(format!("{folder}/Cargo.toml"), text),
        }
    }
    for id in workflows {
        let item = &model.workflows[*id];
        let module = names.workflow(*id).module.clone();
        let input = serde_json::to_string_pretty(&input(model, *id)).unwrap_or_default();
        generated.own(format!("examples/{module}.json"), input + "\n");
        if let Some(tests) = tests::tests(model, *id, &module) {
            let path = format!("crates/system/tests/{module}.rs");
            generated.own(path, templates.print("rust/system_test.rs", &tests)?);
        }
        let title = text::markdown(&item.name.text);
        let shell = text::shell(&text::one_line(&item.name.text));
        system.workflows.push(Workflow { title, shell, module });
    }
    system.participants = participants(&system.services);
    let whole = plans::system(model, names, workflows);
    generated.own("crates/contracts/src/system.rs", templates.print("rust/contracts_system.rs", &whole)?);
    generated.own("crates/system/src/lib.rs", templates.print("rust/system_lib.rs", &system)?);
    generated.own("crates/system/src/main.rs", templates.print("rust/system_main.rs", &system)?);
    let manifest = Manifest { of: &system, needs: dependencies::of_folder(generated, "crates/system") };
    generated.own("crates/system/Cargo.toml", templates.print("rust/system.toml", &manifest)?);
    generated.own("Cargo.toml", templates.print("rust/system_workspace.toml", &system)?);
    generated.own("rustfmt.toml", "max_width = 100\nuse_small_heuristics = \"Max\"\n");
    generated.own(".gitignore", "/target\n/data\n");
    generated.own("README.md", templates.print("rust/system_README.md", &system)?);
    Ok(())
}

/// What cannot be said of a workflow that nobody conducts.
fn cannot(generated: &mut Generated, model: &Model, id: WorkflowId) {
    let item = &model.workflows[id];
    let mut lost = |at, what: &str| generated.findings.push(super::lost::not_generated(at, what));
    match &item.trigger {
        Trigger::Events(_) => {}
        Trigger::Called => lost(item.name.span, "a choreographed workflow that no event begins"),
        Trigger::Schedule(at) => lost(*at, "a start by the clock"),
    }
    if item.correlation.is_empty() {
        lost(item.name.span, "a choreographed workflow without `correlated by`");
    }
    for participant in &item.participants {
        if model.services[participant.service].external.is_some() && !participant.reactions.is_empty() {
            lost(participant.span, "the reactions of a service that somebody else runs");
        }
    }
}

fn participant(
    generated: &mut Generated,
    model: &Model,
    names: &Spelling,
    id: ServiceId,
    sides: &[Side],
    offers: Option<Service>,
    templates: &Templates,
) -> Result<Participant, Broken> {
    let item = &model.services[id];
    let spelled = names.service(id).clone();
    let folder = format!("crates/services/{}", spelled.package);
    let (mut modules, mut of_sides) = (Vec::new(), Vec::new());
    let mut called: BTreeSet<OperationId> = BTreeSet::new();
    for side in sides {
        let text_of = body::write_side(model, names, *side);
        let file = printed(generated, model, names, side.workflow, text_of);
        generated
            .own(format!("{folder}/src/{}.rs", file.module), templates.print("rust/workflow.rs", &file)?);
        modules.push(file.module.clone());
        of_sides.push(file.module);
        called.extend(sides::operations(model, *side));
    }
    let mut clients = Vec::new();
    for (client, service) in model.services.iter().filter(|(_, service)| service.external.is_some()) {
        if service.operations.iter().any(|operation| called.contains(operation)) {
            clients.push(service_crate::of(&mut Generated::default(), model, names, client));
        }
    }
    let mut imports = vec![
        "use contracts::system::EVENTS;".to_string(),
        use_of("runtime::choreography", &["Listens", "Participant", "Remote"].map(ToString::to_string)),
    ];
    let mut runtime = vec!["Services", "Workflows"];
    if let Some(offers) = &offers {
        modules.push("own".to_string());
        let results = offers.imports.iter().find(|import| import.starts_with("use runtime"));
        let results = results.map(String::as_str).unwrap_or_default();
        runtime.extend(["Accepted", "Answered"].into_iter().filter(|name| results.contains(name)));
        runtime.push("Call");
        imports.extend(offers.imports.iter().filter(|it| !it.starts_with("use runtime")).cloned());
        let own = templates.print("rust/service_own.rs", offers)?;
        generated.hand_over(format!("{folder}/src/own.rs"), own);
    }
    imports.push(use_of("runtime", &sorted(runtime.into_iter())));
    imports.sort_by_key(|import| import.trim_start_matches("pub ").replace(';', "").to_string());
    modules.sort();
    let offers = offers.as_ref();
    let of = |get: fn(&Service) -> &String| offers.map(|it| get(it).clone()).unwrap_or_default();
    Ok(Participant {
        name: text::one_line(&item.name.text),
        service: text::rust(&item.name.text),
        title: text::markdown(&item.name.text),
        role: of(|it| &it.role),
        own: of(|it| &it.own),
        library: spelled.package.replace('-', "_"),
        package: spelled.package,
        folder,
        doc: text::doc_lines(&item.doc),
        methods: of(|it| &it.methods),
        adding: of(|it| &it.adding),
        modules,
        imports,
        sides: of_sides,
        clients,
        listens: listens(model, sides),
        remote: remote(model, id, &called),
    })
}

/// `static LISTENS: &[Listens] = &[…];`
fn listens(model: &Model, sides: &[Side]) -> String {
    let mut out = Writer::default();
    let all: Vec<(EventId, Side)> = sides
        .iter()
        .flat_map(|side| sides::listens(model, *side).into_iter().map(|event| (event, *side)))
        .collect();
    let routes = all.into_iter().map(|(event, side)| {
        let workflow = &model.workflows[side.workflow];
        let item = &model.events[event];
        let keys: Vec<String> = workflow.correlation.iter().map(|name| name.text.to_string()).collect();
        let version = item.version.map_or("None".to_string(), |version| format!("Some({version})"));
        let fields = vec![
            field("event", words(text::rust(&item.name.text))),
            field("version", words(version)),
            field("workflow", words(text::rust(&workflow.name.text))),
            field("correlated_by", strings(&keys)),
        ];
        record("Listens", fields)
    });
    out.write("static LISTENS: &[Listens] = ", &list(routes.collect()), ";");
    out.out.trim_end().to_string()
}

/// `static REMOTE: &[Remote] = &[…];`
fn remote(model: &Model, id: ServiceId, called: &BTreeSet<OperationId>) -> String {
    let others = called.iter().filter(|operation| {
        let service = model.operations[**operation].service;
        service != id && model.services[service].external.is_none()
    });
    let remotes = others.map(|operation| {
        let service = model.service_name(model.operations[*operation].service);
        let fields = vec![
            field("operation", words(text::rust(&model.operation_path(*operation)))),
            field("service", words(text::rust(service))),
        ];
        record("Remote", fields)
    });
    let mut out = Writer::default();
    out.write("static REMOTE: &[Remote] = ", &list(remotes.collect()), ";");
    out.out.trim_end().to_string()
}

/// `vec![payments::participant(), …]`
fn participants(services: &[Participant]) -> String {
    let items = services.iter().map(|it| words(format!("{}::participant()", it.library))).collect();
    let mut out = Writer::at_depth(1);
    out.write("", &Doc::List { open: "vec![".into(), items, close: "]".into(), spaced: false }, "");
    out.out.trim_end().to_string()
}

/// The fields of the event that begins a run; where several do, each under its name.
fn input(model: &Model, id: WorkflowId) -> serde_json::Value {
    let example = |event: &EventId| example::object(model, &model.events[*event].fields);
    match &sides::starts(model, id)[..] {
        [only] => example(only),
        several => {
            let fields =
                several.iter().map(|event| (model.events[*event].name.text.to_string(), example(event)));
            serde_json::Value::Object(fields.collect())
        }
    }
}
