//! What `then`, `undo` and `end` name: steps, scopes and ends.

use super::body::Body;
use super::flow::Flow;
use super::rules::UNKNOWN_NAME;
use super::unknown::Search;
use crate::model::{GoalId, LabelId, StatementKind, UndoTarget};
use crate::syntax::ast;
use smol_str::SmolStr;

/// A step or scope begins: jumps to it end here.
pub(super) fn arrive(cx: &mut Body, label: LabelId) {
    let jumps = cx.jumps.get(&label).cloned();
    if let Some(jumps) = &jumps {
        cx.flow.meet(jumps);
    }
    cx.passed.insert(label, jumps);
}

pub(super) fn then(cx: &mut Body, name: &ast::Name) -> Option<StatementKind> {
    let label = reachable(cx, name);
    let flow = std::mem::replace(&mut cx.flow, Flow::dead());
    let label = label?;
    cx.jumps.entry(label).or_insert_with(Flow::dead).meet(&flow);
    Some(StatementKind::Then { label, name_span: name.span })
}

/// The step or scope of that name in this block or one around it.
fn reachable(cx: &mut Body, name: &ast::Name) -> Option<LabelId> {
    let can_be_reached = |cx: &Body, id: LabelId| {
        let home = cx.collected.blocks.get(&id);
        home.is_some_and(|home| !home.is_branch && cx.blocks.contains(&home.block))
    };
    let known = cx.own().labels.get(&name.text).copied();
    if let Some(id) = known {
        if can_be_reached(cx, id) {
            return Some(id);
        }
        let is_branch = cx.collected.blocks.get(&id).is_some_and(|home| home.is_branch);
        let place = cx.sys.model.labels[id].name.span;
        let mut finding = UNKNOWN_NAME
            .at(name.span, "out of reach from here")
            .message(format!("`then` cannot go to `{}` from here", name.text))
            .label(place, "it stands here")
            .entity(name.text.as_str());
        finding = match is_branch {
            true => finding.help("a branch of a `parallel` begins with the others, and never alone"),
            false => finding.help("`then` goes to a step or scope of this block or of one around it"),
        };
        cx.report(finding);
        return None;
    }
    if cx.collected.damaged {
        return None;
    }
    let labels: Vec<(SmolStr, LabelId)> =
        cx.own().labels.iter().map(|(name, &id)| (name.clone(), id)).collect();
    let mut near: Vec<SmolStr> =
        labels.iter().filter(|(_, id)| can_be_reached(cx, *id)).map(|(name, _)| name.clone()).collect();
    near.sort_unstable();
    let search = Search::new("step or scope", name)
        .among(near)
        .or("value, not a step", values(cx))
        .or("end: write `end`", goals(cx));
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search.finding();
    cx.report(finding);
    nearest.and_then(|nearest| cx.own().labels.get(&nearest).copied())
}

/// `undo charged`: anywhere in the workflow; in a participant, one of its own steps.
pub(super) fn undo(cx: &mut Body, written: &ast::Undo) -> UndoTarget {
    let Some(name) = &written.target else { return UndoTarget::All };
    if let Some(&label) = cx.own().labels.get(&name.text) {
        return UndoTarget::Label { label, name_span: name.span };
    }
    // What a choreography does as a whole, its owner does, and that owner may be any of them.
    if cx.region == 0
        && let Some(&label) = cx.collected.regions.iter().find_map(|region| region.labels.get(&name.text))
    {
        return UndoTarget::Label { label, name_span: name.span };
    }
    if cx.collected.damaged {
        return UndoTarget::All;
    }
    let mut near: Vec<SmolStr> = cx.own().labels.keys().cloned().collect();
    near.sort_unstable();
    let mut others: Vec<SmolStr> = cx
        .collected
        .regions
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != cx.region)
        .flat_map(|(_, region)| region.labels.keys().cloned())
        .collect();
    others.sort_unstable();
    let search = Search::new("step or scope", name)
        .among(near)
        .or("step of another participant, which only that one can undo", others)
        .or("value, not a step", values(cx));
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search.finding();
    cx.report(finding);
    match nearest.and_then(|nearest| cx.own().labels.get(&nearest)) {
        Some(&label) => UndoTarget::Label { label, name_span: name.span },
        None => UndoTarget::All,
    }
}

/// The end of that name; `false` where it is a guess after a finding.
pub(super) fn goal(cx: &mut Body, name: &ast::Name) -> Option<(GoalId, bool)> {
    let workflow = cx.workflow?;
    let ids = cx.sys.model.workflows[workflow].goals.clone();
    let named =
        |cx: &Body, text: &str| ids.iter().copied().find(|&id| cx.sys.model.goals[id].name.text == text);
    if let Some(id) = named(cx, &name.text) {
        return Some((id, true));
    }
    let guess = ids.first().map(|&id| (id, false));
    if cx.collected.damaged {
        return guess;
    }
    let search = Search::new("end", name).among(goals(cx)).or("step or scope: write `then`", labels(cx));
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search.finding();
    cx.report(finding);
    nearest.and_then(|nearest| named(cx, &nearest)).map(|id| (id, false)).or(guess)
}

fn goals(cx: &Body) -> Vec<SmolStr> {
    let model = &cx.sys.model;
    let goals = cx.workflow.map(|id| model.workflows[id].goals.as_slice()).unwrap_or_default();
    goals.iter().map(|&id| model.goals[id].name.text.clone()).collect()
}

fn labels(cx: &Body) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = cx.own().labels.keys().cloned().collect();
    names.sort_unstable();
    names
}

fn values(cx: &Body) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = cx.own().values.keys().chain(cx.collected.head.keys()).cloned().collect();
    names.sort_unstable();
    names
}
