//! Two versions of random systems: which steps are newly in order and which runs are stranded, by all runs
//! of both, written down once more as plainly as they can be. Which step is which is taken from wfc; what
//! they do is not.

use crate::plain::{Book, State, Was, put};
use crate::random::{Dice, system};
use crate::read;
use std::collections::{BTreeSet, HashMap, HashSet};
use wfc::diff::{Budget, Matching, Pair, Two, Version, new_orders};
use wfc::explore::{Counterparts, Extent, Fate, Timers};
use wfc::graph::{NodeId, NodeKind, ReceiveKind, StepGraph, Trigger};
use wfc::model::{EventId, GoalKind, Id, Model, WorkflowId};
use wfc::source::{SourceFile, Sources};

/// So many states, each with the orders seen on the way to it, are tried of a version.
const MOST: usize = 800;

/// Pairs of steps and events, the earlier one first.
type Orders = BTreeSet<(NodeId, NodeId)>;

// ---- the second version -----------------------------------------------------------------------------

/// A line taken, put in, or swapped with its neighbour; nothing where it is no system any more.
fn changed(text: &str, dice: &mut Dice) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let first = lines.iter().position(|line| line.starts_with("workflow"))? + 1;
    // Branches that become a line are how steps get into an order.
    let branches = lines.iter().position(|line| line.starts_with("parallel {"));
    if let Some(at) = branches.filter(|_| !dice.once_in(4)) {
        lines[at] = "scope q1 {".to_string() + &lines[at]["parallel {".len()..];
    }
    for _ in 0..dice.below(3) {
        let at = first + dice.below(lines.len() - first);
        match dice.below(5) {
            0 => drop(lines.remove(at)),
            1 if at + 1 < lines.len() => lines.swap(at, at + 1),
            2 => lines[at] = turned(&lines[at]),
            _ => {
                let new = [
                    "step n1 = S1.Q(k) { retry forever backoff 1s..1h }",
                    "step n2 = S2.U(k) { retry forever backoff 1s..1h }",
                    "publish P2(k)",
                    "wait for X1",
                    "wait for X0 and X1",
                    "participant S3 { when D0 { step n3 = S3.Q(k) publish D3(k) } }",
                    "when D0 and D1 { step n4 = S0.U(k) }",
                ];
                lines.insert(at, new[dice.below(new.len())].to_string());
            }
        }
    }
    let changed = lines.join("\n") + "\n";
    (changed != text && read(&changed).is_ok()).then_some(changed)
}

/// The same line with one word instead of another.
fn turned(line: &str) -> String {
    for (from, to) in [(" or ", " and "), (" and ", " or "), ("D0", "D1"), ("wait for X0", "wait for X1")] {
        if line.contains(from) {
            return line.replacen(from, to, 1);
        }
    }
    line.replacen("S1.C", "S2.C", 1)
}

// ---- all runs ---------------------------------------------------------------------------------------

/// What can be seen of all runs: what happens, and in which orders.
#[derive(Default)]
struct Seen {
    happened: BTreeSet<NodeId>,
    orders: Orders,
}

/// Follows every run with all that has happened in it; nothing where there are too many.
fn all_runs(book: &Book) -> Option<Seen> {
    let first: (State, BTreeSet<NodeId>) = (book.first(), BTreeSet::new());
    let mut known = HashSet::from([first.clone()]);
    let mut open = vec![first];
    let mut seen = Seen::default();
    while let Some((state, before)) = open.pop() {
        for (was, next) in book.moves(&state) {
            let mut now = before.clone();
            if let Was::Happened(node) = was {
                seen.happened.insert(node);
                seen.orders.extend(before.iter().map(|earlier| (*earlier, node)));
                now.insert(node);
            }
            if known.insert((next.clone(), now.clone())) {
                open.push((next, now));
            }
        }
        if known.len() > MOST {
            return None;
        }
    }
    Some(seen)
}

impl Seen {
    /// Some run does both, and none the other way round.
    fn is_always_first(&self, first: NodeId, then: NodeId) -> bool {
        self.orders.contains(&(first, then)) && !self.orders.contains(&(then, first))
    }

    fn meet(&self, one: NodeId, other: NodeId) -> bool {
        self.orders.contains(&(one, other)) || self.orders.contains(&(other, one))
    }
}

/// Every state that can be reached from some, and what comes next; nothing where there are too many.
fn reached(book: &Book, from: Vec<State>) -> Option<HashMap<State, Vec<State>>> {
    let mut known: HashMap<State, Vec<State>> = HashMap::new();
    let mut open = from;
    while let Some(state) = open.pop() {
        if known.contains_key(&state) {
            continue;
        }
        let next: Vec<State> = book.moves(&state).into_iter().map(|(_, next)| next).collect();
        open.extend(next.iter().cloned());
        known.insert(state, next);
        if known.len() > MOST {
            return None;
        }
    }
    Some(known)
}

