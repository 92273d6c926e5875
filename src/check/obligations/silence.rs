//! Who relies on others in silence: awaited, hostage, broadcast and unwatched, one of them for each goal.

use super::discharge::{has_run_limit, is_limited_wait, is_watched};
use super::{Obligations, Subscription, lost_without, messages, outcomes, success_goals};
use crate::check::Context;
use crate::graph::{EdgeId, EdgeKind, NodeId, NodeKind};
use crate::model::{EventId, GoalId, GoalKind, Id, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

/// A publisher that goes on when somebody has reacted to its event.
#[derive(Clone, Debug)]
pub struct Awaited {
    pub publisher: ServiceId,
    pub event: EventId,
    pub reactions: Vec<Subscription>,
    /// Its own reactions and waits that come of these.
    pub waits: Vec<Subscription>,
    pub goals: BTreeSet<GoalId>,
    /// Whether it waits for an outcome of the reaction itself: a call in disguise.
    pub is_direct: bool,
}

/// A publisher that owns a goal which a subscriber reaches.
#[derive(Clone, Debug)]
pub struct Hostage {
    pub publisher: ServiceId,
    pub event: EventId,
    pub reactions: Vec<Subscription>,
    pub goals: BTreeSet<GoalId>,
}

/// A publisher that relies on all its subscribers together, and on none of them.
#[derive(Clone, Debug)]
pub struct Broadcast {
    pub publisher: ServiceId,
    pub reactions: Vec<Subscription>,
    pub waits: Vec<Subscription>,
    pub goals: BTreeSet<GoalId>,
}

/// A goal whose owner would not notice that it is not reached.
#[derive(Clone, Debug)]
pub struct Unwatched {
    pub goal: GoalId,
    pub owner: ServiceId,
    pub reactions: Vec<Subscription>,
}

/// What is relied on in silence, the gravest form for each goal.
#[derive(Clone, Debug, Default)]
pub struct Silence {
    pub awaited: Vec<Awaited>,
    pub hostages: Vec<Hostage>,
    pub broadcasts: Vec<Broadcast>,
    pub unwatched: Vec<Unwatched>,
}

impl Silence {
    pub(in crate::check) fn new(cx: &Context) -> Silence {
        let obligations = cx.obligations();
        if obligations.foreign().next().is_none() {
            return Silence::default();
        }
        let awaited = awaited(cx, obligations);
        let mut blamed: BTreeSet<GoalId> = awaited.iter().flat_map(|found| found.goals.clone()).collect();

        let mut hostages = hostages(cx, obligations);
        hostages.iter_mut().for_each(|found| found.goals.retain(|goal| !blamed.contains(goal)));
        hostages.retain(|found| !found.goals.is_empty());
        blamed.extend(hostages.iter().flat_map(|found| found.goals.clone()));

        let broadcasts = broadcasts(cx, obligations, &blamed);
        blamed.extend(broadcasts.iter().flat_map(|found| found.goals.clone()));

        let unwatched = unwatched(cx, obligations, &blamed);
        let mut silence = Silence { awaited, hostages, broadcasts, unwatched };
        silence.put_in_order(cx);
        silence
    }
}

impl Silence {
    /// Puts what is told in the order of the text, which does not hang on the order of the files.
    fn put_in_order(&mut self, cx: &Context) {
        let awaited = self.awaited.iter_mut().flat_map(|found| [&mut found.reactions, &mut found.waits]);
        let hostages = self.hostages.iter_mut().map(|found| &mut found.reactions);
        let broadcasts =
            self.broadcasts.iter_mut().flat_map(|found| [&mut found.reactions, &mut found.waits]);
        let unwatched = self.unwatched.iter_mut().map(|found| &mut found.reactions);
        for told in awaited.chain(hostages).chain(broadcasts).chain(unwatched) {
            told.sort_by_key(|one| (cx.place(one.taker), one.span.start));
        }
    }
}

fn owner(cx: &Context, goal: GoalId) -> Option<ServiceId> {
    cx.model.goals[goal].owner.service
}

/// Whether `publisher`, or the owner of the goal, would notice that nobody reacts.
fn is_noticed(cx: &Context, publisher: ServiceId, goal: GoalId, subscriptions: &[&Subscription]) -> bool {
    let mut by = vec![publisher];
    by.extend(owner(cx, goal));
    has_run_limit(cx, cx.model.goals[goal].workflow) || is_watched(cx, &by, subscriptions)
}

fn awaited(cx: &Context, obligations: &Obligations) -> Vec<Awaited> {
    let mut found: BTreeMap<EventId, Awaited> = BTreeMap::new();
    let unpromised = |reaction: &&Subscription| reaction.is_needed() && !reaction.is_promised;
    for reaction in obligations.foreign().filter(unpromised) {
        let publisher = reaction.publisher;
        let mut waits = obligations
            .subscriptions
            .iter()
            .filter(|wait| wait.subscriber == publisher && wait.is_needed())
            .filter(|wait| !is_limited_wait(cx, wait.taker))
            .peekable();
        if waits.peek().is_none() {
            continue;
        }
        let behind = messages(cx.graph, &cx.graph.downstream(reaction.taker));
        for wait in waits.filter(|wait| behind.contains(&wait.event)) {
            let goals: BTreeSet<GoalId> = reaction
                .needed_by
                .intersection(&wait.needed_by)
                .copied()
                .filter(|goal| !is_noticed(cx, publisher, *goal, &[reaction]))
                .collect();
            if goals.is_empty() {
                continue;
            }
            let entry = found.entry(reaction.event).or_insert_with(|| Awaited {
                publisher,
                event: reaction.event,
                reactions: Vec::new(),
                waits: Vec::new(),
                goals: BTreeSet::new(),
                is_direct: false,
            });
            entry.is_direct |= outcomes(cx.graph, reaction.taker).contains(&wait.event);
            entry.goals.extend(goals);
            add(&mut entry.reactions, reaction);
            add(&mut entry.waits, wait);
        }
    }
    let mut told = Told::default();
    found.into_values().filter(|it| told.is_news(it.publisher, &it.reactions, &it.goals)).collect()
}

/// A reaction that takes two events of one publisher together is one cause, not one for each event.
#[derive(Default)]
struct Told(Vec<(ServiceId, BTreeSet<NodeId>, BTreeSet<GoalId>)>);

impl Told {
    /// Whether a reaction or a goal is among these that was not told of this publisher before.
    fn is_news(&mut self, by: ServiceId, reactions: &[Subscription], goals: &BTreeSet<GoalId>) -> bool {
        let takers: BTreeSet<NodeId> = reactions.iter().map(|reaction| reaction.taker).collect();
        let is_told = self.0.iter().any(|(publisher, known, reached)| {
            *publisher == by && takers.is_subset(known) && goals.is_subset(reached)
        });
        self.0.push((by, takers, goals.clone()));
        !is_told
    }
}

fn hostages(cx: &Context, obligations: &Obligations) -> Vec<Hostage> {
    let mut found: BTreeMap<EventId, Hostage> = BTreeMap::new();
    let unpromised = |reaction: &&Subscription| reaction.is_needed() && !reaction.is_promised;
    for reaction in obligations.foreign().filter(unpromised) {
        let publisher = reaction.publisher;
        let outcomes = outcomes(cx.graph, reaction.taker);
        let goals: BTreeSet<GoalId> = reaction
            .needed_by
            .iter()
            .copied()
            .filter(|goal| {
                let goal = &cx.model.goals[*goal];
                let is_written = goal.owner.written.is_some() && goal.owner.service == Some(publisher);
                let formula = goal.reached_by.as_ref();
                let reaches = formula
                    .is_some_and(|formula| formula.terms.iter().any(|term| outcomes.contains(&term.event)));
                is_written && reaches
            })
            .filter(|goal| !is_noticed(cx, publisher, *goal, &[reaction]))
            .collect();
        if goals.is_empty() {
            continue;
        }
        let entry = found.entry(reaction.event).or_insert_with(|| Hostage {
            publisher,
            event: reaction.event,
            reactions: Vec::new(),
            goals: BTreeSet::new(),
        });
        entry.goals.extend(goals);
        add(&mut entry.reactions, reaction);
    }
    let mut told = Told::default();
    found.into_values().filter(|it| told.is_news(it.publisher, &it.reactions, &it.goals)).collect()
}

fn broadcasts(cx: &Context, obligations: &Obligations, blamed: &BTreeSet<GoalId>) -> Vec<Broadcast> {
    let publishers: BTreeSet<ServiceId> = obligations.foreign().map(|reaction| reaction.publisher).collect();
    publishers.into_iter().filter_map(|publisher| broadcast(cx, obligations, blamed, publisher)).collect()
}

fn broadcast(
    cx: &Context,
    obligations: &Obligations,
    blamed: &BTreeSet<GoalId>,
    publisher: ServiceId,
) -> Option<Broadcast> {
    let all: Vec<&Subscription> =
        obligations.foreign().filter(|reaction| reaction.publisher == publisher).collect();
    let reactions: Vec<&Subscription> =
        all.iter().copied().filter(|reaction| !reaction.is_promised).collect();
    let behind: BTreeSet<NodeId> =
        reactions.iter().flat_map(|reaction| cx.graph.downstream(reaction.taker)).collect();
    let waits: Vec<&Subscription> = obligations
        .subscriptions
        .iter()
        .filter(|wait| wait.subscriber == publisher && behind.contains(&cx.graph.message(wait.event)))
        .filter(|wait| !is_limited_wait(cx, wait.taker))
        .collect();
    if reactions.len() < 2 || waits.is_empty() {
        return None;
    }
    let mut goals = success_goals(cx, &behind.into_iter().collect::<Vec<_>>());
    let needs_one = |goal: &GoalId| all.iter().any(|reaction| reaction.needed_by.contains(goal));
    goals.retain(|goal| !blamed.contains(goal) && !needs_one(goal));
    let goals = lost_without(cx, &edges(&reactions), &goals);
    let mut goals = lost_without(cx, &edges(&waits), &goals);
    goals.retain(|goal| !is_noticed(cx, publisher, *goal, &reactions));
    let leads_there = |wait: &&&Subscription| {
        let reached = success_goals(cx, &cx.graph.downstream(wait.taker));
        !reached.is_disjoint(&goals)
    };
    (!goals.is_empty()).then(|| Broadcast {
        publisher,
        reactions: reactions.iter().copied().filter(|reaction| leads_there(&reaction)).cloned().collect(),
        waits: waits.iter().copied().filter(|wait| leads_there(&wait)).cloned().collect(),
        goals: goals.clone(),
    })
}

fn unwatched(cx: &Context, obligations: &Obligations, blamed: &BTreeSet<GoalId>) -> Vec<Unwatched> {
    let mut found = Vec::new();
    for (id, goal) in cx.model.goals.iter() {
        let judged = goal.kind == GoalKind::Success
            && cx.model.workflows[goal.workflow].is_choreographed()
            && !blamed.contains(&id)
            && !has_run_limit(cx, goal.workflow);
        let Some(owner) = goal.owner.service.filter(|_| judged) else { continue };
        let needed: Vec<&Subscription> = obligations
            .foreign()
            .filter(|reaction| reaction.needed_by.contains(&id))
            .filter(|reaction| reaction.subscriber != owner && !reaction.is_promised)
            .filter(|reaction| !is_limited_wait(cx, reaction.taker))
            .collect();
        if needed.is_empty() {
            continue;
        }
        let involved = behind_owner(cx, owner);
        let reactions: Vec<Subscription> = needed
            .into_iter()
            .filter(|reaction| involved[cx.graph.message(reaction.event).index()])
            .filter(|reaction| !is_watched(cx, &[owner], &[*reaction]))
            .cloned()
            .collect();
        if !reactions.is_empty() {
            found.push(Unwatched { goal: id, owner, reactions });
        }
    }
    found
}

/// The messages of a service, and everything that comes after what it did.
fn behind_owner(cx: &Context, owner: ServiceId) -> Vec<bool> {
    let mut seen = vec![false; cx.graph.n_nodes()];
    let is_its_doing = |id: NodeId| {
        let node = cx.graph.node(id);
        match &node.kind {
            NodeKind::Message { .. } | NodeKind::Publish { .. } => node.side == Some(owner),
            NodeKind::Act(act) => act.service == owner,
            NodeKind::Receive { .. } => node.side == Some(owner),
            _ => false,
        }
    };
    let mut open: Vec<NodeId> = cx
        .graph
        .nodes()
        .map(|(id, _)| id)
        .filter(|id| cx.occurring.contains(*id) && is_its_doing(*id))
        .collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at.index()], true) {
            continue;
        }
        // What a watch does when it goes off comes after silence, not after what was done.
        let flows = cx
            .graph
            .out_edges(at)
            .filter(|edge| edge.edge.kind.is_flow() && edge.edge.kind != EdgeKind::Arms);
        open.extend(flows.map(|edge| edge.to));
    }
    seen
}

fn edges(subscriptions: &[&Subscription]) -> Vec<EdgeId> {
    subscriptions.iter().flat_map(|subscription| subscription.edges.iter().copied()).collect()
}

fn add(known: &mut Vec<Subscription>, subscription: &Subscription) {
    let is_known = known.iter().any(|other| other.edges == subscription.edges);
    if !is_known {
        known.push(subscription.clone());
    }
}
