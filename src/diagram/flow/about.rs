//! What each node of the step graph stands for: its name as a path, its places, what is written about it.

use crate::diagram::About;
use crate::graph::{NodeId, NodeKind, StepGraph};
use crate::model::Model;
use crate::source::Span;

/// `FulfilOrder/Payments/charged`: the workflow, the side in a choreography, and its own name.
pub fn about(model: &Model, graph: &StepGraph, id: NodeId) -> About {
    let node = graph.node(id);
    let workflow = node.workflow.map(|id| &model.workflows[id]);
    let mut path: Vec<&str> = workflow.iter().map(|it| it.name.text.as_str()).collect();
    if workflow.is_some_and(|it| it.is_choreographed()) {
        path.extend(node.side.map(|side| model.service_name(side)));
    }
    let mut spans: Vec<Span> = vec![node.span];
    let mut doc = "";
    let event_name;
    match &node.kind {
        NodeKind::Act(act) => {
            path.push(&model.labels[act.label].name.text);
            spans.push(act.call_span);
            spans.extend(act.pivot);
            doc = &model.operations[act.operation].doc;
        }
        NodeKind::Run(run) => {
            path.push(&model.labels[run.label].name.text);
            spans.push(run.call_span);
            doc = &model.workflows[run.workflow].doc;
        }
        NodeKind::Start { .. } => {
            spans.extend(workflow.map(|it| it.name.span));
            doc = workflow.map_or("", |it| it.doc.as_str());
        }
        NodeKind::End { goal } | NodeKind::Goal { goal, .. } => {
            let goal = &model.goals[*goal];
            spans.extend(matches!(node.kind, NodeKind::Goal { .. }).then_some(goal.span));
            path.push(&goal.name.text);
            doc = &goal.doc;
        }
        NodeKind::Publish { event } | NodeKind::Message { event } => {
            event_name = model.event_name(*event);
            path.push(&event_name);
            doc = &model.events[*event].doc;
        }
        NodeKind::Notify { operation: Some(operation), .. } => {
            path.push(&model.operations[*operation].name.text);
            doc = &model.operations[*operation].doc;
        }
        _ => {}
    }
    About::new(path.join("/"), spans).doc(doc)
}
