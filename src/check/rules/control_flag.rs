//! `control-flag`: a constant of the caller decides a branch of who is called.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind};
use crate::model::written::{Use, Written};
use crate::model::{Expr, ExprKind, Field, Literal, ValueKind, WorkflowId};

pub static CONTROL_FLAG: Rule = Rule {
    name: "control-flag",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a constant that a caller passes, and by which the called workflow takes its way.",
    why: "\
A flag in a request says how the other one is to do its work. The caller has to know its branches, the
called workflow carries the wishes of all its callers, and none of the two can be changed alone. A fact
(the customer is abroad) lets the receiver decide; a flag (`true`) has decided already.

Reported is a `true`, `false` or value of an enum that stands as such in a `run` of another service's
workflow, when a condition of that workflow reads the parameter. A flag in an event is a
`disguised-command`. What an operation does with its fields is not written anywhere.",
    bad: r#"id OrderId

service Shop {
  team "shop"
}
service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
  command Wrap(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  step packed = run Prepare(order, true)
  end Sold
}

workflow Prepare(order: OrderId, wrapped: bool) {
  orchestrated by Warehouse
  success Prepared
  step packed = Warehouse.Pack(order)
  if wrapped {
    step wrap = Warehouse.Wrap(order)
  }
  end Prepared
}
"#,
    good: r#"id OrderId

service Shop {
  team "shop"
}
service Warehouse {
  command Pack(order: OrderId) { idempotent by order }
  command Wrap(order: OrderId) { idempotent by order }
}

workflow Sell(order: OrderId) {
  orchestrated by Shop
  success Sold
  step packed = run PrepareAsGift(order)
  end Sold
}

workflow PrepareAsGift(order: OrderId) {
  orchestrated by Warehouse
  success Prepared
  step packed = Warehouse.Pack(order)
  step wrap = Warehouse.Wrap(order)
  end Prepared
}
"#,
    help: "\
Offer a workflow for each of the two cases, or pass on the fact that the decision rests on and let the
receiver decide.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let written = cx.expressions();
    let flags = written.iter().filter_map(|one| {
        let Use::Ran { workflow, parameter: Some(at) } = one.used else { return None };
        let parameter = cx.model.workflows[workflow].parameters.get(at)?;
        let caller = caller(cx, one)?;
        let is_foreign = cx.graph.node(caller).side != cx.model.workflows[workflow].coordinator();
        (is_constant(one.expr) && is_foreign).then_some((one.expr, caller, workflow, parameter))
    });
    let found = flags.filter_map(|(flag, caller, workflow, parameter)| {
        let decided = decided_by(cx, written, workflow, parameter)?;
        Some(finding(cx, flag, caller, workflow, parameter, decided))
    });
    found.collect()
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Bool(_)) | ExprKind::EnumValue { .. })
}

/// The node that runs the workflow.
fn caller(cx: &Context, one: &Written) -> Option<NodeId> {
    let mut nodes = cx.graph.nodes_of(one.workflow?).filter(|(id, _)| cx.occurring.contains(*id));
    nodes.find_map(|(id, node)| match &node.kind {
        NodeKind::Run(run) if run.call_span.contains(one.expr.span) => Some(id),
        NodeKind::Notify { .. } if node.span.contains(one.expr.span) => Some(id),
        _ => None,
    })
}

/// The first condition of the workflow that reads the parameter.
fn decided_by<'m>(
    cx: &Context<'m>,
    written: &[Written<'m>],
    workflow: WorkflowId,
    parameter: &Field,
) -> Option<&'m Expr> {
    let reads = |expr: &Expr| match &expr.kind {
        ExprKind::Value { value, .. } => {
            let value = &cx.model.values[*value];
            value.workflow == workflow
                && value.kind == ValueKind::Parameter
                && value.name.text == parameter.name.text
        }
        _ => false,
    };
    written
        .iter()
        .filter(|one| one.used == Use::Decides && one.workflow == Some(workflow))
        .map(|one| one.expr)
        .filter(|expr| expr.with_parts().into_iter().any(reads))
        .min_by_key(|expr| expr.span.start)
}

fn finding(
    cx: &Context,
    flag: &Expr,
    caller: NodeId,
    workflow: WorkflowId,
    parameter: &Field,
    decided: &Expr,
) -> Finding {
    let name = &cx.model.workflows[workflow].name.text;
    let side = cx.graph.node(caller).side.map_or("", |side| cx.service(side));
    let finding = CONTROL_FLAG
        .at(flag.span, format!("`{side}` has decided it"))
        .message(format!("`{side}` steers `{name}` by the constant for `{}`", parameter.name.text))
        .label(decided.span, format!("`{name}` takes its way by it"))
        .witness(cx.witness_of_place(caller))
        .help(format!("offer a workflow for each case in place of `{}`", parameter.name.text))
        .help("or pass the fact that it rests on, and let the receiver decide")
        .entity(cx.entity(caller));
    // A value of an enum may as well say of what kind something is.
    let is_kind = matches!(flag.kind, ExprKind::EnumValue { .. });
    cx.by_origin(if is_kind { finding.at_most(Confidence::Medium) } else { finding })
}
