//! The crates around the contracts: services, clients, the coordinator, and what stands beside them.

use super::body;
use super::dependencies::{self, Dependencies};
use super::example;
use super::layout::{Doc, Writer, call, text as words, version_key};
use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Duty, Engine, Generated, Subject, text};
use crate::model::{
    Answers, EventId, Model, OperationId, ServiceId, StatementKind, Trigger, Type, WorkflowId,
};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Service {
    pub name: String,
    /// The name as prose.
    pub title: String,
    pub role: String,
    /// The type that the user goes on with.
    pub own: String,
    pub package: String,
    pub folder: String,
    pub module: String,
    pub doc: Vec<String>,
    pub external: bool,
    pub imports: Vec<String>,
    pub own_imports: Vec<String>,
    pub methods: String,
    pub adding: String,
    /// The same, at an address.
    pub calling: String,
    /// The name as a word for a shell.
    pub shell: String,
    /// The variable that names its address.
    pub variable: String,
    /// How the coordinator puts it where it is, and serves it alone.
    pub placing: String,
    pub serving: String,
    pub own_methods: String,
    /// As Rust calls the crate.
    pub library: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Workflow {
    #[serde(skip)]
    pub id: WorkflowId,
    pub name: String,
    pub title: String,
    /// The name as a word for a shell.
    pub shell: String,
    pub correlated: bool,
    pub module: String,
    pub function: String,
    pub input: String,
    pub end: String,
    pub doc: Vec<String>,
    pub imports: Vec<String>,
    pub steps: String,
    pub hands_over: bool,
    pub pattern: String,
    pub body: String,
    /// Whether it asks for anything.
    pub asks: bool,
    pub quoted: String,
    /// What is done about events that come when a run is over.
    pub late: Vec<Late>,
    pub example: String,
    pub starts: bool,
    /// How the clock begins it, as a call; empty where it does not.
    pub schedule: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Late {
    function: String,
    /// Under which name the engine runs it, quoted.
    name: String,
    body: String,
    asks: bool,
}

#[derive(Debug, Serialize)]
struct Coordinator {
    /// The feature that is on when nothing else is said, and where its runs are kept.
    engine: &'static str,
    address: &'static str,
    services: Vec<Service>,
    workflows: Vec<Workflow>,
    routes: Vec<String>,
    modules: Vec<String>,
    imports: Vec<String>,
    /// Whether the specification speaks other languages as well.
    foreign: bool,
}

/// A `Cargo.toml`.
#[derive(Debug, Serialize)]
pub(super) struct Manifest<'a, T> {
    #[serde(flatten)]
    pub of: &'a T,
    #[serde(flatten)]
    pub needs: Dependencies,
}

pub fn add(
    generated: &mut Generated,
    subject: &Subject,
    names: &Spelling,
    templates: &Templates,
    engine: Engine,
) -> Result<(), Broken> {
    let model = subject.model;
    let (choreographed, conducted): (Vec<_>, Vec<_>) =
        subject.workflows.iter().partition(|id| model.workflows[**id].is_choreographed());
    if conducted.is_empty() && !choreographed.is_empty() {
        return super::choreography::add(generated, model, &choreographed, names, templates);
    }
    let mut services = Vec::new();
    for (id, service) in model.services.iter() {
        if !service.operations.is_empty() {
            services.push(self::service(generated, model, names, id));
        }
    }
    let mut workflows = Vec::new();
    for id in &subject.workflows {
        let item = &model.workflows[*id];
        if item.is_choreographed() {
            let what = "a choreographed workflow beside one that is conducted";
            generated.findings.push(super::lost::not_generated(item.name.span, what));
            continue;
        }
        workflows.push(workflow(generated, subject, names, *id));
    }
    for service in &services {
        let folder = &service.folder;
        generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/service_lib.rs", service)?);
        generated.hand_over(format!("{folder}/src/own.rs"), templates.print("rust/service_own.rs", service)?);
        // What a service does needs crates that only its author knows.
        let manifest = Manifest { of: service, needs: dependencies::of_folder(generated, folder) };
        generated.hand_over(format!("{folder}/Cargo.toml"), templates.print("rust/service.toml", &manifest)?);
    }
    for workflow in &workflows {
        let path = format!("crates/coordinator/src/{}.rs", workflow.module);
        generated.own(path, templates.print("rust/workflow.rs", workflow)?);
        if workflow.starts
            && let Some(tests) = super::tests::tests(model, workflow.id, &workflow.module)
        {
            let path = format!("crates/coordinator/tests/{}.rs", workflow.module);
            generated.own(path, templates.print("rust/workflow_test.rs", &tests)?);
        }
        if workflow.starts {
            generated.own(format!("examples/{}.json", workflow.module), workflow.example.clone() + "\n");
        }
    }
    let foreign = super::foreign::add(generated, names, templates)?;
    let coordinator = coordinator(model, names, services, workflows, subject, engine);
    let coordinator = Coordinator { foreign, ..coordinator };
    generated.own("crates/coordinator/src/lib.rs", templates.print("rust/coordinator_lib.rs", &coordinator)?);
    generated
        .own("crates/coordinator/src/main.rs", templates.print("rust/coordinator_main.rs", &coordinator)?);
    let needs = dependencies::of_folder(generated, "crates/coordinator");
    let manifest = Manifest { of: &coordinator, needs };
    generated.own("crates/coordinator/Cargo.toml", templates.print("rust/coordinator.toml", &manifest)?);
    generated.own("Cargo.toml", templates.print("rust/workspace.toml", &coordinator)?);
    generated.own("rustfmt.toml", "max_width = 100\nuse_small_heuristics = \"Max\"\n");
    generated.own(".gitignore", "/target\n/coordinator.db*\n");
    generated.own("README.md", templates.print("rust/README.md", &coordinator)?);
    Ok(())
}

pub(super) fn service(generated: &mut Generated, model: &Model, names: &Spelling, id: ServiceId) -> Service {
    let item = &model.services[id];
    let spelled = names.service(id).clone();
    let external = item.external.is_some();
    let kind = if external { "clients" } else { "services" };
    let folder = format!("crates/{kind}/{}", spelled.package);
    let own = format!("{}{}", spelled.role, if external { "Client" } else { "Service" });
    let mut requests = BTreeSet::new();
    let (mut methods, mut adding, mut own_methods) = (Vec::new(), Vec::new(), Vec::new());
    let mut results = BTreeSet::new();
    let (mut refused, mut failure, mut called) = (Vec::new(), None, Vec::new());
    for operation in &item.operations {
        let it = names.operation(*operation);
        requests.insert(it.request.clone());
        called.push(it.request.clone());
        let result = result(model, names, *operation);
        results.insert(if result.starts_with("Accepted") { "Accepted" } else { "Answered" });
        methods.push(method(model, names, *operation, &result));
        let is_last = item.operations.last() == Some(operation);
        adding.push(added(names, *operation, &result, is_last));
        let (method, refusal) = own_method(model, names, *operation, &result);
        own_methods.push(method);
        if let Some((of, name)) = refusal {
            refused.push(of);
            failure = Some(name);
        }
        let what = format!("{}::{}", spelled.role, it.method);
        generated.duties.push(Duty { what, file: format!("{folder}/src/own.rs") });
    }
    let requests: Vec<String> = requests.into_iter().collect();
    let results: Vec<&str> = results.into_iter().collect();
    let contracts = format!("contracts::{}", spelled.module);
    let imports = vec![
        use_of(&contracts, &requests),
        format!("pub use own::{own};"),
        use_of("runtime", &sorted(results.iter().copied().chain(["Address", "Call", "Services"]))),
        "use std::sync::Arc;".to_string(),
    ];
    let whole = own_methods.join("\n");
    let own_requests = requests.iter().chain(&refused).map(String::as_str);
    let mut own_imports = vec![use_of(&contracts, &sorted(own_requests))];
    if let Some(failure) = &failure {
        own_imports.push(format!("use contracts::failures::{failure};"));
    }
    if whole.contains("types::") {
        own_imports.push("use contracts::types;".to_string());
    }
    own_imports.sort();
    own_imports.insert(0, use_of("crate", std::slice::from_ref(&spelled.role)));
    let used = if whole.contains("Trouble::") { vec!["Call", "Trouble"] } else { vec!["Call"] };
    own_imports.push(use_of("runtime", &sorted(results.iter().copied().chain(used))));
    let library = spelled.package.replace('-', "_");
    let variable = format!("SERVICE_{}_URL", spelled.module.to_uppercase());
    let new = format!("{library}::{own}::new()");
    Service {
        placing: placing(&library, &variable, &new),
        serving: serving(&library, &text::one_line(&item.name.text), &new),
        calling: calling(&called),
        variable,
        shell: text::shell(&text::one_line(&item.name.text)),
        name: text::one_line(&item.name.text),
        title: text::markdown(&item.name.text),
        library,
        role: spelled.role,
        own,
        package: spelled.package,
        folder,
        module: spelled.module,
        doc: text::doc_lines(&item.doc),
        external,
        imports,
        own_imports,
        methods: methods.join("\n").trim_end().to_string(),
        adding: adding.concat().trim_end().to_string(),
        own_methods: own_methods.join("\n").trim_end().to_string(),
    }
}

pub(super) fn sorted<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().map(ToString::to_string).collect()
}

