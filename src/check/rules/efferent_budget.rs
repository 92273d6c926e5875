//! `efferent-budget`: a service that needs too many others.

use crate::check::Context;
use crate::check::phrases::counted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};

pub static EFFERENT_BUDGET: Rule = Rule {
    name: "efferent-budget",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that needs more other services than the budget allows, which is 7.",
    why: "\
Each service that one needs is a reason for it to change, to fail and to wait. Conductors need many by
their nature, up to a point: beyond it, one service knows the whole company, and every change
passes through its team.

Needed is whom a service calls, whose workflow it runs, or whose event it takes; each counts once, in all
workflows together. What is only notified does not count, nor what only passes news on. It is the number
that `wfc metrics` shows as Ce.",
    bad: r#"id TripId

service Travel {
  team "travel"
}
service Flights {
  query Find(trip: TripId)
}
service Hotels {
  query Find(trip: TripId)
}
service Cars {
  query Find(trip: TripId)
}
service Trains {
  query Find(trip: TripId)
}
service Visas {
  query Find(trip: TripId)
}
service Weather {
  query Find(trip: TripId)
}
service Insurance {
  query Find(trip: TripId)
}
service Events {
  query Find(trip: TripId)
}

workflow PlanTrip(trip: TripId) {
  orchestrated by Travel
  success Planned
  parallel {
    step flights = Flights.Find(trip) { retry forever }
    step hotels = Hotels.Find(trip) { retry forever }
    step cars = Cars.Find(trip) { retry forever }
    step trains = Trains.Find(trip) { retry forever }
    step visas = Visas.Find(trip) { retry forever }
    step weather = Weather.Find(trip) { retry forever }
    step insurance = Insurance.Find(trip) { retry forever }
    step events = Events.Find(trip) { retry forever }
  }
  end Planned
}
"#,
    good: r#"id TripId

service Travel {
  team "travel"
}
service Transport {
  query Find(trip: TripId)
}
service Hotels {
  query Find(trip: TripId)
}
service Advice {
  query Find(trip: TripId)
}

workflow PlanTrip(trip: TripId) {
  orchestrated by Travel
  success Planned
  parallel {
    step transport = Transport.Find(trip) { retry forever }
    step hotels = Hotels.Find(trip) { retry forever }
    step advice = Advice.Find(trip) { retry forever }
  }
  end Planned
}
"#,
    help: "\
Give a part of the work, with the services it needs, to a service of its own, and run that as one step.

How many are too many is for each team to say: `budgets: { efferent: 9 }` in `wfc.yaml`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, item) in cx.model.services.iter() {
        let mut needed: Vec<_> =
            cx.needs().coupled().filter(|((from, _), _)| *from == service).map(|(_, why)| why).collect();
        if needed.len() <= cx.budget.efferent {
            continue;
        }
        needed.sort_by_key(|why| (cx.place(why.node), why.span.start));
        let name = &item.name.text;
        let told = |why: &&crate::metrics::Dependency| {
            WitnessStep::new(format!("`{name}` {}", cx.reason_in_words(why)), why.span)
        };
        let finding = EFFERENT_BUDGET
            .at(item.name.span, format!("needs {}", counted(needed.len(), "service")))
            .message(format!(
                "`{name}` needs {} other services, more than {}",
                needed.len(),
                cx.budget.efferent
            ))
            .label(needed[cx.budget.efferent].span, "with this one the budget is spent")
            .witness(needed.iter().map(told))
            .help("give a part of the work to a workflow of another service, and run that as one step")
            .help("what need not be waited for can be a `notify`, which does not count")
            .entity(name.as_str());
        findings.push(cx.by_origin(finding));
    }
    findings
}
