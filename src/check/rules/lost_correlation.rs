//! `lost-correlation`: an event that is published for another run than the one that publishes it.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity};
use crate::graph::EdgeKind;
use crate::model::{Argument, EventId, ExprKind, Literal, StatementKind, ValueKind, Workflow, WorkflowId};
use crate::source::Span;

pub static LOST_CORRELATION: Rule = Rule {
    name: "lost-correlation",
    group: Group::Data,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event of a workflow that is published with something else than the run's key.",
    why: "\
Events find their run by the correlation key (Hohpe and Woolf, Correlation Identifier). One that carries
another value in the key's field reaches another run, or none: this run waits, and nothing says why.",
    bad: r#"id OrderId
id ParcelId

service Shop {
  event OrderPlaced(order: string)
}
service Warehouse {
  command Pack(order: string) -> string { idempotent by order }
  event OrderPacked(order: string)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Packed reached by OrderPacked owned by Warehouse
  participant Warehouse {
    when OrderPlaced {
      step parcel = Warehouse.Pack(order)
      publish OrderPacked(parcel)
    }
  }
}
"#,
    good: r#"id OrderId
id ParcelId

service Shop {
  event OrderPlaced(order: string)
}
service Warehouse {
  command Pack(order: string) -> string { idempotent by order }
  event OrderPacked(order: string)
}

workflow PackOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Packed reached by OrderPacked owned by Warehouse
  participant Warehouse {
    when OrderPlaced {
      step parcel = Warehouse.Pack(order)
      publish OrderPacked(order)
    }
  }
}
"#,
    help: "\
Publish the event with the key of the run. An `id` type for the key, `id OrderId` instead of `string`,
lets the compiler notice the mistake by itself.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter().filter(|(_, workflow)| !workflow.correlation.is_empty()) {
        for block in cx.blocks(id) {
            for statement in &block.statements {
                if let StatementKind::Publish { event, event_span, arguments } = &statement.kind
                    && is_taken_here(cx, *event, id)
                {
                    let lost = arguments.iter().filter_map(|argument| lost(cx, workflow, *event, argument));
                    findings
                        .extend(lost.map(|(key, at)| finding(cx, workflow, *event, *event_span, &key, at)));
                }
            }
        }
    }
    findings
}

/// Whether the same workflow takes the event, so that it has to find this run.
fn is_taken_here(cx: &Context, event: EventId, workflow: WorkflowId) -> bool {
    cx.graph
        .out_edges(cx.graph.message(event))
        .any(|edge| edge.edge.kind == EdgeKind::Message && cx.graph.node(edge.to).workflow == Some(workflow))
}

/// The key's field and the place of an argument that is surely not the key: a literal, or the value of a
/// step.
fn lost(cx: &Context, workflow: &Workflow, event: EventId, argument: &Argument) -> Option<(String, Span)> {
    let field = &cx.model.events[event].fields.get(argument.parameter?)?.name.text;
    let key = workflow.correlation.iter().find(|key| key.text == *field)?;
    let other = match &argument.value.kind {
        ExprKind::Value { value, .. } => {
            let value = &cx.model.values[*value];
            value.kind == ValueKind::Step && value.name.text != key.text
        }
        ExprKind::Literal(literal) => !matches!(literal, Literal::None),
        _ => false,
    };
    // A step may well answer with the key itself.
    let says_so = matches!(&argument.value.kind, ExprKind::Value { fields, .. } if fields.last().is_some_and(|last| last.text == key.text));
    (other && !says_so).then(|| (key.text.to_string(), argument.value.span))
}

fn finding(
    cx: &Context,
    workflow: &Workflow,
    event: EventId,
    event_span: Span,
    key: &str,
    at: Span,
) -> Finding {
    let name = cx.model.event_name(event);
    LOST_CORRELATION
        .at(at, format!("not the `{key}` of this run"))
        .message(format!("`{name}` is published with another `{key}` than the run's"))
        .label(event_span, format!("`{}` takes this by its `{key}`", workflow.name.text))
        .what_if(format!("the run that publishes `{name}` never sees it"))
        .help(format!("publish it with `{key}`"))
        .fix(Fix::safe(format!("publish it with `{key}`")).instead(at, key))
        .entity(format!("{}/{name}", workflow.name.text))
}
