//! What is generated in other formats: valid by their schemas, by our own importer, and, where they are
//! installed, by the tools of those formats. `packaging/try-formats.sh` installs them and runs all of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test says what it leaves out")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wfc::compile::{self, Settings};
use wfc::finding::{Group, Severity};
use wfc::generate::template::Templates;
use wfc::generate::{self, Engine, Generated, Options, Target};
use wfc::source::{SourceFile, Sources};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of an example, or one file, as sources.
fn sources(path: &Path) -> Sources {
    let mut sources = Sources::default();
    let mut files = if path.is_dir() {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    } else {
        vec![path.to_path_buf()]
    };
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "wfc")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        sources.add(SourceFile::new(name, fs::read_to_string(file).unwrap()));
    }
    sources
}

/// Nothing where the text has errors or several systems.
fn generated(path: &Path, target: Target) -> Option<Generated> {
    let sources = sources(path);
    let checked = compile::check(&sources, Settings::default());
    let reads = |group: Group| matches!(group, Group::Syntax | Group::Data);
    if checked.findings.iter().any(|it| it.severity == Severity::Error && reads(it.rule.group)) {
        return None;
    }
    let templates = Templates::builtin().unwrap();
    let options = Options { target, engine: Engine::Embedded };
    let made =
        compile::generate(&sources, &[], None, |subject| generate::generate(subject, &options, &templates));
    Some(made.ok()?.made.unwrap())
}

/// Examples, and every small system that is conducted.
fn specifications() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["examples", "tests/systems"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    all.sort();
    all
}

#[test]
fn every_document_is_a_serverless_workflow() {
    let schema = fs::read_to_string(root().join("tests/schemas/serverless-workflow-1.0.0.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut n_valid = 0;
    for specification in specifications() {
        let Some(generated) = generated(&specification, Target::ServerlessWorkflow) else { continue };
        for (path, file) in &generated.files {
            let document: Value = yaml_serde::from_str(&file.text).unwrap();
            let wrong: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()).chars().take(300).collect())
                .collect();
            assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", path, specification.display());
            n_valid += 1;
        }
    }
    assert!(n_valid > 60, "only {n_valid} documents");
}

/// What makes a state machine illegal is what our importer refuses: transitions to nowhere, states that
/// nothing leads to, fields that do not belong. What it thinks of compensation plays no part: a machine
/// decides by data what it undoes, and the importer takes that from names.
#[test]
fn every_state_machine_can_be_imported_again() {
    let mut n_read = 0;
    for specification in specifications() {
        let Some(generated) = generated(&specification, Target::Asl) else { continue };
        for (path, file) in &generated.files {
            let mut sources = Sources::default();
            sources.add(SourceFile::new(path.as_str(), file.text.as_str()));
            let findings = compile::check(&sources, Settings::default()).findings;
            let judged = |group: Group| {
                matches!(
                    group,
                    Group::Import | Group::Syntax | Group::Data | Group::ControlFlow | Group::Resilience
                )
            };
            let wrong: Vec<String> = findings
                .iter()
                .filter(|it| it.severity == Severity::Error && judged(it.rule.group))
                .map(|it| format!("{}: {}", it.rule.name, it.message))
                .collect();
            assert!(wrong.is_empty(), "{path} of {}: {wrong:#?}\n{}", specification.display(), file.text);
            n_read += 1;
        }
    }
    assert!(n_read > 60, "only {n_read} machines");
}

#[test]
fn every_event_is_said_by_its_owner_and_heard_by_whom_it_moves() {
    let generated = generated(&root().join("examples/retail-order"), Target::AsyncApi).unwrap();
    let names: Vec<&str> = generated.files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["fraud", "mail", "payments", "shop", "system", "warehouse"]
            .map(|name| format!("{name}.asyncapi.yaml"))
    );
    let document = |name: &str| -> Value { yaml_serde::from_str(&generated.files[name].text).unwrap() };
    let warehouse = document("warehouse.asyncapi.yaml");
    let operations: Vec<&String> = warehouse["operations"].as_object().unwrap().keys().collect();
    assert_eq!(
        operations,
        [
            "receive.OrderCleared",
            "receive.OrderPlaced",
            "receive.PaymentTaken",
            "send.OrderShipped",
            "send.OrderUnfulfillable"
        ]
    );
    let shipped = &warehouse["components"]["messages"]["OrderShipped"];
    assert_eq!(shipped["correlationId"]["location"], "$message.payload#/data/order");
    assert_eq!(shipped["payload"]["properties"]["source"]["const"], "/Warehouse");
    let data = &shipped["payload"]["properties"]["data"];
    assert_eq!(data["properties"]["parcel"]["$ref"], "#/components/schemas/ParcelId");
    assert_eq!(warehouse["channels"]["OrderShipped"]["address"], "events.Warehouse.OrderShipped");
    let system = document("system.asyncapi.yaml");
    assert_eq!(system["operations"]["Mail.receive.OrderShipped"]["tags"][0]["name"], "Mail");
}

