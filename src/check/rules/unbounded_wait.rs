//! Waiting for somebody who may never answer.

use crate::check::Context;
use crate::check::phrases::{counted, quoted};
use crate::finding::{Confidence, Finding, Group, Rule, Severity};
use crate::graph::{Act, NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{Answers, HowMany, WorkflowId};
use crate::source::Span;

pub static UNBOUNDED_WAIT: Rule = Rule {
    name: "unbounded-wait",
    group: Group::Resilience,
    severity: Severity::Warning,
    confidence: Confidence::High,
    reports: "Reports a coordinator that waits for an event, a person or a late answer without any limit.",
    why: "Events get lost, people go on holiday, and other teams retire what they publish. A run that waits \
          without a limit then stands for ever: it holds its reservations, nobody is told, and no end is \
          reached. The limit may stand at the wait, at a block around it, or at the workflow. A reminder \
          (`after`) is no limit, since it goes on waiting. Reactions of participants never wait: they are \
          woken. Waiting for an external service is an error, because nobody here can mend it.",
    bad: "\
id OrderId

service Shop { team \"storefront\" }
service Desk {
  query Review(order: OrderId) { answers by hand }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold

  step reviewed = Desk.Review(order)
  end Sold
}
",
    good: "\
id OrderId

service Shop { team \"storefront\" }
service Desk {
  query Review(order: OrderId) { answers by hand }
}

workflow SellOrder(order: OrderId) {
  orchestrated by Shop
  correlated by order

  success Sold
  failure NotReviewed

  step reviewed = Desk.Review(order) { within 10d else { end NotReviewed } }
  end Sold
}
",
    help: "Say how long the wait may last and what happens then: `within 10d else { … }` at the wait or the \
           step, at a scope around it, or once for the whole workflow. `before offer.validTo else { … }` is a \
           limit as well. If people should be reminded first, put an `after 2d { notify … }` beside it.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        let waits: Vec<NodeId> = waits(cx, id);
        let (bounded, unbounded): (Vec<NodeId>, Vec<NodeId>) =
            waits.into_iter().partition(|wait| !cx.graph.limits_around(*wait).is_empty());
        if cx.is_imported(workflow.name.span) {
            findings.extend(of_machine(cx, id, &unbounded, !bounded.is_empty()));
        } else {
            findings.extend(unbounded.iter().map(|wait| of_wait(cx, *wait)));
        }
    }
    findings
}

/// Where the coordinator of a workflow waits for somebody: never a reaction, which is woken.
fn waits(cx: &Context, workflow: WorkflowId) -> Vec<NodeId> {
    if cx.model.workflows[workflow].is_choreographed() {
        return Vec::new();
    }
    let is_wait = |kind: &NodeKind| match kind {
        NodeKind::Receive { kind, .. } => *kind == ReceiveKind::Wait,
        NodeKind::Race => true,
        NodeKind::Act(act) => !act.on_the_line,
        _ => false,
    };
    let nodes = cx.graph.nodes_of(workflow).filter(|(_, node)| is_wait(&node.kind));
    nodes.map(|(id, _)| id).filter(|id| cx.occurring.contains(*id)).collect()
}

fn of_wait(cx: &Context, wait: NodeId) -> Finding {
    let awaited = Awaited::at(cx, wait);
    let severity = if awaited.is_external { Severity::Error } else { Severity::Warning };
    let mut finding = UNBOUNDED_WAIT
        .at(awaited.places[0], awaited.label())
        .severity(severity)
        .message(awaited.message())
        .what_if(format!("when {}, the run stands here for ever and reaches no end", awaited.silence()))
        .help(awaited.cure(cx.way_out(wait)))
        .entity(awaited.entity(cx, wait));
    for place in &awaited.places[1..] {
        finding = finding.label(*place, "or this one");
    }
    if let Some(external) = awaited.external.filter(|_| awaited.is_external) {
        finding = finding.label(external, "external: nobody here can make it answer");
    }
    for declared in awaited.declared {
        finding = finding.label(declared, "declared here");
    }
    match cx.graph.node(wait).workflow.filter(|id| cx.model.workflows[*id].body.limits.is_empty()) {
        Some(id) => {
            let name = &cx.model.workflows[id].name.text;
            let cure =
                format!("one `within 30d else {{ … }}` at the top of `{name}` bounds all waits of a run");
            cx.by_origin(finding.help(cure))
        }
        None => cx.by_origin(finding),
    }
}

/// What is waited for, in words.
struct Awaited {
    /// INVARIANT: where it is waited for, one place at least.
    places: Vec<Span>,
    what: String,
    /// Who is silent: `` `User` publishes no `Accepted` ``.
    by_whom: Whom,
    is_external: bool,
    external: Option<Span>,
    declared: Vec<Span>,
}

enum Whom {
    Publishers,
    /// A machine answers the operation of the step with this name.
    Later(String),
    ByHand(String),
}

impl Awaited {
    fn at(cx: &Context, wait: NodeId) -> Awaited {
        match &cx.graph.node(wait).kind {
            NodeKind::Act(act) => Awaited::answer(cx, wait, act),
            NodeKind::Receive { trigger, .. } => {
                Awaited::events(cx, vec![cx.graph.node(wait).span], &[trigger])
            }
            _ => {
                let receives = cx.graph.out_edges(wait).map(|edge| cx.graph.node(edge.to));
                let alternatives: Vec<(Span, &Trigger)> = receives
                    .filter_map(|node| match &node.kind {
                        NodeKind::Receive { kind: ReceiveKind::Alternative, trigger } => {
                            Some((node.span, trigger))
                        }
                        _ => None,
                    })
                    .collect();
                let (mut places, triggers): (Vec<Span>, Vec<&Trigger>) = alternatives.into_iter().unzip();
                if places.is_empty() {
                    places.push(cx.graph.node(wait).span);
                }
                Awaited::events(cx, places, &triggers)
            }
        }
    }

    fn events(cx: &Context, places: Vec<Span>, alternatives: &[&Trigger]) -> Awaited {
        let external = |event| {
            let event: &crate::model::Event = &cx.model.events[event];
            cx.model.services[event.service].external
        };
        // Only when each way out of the wait hangs on somebody outside is it out of our hands.
        let hangs_outside = |trigger: &&Trigger| match trigger.how {
            HowMany::All => trigger.terms.iter().any(|(event, _)| external(*event).is_some()),
            HowMany::Any | HowMany::Some(_) => {
                trigger.terms.iter().all(|(event, _)| external(*event).is_some())
            }
        };
        let names: Vec<String> = alternatives.iter().map(|trigger| cx.formula(trigger)).collect();
        let terms = || alternatives.iter().flat_map(|trigger| trigger.terms.iter().map(|(event, _)| *event));
        Awaited {
            places,
            what: names.join(" or "),
            by_whom: Whom::Publishers,
            is_external: !alternatives.is_empty() && alternatives.iter().all(hangs_outside),
            external: terms().find_map(external),
            declared: Vec::new(),
        }
    }

    fn answer(cx: &Context, wait: NodeId, act: &Act) -> Awaited {
        let operation = &cx.model.operations[act.operation];
        let external = cx.model.services[act.service].external;
        let path = cx.model.operation_path(act.operation);
        let (by_whom, declared) = match operation.answers {
            Answers::ByHand(span) => (Whom::ByHand(path), span),
            Answers::Later(span) => (Whom::Later(path), span),
            Answers::OnTheLine => (Whom::Later(path), operation.span),
        };
        Awaited {
            places: vec![cx.graph.node(wait).span],
            what: cx.short_name(wait),
            by_whom,
            is_external: external.is_some(),
            external,
            declared: vec![declared],
        }
    }

    fn entity(&self, cx: &Context, wait: NodeId) -> String {
        match cx.graph.node(wait).kind {
            NodeKind::Race => format!("{}/{}", cx.entity(wait), self.what),
            _ => cx.entity(wait),
        }
    }

    fn message(&self) -> String {
        match &self.by_whom {
            Whom::Publishers => format!("the wait for `{}` has no limit", self.what),
            Whom::Later(_) => format!("`{}` waits for an answer without a limit", self.what),
            Whom::ByHand(_) => format!("`{}` waits for a person without a limit", self.what),
        }
    }

    fn label(&self) -> &'static str {
        match self.by_whom {
            Whom::Publishers => "nothing ends this wait but the event",
            Whom::Later(_) => "answers later, and nothing ends the wait but the answer",
            Whom::ByHand(_) => "answered by hand, and nothing ends the wait but the answer",
        }
    }

    fn silence(&self) -> String {
        match &self.by_whom {
            Whom::Publishers => format!("`{}` never comes", self.what),
            Whom::Later(path) => format!("`{path}` never answers"),
            Whom::ByHand(path) => format!("nobody answers `{path}`"),
        }
    }

    fn cure(&self, way_out: String) -> String {
        match self.by_whom {
            Whom::Publishers => format!("say how long it may take: `within 30d else {{ {way_out} }}`"),
            Whom::Later(_) => format!("give the step a limit: `within 1d else {{ {way_out} }}`"),
            Whom::ByHand(_) => {
                format!("give the person a limit: `within 10d else {{ {way_out} }}`, and remind before it")
            }
        }
    }
}

/// An imported machine: people who may never answer are worth a warning; callbacks of machines only
/// where others of the same file have limits.
fn of_machine(cx: &Context, id: WorkflowId, unbounded: &[NodeId], others_are_bounded: bool) -> Vec<Finding> {
    let is_by_hand = |wait: &&NodeId| match &cx.graph.node(**wait).kind {
        NodeKind::Act(act) => matches!(cx.model.operations[act.operation].answers, Answers::ByHand(_)),
        _ => false,
    };
    let (people, machines): (Vec<&NodeId>, Vec<&NodeId>) = unbounded.iter().partition(is_by_hand);
    let workflow = &cx.model.workflows[id].name.text;
    let mut findings = Vec::new();
    let groups = [
        (people, Severity::Warning, "for a person"),
        (machines, if others_are_bounded { Severity::Warning } else { Severity::Info }, "to be called back"),
    ];
    for (waits, severity, whom) in groups {
        let [first, rest @ ..] = waits.as_slice() else { continue };
        let names = quoted(waits.iter().take(3).map(|wait| cx.short_name(**wait)));
        let (message, verb) = match rest.len() {
            0 => (format!("{names} waits {whom} without a timeout"), "waits"),
            n => (format!("{} wait {whom} without a timeout", counted(n + 1, "state")), "waits, too"),
        };
        let label = format!("waits {whom}, without `TimeoutSeconds` or `HeartbeatSeconds`");
        let mut finding = UNBOUNDED_WAIT
            .at(cx.graph.node(**first).span, label)
            .severity(severity)
            .at_most(Confidence::Medium)
            .message(message)
            .what_if(format!(
                "when nobody sends the token back, a run of `{workflow}` stands here for a year"
            ))
            .help("set `TimeoutSeconds` on the state, and catch `States.Timeout` with what is to happen then")
            .help("a `TimeoutSeconds` of the whole machine bounds all of its waits")
            .entity(cx.entity(**first));
        for wait in rest.iter().take(4) {
            finding = finding.label(cx.graph.node(**wait).span, verb);
        }
        findings.push(finding);
    }
    findings
}
