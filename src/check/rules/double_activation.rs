//! `double-activation`: a reaction to any of several events does the same thing once for each.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::explore::{DELIVERY, Move, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::spoken::{event_reads, value_reads};
use crate::model::{
    Act, Expr, ExprKind, HowMany, LabelId, Literal, OperationKind, StatementKind, ValueId, ValueKind,
    Workflow, WorkflowId,
};
use std::collections::BTreeMap;

pub static DOUBLE_ACTIVATION: Rule = Rule {
    name: "double-activation",
    group: Group::ControlFlow,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a command in a reaction to any of several events of which more than one comes, so that it is done once for each.",
    why: "\
`when Seen or Heard` runs for each event that comes, and not for the first alone. If both can come in one \
run, the card is charged twice. A key makes it once when it is the same for all of the events, as the \
order is; a key that the reaction makes anew is another one each time.

wfc explores the runs in which everybody reacts in time.",
    bad: r#"id OrderId
id ChargeRequest

service Shop {
  event OrderPlaced(order: OrderId)
}
service Fraud {
  query Screen(order: OrderId)
  event OrderCleared(order: OrderId)
}
service Payments {
  query NewRequest(order: OrderId) -> ChargeRequest
  command Charge(order: OrderId, request: ChargeRequest) { idempotent by request }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Sold reached by PaymentTaken owned by Payments

  participant Fraud {
    when OrderPlaced {
      step screened = Fraud.Screen(order)
      publish OrderCleared(order)
    }
  }
  participant Payments {
    when OrderPlaced or OrderCleared {
      step request = Payments.NewRequest(order)
      step charged = Payments.Charge(order, request)
      publish PaymentTaken(order)
    }
  }
}
"#,
    good: r#"id OrderId
id ChargeRequest

service Shop {
  event OrderPlaced(order: OrderId)
}
service Fraud {
  query Screen(order: OrderId)
  event OrderCleared(order: OrderId)
}
service Payments {
  query NewRequest(order: OrderId) -> ChargeRequest
  command Charge(order: OrderId, request: ChargeRequest) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Sold reached by PaymentTaken owned by Payments

  participant Fraud {
    when OrderPlaced {
      step screened = Fraud.Screen(order)
      publish OrderCleared(order)
    }
  }
  participant Payments {
    when OrderPlaced or OrderCleared {
      step request = Payments.NewRequest(order)
      step charged = Payments.Charge(order, request)
      publish PaymentTaken(order)
    }
  }
}
"#,
    help: "\
Wait for all of them (`and`), or for the one that matters. Or take as the key what is the same for all \
of them: `idempotent by order`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model.workflows.ids().flat_map(|id| of_workflow(cx, id)).collect()
}

fn of_workflow(cx: &Context, id: WorkflowId) -> Vec<Finding> {
    let reactions = cx.graph.nodes_of(id).filter(|(reaction, node)| match &node.kind {
        NodeKind::Receive { kind: ReceiveKind::Reaction, trigger } => {
            trigger.how != HowMany::All && trigger.terms.len() > 1 && cx.occurring.contains(*reaction)
        }
        _ => false,
    });
    let reactions: Vec<NodeId> = reactions.map(|(reaction, _)| reaction).collect();
    if reactions.is_empty() {
        return Vec::new();
    }
    let said = Said::new(&cx.model.workflows[id]);
    let repeated = reactions.into_iter().flat_map(|reaction| repeated(cx, &said, reaction));
    let repeated: Vec<(NodeId, NodeId)> = repeated.collect();
    if repeated.is_empty() {
        return Vec::new();
    }
    let shown = cx.runs(id, Timers::Patient).done_again(repeated);
    shown.iter().filter_map(|((reaction, step), moves)| finding(cx, &said, *reaction, *step, moves)).collect()
}

/// The steps and named values of a workflow, as they are written.
struct Said<'m> {
    workflow: &'m Workflow,
    steps: BTreeMap<LabelId, &'m Act>,
    lets: BTreeMap<ValueId, &'m Expr>,
}

impl<'m> Said<'m> {
    fn new(workflow: &'m Workflow) -> Said<'m> {
        let mut said = Said { workflow, steps: BTreeMap::new(), lets: BTreeMap::new() };
        for statement in workflow.blocks().into_iter().flat_map(|block| &block.statements) {
            match &statement.kind {
                StatementKind::Act(act) => {
                    said.steps.insert(act.label, act);
                }
                StatementKind::Let { value, expr } => {
                    said.lets.insert(*value, expr);
                }
                _ => {}
            }
        }
        said
    }

    fn step(&self, cx: &Context, node: NodeId) -> Option<&'m Act> {
        match &cx.graph.node(node).kind {
            NodeKind::Act(act) => self.steps.get(&act.label).copied(),
            _ => None,
        }
    }
}

