//! `unwatched-goal`: nobody would notice that a goal is not reached.

use crate::check::Context;
use crate::check::obligations::Unwatched;
use crate::check::telling::without_intent;
use crate::finding::{Assumption, Confidence, Finding, Ground, Group, Profile, Rule, Severity};

pub static UNWATCHED_GOAL: Rule = Rule {
    name: "unwatched-goal",
    group: Group::Publishers,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a success whose owner would not notice that it is not reached.",
    why: "\
A choreography has no conductor who misses an answer. When one of the services that the goal needs
stays silent, the run just stops: no error, no alert, an order that nobody ships. The owner of the
goal answers for it, so the owner needs a clock.

Where no owner is written, the service whose event starts the workflow counts as the owner, and the
finding is only information. `--profile strict` takes that owner as written, and warns.",
    bad: "\
id OrderId

service Shop {
  event GiftOrdered(order: OrderId)
}

service Wrapping {
  command Wrap(order: OrderId) { idempotent by order }
  event GiftWrapped(order: OrderId)
}

service Warehouse {
  command Send(order: OrderId) { idempotent by order }
  event GiftSent(order: OrderId)
}

workflow SendGift {
  choreographed
  correlated by order
  starts when GiftOrdered

  success Delivered reached by GiftSent owned by Shop

  participant Wrapping {
    when GiftOrdered {
      step wrapped = Wrapping.Wrap(order)
      publish GiftWrapped(order)
    }
  }

  participant Warehouse {
    when GiftWrapped {
      step sent = Warehouse.Send(order)
      publish GiftSent(order)
    }
  }
}
",
    good: "\
id OrderId

service Shop {
  event GiftOrdered(order: OrderId)
}

service Support {
  command OpenCase(order: OrderId) { idempotent by order }
}

service Wrapping {
  command Wrap(order: OrderId) { idempotent by order }
  event GiftWrapped(order: OrderId)
}

service Warehouse {
  command Send(order: OrderId) { idempotent by order }
  event GiftSent(order: OrderId)
}

workflow SendGift {
  choreographed
  correlated by order
  starts when GiftOrdered
  within 3d else { notify Support.OpenCase(order) }

  success Delivered reached by GiftSent owned by Shop

  participant Wrapping {
    when GiftOrdered {
      step wrapped = Wrapping.Wrap(order)
      publish GiftWrapped(order)
    }
  }

  participant Warehouse {
    when GiftWrapped {
      step sent = Warehouse.Send(order)
      publish GiftSent(order)
    }
  }
}
",
    help: "\
One `within D else { … }` of the workflow covers the whole run. A `watch for … within D of …` in the
owner's participant covers what lies between its two events. A `promises within D` excuses one hop: the
service that promised gets a clock of its own.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.silence().unwatched.iter().map(|found| without_intent(cx, unwatched(cx, found))).collect()
}

fn unwatched(cx: &Context, found: &Unwatched) -> Finding {
    let goal = &cx.model.goals[found.goal];
    let owner = cx.service(found.owner);
    let is_written = goal.owner.written.is_some();
    let mut finding = UNWATCHED_GOAL
        .at(goal.name.span, format!("`{owner}` answers for it"))
        .message(format!("`{owner}` would not notice that `{}` is not reached", goal.name.text))
        .entity(cx.entity(cx.graph.goal(found.goal)));
    for reaction in &found.reactions {
        let text = format!("needed, and nobody notices when `{}` is silent", cx.service(reaction.subscriber));
        finding = finding.label(reaction.span, text);
    }
    // INVARIANT: an unwatched goal has at least one reaction that nobody watches.
    let first = &found.reactions[0];
    let which = if found.reactions.len() == 1 { "this reaction" } else { "any one of these reactions" };
    let over = [first.taker, cx.graph.goal(found.goal)];
    finding = finding
        .witness(cx.witness_of_event(first.event, &over))
        .what_if(format!("without {which}, `{}` is never reached", goal.name.text))
        .help(format!("let `{owner}` watch the whole run: `within 3d else {{ … }}` in the workflow"))
        .help(format!("or let {} promise: `promises within 1d`", cx.subscribers(&found.reactions)))
        .fix(cx.promise(&found.reactions));
    if is_written {
        return finding;
    }
    let settle =
        format!("`{owner}` owns it by default, because its event starts it: write `owned by {owner}`");
    let (severity, confidence) = (finding.severity, finding.confidence);
    finding.severity(Severity::Info).at_most(Confidence::Medium).resting_on(Assumption {
        ground: Ground::Owner,
        settle,
        severity,
        confidence,
    })
}