/// `use path::{…};`, on as many lines as that needs.
pub(super) fn use_of(path: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_by_key(|name| version_key(name));
    if let [one] = &names[..] {
        return format!("use {path}::{one};");
    }
    let flat = format!("use {path}::{{{}}};", names.join(", "));
    if flat.chars().count() <= 100 {
        return flat;
    }
    let mut lines = format!("use {path}::{{\n");
    let mut line = String::from("   ");
    for name in names {
        if line.len() + name.len() + 2 > 100 {
            lines += &line;
            lines.push('\n');
            line = String::from("   ");
        }
        line += &format!(" {name},");
    }
    lines + &line + "\n};"
}

/// The type that an operation answers with.
fn result(model: &Model, names: &Spelling, id: OperationId) -> String {
    match model.operations[id].answers {
        Answers::OnTheLine => format!("Answered<{}>", names.operation(id).request),
        Answers::Later(_) | Answers::ByHand(_) => "Accepted".to_string(),
    }
}

fn method(model: &Model, names: &Spelling, id: OperationId, result: &str) -> String {
    let operation = &model.operations[id];
    let it = names.operation(id);
    let mut out = Writer::at_depth(1);
    for line in text::doc_lines(&operation.doc) {
        out.line(format!("/// {line}").trim_end());
    }
    if result == "Accepted" {
        if !operation.doc.is_empty() {
            out.line("///");
        }
        out.line(
            "/// Takes the request on; the answer comes later: where `call.callback()` says, or by the command `answer`.",
        );
    }
    let head = format!("fn {}(&self, call: &Call, request: {})", it.method, it.request);
    let flat = format!("{head} -> impl Future<Output = {result}> + Send;");
    if flat.len() + 4 < 100 {
        out.line(&flat);
    } else if flat.len() + 4 == 100 {
        // rustfmt keeps a column free here.
        out.line(&head);
        out.line(&format!("-> impl Future<Output = {result}> + Send;"));
    } else {
        out.open(&format!("fn {}(", it.method));
        out.line("&self,");
        out.line("call: &Call,");
        out.line(&format!("request: {},", it.request));
        out.close(&format!(") -> impl Future<Output = {result}> + Send;"));
    }
    out.out
}

