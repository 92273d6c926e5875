//! `dependency-cycle`: three or more services that need each other in a circle.

use crate::check::Context;
use crate::check::dependencies::Needs;
use crate::check::phrases::quoted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::graph::{circle_through, components};
use crate::metrics::Dependency;
use crate::model::{Id, ServiceId};

pub static DEPENDENCY_CYCLE: Rule = Rule {
    name: "dependency-cycle",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports three or more services that need each other in a circle.",
    why: "\
A service needs another when it calls it, runs its workflow, or takes its event in a way that an end
relies on. In a circle each service needs itself in the end: none of them can be deployed, tested or
brought back after an outage before the others are.

With a call in the circle it is a warning; with nothing but events it is information. Two services
that need each other are a `bidirectional-dependency`; circles that merely pass through such a pair are
told there.",
    bad: r#"id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}
service Stock {
  query Count(order: OrderId) -> int
}
service Supply {
  query Arrival(order: OrderId) -> date
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow FillUp(order: OrderId) {
  orchestrated by Stock
  success Planned
  step arrival = Supply.Arrival(order) { retry forever backoff 1s..1h }
  end Planned
}

workflow BuyGoods(order: OrderId) {
  orchestrated by Supply
  success Priced
  step price = Sales.Price(order) { retry forever backoff 1s..1h }
  end Priced
}
"#,
    good: r#"id OrderId

service Sales {
  query Price(order: OrderId) -> decimal
}
service Stock {
  query Count(order: OrderId) -> int
}
service Supply {
  query Arrival(order: OrderId) -> date
}

workflow SellOrder(order: OrderId) {
  orchestrated by Sales
  success Counted
  step count = Stock.Count(order) { retry forever backoff 1s..1h }
  end Counted
}

workflow FillUp(order: OrderId) {
  orchestrated by Stock
  success Planned
  step arrival = Supply.Arrival(order) { retry forever backoff 1s..1h }
  end Planned
}

workflow BuyGoods(order: OrderId, price: decimal) {
  orchestrated by Supply
  success Planned
  step arrival = Supply.Arrival(order)
  end Planned
}
"#,
    help: "\
Break the circle where it is thinnest: send the data along instead of asking for it, publish an event
instead of calling, or let a service that knows all of them conduct.",
    example_language: "wfc",
};

type Pair = (usize, usize);

/// A circle is told, then thought to be broken, until there is none left: as many findings as breaks.
pub fn find(cx: &Context) -> Vec<Finding> {
    let needs = cx.needs();
    let mut edges: Vec<Pair> = needs
        .pairs()
        .filter(|((from, to), there)| !is_hard_pair(needs, there, *from, *to))
        .map(|((from, to), _)| (from.index(), to.index()))
        .collect();
    let mut findings = Vec::new();
    while let Some(circle) = first_circle(cx, needs, &edges) {
        let ways = reasons(needs, &circle);
        let Some(thinnest) = thinnest(cx, needs, &ways, &edges) else { break };
        edges = without(&edges, thinnest);
        findings.push(finding(cx, &circle, &ways, thinnest));
    }
    findings
}

/// Two services that need each other, and not by events alone.
fn is_hard_pair(needs: &Needs, there: &Dependency, from: ServiceId, to: ServiceId) -> bool {
    needs.reason(to, from).is_some_and(|back| back.is_call() || there.is_call())
}

/// The shortest circle, those with a call first.
fn first_circle(cx: &Context, needs: &Needs, edges: &[Pair]) -> Option<Vec<ServiceId>> {
    let groups = components(cx.model.services.len(), edges);
    let in_a_group =
        |(from, to): &&Pair| groups.iter().any(|group| group.contains(from) && group.contains(to));
    let inside: Vec<Pair> = edges.iter().filter(in_a_group).copied().collect();
    let circles = inside.iter().map(|edge| circle_through(*edge, &inside));
    let named = circles.filter(|circle| !circle.is_empty()).map(|circle| in_order(cx, &circle));
    let is_hard = |circle: &[ServiceId]| reasons(needs, circle).iter().any(|way| way.is_call());
    let told = named.filter(|circle| {
        let is_told_as_a_pair =
            || reasons(needs, circle).iter().any(|way| needs.reason(way.to, way.from).is_some());
        is_hard(circle) || !is_told_as_a_pair()
    });
    told.min_by_key(|circle| {
        let names: Vec<&str> = circle.iter().map(|service| cx.service(*service)).collect();
        (!is_hard(circle), circle.len(), names)
    })
}

fn finding(cx: &Context, circle: &[ServiceId], ways: &[&Dependency], thinnest: &Dependency) -> Finding {
    let severity = if ways.iter().any(|way| way.is_call()) { Severity::Warning } else { Severity::Info };
    let names: Vec<&str> = circle.iter().map(|service| cx.service(*service)).collect();
    let told = |way: &Dependency| {
        format!("`{}` needs `{}`: it {}", cx.service(way.from), cx.service(way.to), cx.reason_in_words(way))
    };
    let mut finding = DEPENDENCY_CYCLE
        .at(thinnest.span, told(thinnest))
        .severity(severity)
        .message(format!("{} need each other in a circle", quoted(&names)))
        .entity(names.join("/"));
    for way in ways.iter().filter(|way| way.span != thinnest.span) {
        finding = finding.label(way.span, told(way));
    }
    let step = |way: &&Dependency| {
        WitnessStep::new(format!("`{}` {}", cx.service(way.from), cx.reason_in_words(way)), way.span)
    };
    let (from, to) = (cx.service(thinnest.from), cx.service(thinnest.to));
    let cure = match thinnest.is_call() {
        true => format!("let `{from}` do without `{to}`: send the data along, or let `{to}` publish it"),
        false => {
            format!("let `{from}` do without `{to}`: it may hear it from a service outside of the circle")
        }
    };
    let finding = finding
        .witness(ways.iter().map(step))
        .what_if(format!("if `{from}` did not need `{to}`, this circle would be broken"))
        .help(cure)
        .help("or let a service that none of them knows conduct them");
    cx.by_origin(finding)
}

/// The circle from the service whose name comes first.
fn in_order(cx: &Context, circle: &[usize]) -> Vec<ServiceId> {
    let mut services: Vec<ServiceId> = circle.iter().map(|at| ServiceId::from_index(*at)).collect();
    let names = services.iter().map(|service| cx.service(*service));
    let first = names.enumerate().min_by_key(|(_, name)| *name).map_or(0, |(at, _)| at);
    services.rotate_left(first);
    services
}

fn reasons<'n>(needs: &'n Needs, circle: &[ServiceId]) -> Vec<&'n Dependency> {
    let next = circle.iter().cycle().skip(1);
    circle.iter().zip(next).filter_map(|(from, to)| needs.reason(*from, *to)).collect()
}

/// The way whose removal breaks the most, and of these the one that rests on the fewest places.
fn thinnest<'n>(
    cx: &Context,
    needs: &Needs,
    ways: &[&'n Dependency],
    edges: &[Pair],
) -> Option<&'n Dependency> {
    let left = |way: &Dependency| {
        let groups = components(cx.model.services.len(), &without(edges, way));
        groups.iter().filter(|group| group.len() > 2).map(Vec::len).sum::<usize>()
    };
    let n_places = |way: &Dependency| needs.n_places(way.from, way.to);
    ways.iter().copied().min_by_key(|way| (left(way), n_places(way)))
}

fn without(edges: &[Pair], way: &Dependency) -> Vec<Pair> {
    edges.iter().copied().filter(|edge| *edge != (way.from.index(), way.to.index())).collect()
}
