//! `passive-aggressive-publisher`: an event is published as a fact, and meant as a request.

use crate::check::Context;
use crate::check::obligations::{Awaited, Hostage, Subscription};
use crate::check::telling::without_intent;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};
use crate::graph::{NodeId, NodeKind, ReceiveKind};
use crate::model::GoalId;

pub static PASSIVE_AGGRESSIVE_PUBLISHER: Rule = Rule {
    name: "passive-aggressive-publisher",
    group: Group::Publishers,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports an event whose publisher silently relies on somebody's reaction to it.",
    why: "\
An event states a fact: whoever publishes it does not care who listens. A publisher that goes on only
when somebody has reacted (awaited), or that owns a goal which a subscriber reaches (hostage), does
care. It has sent a command and called it an event: nobody has agreed to do it, it cannot be refused,
and when the subscriber is late, broken or gone, nobody notices. Martin Fowler called such an event a
passive-aggressive command (\"What do you mean by 'Event-Driven'?\", 2017).

Awaited is an error when the publisher waits for the outcome of the reaction itself, which is a call
in disguise, and a warning when it waits for something further down.",
    bad: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
  event OrderConfirmed(order: OrderId)
}

service Payments {
  command Charge(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Confirmed reached by OrderConfirmed owned by Shop

  participant Payments {
    when OrderPlaced {
      step charged = Payments.Charge(order)
      publish PaymentTaken(order)
    }
  }

  participant Shop {
    when PaymentTaken { publish OrderConfirmed(order) }
  }
}
",
    good: "\
id OrderId

service Shop {
  event OrderPlaced(order: OrderId)
  event OrderConfirmed(order: OrderId)
}

service Payments {
  command Charge(order: OrderId) { idempotent by order }
  event PaymentTaken(order: OrderId)
}

workflow SellOrder {
  choreographed
  correlated by order
  starts when OrderPlaced

  success Confirmed reached by OrderConfirmed owned by Shop

  participant Payments {
    when OrderPlaced {
      promises within 15m
      step charged = Payments.Charge(order)
      publish PaymentTaken(order)
    }
  }

  participant Shop {
    when PaymentTaken { publish OrderConfirmed(order) }
  }
}
",
    help: "\
No single cure is always right. If the publisher wants an answer, send a command and take its reply.
If the subscriber has agreed to react, let it say so with `promises within D`, or let the owner of the
goal watch with `watch for …` or `within D else { … }` of the workflow. If the goal really belongs to
the one who reaches it, say `owned by` that service.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let silence = cx.silence();
    let awaited = silence.awaited.iter().map(|found| awaited(cx, found));
    let hostages = silence.hostages.iter().map(|found| hostage(cx, found));
    awaited.chain(hostages).map(|finding| without_intent(cx, finding)).collect()
}

fn awaited(cx: &Context, found: &Awaited) -> Finding {
    let publisher = cx.service(found.publisher);
    let event = cx.model.event_name(found.event);
    let severity = if found.is_direct { Severity::Error } else { Severity::Warning };
    let mut finding = PASSIVE_AGGRESSIVE_PUBLISHER
        .at(cx.publication(found.event).span, "published as a fact")
        .variant("awaited")
        .severity(severity)
        .message(format!("`{publisher}` publishes `{event}` and waits for what others make of it"))
        .entity(cx.event_entity(workflow(cx, &found.reactions), found.event));
    finding = label_reactions(cx, finding, &found.reactions);
    for wait in &found.waits {
        finding = finding.label(wait.span, format!("`{publisher}` goes on only when this has come"));
    }
    let goals = cx.in_order(&found.goals);
    for goal in &goals {
        finding = finding.label(cx.model.goals[*goal].name.span, "which this end needs");
    }
    if let Some(over) = way_back(cx, found, &goals) {
        finding = finding.witness(cx.witness_of_event(found.event, &over));
    }
    let subscribers = cx.subscribers(&found.reactions);
    // Where another owns the end, it would still rely on the publisher in silence.
    let is_own = |goal: &GoalId| cx.model.goals[*goal].owner.service == Some(found.publisher);
    let fix = goals.iter().all(is_own).then(|| cx.promise(&found.reactions)).flatten();
    let finding = finding.what_if(what_if(cx, &found.reactions, &goals));
    let finding = finding.fix(cx.as_command(found.event)).fix(fix);
    let call = format!("if `{publisher}` wants an answer: send {subscribers} a command, and take the reply");
    let clock = if found.waits.iter().all(|wait| stands(cx, wait)) { LIMITED_WAIT } else { WATCHED_RUN };
    // A call in disguise is best written as a call; a saga that is closed by its initiator is not.
    match found.is_direct {
        true => cures(cx, finding.help(call), &subscribers, clock, &goals),
        false => cures(cx, finding, &subscribers, clock, &goals).help(call),
    }
}

/// From a reaction over what the publisher waits for to an end: the first such way there is.
fn way_back(cx: &Context, found: &Awaited, goals: &[GoalId]) -> Option<[NodeId; 4]> {
    let pairs =
        found.waits.iter().flat_map(|wait| found.reactions.iter().map(move |reaction| (wait, reaction)));
    pairs.into_iter().find_map(|(wait, reaction)| {
        let goal =
            goals.iter().find(|goal| wait.needed_by.contains(goal) && reaction.needed_by.contains(goal))?;
        let message = cx.graph.message(wait.event);
        let leads_there = !cx.graph.path(reaction.taker, message).is_empty();
        leads_there.then(|| [reaction.taker, message, wait.taker, cx.graph.goal(*goal)])
    })
}

/// Whether a conductor stands at it.
fn stands(cx: &Context, wait: &Subscription) -> bool {
    matches!(cx.graph.node(wait.taker).kind, NodeKind::Receive { kind, .. } if kind != ReceiveKind::Reaction)
}

fn hostage(cx: &Context, found: &Hostage) -> Finding {
    let publisher = cx.service(found.publisher);
    let event = cx.model.event_name(found.event);
    let goals = cx.in_order(&found.goals);
    let names = cx.goal_names(&goals);
    let subscribers = cx.subscribers(&found.reactions);
    let mut finding = PASSIVE_AGGRESSIVE_PUBLISHER
        .at(cx.publication(found.event).span, "published as a fact")
        .variant("hostage")
        .message(format!("`{publisher}` owns {names}, which others reach if they hear `{event}`"))
        .entity(cx.event_entity(workflow(cx, &found.reactions), found.event));
    finding = label_reactions(cx, finding, &found.reactions);
    for goal in &goals {
        let goal = &cx.model.goals[*goal];
        let owned = goal.owner.written.unwrap_or(goal.name.span);
        finding = finding.label(owned, format!("`{publisher}` answers for it and never hears back"));
    }
    if let (Some(reaction), Some(goal)) = (found.reactions.first(), goals.first()) {
        let over = [reaction.taker, cx.graph.goal(*goal)];
        finding = finding.witness(cx.witness_of_event(found.event, &over));
    }
    let finding = finding.what_if(what_if(cx, &found.reactions, &goals));
    let finding = finding.fix(cx.promise(&found.reactions)).fix(cx.as_command(found.event));
    cures(cx, finding, &subscribers, WATCHED_RUN, &goals)
        .help(format!("or send {subscribers} a command, and take the reply"))
}

fn label_reactions(cx: &Context, mut finding: Finding, reactions: &[Subscription]) -> Finding {
    for reaction in reactions {
        let text = format!("`{}` reacts here, and has promised nothing", cx.service(reaction.subscriber));
        finding = finding.label(reaction.span, text);
    }
    finding
}

fn workflow(cx: &Context, reactions: &[Subscription]) -> Option<crate::model::WorkflowId> {
    reactions.first().and_then(|reaction| cx.graph.node(reaction.taker).workflow)
}

fn what_if(cx: &Context, reactions: &[Subscription], goals: &[GoalId]) -> String {
    let which = if reactions.len() == 1 { "this reaction" } else { "any one of these reactions" };
    let are = if goals.len() == 1 { "is" } else { "are" };
    format!("without {which}, {} {are} never reached", cx.goal_names(goals))
}

const WATCHED_RUN: &str = "watch the run: `within 3d else { … }`";
const LIMITED_WAIT: &str = "limit the wait: `within 3d else { … }`";

fn cures(cx: &Context, finding: Finding, subscribers: &str, clock: &str, goals: &[GoalId]) -> Finding {
    let finding = finding.help(format!("let {subscribers} promise it: `promises within 1d`; or {clock}"));
    // The ends of a conducted workflow are its conductor's.
    let is_free = |goal: &GoalId| cx.model.workflows[cx.model.goals[*goal].workflow].is_choreographed();
    if !goals.iter().all(is_free) {
        return finding;
    }
    let names = cx.goal_names(goals);
    let are = if goals.len() == 1 { "is" } else { "are" };
    finding.help(format!("if {names} {are} the business of another service, say so with `owned by`"))
}
