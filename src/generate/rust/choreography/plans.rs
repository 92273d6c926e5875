//! What whoever keeps track of runs must know: the events of the system, and what its workflows expect.

use super::sides::{self, Side};
use crate::generate::rust::layout::{Doc, Writer, call, record, text as words};
use crate::generate::rust::spell::Spelling;
use crate::generate::text;
use crate::model::{Formula, GoalKind, Model, WorkflowId};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Whole {
    imports: String,
    events: String,
    plans: String,
}

pub fn system(model: &Model, names: &Spelling, workflows: &[WorkflowId]) -> Whole {
    let plans = plans(model, workflows);
    let mut imported = vec!["Goal", "Hop", "Known", "Plan"];
    imported.retain(|name| *name == "Known" || *name == "Plan" || plans.contains(&format!("{name} {{")));
    let mut imports = String::new();
    if !model.events.is_empty() {
        imports += "use crate::events;\n";
    }
    imports += &format!("use runtime::choreography::{{{}}};", imported.join(", "));
    if plans.contains("Duration::") {
        imports += "\nuse std::time::Duration;";
    }
    Whole { imports, events: events(model, names), plans }
}

fn events(model: &Model, names: &Spelling) -> String {
    let mut out = Writer::default();
    if model.events.is_empty() {
        return "pub static EVENTS: &[Known] = &[];".to_string();
    }
    let known = model.events.iter().map(|(id, event)| {
        let service = text::rust(model.service_name(event.service));
        call(format!("Known::of::<events::{}>", names.event(id)), vec![words(service)])
    });
    let known = list(known.collect());
    out.write("pub static EVENTS: &[Known] = ", &known, ";");
    out.out.trim_end().to_string()
}

fn plans(model: &Model, workflows: &[WorkflowId]) -> String {
    let mut out = Writer::default();
    let plans = workflows.iter().map(|id| plan(model, *id)).collect();
    out.write("pub static PLANS: &[Plan] = ", &list(plans), ";");
    out.out.trim_end().to_string()
}

fn plan(model: &Model, id: WorkflowId) -> Doc {
    let workflow = &model.workflows[id];
    let keys: Vec<String> = workflow.correlation.iter().map(|name| name.text.to_string()).collect();
    let starts: Vec<String> =
        sides::starts(model, id).iter().map(|event| model.events[*event].name.text.to_string()).collect();
    let hops = sides::sides(model, id)
        .into_iter()
        .flat_map(|side| (0..sides::reactions(model, side).len()).map(move |at| (side, at)))
        .map(|(side, at)| hop(model, side, at));
    let goals = workflow.goals.iter().map(|goal| {
        let goal = &model.goals[*goal];
        let owner = goal.owner.service.map(|service| model.service_name(service)).unwrap_or_default();
        let success = (goal.kind == GoalKind::Success).to_string();
        let fields = vec![
            field("name", words(text::rust(&goal.name.text))),
            field("success", words(success)),
            field("owner", words(text::rust(owner))),
        ];
        record("Goal", fields)
    });
    let fields = vec![
        field("workflow", words(text::rust(&workflow.name.text))),
        field("correlated_by", strings(&keys)),
        field("starts", strings(&starts)),
        field("hops", list(hops.collect())),
        field("goals", list(goals.collect())),
    ];
    record("Plan", fields)
}

fn hop(model: &Model, side: Side, at: usize) -> Doc {
    let reaction = sides::reactions(model, side)[at];
    let promised = match reaction.block.promises {
        Some((span, _)) if span % 1000 == 0 => format!("Some(Duration::from_secs({}))", span / 1000),
        Some((span, _)) => format!("Some(Duration::from_millis({span}))"),
        None => "None".to_string(),
    };
    let fields = vec![
        field("service", words(text::rust(model.service_name(side.service)))),
        field("reaction", words(text::rust(&sides::reaction_names(model, side)[at]))),
        field("events", strings(&names_in(model, &reaction.formula))),
        field("needed", words(sides::needed(&reaction.formula).to_string())),
        field("promised", words(promised)),
    ];
    record("Hop", fields)
}

fn names_in(model: &Model, formula: &Formula) -> Vec<String> {
    formula.terms.iter().map(|term| model.events[term.event].name.text.to_string()).collect()
}

pub(super) fn strings(items: &[String]) -> Doc {
    list(items.iter().map(|item| words(text::rust(item))).collect())
}

pub(super) fn list(items: Vec<Doc>) -> Doc {
    Doc::List { open: "&[".into(), items, close: "]".into(), spaced: false }
}

pub(super) fn field(name: &str, value: Doc) -> Doc {
    Doc::Row(vec![words(format!("{name}: ")), value])
}
