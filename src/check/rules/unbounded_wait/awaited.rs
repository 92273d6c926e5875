//! What a wait waits for, and what is said of it.

use crate::check::Context;
use crate::graph::{Act, NodeId, NodeKind, ReceiveKind, Trigger};
use crate::model::{Answers, Event, HowMany};
use crate::source::Span;

/// What is waited for, in words.
pub(super) struct Awaited {
    /// INVARIANT: where it is waited for, one place at least.
    pub places: Vec<Span>,
    what: String,
    /// Who is silent: `` `User` publishes no `Accepted` ``.
    by_whom: Whom,
    pub is_external: bool,
    pub external: Option<Span>,
    pub declared: Vec<Span>,
}

enum Whom {
    Publishers,
    /// A machine answers the operation of the step with this name.
    Later(String),
    ByHand(String),
}

impl Awaited {
    pub fn at(cx: &Context, wait: NodeId) -> Awaited {
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
            let event: &Event = &cx.model.events[event];
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

    pub fn entity(&self, cx: &Context, wait: NodeId) -> String {
        match cx.graph.node(wait).kind {
            NodeKind::Race => format!("{}/{}", cx.entity(wait), self.what),
            _ => cx.entity(wait),
        }
    }

    pub fn message(&self) -> String {
        match &self.by_whom {
            Whom::Publishers => format!("the wait for `{}` has no limit", self.what),
            Whom::Later(_) => format!("`{}` waits for an answer without a limit", self.what),
            Whom::ByHand(_) => format!("`{}` waits for a person without a limit", self.what),
        }
    }

    pub fn label(&self) -> &'static str {
        match self.by_whom {
            Whom::Publishers => "nothing ends this wait but the event",
            Whom::Later(_) => "answers later, and nothing ends the wait but the answer",
            Whom::ByHand(_) => "answered by hand, and nothing ends the wait but the answer",
        }
    }

    pub fn silence(&self) -> String {
        match &self.by_whom {
            Whom::Publishers => format!("`{}` never comes", self.what),
            Whom::Later(path) => format!("`{path}` never answers"),
            Whom::ByHand(path) => format!("nobody answers `{path}`"),
        }
    }

    /// How long such a wait may well last.
    pub fn limit(&self) -> &'static str {
        match self.by_whom {
            Whom::Publishers => "within 30d",
            Whom::Later(_) => "within 1d",
            Whom::ByHand(_) => "within 10d",
        }
    }

    pub fn cure(&self, way_out: String) -> String {
        let limit = format!("`{} else {{ {way_out} }}`", self.limit());
        match self.by_whom {
            Whom::Publishers => format!("say how long it may take: {limit}"),
            Whom::Later(_) => format!("give the step a limit: {limit}"),
            Whom::ByHand(_) => format!("give the person a limit: {limit}, and remind before it"),
        }
    }
}