fn added(names: &Spelling, id: OperationId, result: &str, is_last: bool) -> String {
    let it = names.operation(id);
    let how = if result == "Accepted" { "accept" } else { "answer" };
    let mut out = Writer::at_depth(1);
    out.line("let it = service.clone();");
    let before = if is_last { "" } else { "let services = " };
    out.open(&format!("{before}services.{how}(move |call: Call, request: {}| {{", it.request));
    out.line("let it = it.clone();");
    out.line(&format!("async move {{ it.{}(&call, request).await }}", it.method));
    out.close(if is_last { "})" } else { "});" });
    out.out
}

/// Every operation, at an address.
fn calling(requests: &[String]) -> String {
    let mut out = Writer::at_depth(1);
    for (number, request) in requests.iter().enumerate() {
        let is_last = number + 1 == requests.len();
        let (before, after) = if is_last { ("", "") } else { ("let services = ", ";") };
        out.line(&format!("{before}services.remote::<{request}>(at){after}"));
    }
    out.out.trim_end().to_string()
}

/// A service at its address, or here.
fn placing(library: &str, variable: &str, new: &str) -> String {
    let mut out = Writer::at_depth(1);
    let here = format!("{library}::serve(services, {new})");
    let flat = format!("let here = |services| {here};");
    if flat.len() + 4 <= 100 {
        out.line(&flat);
    } else if "|services| ;".len() + here.len() + 8 <= 100 {
        out.line("let here =");
        out.line(&format!("    |services| {here};"));
    } else {
        out.open("let here = |services| {");
        out.line(&here);
        out.close("};");
    }
    let given =
        vec![words(text::rust(variable)), words(format!("{library}::call")), words("here".to_string())];
    out.write("let services = ", &call("services.place".to_string(), given), ";");
    out.out.trim_end().to_string()
}

