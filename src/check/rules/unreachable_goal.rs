//! `unreachable-goal`: no run can end so.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{EdgeKind, NodeKind};
use crate::model::GoalId;

pub static UNREACHABLE_GOAL: Rule = Rule {
    name: "unreachable-goal",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an end of a workflow that no run can reach.",
    why: "\
The ends are a workflow's contract: callers branch on them, owners answer for them. One that cannot \
be reached is a promise that nobody keeps, and usually a forgotten `end` or an event that nobody \
publishes.",
    bad: r#"id OrderId

service Shop { }
service Store {
  query Check(order: OrderId) { fails NotThere }
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  success Found
  failure Lost

  step checked = Store.Check(order) { retry 3 times backoff 1s..10s; on NotThere { end Found } }
  end Found
}
"#,
    good: r#"id OrderId

service Shop { }
service Store {
  query Check(order: OrderId) { fails NotThere }
}

workflow FindOrder(order: OrderId) {
  orchestrated by Shop
  success Found
  failure Lost

  step checked = Store.Check(order) { retry 3 times backoff 1s..10s; on NotThere { end Lost } }
  end Found
}
"#,
    help: "Lead an `end` to it, publish one of the events it is reached by, or delete the end.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.model.goals.ids().filter_map(|goal| finding(cx, goal)).collect()
}

fn finding(cx: &Context, id: GoalId) -> Option<Finding> {
    let goal = &cx.model.goals[id];
    let node = cx.graph.goal(id);
    if cx.occurring.contains(node) || follows_from_a_step(cx, id) {
        return None;
    }
    let name = &goal.name.text;
    let finding = UNREACHABLE_GOAL
        .at(goal.name.span, "no run ends here")
        .message(format!("`{name}` is never reached"))
        .entity(cx.entity(node));
    Some(match &cx.graph.node(node).kind {
        NodeKind::Goal { trigger: Some(trigger), .. } => {
            let missing =
                trigger.terms.iter().filter(|(event, _)| !cx.occurring.contains(cx.graph.message(*event)));
            let names: Vec<String> =
                missing.clone().map(|(event, _)| format!("`{}`", cx.model.event_name(*event))).collect();
            let finding =
                missing.fold(finding, |finding, (_, span)| finding.label(*span, "nobody publishes this"));
            finding.help(format!("publish {}, or delete the end", names.join(" or ")))
        }
        _ => finding.help(format!("lead an `end {name}` to it, or delete the end")),
    })
}

/// Whether there is an `end` or a publication for it that is itself unreachable: that is the cause.
fn follows_from_a_step(cx: &Context, id: GoalId) -> bool {
    cx.graph.in_edges(cx.graph.goal(id)).any(|edge| match edge.edge.kind {
        EdgeKind::Message => {
            cx.graph.in_edges(edge.from).any(|publication| !cx.occurring.contains(publication.from))
        }
        _ => !cx.occurring.contains(edge.from),
    })
}
