//! The crate of a service or of a client: its trait, the stubs that its author goes on with, and where the
//! coordinator finds it.

use super::dependencies;
use super::example;
use super::layout::{Doc, Writer, call, sorted, text as words, use_of};
use super::project::Manifest;
use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Duty, Generated, text};
use crate::model::{Answers, Model, OperationId, ServiceId, Type};
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
    /// Whether it reacts to events as well, and has a database for that.
    pub reacts: bool,
}

impl Service {
    /// The same, where it reacts to events: when it is called, its database stands in between.
    pub(super) fn reacting(self) -> Service {
        let given =
            [text::rust(&self.variable), format!("{}::call", self.library), "|services| services".into()];
        let mut out = Writer::at_depth(1);
        out.write("let services = ", &call("services.place", given.map(words).to_vec()), ";");
        Service { placing: out.out.trim_end().to_string(), reacts: true, ..self }
    }
}

pub(super) fn of(generated: &mut Generated, model: &Model, names: &Spelling, id: ServiceId) -> Service {
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
        reacts: false,
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

/// The crate as a whole.
pub(super) fn add(generated: &mut Generated, service: &Service, templates: &Templates) -> Result<(), Broken> {
    let folder = &service.folder;
    generated.own(format!("{folder}/src/lib.rs"), templates.print("rust/service_lib.rs", service)?);
    generated.hand_over(format!("{folder}/src/own.rs"), templates.print("rust/service_own.rs", service)?);
    // What a service does needs crates that only its author knows.
    let manifest = Manifest { of: service, needs: dependencies::of_folder(generated, folder) };
    generated.hand_over(format!("{folder}/Cargo.toml"), templates.print("rust/service.toml", &manifest)?);
    Ok(())
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