fn serving(library: &str, name: &str, new: &str) -> String {
    let mut out = Writer::at_depth(2);
    let (name, serve) = (text::rust(name), format!("{library}::serve(services, {new})"));
    let flat = format!("{name} => {serve},");
    if flat.len() + 8 <= 100 {
        out.line(&flat);
    } else {
        out.open(&format!("{name} => {{"));
        out.line(&serve);
        out.close("}");
    }
    out.out.trim_end().to_string()
}

/// A stub, and the failure that it uses, with the type of the failures of its operation.
fn own_method(
    model: &Model,
    names: &Spelling,
    id: OperationId,
    result: &str,
) -> (String, Option<(String, String)>) {
    let mut refusal = None;
    let operation = &model.operations[id];
    let it = names.operation(id);
    let mut out = Writer::at_depth(1);
    let list = operation
        .fields
        .iter()
        .zip(&it.fields)
        .find(|(field, _)| matches!(&field.ty, Type::List(inner) if **inner == operation.reply));
    let value = example::rust(model, names, &operation.reply, &operation.name.text, 0);
    let request = if list.is_some() && result != "Accepted" { "request" } else { "_request" };
    let head = format!("async fn {}(&self, {{}}: &Call, {request}: {})", it.method, it.request);
    let told = if result == "Accepted" { "call" } else { "_call" };
    let head = head.replace("{}", told);
    let flat = format!("{head} -> {result} {{");
    if flat.len() + 4 <= 100 {
        out.open(&flat);
    } else {
        out.open(&format!("async fn {}(", it.method));
        out.line("&self,");
        out.line(&format!("{told}: &Call,"));
        out.line(&format!("{request}: {},", it.request));
        out.turn(&format!(") -> {result} {{"));
    }
    match (result, list) {
        ("Accepted", _) => {
            out.line("tracing::info!(key = call.key, \"somebody works on it\");");
            out.line("Ok(())");
        }
        (_, Some((_, field))) => {
            let failure = operation.fails.iter().find(|failure| failure.fields.is_empty());
            let failure = failure.and_then(|failure| names.failures.get(failure.name.text.as_str()));
            match failure {
                Some(failure) => {
                    refusal = Some((it.failure.clone(), failure.name.clone()));
                    out.line(&format!("let first = request.{field}.into_iter().next();"));
                    let none = words(format!("{} {{}}", failure.name));
                    let refused = call(format!("{}::{}", it.failure, failure.name), vec![none]);
                    out.write("let refused = ", &refused, ";");
                    out.line("first.ok_or(Trouble::Refused(refused))");
                }
                None => {
                    out.line(&format!("let first = request.{field}.into_iter().next();"));
                    out.line("first.ok_or_else(|| Trouble::outage(\"there is nothing to choose from\"))");
                }
            }
        }
        _ => write_ok(&mut out, &value),
    }
    out.close("}");
    (out.out, refusal)
}