/// The states from which a success is reached, by going round until nothing changes.
fn successful(book: &Book, known: &HashMap<State, Vec<State>>) -> HashSet<State> {
    let mut found: HashSet<State> =
        known.keys().filter(|state| has_succeeded(book, state)).cloned().collect();
    loop {
        let more: Vec<State> = known
            .iter()
            .filter(|(state, next)| !found.contains(*state) && next.iter().any(|it| found.contains(it)))
            .map(|(state, _)| state.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn has_succeeded(book: &Book, state: &State) -> bool {
    let goals = &book.model.workflows[book.judged].goals;
    goals.iter().any(|goal| book.model.goals[*goal].kind == GoalKind::Success && state.goals.contains(goal))
}

// ---- runs that change the version ---------------------------------------------------------------------

/// The old state as a state of the new version.
fn carried(old: &Book, new: &Book, to: &Counterparts, state: &State) -> State {
    let mut next = new.first();
    let node = |node: NodeId| to.nodes[node.index()].filter(|node| new.nodes.contains(node));
    for (at, round, skipped) in &state.tokens {
        if let Some(there) = node(*at) {
            put(&mut next, (there, *round, *skipped));
        }
    }
    for (event, there) in to.events.iter().enumerate() {
        if let Some(there) = there {
            next.published[there.index()] = state.published[event];
        }
    }
    for act in &old.acts {
        if let Some(there) = node(*act) {
            for round in 0..new.n_rounds(there) {
                next.journal[new.slot(there, round)] = state.journal[old.slot(*act, round)];
            }
        }
    }
    next.fired = state.fired.iter().filter_map(|timer| node(*timer)).collect();
    let workflow = |id: &WorkflowId| to.workflows[id.index()].filter(|id| new.workflows.contains(id));
    next.begun = state.begun.iter().filter_map(workflow).collect();
    next.over = state.over.iter().filter_map(workflow).collect();
    next.goals = state.goals.iter().filter_map(|goal| to.goals[goal.index()]).collect();
    for (receive, trigger) in listening(new) {
        for (term, (event, _)) in trigger.terms.iter().enumerate() {
            for round in 0..new.n_rounds(receive) {
                next.taken[new.mark(receive, term, round)] =
                    heard(old, new, to, state, (receive, *event, round))
                        .unwrap_or(next.published[event.index()]);
            }
        }
    }
    new.record_goals(&mut next);
    next
}

/// What has been taken of an event at a place that was there before; else by anybody on that side; nothing
/// where nobody there listened.
fn heard(
    old: &Book,
    new: &Book,
    to: &Counterparts,
    state: &State,
    (receive, event, round): (NodeId, EventId, u8),
) -> Option<u8> {
    let term_of =
        |trigger: &Trigger| trigger.terms.iter().position(|(it, _)| to.events[it.index()] == Some(event));
    let same = listening(old).find(|(id, _)| to.nodes[id.index()] == Some(receive));
    if let Some(term) = same.and_then(|(_, trigger)| term_of(trigger)) {
        return same.map(|(id, _)| state.taken[old.mark(id, term, round)]);
    }
    let there = new.graph.node(receive);
    let beside = listening(old).filter(|(id, _)| {
        let node = old.graph.node(*id);
        node.side.and_then(|side| to.services[side.index()]) == there.side
            && node.workflow.and_then(|id| to.workflows[id.index()]) == there.workflow
    });
    let taken = beside.filter_map(|(id, trigger)| {
        let term = term_of(trigger)?;
        (0..old.n_rounds(id)).map(|round| state.taken[old.mark(id, term, round)]).max()
    });
    taken.max()
}

fn listening<'b>(book: &'b Book) -> impl Iterator<Item = (NodeId, &'b Trigger)> {
    book.nodes.iter().filter_map(|id| match &book.graph.node(*id).kind {
        NodeKind::Receive { kind, trigger } if *kind != ReceiveKind::Late => Some((*id, trigger)),
        _ => None,
    })
}

/// Why runs are stranded, and where they stand.
type Fates = BTreeSet<(Fate, Vec<NodeId>)>;

fn stranded(old: &Book, new: &Book, to: &Counterparts) -> Option<Fates> {
    let before = reached(old, vec![old.first()])?;
    let could = successful(old, &before);
    let mut fates = Fates::new();
    let mut placed: Vec<(Vec<NodeId>, State)> = Vec::new();
    for state in before.keys().filter(|state| old.is_in_flight(state)) {
        let own = state.tokens.iter().map(|token| token.0);
        let mut places: Vec<NodeId> =
            own.filter(|node| old.graph.node(*node).workflow == Some(old.judged)).collect();
        places.sort();
        places.dedup();
        if places.iter().any(|place| to.nodes[place.index()].is_none()) {
            fates.insert((Fate::NoPlace, places));
        } else if could.contains(state) && !has_succeeded(old, state) {
            placed.push((places, carried(old, new, to, state)));
        }
    }
    let after = reached(new, placed.iter().map(|(_, state)| state.clone()).collect())?;
    let can = successful(new, &after);
    for (places, state) in placed {
        if !can.contains(&state) {
            fates.insert((Fate::NoWay, places));
        }
    }
    Some(fates)
}

// ---- the comparison -------------------------------------------------------------------------------------

#[derive(Default)]
struct Compared {
    n_pairs: usize,
    n_orders: usize,
    n_no_place: usize,
    n_no_way: usize,
}

fn compare(seed: u64, (text, changed): (&str, &str), compared: &mut Compared) {
    let (old, new) = (parts(text), parts(changed));
    let sources = sources(text, changed);
    let tell = |_: &[_]| Vec::new();
    let one = Version { model: &old.0, graph: &old.1, sources: &sources, tell: &tell };
    let other = Version { model: &new.0, graph: &new.1, sources: &sources, tell: &tell };
    let matching = Matching::new(&one, &other);
    let two = Two::new(&one, &other, &matching, Budget { max_states: 100_000 });
    let mut is_compared = false;
    for (was, is) in matching.workflows.pairs() {
        let before = Book::of(&old.0, &old.1, was, Timers::Hasty);
        let after = Book::of(&new.0, &new.1, is, Timers::Hasty);
        let (Some(seen_before), Some(seen_after)) = (all_runs(&before), all_runs(&after)) else { continue };
        let Some(fates) = stranded(&before, &after, &matching.counterparts()) else { continue };
        let pair = Pair::new(&two, was, is, (None, None));
        assert_eq!(pair.carried.extent, Extent::Every, "seed {seed}");

        // The steps of both versions, by their labels.
        let steps: Vec<(NodeId, NodeId)> = seen_after
            .happened
            .iter()
            .filter_map(|node| Some((step_of_old(&matching, &old.1, &new.1, *node)?, *node)))
            .filter(|(was, _)| seen_before.happened.contains(was))
            .collect();
        let mut expected = BTreeSet::new();
        for (first_was, first) in &steps {
            for (then_was, then) in &steps {
                let is_own = new.1.node(*then).workflow == Some(is);
                if is_own
                    && seen_after.is_always_first(*first, *then)
                    && seen_before.meet(*first_was, *then_was)
                    && !seen_before.is_always_first(*first_was, *then_was)
                {
                    expected.insert((*first, *then));
                }
            }
        }
        let found: BTreeSet<(NodeId, NodeId)> = new_orders(&two, &pair).into_iter().collect();
        assert_eq!(found, expected, "orders of seed {seed}:\n{text}\n---- and now\n{changed}");

        let found: Fates = pair.carried.stranded.iter().map(|it| (it.fate, it.at.clone())).collect();
        assert_eq!(found, fates, "stranded runs of seed {seed}:\n{text}\n---- and now\n{changed}");
        compared.n_orders += expected.len();
        compared.n_no_place += fates.iter().filter(|(fate, _)| *fate == Fate::NoPlace).count();
        compared.n_no_way += fates.iter().filter(|(fate, _)| *fate == Fate::NoWay).count();
        is_compared = true;
    }
    compared.n_pairs += usize::from(is_compared);
}

fn step_of_old(matching: &Matching, old: &StepGraph, new: &StepGraph, node: NodeId) -> Option<NodeId> {
    let label = |kind: &NodeKind| match kind {
        NodeKind::Act(act) => Some(act.label),
        NodeKind::Run(run) => Some(run.label),
        _ => None,
    };
    let wanted = matching.labels.old_of(label(&new.node(node).kind)?)?;
    old.nodes().find(|(_, node)| label(&node.kind) == Some(wanted)).map(|(id, _)| id)
}

fn parts(text: &str) -> (Model, StepGraph) {
    read(text).expect("a text without errors")
}

fn sources(text: &str, changed: &str) -> Sources {
    let mut sources = Sources::default();
    // Both are read as the first file; no text is shown here.
    sources.add(SourceFile::new("old.wfc", format!("{text}{changed}")));
    sources
}

#[test]
fn five_hundred_pairs_of_versions_agree() {
    let mut compared = Compared::default();
    let mut seed = 0;
    while compared.n_pairs < 500 {
        let text = system(&mut Dice::new(seed));
        let mut dice = Dice::new(seed + 1_000_000);
        if let Some(changed) = (0..20).find_map(|_| changed(&text, &mut dice)) {
            compare(seed, (&text, &changed), &mut compared);
        }
        seed += 1;
        assert!(seed < 3_000, "only {} of {seed} could be compared", compared.n_pairs);
    }
    // There is something to agree about.
    assert!(compared.n_orders >= 30, "{} new orders", compared.n_orders);
    assert!(compared.n_no_place >= 100, "{} places that are gone", compared.n_no_place);
    assert!(compared.n_no_way >= 50, "{} ways that are gone", compared.n_no_way);
}