/// A document's own schemas, each with those that it refers to.
#[test]
fn what_an_event_is_made_of_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.wfc");
    fs::write(
        &path,
        "id Order\nenum Size(Small, Large)\nrecord Line(article: string, n: int)\n\
         service S { event Placed v2(order: Order, lines: list of Line, total: decimal, size: Size?, at: time, \
         wait: duration, rest: any) }\n\
         service T { command Go(order: Order) { idempotent by order } event Gone(order: Order) }\n\
         workflow W { choreographed correlated by order starts when Placed v2 \
         success Done reached by Gone owned by T participant T { when Placed v2 { promises within 1d \
         step gone = T.Go(order) publish Gone(order) } } }\n",
    )
    .unwrap();
    let generated = generated(&path, Target::AsyncApi).expect("the specification has no errors");
    let document: Value = yaml_serde::from_str(&generated.files["s.asyncapi.yaml"].text).unwrap();
    let mut schema = document["components"]["messages"]["PlacedV2"]["payload"].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let event = |change: fn(&mut Value)| {
        let mut event = serde_json::json!({
            "specversion": "1.0", "id": "1", "source": "/S", "type": "Placed", "eventversion": "2",
            "time": "2027-01-02T03:04:05Z", "subject": "run",
            "data": {
                "order": "o", "lines": [{ "article": "a", "n": 1 }], "total": "1.50", "size": null,
                "at": "2027-01-02T03:04:05Z", "wait": "PT1H", "rest": { "x": 1 },
            },
        });
        change(&mut event);
        validator.is_valid(&event)
    };
    assert!(event(|_| {}));
    assert!(event(|event| event["data"]["size"] = "Large".into()));
    assert!(event(|event| drop(event["data"].as_object_mut().unwrap().remove("size"))));
    assert!(!event(|event| event["data"]["size"] = "Middle".into()));
    assert!(!event(|event| event["data"]["order"] = "".into()));
    assert!(!event(|event| event["data"]["lines"][0]["n"] = "1".into()));
    assert!(!event(|event| event["eventversion"] = "1".into()));
    assert!(!event(|event| drop(event["data"].as_object_mut().unwrap().remove("total"))));
}

#[test]
fn the_same_specification_gives_the_same_bytes() {
    for target in [Target::Asl, Target::ServerlessWorkflow, Target::AsyncApi] {
        let texts = || generated(&root().join("examples/mortgage"), target).unwrap().files;
        assert_eq!(texts(), texts());
    }
}

