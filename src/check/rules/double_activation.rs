//! `double-activation`: a reaction to any of several events does the same thing once for each.

use crate::check::Context;
use crate::check::phrases::quoted;
use crate::explore::{DELIVERY, Move, Timers};
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::spoken::{event_reads, parts, value_reads};
use crate::model::{
    Act, Expr, ExprKind, HowMany, Literal, OperationKind, StatementKind, ValueId, ValueKind, Workflow,
};

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

service Shop { event OrderPlaced(order: OrderId) }
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
    when OrderPlaced { step screened = Fraud.Screen(order); publish OrderCleared(order) }
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

service Shop { event OrderPlaced(order: OrderId) }
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
    when OrderPlaced { step screened = Fraud.Screen(order); publish OrderCleared(order) }
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
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        for (reaction, node) in cx.graph.nodes_of(id) {
            let NodeKind::Receive { kind: ReceiveKind::Reaction, trigger } = &node.kind else { continue };
            if trigger.how == HowMany::All || trigger.terms.len() < 2 || !cx.occurring.contains(reaction) {
                continue;
            }
            for step in repeated(cx, workflow, reaction, trigger) {
                let moves = cx.runs(id, Timers::Patient).done_again(reaction, step.node);
                findings.extend(moves.map(|moves| finding(cx, reaction, &step, trigger, &moves)));
            }
        }
    }
    findings
}

/// A step of a reaction, in the graph and in the model.
struct Step<'m> {
    node: NodeId,
    act: &'m Act,
}

/// The commands of a reaction whose key is not the same for each of its events.
fn repeated<'m>(
    cx: &Context<'m>,
    workflow: &'m Workflow,
    reaction: NodeId,
    trigger: &Trigger,
) -> Vec<Step<'m>> {
    let line = cx.graph.line_from(reaction);
    let steps: Vec<Step> = line.iter().filter_map(|node| step(cx, workflow, *node)).collect();
    let keys = Keys { cx, workflow, trigger, steps: &steps };
    let differs = |step: &&Step| {
        cx.model.operations[step.act.operation].kind == OperationKind::Command
            && !keys.is_same(step.act, MAX_DEPTH)
    };
    steps.iter().filter(differs).map(|step| Step { node: step.node, act: step.act }).collect()
}

fn step<'m>(cx: &Context<'m>, workflow: &'m Workflow, node: NodeId) -> Option<Step<'m>> {
    let NodeKind::Act(wanted) = &cx.graph.node(node).kind else { return None };
    let statements = workflow.blocks().into_iter().flat_map(|block| &block.statements);
    let acts = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Act(act) => Some(&**act),
        _ => None,
    });
    acts.into_iter().find(|act| act.label == wanted.label).map(|act| Step { node, act })
}

/// How many values that are made of others are looked through.
const MAX_DEPTH: usize = 8;

/// Which keys are the same whichever of its events a reaction has taken.
struct Keys<'a, 'm> {
    cx: &'a Context<'m>,
    workflow: &'m Workflow,
    trigger: &'a Trigger,
    steps: &'a [Step<'m>],
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
            && !parts(expr).iter().any(moves_on)
            && value_reads(expr).into_iter().all(|value| self.is_one(value, depth - 1))
            && event_reads(expr).into_iter().all(|(event, fields)| {
                let is_taken = self.trigger.terms.iter().any(|(term, _)| *term == event);
                let is_key = || {
                    fields.first().is_some_and(|field| {
                        self.workflow.correlation.iter().any(|key| key.text == field.text)
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
            ValueKind::Step => match self.steps.iter().find(|step| step.act.value == value) {
                Some(step) => {
                    self.cx.model.operations[step.act.operation].kind == OperationKind::Command
                        && self.is_same(step.act, depth)
                }
                None => true,
            },
            ValueKind::Let => self.meaning(value).is_some_and(|expr| self.has_one_value(expr, depth)),
        }
    }

    fn meaning(&self, wanted: ValueId) -> Option<&Expr> {
        let statements = self.workflow.blocks().into_iter().flat_map(|block| &block.statements);
        statements.into_iter().find_map(|statement| match &statement.kind {
            StatementKind::Let { value, expr } if *value == wanted => Some(expr),
            _ => None,
        })
    }
}

fn finding(cx: &Context, reaction: NodeId, step: &Step, trigger: &Trigger, moves: &[Move]) -> Finding {
    let operation = cx.model.operation_path(step.act.operation);
    let contract = &cx.model.operations[step.act.operation];
    let events = quoted(trigger.terms.iter().map(|(event, _)| cx.model.event_name(*event)));
    let mut finding = DOUBLE_ACTIVATION
        .at(step.act.call_span, "done once for each of the events")
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
        .entity(cx.entity(step.node));
    cx.by_choices(finding, moves)
}
