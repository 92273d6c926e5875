//! What goes wrong in a run, and in which order things come: written as a script for the services.

use super::Workflow;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use wfc::graph::{Act, NodeKind};
use wfc::model::{Model, OperationKind, Type};

pub struct Game {
    pub run: String,
    /// The value of the key.
    pub name: String,
    pub workflow: String,
    pub key: &'static str,
    pub begins: &'static str,
    pub events: Vec<String>,
    /// By operation.
    pub script: Value,
    /// The operations that refuse.
    pub refused: BTreeSet<String>,
}

/// A step of a workflow, as far as a script can do something about it.
struct Step {
    operation: String,
    /// With the fields of each.
    failures: Vec<(String, Value)>,
    /// Whether it is asked once more after an outage, in both styles.
    insists: bool,
    /// What it can answer, where a branch may hang on that.
    replies: Vec<Value>,
}

/// A run in which all goes well, one for each failure of each step, for each that is out once, and whose answer is
/// lost once, for each that takes longest, and so many in which several things go wrong.
pub fn games(model: &Model, workflow: &Workflow, n_pairs: usize) -> Vec<Game> {
    let (id, item) =
        model.workflows.iter().find(|(_, it)| it.name.text == workflow.name).expect("it is there");
    let graph = wfc::graph::build(model);
    let acts: Vec<&Act> = graph
        .nodes_of(id)
        .filter_map(|(_, node)| match &node.kind {
            NodeKind::Act(act) => Some(&**act),
            _ => None,
        })
        .collect();
    let steps: Vec<Step> = acts.iter().map(|act| step(model, act, item.is_choreographed())).collect();
    let mut scripts = vec![json!({})];
    for step in &steps {
        for failure in &step.failures {
            scripts.push(json!({ &step.operation: refusal(failure) }));
        }
        if step.insists {
            scripts.push(json!({ &step.operation: { "outages": 1 } }));
            scripts.push(json!({ &step.operation: { "lost": 1 } }));
        }
        scripts.push(json!({ &step.operation: { "slow": 150 } }));
    }
    let mut chance = Chance(workflow.name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)));
    let choices = if steps.iter().any(|step| !step.replies.is_empty()) { 2 } else { 1 };
    let mut all: Vec<Value> = Vec::new();
    for script in scripts {
        for choice in 0..choices {
            let mut script = script.clone();
            for step in steps.iter().filter(|step| !step.replies.is_empty()) {
                script[&step.operation]["reply"] = step.replies[choice % step.replies.len()].clone();
            }
            all.push(script);
        }
    }
    let compensations = compensations(model, &acts);
    all.extend((0..n_pairs).map(|_| mixed(&steps, &compensations, &mut chance)));
    all.into_iter().enumerate().map(|(number, script)| game(workflow, number, script)).collect()
}

fn game(workflow: &Workflow, number: usize, script: Value) -> Game {
    let entries = script.as_object().into_iter().flatten();
    let refused = entries.filter(|(_, said)| said.get("refuse").is_some()).map(|(name, _)| name.clone());
    let name = format!("g{number}");
    Game {
        run: format!("{}-{name}", workflow.name),
        name,
        workflow: workflow.name.clone(),
        key: workflow.key,
        begins: workflow.begins,
        events: workflow.events.clone(),
        refused: refused.collect(),
        script,
    }
}

fn refusal((name, fields): &(String, Value)) -> Value {
    json!({ "refuse": { "name": name, "fields": fields } })
}

fn step(model: &Model, act: &Act, by_events: bool) -> Step {
    let operation = &model.operations[act.operation];
    let failures = operation.fails.iter().map(|failure| {
        let fields = failure.fields.iter().map(|field| (field.name.text.to_string(), json!("so")));
        (failure.name.text.to_string(), Value::Object(fields.collect::<Map<_, _>>()))
    });
    // Somebody who is called over a line may have a limit or a breaker.
    let is_ours = model.services[act.service].external.is_none();
    let replies = match &operation.reply {
        Type::Bool => vec![json!(true), json!(false)],
        Type::Int => vec![json!(0), json!(3), json!(9)],
        _ => Vec::new(),
    };
    Step {
        operation: model.operation_path(act.operation),
        failures: failures.collect(),
        insists: is_ours && act.on_the_line && (act.retry.is_some() || (by_events && !act.is_remote)),
        replies,
    }
}

/// The operations that no step asks for: those that take back.
fn compensations(model: &Model, acts: &[&Act]) -> Vec<String> {
    let called: BTreeSet<_> = acts.iter().map(|act| act.operation).collect();
    let others = model.operations.iter().filter(|(id, operation)| {
        operation.kind == OperationKind::Command
            && !called.contains(id)
            && model.services[operation.service].external.is_none()
    });
    others.map(|(id, _)| model.operation_path(id)).collect()
}

/// One or two refusals, with everything at another pace, some of it out, and compensations that are out as well.
fn mixed(steps: &[Step], compensations: &[String], chance: &mut Chance) -> Value {
    let mut script = json!({});
    for step in steps {
        let mut said = json!({ "slow": chance.of(4) * 40 });
        if !step.replies.is_empty() {
            said["reply"] = step.replies[chance.of(step.replies.len())].clone();
        }
        if step.insists && chance.of(4) == 0 {
            said[["outages", "lost"][chance.of(2)]] = json!(1);
        }
        script[&step.operation] = said;
    }
    let refusing: Vec<&Step> = steps.iter().filter(|step| !step.failures.is_empty()).collect();
    for _ in 0..2 {
        if !refusing.is_empty() {
            let step = refusing[chance.of(refusing.len())];
            let failure = &step.failures[chance.of(step.failures.len())];
            script[&step.operation]["refuse"] = refusal(failure)["refuse"].clone();
        }
    }
    for operation in compensations {
        if chance.of(3) == 0 {
            script[operation] = json!({ ["outages", "lost"][chance.of(2)]: 1 });
        }
    }
    script
}

pub struct Chance(pub u64);

impl Chance {
    pub fn of(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}