#[test]
fn hostile_names_and_texts_stay_texts() {
    // Names that differ in what is left out in other formats.
    let names = ["a b", "a-b", "a.b", "../a", "a\u{202e}b", "日本", "🚀", "self", "$", "{}", "x'y"];
    let mut spec = String::from("service S {\n  command Refund(o: string) { idempotent by o }\n");
    for (at, name) in names.iter().enumerate() {
        spec += &format!(
            "  command `{name}`(o: string) {{ fails `F{at} {name}`; undone by Refund(o); idempotent by o }}\n"
        );
    }
    spec += "}\nworkflow `W ../ {}`(o: string) {\n  orchestrated by S\n  success `D'one`\n  failure `N\"o`(r: string)\n";
    for (at, name) in names.iter().enumerate() {
        spec += &format!(
            "  step `s {name}` = S.`{name}`(o) {{ timeout 1s; on `F{at} {name}` or outage {{ undo all; end `N\"o`(\"it's {{}} ${{x}} \\\\ {at}\") }} }}\n"
        );
    }
    spec += "  end `D'one`\n}\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.wfc");
    fs::write(&path, &spec).unwrap();
    let schema = fs::read_to_string(root().join("tests/schemas/serverless-workflow-1.0.0.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let document = generated(&path, Target::ServerlessWorkflow).expect("the specification has no errors");
    let (name, file) = document.files.first_key_value().unwrap();
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'), "{name}");
    let yaml: Value = yaml_serde::from_str(&file.text).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&yaml).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let machine = generated(&path, Target::Asl).unwrap();
    let (_, file) = machine.files.first_key_value().unwrap();
    let json: Value = serde_json::from_str(&file.text).unwrap();
    let states = json["States"].as_object().unwrap();
    let tasks = states.values().filter(|state| state["Type"] == "Task");
    let functions: std::collections::BTreeSet<&str> =
        tasks.filter_map(|state| state["Parameters"]["FunctionName"].as_str()).collect();
    assert!(
        functions.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')),
        "{functions:?}"
    );
    assert!(
        states.keys().all(|name| name.len() <= 240 && !name.contains(['\n', '\u{202e}'])),
        "{:?}",
        states.keys()
    );
    let events = generated(&path, Target::AsyncApi).unwrap();
    assert!(events.files.is_empty(), "there are no events");
    if let Some(tools) = tools() {
        fs::write(folder.path().join("w.asl.json"), &file.text).unwrap();
        assert_valid(&tools, &[folder.path().join("w.asl.json")]);
    }
}

/// Where `packaging/try-formats.sh` installs the tools of the formats.
fn tools() -> Option<PathBuf> {
    let folder = root().join("target/formats");
    let is_there = [
        "node_modules/asl-validator",
        "node_modules/@serverlessworkflow/sdk",
        "node_modules/@asyncapi/parser",
        "venv/bin/python",
    ]
    .iter()
    .all(|path| folder.join(path).exists());
    if !is_there {
        println!("skipped: packaging/try-formats.sh installs what validates and executes");
    }
    is_there.then_some(folder)
}

fn assert_valid(tools: &Path, machines: &[PathBuf]) {
    for machine in machines {
        let validator = tools.join("node_modules/asl-validator/dist/bin/asl-validator.js");
        let output = Command::new("node").arg(validator).arg("--json-path").arg(machine).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A script of `packaging/formats` has nothing to say against the documents.
fn assert_passes(tools: &Path, script: &str, documents: &[PathBuf]) {
    let output = Command::new("node")
        .arg(root().join("packaging/formats").join(script))
        .args(documents)
        .env("NODE_PATH", tools.join("node_modules"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("0 failed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn write_all(folder: &Path, target: Target) -> Vec<PathBuf> {
    let mut written = Vec::new();
    for example in ["loan-broker", "mortgage", "retail-order"] {
        let Some(generated) = generated(&root().join("examples").join(example), target) else { continue };
        for (path, file) in &generated.files {
            fs::write(folder.join(path), &file.text).unwrap();
            written.push(folder.join(path));
        }
    }
    written
}

#[test]
fn the_tools_of_the_formats_find_nothing_wrong() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    assert_valid(&tools, &write_all(folder.path(), Target::Asl));
    let documents = write_all(folder.path(), Target::ServerlessWorkflow);
    assert_passes(&tools, "validate.js", &documents);
}

#[test]
fn the_parser_of_asyncapi_finds_nothing_wrong() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut documents = Vec::new();
    for specification in specifications() {
        let Some(generated) = generated(&specification, Target::AsyncApi) else { continue };
        let name = specification.file_stem().unwrap().to_string_lossy().into_owned();
        for (path, file) in &generated.files {
            documents.push(folder.path().join(format!("{name}.{path}")));
            fs::write(documents.last().unwrap(), &file.text).unwrap();
        }
    }
    assert!(documents.len() > 300, "only {} documents", documents.len());
    assert_passes(&tools, "parse-asyncapi.js", &documents);
}

#[test]
fn state_machines_run_on_an_engine_that_is_not_ours() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), Target::Asl);
    let output = Command::new(tools.join("venv/bin/python"))
        .arg(root().join("packaging/formats/execute.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = stderr.lines().last().unwrap_or_default();
    assert!(output.status.success() && said.contains("0 failed"), "{said}\n{last}");
}
