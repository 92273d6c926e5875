//! What each node of the step graph is in a picture, and what it says.

use super::{Described, Sketch};
use crate::diagram::NodeKind as Kind;
use crate::diagram::expression::formula;
use crate::diagram::label::{listed, wrapped};
use crate::graph::{self, Guard, NodeId, NodeKind, ReceiveKind, RegionKind, Timer};
use crate::model::{Answers, GoalKind, Id, Trigger, UndoTarget, UndoneBy, WorkflowId};

/// Lines of nodes are about this wide, and those of diamonds, which grow in both directions.
const WIDE: usize = 23;
const NARROW: usize = 20;

impl Sketch<'_> {
    pub(super) fn describe(&self, id: NodeId) -> Described {
        let model = self.subject.model;
        let node = self.subject.graph.node(id);
        match &node.kind {
            NodeKind::Start { .. } => self.start(node),
            NodeKind::Goal { goal, .. } => {
                let goal = &model.goals[*goal];
                let owner = goal.owner.service.map(|owner| format!("owned by {}", model.service_name(owner)));
                named(end_kind(goal.kind), "goal", &goal.name.text, lines(owner))
            }
            NodeKind::End { goal } => {
                let goal = &model.goals[*goal];
                let reason = Some(self.said_at(id, |said| &said.reasons)).filter(|it| !it.is_empty());
                named(end_kind(goal.kind), "goal", &goal.name.text, lines(reason))
            }
            NodeKind::Unhandled => {
                let text = "nobody handles this";
                described(Kind::Unhandled, "unhandled", "", vec![text.to_string()])
            }
            NodeKind::FallOff => described(Kind::Unhandled, "no_end", "", vec!["no end".to_string()]),
            NodeKind::Drop => described(Kind::Done, "done", "", vec!["done".to_string()]),
            NodeKind::Act(act) => self.act(act),
            NodeKind::Run(run) => {
                let called = &model.workflows[run.workflow].name.text;
                let lines = wrapped(&format!("run {called}"), WIDE);
                named(Kind::Run, "run", &model.labels[run.label].name.text, lines)
            }
            NodeKind::Notify { operation, workflow, .. } => {
                let called = match (operation, workflow) {
                    (Some(operation), _) => model.operation_path(*operation),
                    (None, Some(workflow)) => format!("run {}", model.workflows[*workflow].name.text),
                    (None, None) => String::new(),
                };
                described(Kind::Notify, "notify", &called, wrapped(&format!("notify {called}"), WIDE))
            }
            NodeKind::Publish { event } => {
                let name = model.event_name(*event);
                described(Kind::Event, "publish", &name, wrapped(&format!("publish {name}"), WIDE))
            }
            NodeKind::Message { event } => {
                let name = model.event_name(*event);
                described(Kind::Event, "event", &name, wrapped(&name, WIDE))
            }
            NodeKind::Receive { kind, .. } => {
                let what = self.said_at(id, |said| &said.formulas);
                let (picture, word, text) = match kind {
                    ReceiveKind::Reaction => (Kind::Receive, "when", format!("when {what}")),
                    ReceiveKind::Wait => (Kind::Wait, "wait", format!("wait for {what}")),
                    ReceiveKind::Alternative => (Kind::Receive, "when", what.clone()),
                    ReceiveKind::Interrupt => (Kind::Receive, "meanwhile", format!("meanwhile: {what}")),
                    ReceiveKind::Late => (Kind::Receive, "late", format!("too late: {what}")),
                };
                described(picture, word, &what, wrapped(&text, WIDE))
            }
            NodeKind::Race => {
                described(Kind::Wait, "wait", "first", vec!["wait for the first of".to_string()])
            }
            NodeKind::Timer(timer) => self.timer(id, timer),
            NodeKind::Decide => self.decide(id),
            NodeKind::Fork { each } => {
                let said = self.said_at(id, |said| &said.loops);
                let text = if *each && !said.is_empty() { said } else { "at once".to_string() };
                described(Kind::Fork, "fork", "", wrapped(&text, WIDE))
            }
            NodeKind::Join { needs, .. } => {
                let text = match needs {
                    Some(1) => "one is done".to_string(),
                    Some(needs) => format!("{needs} are done"),
                    None => "all are done".to_string(),
                };
                described(Kind::Join, "join", "", wrapped(&text, WIDE))
            }
            NodeKind::Merge { .. } => described(Kind::Done, "joint", "", vec!["·".to_string()]),
            NodeKind::Undo { target, .. } => self.undo(id, target),
        }
    }

    fn start(&self, node: &graph::Node) -> Described {
        let model = self.subject.model;
        let Some(workflow) = node.workflow.map(|id| &model.workflows[id]) else {
            return described(Kind::Start, "start", "", vec!["start".to_string()]);
        };
        let text = match &workflow.trigger {
            Trigger::Called => {
                let names: Vec<&str> = workflow.parameters.iter().map(|it| it.name.text.as_str()).collect();
                if names.is_empty() {
                    "start".to_string()
                } else {
                    format!("start with {}", listed(&names, "and", 4))
                }
            }
            Trigger::Events(it) if it.terms.is_empty() => "start".to_string(),
            Trigger::Events(it) => formula(model, it),
            Trigger::Schedule(span) => {
                let text = (self.subject.text)(*span);
                let text = text.trim().strip_prefix("starts").unwrap_or(&text).trim().to_string();
                if text.is_empty() { "on schedule".to_string() } else { text }
            }
        };
        described(Kind::Start, "start", &workflow.name.text, wrapped(&text, WIDE))
    }

    fn act(&self, act: &graph::Act) -> Described {
        let model = self.subject.model;
        let mut lines = wrapped(&model.operation_path(act.operation), WIDE);
        match model.operations[act.operation].answers {
            Answers::OnTheLine => {}
            Answers::Later(_) => lines.push("answers later".to_string()),
            Answers::ByHand(_) => lines.push("a person answers".to_string()),
        }
        let kind = match (act.pivot, act.is_write) {
            (Some(_), _) => Kind::Pivot,
            (None, true) => Kind::Command,
            (None, false) => Kind::Query,
        };
        if act.pivot.is_some() {
            lines.push("pivot: no way back".to_string());
        }
        named(kind, "step", &model.labels[act.label].name.text, lines)
    }

    fn timer(&self, id: NodeId, timer: &Timer) -> Described {
        let said = self.said_at(id, |said| &said.times);
        let node = self.subject.graph.node(id);
        let region = self.subject.graph.region(node.region);
        let (kind, word, text) = match timer {
            Timer::Pause => (Kind::Wait, "wait", said),
            Timer::Limit => match (region.kind, region.label) {
                (RegionKind::Body, _) => (Kind::Timer, "limit", format!("no end {said}")),
                (_, Some(label)) => {
                    let name = &self.subject.model.labels[label].name.text;
                    (Kind::Timer, "limit", format!("{name} not done {said}"))
                }
                (_, None) => (Kind::Timer, "limit", format!("not done {said}")),
            },
            Timer::Reminder => (Kind::Timer, "reminder", said),
            Timer::Watch { .. } => (Kind::Timer, "watch", said),
            Timer::RunLimit => (Kind::Timer, "limit", format!("no end {said}")),
        };
        described(kind, word, "", wrapped(&text, WIDE))
    }

    /// A choice of one says its condition itself; one of several leaves that to its ways out.
    fn decide(&self, id: NodeId) -> Described {
        let guards: Vec<_> = self.guards(id).collect();
        let is_loop = guards.iter().any(|(guard, _)| *guard == Guard::Again);
        let conditions: Vec<&String> = guards
            .iter()
            .filter(|(guard, _)| *guard != Guard::Otherwise)
            .filter_map(|(_, text)| text.as_ref())
            .collect();
        let said = self.said_at(id, |said| &said.loops);
        let text = match conditions.as_slice() {
            [one] => format!("{one}?"),
            _ if !said.is_empty() => said,
            _ if is_loop => "again?".to_string(),
            _ => "which?".to_string(),
        };
        described(Kind::Decide, if is_loop { "loop" } else { "decide" }, "", wrapped(&text, NARROW))
    }

    /// The ways out of a choice with the conditions that stand there.
    pub(super) fn guards(&self, id: NodeId) -> impl Iterator<Item = (Guard, Option<String>)> {
        let said = self.said_of(id);
        self.subject.graph.out_edges(id).filter_map(move |edge| match edge.edge.kind {
            graph::EdgeKind::Guard(guard) => {
                Some((guard, said.and_then(|said| said.conditions.get(&edge.edge.span)).cloned()))
            }
            _ => None,
        })
    }

    fn undo(&self, undo: NodeId, target: &UndoTarget) -> Described {
        let model = self.subject.model;
        let (name, text) = match target {
            UndoTarget::All => ("all".to_string(), "undo all".to_string()),
            UndoTarget::Label { label, .. } => {
                let name = model.labels[*label].name.text.to_string();
                (name.clone(), format!("undo {name}"))
            }
        };
        let mut lines = wrapped(&text, WIDE);
        let acts = self.taken_back.get(&undo);
        let undone: Vec<&str> = acts.into_iter().flatten().filter_map(|act| self.undone_name(*act)).collect();
        if matches!(target, UndoTarget::All) && !undone.is_empty() {
            lines.extend(wrapped(&format!("takes back {}", listed(&undone, "and", 5)), WIDE));
        }
        described(Kind::Undo, "undo", &name, lines)
    }

    pub(super) fn undone_name(&self, act: NodeId) -> Option<&str> {
        let (label, undone) = match &self.subject.graph.node(act).kind {
            NodeKind::Act(act) => (act.label, act.undone.as_ref()?),
            NodeKind::Run(run) => (run.label, run.undone.as_ref()?),
            _ => return None,
        };
        let takes_back = matches!(undone.by, UndoneBy::Operation { .. });
        takes_back.then(|| self.subject.model.labels[label].name.text.as_str())
    }

    pub(super) fn workflow_name(&self, workflow: WorkflowId) -> &str {
        debug_assert!(workflow.index() < self.subject.model.workflows.len());
        &self.subject.model.workflows[workflow].name.text
    }
}

fn end_kind(kind: GoalKind) -> Kind {
    match kind {
        GoalKind::Success => Kind::Success,
        GoalKind::Failure => Kind::Failure,
    }
}

/// Something whose name stands above what it says.
fn named(kind: Kind, word: &'static str, name: &str, lines: Vec<String>) -> Described {
    Described { kind, word, name: name.to_string(), title: wrapped(name, WIDE), lines }
}

fn described(kind: Kind, word: &'static str, name: &str, lines: Vec<String>) -> Described {
    Described { kind, word, name: name.to_string(), title: Vec::new(), lines }
}

fn lines(text: Option<String>) -> Vec<String> {
    text.map_or_else(Vec::new, |text| wrapped(&text, WIDE))
}