fn write_ok(out: &mut Writer, value: &Doc) {
    out.write("", &call("Ok", vec![value.clone()]), "");
}

fn workflow(generated: &mut Generated, subject: &Subject, names: &Spelling, id: WorkflowId) -> Workflow {
    let model = subject.model;
    let mut file = printed(generated, model, names, id, body::write(model, names, id));
    if let Trigger::Schedule(at) = model.workflows[id].trigger {
        match super::schedule::schedule(&(subject.text)(at)) {
            Ok(call) => file.schedule = call,
            Err(what) => generated.findings.push(super::lost::not_generated(at, &what)),
        }
    }
    file
}

/// The file of a workflow, or of one side of it.
pub(super) fn printed(
    generated: &mut Generated,
    model: &Model,
    names: &Spelling,
    id: WorkflowId,
    text_of: body::Text,
) -> Workflow {
    let item = &model.workflows[id];
    let spelled = names.workflow(id).clone();
    generated.findings.extend(text_of.findings);
    let mut imports = Vec::new();
    let mut modules = text_of.modules.clone();
    modules.remove("workflows");
    let modules: Vec<String> = modules.into_iter().collect();
    imports.push(match &modules[..] {
        [] => "use contracts::workflows;".to_string(),
        several => {
            let all: BTreeSet<String> = several.iter().cloned().chain(["workflows".to_string()]).collect();
            use_of("contracts", &all.into_iter().collect::<Vec<_>>())
        }
    });
    let mut runtime: BTreeSet<&str> = text_of.runtime.clone();
    runtime.extend(["Cx", "Flow"]);
    if !text_of.late.is_empty() {
        runtime.insert("Late");
    }
    imports.push(use_of("runtime", &version_sorted(runtime)));
    let parameters = body::parameters(model, id);
    let used: Vec<String> = parameters
        .iter()
        .zip(&text_of.parameters)
        .filter(|(_, used)| !used.is_empty())
        .map(|((_, name, _), used)| if name == used { name.clone() } else { format!("{name}: {used}") })
        .collect();
    let all_used = used.len() == parameters.len();
    let pattern = match (&used[..], all_used) {
        ([], _) => String::new(),
        (some, true) => some.join(", "),
        (some, false) => format!("{}, ..", some.join(", ")),
    };
    let fields: Vec<_> = parameters
        .iter()
        .map(|(written, _, ty)| (written.clone(), example::value(model, ty, written, 0)))
        .collect();
    let example = serde_json::Value::Object(fields.into_iter().collect());
    Workflow {
        id,
        name: text::one_line(&item.name.text),
        title: text::markdown(&item.name.text),
        shell: text::shell(&text::one_line(&item.name.text)),
        correlated: !item.correlation.is_empty(),
        module: spelled.module.clone(),
        function: spelled.module,
        input: spelled.input,
        end: spelled.end,
        doc: text::doc_lines(&item.doc),
        imports,
        steps: text_of.steps.trim_end().to_string(),
        pattern,
        body: text_of.body.trim_end().to_string(),
        asks: body::is_used(&text_of.body, "cx"),
        hands_over: text_of.hands_over,
        quoted: text::rust(&item.name.text),
        late: text_of.late.iter().map(|late| late_of(&item.name.text, late)).collect(),
        example: serde_json::to_string_pretty(&example).unwrap_or_default(),
        starts: matches!(item.trigger, Trigger::Called | Trigger::Schedule(_)),
        schedule: String::new(),
    }
}

fn late_of(workflow: &str, late: &body::LateText) -> Late {
    Late {
        function: late.number.map_or("late".to_string(), |number| format!("late_{number}")),
        name: text::rust(&late_name(workflow, late.number)),
        body: late.body.trim_end().to_string(),
        asks: body::is_used(&late.body, "cx"),
    }
}