/// A reaction with each of its commands whose key is not the same for all of its events.
fn repeated<'m>(cx: &Context<'m>, said: &Said<'m>, reaction: NodeId) -> Vec<(NodeId, NodeId)> {
    let NodeKind::Receive { trigger, .. } = &cx.graph.node(reaction).kind else { return Vec::new() };
    let line = cx.graph.line_from(reaction);
    let steps: Vec<&Act> = line.iter().filter_map(|node| said.step(cx, *node)).collect();
    let keys = Keys { cx, said, trigger, steps: &steps };
    let differs = |node: &NodeId| {
        said.step(cx, *node).is_some_and(|act| {
            cx.model.operations[act.operation].kind == OperationKind::Command && !keys.is_same(act, MAX_DEPTH)
        })
    };
    line.iter().copied().filter(differs).map(|node| (reaction, node)).collect()
}

/// How many values that are made of others are looked through.
const MAX_DEPTH: usize = 8;

/// Which keys are the same whichever of its events a reaction has taken.
struct Keys<'a, 'm> {
    cx: &'a Context<'m>,
    said: &'a Said<'m>,
    trigger: &'a Trigger,
    steps: &'a [&'m Act],
}

impl Keys<'_, '_> {
    fn is_same(&self, act: &Act, depth: usize) -> bool {
        let operation = &self.cx.model.operations[act.operation];
        let Some((key, _)) = &operation.idempotent_by else { return false };
        let argument = |name: &str| {
            let field = operation.fields.iter().position(|field| field.name.text == name);
            act.arguments.iter().find(|argument| argument.parameter.is_some() && argument.parameter == field)
        };
        // What is not given has its default, the same each time.
        key.iter()
            .filter_map(|name| argument(&name.text))
            .all(|argument| self.has_one_value(&argument.value, depth))
    }

    fn has_one_value(&self, expr: &Expr, depth: usize) -> bool {
        let moves_on = |part: &&Expr| matches!(part.kind, ExprKind::Literal(Literal::Now | Literal::Round));
        depth > 0
            && !expr.with_parts().iter().any(moves_on)
            && value_reads(expr).into_iter().all(|value| self.is_one(value, depth - 1))
            && event_reads(expr).into_iter().all(|(event, fields)| {
                let is_taken = self.trigger.terms.iter().any(|(term, _)| *term == event);
                let is_key = || {
                    fields.first().is_some_and(|field| {
                        self.said.workflow.correlation.iter().any(|key| key.text == field.text)
                    })
                };
                !is_taken || is_key()
            })
    }

    fn is_one(&self, value: ValueId, depth: usize) -> bool {
        match self.cx.model.values[value].kind {
            ValueKind::Parameter | ValueKind::Correlation => true,
            ValueKind::Each => false,
            // What another reaction has done is there for all; a command of this one that is recognised
            // by its key gives the same answer again.
            ValueKind::Step => match self.steps.iter().find(|step| step.value == value) {
                Some(step) => {
                    self.cx.model.operations[step.operation].kind == OperationKind::Command
                        && self.is_same(step, depth)
                }
                None => true,
            },
            ValueKind::Let => self.said.lets.get(&value).is_some_and(|expr| self.has_one_value(expr, depth)),
        }
    }
}

fn finding(cx: &Context, said: &Said, reaction: NodeId, step: NodeId, moves: &[Move]) -> Option<Finding> {
    let NodeKind::Receive { trigger, .. } = &cx.graph.node(reaction).kind else { return None };
    let act = said.step(cx, step)?;
    let operation = cx.model.operation_path(act.operation);
    let contract = &cx.model.operations[act.operation];
    let events = quoted(trigger.terms.iter().map(|(event, _)| cx.model.event_name(*event)));
    let mut finding = DOUBLE_ACTIVATION
        .at(act.call_span, "done once for each of the events")
        .message(format!("`{operation}` is done more than once when {events} come"))
        .label(cx.graph.node(reaction).span, "reacts to each of them");
    finding = match &contract.idempotent_by {
        Some((_, span)) => finding.label(*span, "the key is not the same for each of them"),
        None => finding.label(contract.name.span, "it has no key"),
    };
    let finding = finding
        .run(cx.witness_of_run(moves), DELIVERY)
        .help("wait for all of them with `and`, or react only to the one that matters")
        .help("or let the key be something that is the same for all of them, such as what the runs are told apart by")
        .entity(cx.entity(step));
    Some(cx.by_choices(finding, moves))
}
