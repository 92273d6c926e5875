//! Branches and rounds: `parallel`, `for each`, `repeat`, and the value of a loop that has a name.

use super::block::{Shape, block};
use super::body::{Body, Give, address};
use super::expr::{condition, expr};
use super::flow::Flow;
use super::need::{missing, need};
use super::presence::present_if;
use super::statement::{statement, statements};
use super::types::{either, optional, present};
use crate::model::{Expr, ForEach, LoopName, Parallel, Repeat, Statement, Type, ValueId};
use crate::syntax::ast::{self, Entry, ExprKind};

pub(super) fn parallel(cx: &mut Body, written: &ast::Parallel, name: Option<LoopName>) -> (Parallel, Type) {
    if let Some((variable, list)) = &written.each
        && let Some((_, Some(id))) = cx.collected.names.get(&address(variable)).copied()
    {
        let list = list_of(cx, list, id);
        let (block, outcome) = looped(cx, &written.block, name, |cx, written| {
            one_round(cx, written, Some((variable, id)), name)
        });
        let ty = match needs_one(&written.block) {
            true => outcome.round,
            false => Type::List(Box::new(outcome.round)),
        };
        let ty = or_whole(ty, outcome.whole);
        return (Parallel { name, each: Some((id, list)), block }, ty);
    }
    let (block, outcome) =
        looped(cx, &written.block, name, |cx, written| (branches(cx, written), Give::new()));
    (Parallel { name, each: None, block }, outcome.whole.unwrap_or(Type::Nothing))
}

pub(super) fn for_each(
    cx: &mut Body,
    written: &ast::ForEach,
    name: Option<LoopName>,
) -> Option<(ForEach, Type)> {
    let (_, variable) = cx.collected.names.get(&address(&written.variable)).copied()?;
    let variable = variable?;
    let list = list_of(cx, &written.list, variable);
    let (block, outcome) = looped(cx, &written.block, name, |cx, block| {
        one_round(cx, block, Some((&written.variable, variable)), name)
    });
    let ty = or_whole(Type::List(Box::new(outcome.round)), outcome.whole);
    Some((ForEach { name, variable, list, block }, ty))
}

pub(super) fn repeat(cx: &mut Body, written: &ast::Repeat, name: Option<LoopName>) -> (Repeat, Type) {
    let mut until = None;
    let mut sure = false;
    let (block, outcome) = looped(cx, &written.block, name, |cx, block| {
        let mut give = Give::new();
        if name.is_some() {
            cx.gives.push(Give::new());
        }
        cx.skips.push(Flow::dead());
        let statements = statements(cx, block);
        let falls_off = !cx.flow.is_dead();
        let skipped = cx.skips.pop().unwrap_or_else(Flow::dead);
        if name.is_some() {
            give = cx.gives.pop().unwrap_or_else(Give::new);
        }
        sure = !falls_off && skipped.is_dead();
        cx.flow.meet(&skipped);
        cx.flow.meet(&give.flow);
        let asked = condition(cx, &written.until);
        let found = present_if(&asked, true);
        // The last round's value is there when leaving means having found it.
        for given in &mut give.given {
            if given.path.as_ref().is_some_and(|path| found.contains(path)) {
                given.ty = present(&given.ty).clone();
            }
        }
        cx.flow.add_present(found);
        until = Some(asked);
        (statements, give)
    });
    let until = until.unwrap_or_else(|| condition(cx, &written.until));
    let round = if sure || outcome.round == Type::Nothing { outcome.round } else { optional(outcome.round) };
    (Repeat { name, until, block }, or_whole(round, outcome.whole))
}

/// What a loop is worth: what its rounds give, and what is given for it as a whole.
struct Outcome {
    round: Type,
    whole: Option<Type>,
}

fn or_whole(ty: Type, whole: Option<Type>) -> Type {
    match whole {
        Some(whole) => either(ty, whole),
        None => ty,
    }
}

/// The block of a loop: its statements speak of one round, everything else of the whole loop.
fn looped(
    cx: &mut Body,
    written: &ast::Block,
    name: Option<LoopName>,
    rounds: impl FnOnce(&mut Body, &ast::Block) -> (Vec<Statement>, Give),
) -> (crate::model::Block, Outcome) {
    let mut round = Give::new();
    if name.is_some() {
        cx.gives.push(Give::new());
    }
    let block = block(cx, written, Shape::default(), |cx, written| {
        let (statements, given) = rounds(cx, written);
        round = given;
        if let Some(name) = name {
            cx.assign(name.value);
        }
        statements
    });
    let mut whole = None;
    if let Some(name) = name {
        let give = cx.gives.pop().unwrap_or_else(Give::new);
        whole = give.given.into_iter().map(|given| given.ty).reduce(either);
        let mut flow = give.flow;
        flow.add(cx.value_slot(name.value));
        cx.flow.meet(&flow);
    }
    let round = round.given.into_iter().map(|given| given.ty).reduce(either).unwrap_or(Type::Nothing);
    (block, Outcome { round, whole })
}

/// The rounds of a `for each`: there may be none, so that nothing in them is sure to have happened.
fn one_round(
    cx: &mut Body,
    written: &ast::Block,
    variable: Option<(&ast::Name, ValueId)>,
    name: Option<LoopName>,
) -> (Vec<Statement>, Give) {
    let before = cx.flow.clone();
    if name.is_some() {
        cx.gives.push(Give::new());
    }
    cx.skips.push(Flow::dead());
    if let Some((variable, id)) = variable {
        cx.loops.push((variable.text.clone(), id));
        cx.assign(id);
    }
    let statements = statements(cx, written);
    if variable.is_some() {
        cx.loops.pop();
    }
    cx.skips.pop();
    cx.flow = before;
    let give = if name.is_some() { cx.gives.pop().unwrap_or_else(Give::new) } else { Give::new() };
    (statements, give)
}

/// Each statement is a branch of its own, and knows nothing of the others. All have happened behind it,
/// unless a few are enough.
fn branches(cx: &mut Body, written: &ast::Block) -> Vec<Statement> {
    let before = cx.flow.clone();
    let mut behind = before.clone();
    let mut lowered = Vec::new();
    for entry in &written.entries {
        cx.flow = before.clone();
        cx.skips.push(Flow::dead());
        statement(cx, entry, &mut lowered);
        let skipped = cx.skips.pop().unwrap_or_else(Flow::dead);
        cx.flow.meet(&skipped);
        behind.join(&cx.flow);
    }
    let few = written.entries.iter().any(|entry| matches!(entry, Entry::Needs(_)));
    cx.flow = if few { before } else { behind };
    lowered
}

/// The list of a loop; its variable gets the type of what is in it.
fn list_of(cx: &mut Body, written: &ast::Expr, variable: ValueId) -> Expr {
    let list = expr(cx, written);
    let element = match &list.ty {
        Type::List(inner) => (**inner).clone(),
        Type::Any => Type::Any,
        Type::Optional(inner) if matches!(**inner, Type::List(_)) => {
            missing(cx, &list);
            Type::Any
        }
        _ => {
            need(cx, &list, &Type::List(Box::new(Type::Any)), "what `for each` goes through");
            Type::Any
        }
    };
    cx.set_type(variable, element);
    list
}

/// `needs 1`: the loop's value is the one that was given, not a list.
fn needs_one(written: &ast::Block) -> bool {
    written.entries.iter().any(|entry| match entry {
        Entry::Needs(needs) => matches!(&needs.count.kind, ExprKind::Number(digits) if digits == "1"),
        _ => false,
    })
}