/// Under which name the engine runs what is done when a run is over.
fn late_name(workflow: &str, number: Option<usize>) -> String {
    number.map_or(format!("{workflow} late"), |number| format!("{workflow} late {number}"))
}

/// As rustfmt sorts them: what begins in capitals first.
fn version_sorted(names: BTreeSet<&str>) -> Vec<String> {
    names.into_iter().map(ToString::to_string).collect()
}

fn coordinator(
    model: &Model,
    names: &Spelling,
    services: Vec<Service>,
    workflows: Vec<Workflow>,
    subject: &Subject,
    engine: Engine,
) -> Coordinator {
    let mut modules: Vec<String> = workflows.iter().map(|workflow| workflow.module.clone()).collect();
    modules.sort();
    let mut imports: Vec<String> =
        services.iter().map(|service| format!("use {}::{};", service.library, service.own)).collect();
    imports.sort();
    let (engine, address) = match engine {
        Engine::Embedded => ("embedded", "\"coordinator.db\""),
        Engine::Temporal => ("temporal", "\"temporal:\""),
    };
    let routes = routes(model, names, &subject.workflows);
    Coordinator { engine, address, routes, services, workflows, modules, imports, foreign: false }
}

/// Which events belong to which runs.
fn routes(model: &Model, _names: &Spelling, wanted: &[WorkflowId]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for id in wanted {
        let workflow = &model.workflows[*id];
        if workflow.is_choreographed() || workflow.correlation.is_empty() {
            continue;
        }
        let mut add = |event: EventId, starts: bool| {
            found.insert((
                model.events[event].name.text.to_string(),
                model.events[event].version,
                *id,
                starts,
            ));
        };
        if let Trigger::Events(formula) = &workflow.trigger {
            formula.terms.iter().for_each(|term| add(term.event, true));
        }
        for late in &workflow.late {
            late.formula.terms.iter().for_each(|term| add(term.event, false));
        }
        for block in workflow.blocks() {
            let interrupts = block.interrupts.iter().flat_map(|it| &it.formula.terms);
            interrupts.for_each(|term| add(term.event, false));
            for statement in &block.statements {
                if let StatementKind::Wait(wait) = &statement.kind
                    && let crate::model::Wait::For { formula, .. } = &**wait
                {
                    formula.terms.iter().for_each(|term| add(term.event, false));
                }
            }
        }
    }
    found.into_iter().map(|(event, version, id, starts)| route(model, &event, version, id, starts)).collect()
}

fn route(model: &Model, event: &str, version: Option<u32>, id: WorkflowId, starts: bool) -> String {
    let workflow = &model.workflows[id];
    let is_meant = |late: &crate::model::Late| {
        let here = |id: EventId| model.events[id].name.text == event && model.events[id].version == version;
        !late.block.statements.is_empty() && late.formula.terms.iter().any(|term| here(term.event))
    };
    let lates = || workflow.late.iter().enumerate().filter(|(_, late)| is_meant(late));
    let late = match lates().any(|(_, late)| !body::is_joint(late)) {
        true => format!("Some({})", text::rust(&late_name(&workflow.name.text, None))),
        false => "None".to_string(),
    };
    let together: Vec<String> = lates()
        .filter(|(_, late)| body::is_joint(late))
        .map(|(number, _)| text::rust(&late_name(&workflow.name.text, Some(number + 1))))
        .collect();
    let keys: Vec<String> = workflow.correlation.iter().map(|name| text::rust(&name.text)).collect();
    let version = version.map_or("None".to_string(), |version| format!("Some({version})"));
    let mut out = Writer::at_depth(1);
    out.open("Route {");
    out.line(&format!("event: {},", text::rust(event)));
    out.line(&format!("version: {version},"));
    out.line(&format!("workflow: {},", text::rust(&workflow.name.text)));
    out.line(&format!("correlated_by: &[{}],", keys.join(", ")));
    out.line(&format!("starts: {starts},"));
    out.line(&format!("late: {late},"));
    out.line(&format!("late_together: &[{}],", together.join(", ")));
    out.close("},");
    out.out.trim_end().to_string()
}
