//! `passive-aggressive-broadcast`: no single subscriber is relied on, but all of them together are.

use crate::check::Context;
use crate::check::obligations::Broadcast;
use crate::check::telling::without_intent;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity};

pub static PASSIVE_AGGRESSIVE_BROADCAST: Rule = Rule {
    name: "passive-aggressive-broadcast",
    group: Group::Publishers,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a publisher that asks everybody by event and waits until somebody answers.",
    why: "\
A broker that asks all banks by event needs none of them in particular, so each of them may stay
silent. If all do, the broker waits for ever: it relies on its subscribers together, nobody has
promised anything, and nothing tells the broker that the time is up.",
    bad: "\
id RequestId

service Broker {
  event QuotesWanted(request: RequestId)
  event BestFound(request: RequestId)
}

service BankA {
  query Quote(request: RequestId) -> decimal
  event QuotedByA(request: RequestId, rate: decimal)
}

service BankB {
  query Quote(request: RequestId) -> decimal
  event QuotedByB(request: RequestId, rate: decimal)
}

workflow AskBanks {
  choreographed
  correlated by request
  starts when QuotesWanted

  success Found reached by BestFound owned by Broker

  participant BankA {
    when QuotesWanted {
      step rate = BankA.Quote(request)
      publish QuotedByA(request, rate)
    }
  }

  participant BankB {
    when QuotesWanted {
      step rate = BankB.Quote(request)
      publish QuotedByB(request, rate)
    }
  }

  participant Broker {
    when QuotedByA or QuotedByB { publish BestFound(request) }
  }
}
",
    good: "\
id RequestId

service Broker {
  event QuotesWanted(request: RequestId)
  event BestFound(request: RequestId)
}

service Desk {
  command Tell(request: RequestId) { idempotent by request }
}

service BankA {
  query Quote(request: RequestId) -> decimal
  event QuotedByA(request: RequestId, rate: decimal)
}

service BankB {
  query Quote(request: RequestId) -> decimal
  event QuotedByB(request: RequestId, rate: decimal)
}

workflow AskBanks {
  choreographed
  correlated by request
  starts when QuotesWanted
  within 1h else { notify Desk.Tell(request) }

  success Found reached by BestFound owned by Broker

  participant BankA {
    when QuotesWanted {
      step rate = BankA.Quote(request)
      publish QuotedByA(request, rate)
    }
  }

  participant BankB {
    when QuotesWanted {
      step rate = BankB.Quote(request)
      publish QuotedByB(request, rate)
    }
  }

  participant Broker {
    when QuotedByA or QuotedByB { publish BestFound(request) }
  }
}
",
    help: "\
Give the publisher a closing time: `within D else { … }` of the workflow, or a `watch` of its own. Or
send each of them a query and collect the answers: `parallel for each`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    cx.silence().broadcasts.iter().map(|found| without_intent(cx, broadcast(cx, found))).collect()
}

fn broadcast(cx: &Context, found: &Broadcast) -> Finding {
    let publisher = cx.service(found.publisher);
    let goals = cx.in_order(&found.goals);
    let names = cx.goal_names(&goals);
    // INVARIANT: a broadcast has at least two reactions.
    let first = &found.reactions[0];
    let workflow = cx.graph.node(first.taker).workflow;
    let mut finding = PASSIVE_AGGRESSIVE_BROADCAST
        .at(cx.publication(first.event).span, "published to all of them")
        .message(format!("`{publisher}` asks everybody by event and has no closing time"))
        .entity(cx.event_entity(workflow, first.event))
        .what_if(format!("when none of them reacts, {names} is never reached, and `{publisher}` waits on"));
    for reaction in &found.reactions {
        let text = format!("`{}` may react, and has promised nothing", cx.service(reaction.subscriber));
        finding = finding.label(reaction.span, text);
    }
    for wait in &found.waits {
        finding = finding.label(wait.span, format!("`{publisher}` goes on with whichever comes"));
    }
    for goal in &goals {
        finding = finding.label(cx.model.goals[*goal].name.span, "which this end needs");
    }
    if let (Some(wait), Some(goal)) = (found.waits.first(), goals.first()) {
        let over = [first.taker, wait.taker, cx.graph.goal(*goal)];
        finding = finding.witness(cx.witness_of_event(first.event, &over));
    }
    finding
        .help("give it a closing time: `within 1h else { … }` in the workflow, or a `watch` of its own")
        .help("or send each of them a query, and collect what they answer: `parallel for each`")
}
