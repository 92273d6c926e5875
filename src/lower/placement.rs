//! What parses and makes no sense where it stands: a walk over a file's blocks that knows what is around.

use super::body::MAX_DEPTH;
use super::once;
use super::permitted::{Place, permitted};
use super::rules::{ENTRY_ORDER, MISPLACED_ENTRY};
use super::word::{place_of, word};
use crate::finding::Finding;
use crate::source::Span;
use crate::syntax::ast::{
    Ast, AtMostWhat, Block, Entry, Events, HowMany, Item, Parallel, StepSource, WaitKind, Workflow,
};

pub(super) fn check(ast: &Ast, findings: &mut Vec<Finding>) {
    for item in &ast.items {
        match item {
            Item::Service(service) => once::service(service, findings),
            Item::Workflow(workflow) => self::workflow(workflow, findings),
            Item::Use(_) | Item::Record(_) | Item::Id(_) | Item::Enumeration(_) | Item::Bad(_) => {}
        }
    }
}

/// What a statement can refer to where it stands.
#[derive(Clone, Copy)]
struct Around {
    choreographed: bool,
    /// A round, branch or reaction is around.
    can_skip: bool,
    /// A `step … =` is around.
    can_give: bool,
    /// The run is over already.
    is_late: bool,
    depth: usize,
}

fn workflow(workflow: &Workflow, findings: &mut Vec<Finding>) {
    let entries = &workflow.block.entries;
    let choreographed = entries
        .iter()
        .find_map(|entry| match entry {
            Entry::Orchestrated(..) => Some(false),
            Entry::Choreographed(_) => Some(true),
            _ => None,
        })
        .unwrap_or_else(|| entries.iter().any(|entry| matches!(entry, Entry::Participant(_))));
    let first = findings.len();
    trigger(workflow, choreographed, findings);
    let around = Around { choreographed, can_skip: false, can_give: false, is_late: false, depth: 0 };
    let place = if choreographed { Place::Choreography } else { Place::Orchestration };
    block(&workflow.block, place, around, findings);
    for finding in &mut findings[first..] {
        finding.entity = workflow.name.text.to_string();
    }
}

/// A run begins with a call or with an event, never with either.
fn trigger(workflow: &Workflow, choreographed: bool, findings: &mut Vec<Finding>) {
    if workflow.parameters.as_ref().is_none_or(Vec::is_empty) {
        return;
    }
    let starts = workflow.block.entries.iter().find_map(|entry| match entry {
        Entry::Starts(starts) => Some(starts),
        _ => None,
    });
    if let Some(starts) = starts {
        findings.push(
            MISPLACED_ENTRY
                .at(starts.span, "it cannot be started like this as well")
                .label(workflow.name.span, "it is called with these parameters")
                .message(format!("`{}` is called with parameters and has `starts` too", workflow.name.text))
                .help("keep one of the two; a workflow that starts it can `run` it with what the event says"),
        );
    } else if choreographed {
        findings.push(
            MISPLACED_ENTRY
                .at(workflow.name.span, "with parameters, although nobody calls it")
                .message(format!("`{}` is choreographed and has parameters", workflow.name.text))
                .help("say `starts when` and the event that begins it; its fields take their place"),
        );
    }
}

fn block(written: &Block, place: Place, around: Around, findings: &mut Vec<Finding>) {
    // Deeper ones are reported by who reads them.
    if around.depth > MAX_DEPTH {
        return;
    }
    let around = Around { depth: around.depth + 1, ..around };
    once::block(written, findings);
    order(written, place, findings);
    for entry in &written.entries {
        if let Err(help) = permitted(entry, place) {
            let finding = MISPLACED_ENTRY
                .at(place_of(entry), format!("not in {}", place.words()))
                .message(format!("`{}` means nothing in {}", word(entry), place.words()))
                .help(help);
            findings.push(finding);
            continue;
        }
        self::entry(entry, place, around, findings);
    }
}

fn entry(entry: &Entry, place: Place, around: Around, findings: &mut Vec<Finding>) {
    let plain = |written: &Block, findings: &mut Vec<Finding>| block(written, Place::Plain, around, findings);
    // The statements of a loop or of branches can be left; what is said of the whole cannot.
    let inner = match place {
        Place::Rounds(_) | Place::Branches => Around { can_skip: true, ..around },
        _ => around,
    };
    let statement = |written: &Block, place: Place, findings: &mut Vec<Finding>| {
        block(written, place, inner, findings);
    };
    match entry {
        Entry::Goal(goal) => {
            if let (Some(events), false) = (&goal.reached_by, around.choreographed) {
                let finding = MISPLACED_ENTRY
                    .at(events.span, "a conducted run does not end by events")
                    .message("`reached by` means nothing in an orchestrated workflow")
                    .help(format!("wait for the events, and then write `end {}`", goal.name.text));
                findings.push(finding);
            }
            if let Some(events) = &goal.reached_by {
                self::events(events, findings);
            }
        }
        Entry::Participant(side) => block(&side.block, Place::Participant, around, findings),
        Entry::Late(late) => {
            events(&late.events, findings);
            let around = Around { is_late: true, can_skip: false, can_give: false, ..around };
            block(&late.block, Place::Plain, around, findings);
        }
        Entry::Within(limit) | Entry::Before(limit) => {
            limit.otherwise.iter().for_each(|otherwise| plain(otherwise, findings));
        }
        Entry::Needs(needs) => needs.otherwise.iter().for_each(|otherwise| plain(otherwise, findings)),
        Entry::AtMost(most) => match &most.what {
            AtMostWhat::Times(otherwise) => otherwise.iter().for_each(|block| plain(block, findings)),
            AtMostWhat::AtOnce => {}
        },
        Entry::After(after) => plain(&after.block, findings),
        Entry::When(when) => {
            events(&when.events, findings);
            let in_participant = place == Place::Participant;
            let around = Around { can_skip: around.can_skip || in_participant, ..around };
            let place = if in_participant { Place::Reaction } else { Place::Plain };
            block(&when.block, place, around, findings);
        }
        Entry::On(on) => plain(&on.block, findings),
        Entry::Starts(starts) => {
            if let crate::syntax::ast::StartsKind::When(events) = &starts.kind {
                self::events(events, findings);
            }
        }
        Entry::Step(step) => {
            let inner = Around { can_give: true, ..inner };
            match &step.source {
                StepSource::Call(_, inside) | StepSource::Run(_, inside) => {
                    inside.iter().for_each(|inside| block(inside, Place::Call, inner, findings));
                }
                StepSource::Parallel(parallel) => self::parallel(parallel, inner, findings),
                StepSource::ForEach(each) => {
                    block(&each.block, Place::Rounds(Rounds::ForEach), inner, findings);
                }
                StepSource::Repeat(repeat) => {
                    block(&repeat.block, Place::Rounds(Rounds::Repeat), inner, findings);
                }
            }
        }
        Entry::Scope(scope) => statement(&scope.block, Place::Plain, findings),
        Entry::If(choice) => {
            choice.branches.iter().for_each(|(_, block)| statement(block, Place::Plain, findings));
            choice.otherwise.iter().for_each(|block| statement(block, Place::Plain, findings));
        }
        Entry::Parallel(parallel) => self::parallel(parallel, inner, findings),
        Entry::ForEach(each) => statement(&each.block, Place::Rounds(Rounds::ForEach), findings),
        Entry::Repeat(repeat) => statement(&repeat.block, Place::Rounds(Rounds::Repeat), findings),
        Entry::Wait(wait) => match &wait.kind {
            WaitKind::Time(_) | WaitKind::Until(_) => {}
            WaitKind::For(events, inside) => {
                self::events(events, findings);
                inside.iter().for_each(|inside| statement(inside, Place::WaitFor, findings));
            }
            WaitKind::Any(inside) => statement(inside, Place::WaitAny, findings),
        },
        Entry::Watch(watch) => {
            events(&watch.expected, findings);
            block(
                &watch.otherwise,
                Place::Plain,
                Around { can_skip: false, can_give: false, ..around },
                findings,
            );
        }
        Entry::Give(_, span) if !inner.can_give => {
            let finding = MISPLACED_ENTRY
                .at(*span, "to whom?")
                .message("`give` has no step around it that could take the value")
                .help("`give` is for the block of a `step … =`, or for the rounds of one that is a loop");
            findings.push(finding);
        }
        Entry::Skip(span) if !inner.can_skip => {
            let finding = MISPLACED_ENTRY
                .at(*span, "what would be left?")
                .message("`skip` has no round, branch or reaction around it to leave")
                .help("go on elsewhere with `then`, or finish the run with `end`");
            findings.push(finding);
        }
        Entry::End(end) if around.choreographed || around.is_late => {
            let finding = MISPLACED_ENTRY.at(end.span, "nobody can end the run here");
            findings.push(match around.choreographed {
                true => finding
                    .message("`end` means nothing in a choreography: nobody conducts the run")
                    .help(format!("publish the event that `{}` is reached by", end.goal.text)),
                false => finding
                    .message("`end` means nothing in `late`: the run is over already")
                    .help("undo or notify here; the end that was reached stays the end of the run"),
            });
        }
        _ => {}
    }
}

/// Which kind of loop a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounds {
    ForEach,
    AtOnce,
    Repeat,
}

fn parallel(parallel: &Parallel, around: Around, findings: &mut Vec<Finding>) {
    let place = if parallel.each.is_some() { Place::Rounds(Rounds::AtOnce) } else { Place::Branches };
    block(&parallel.block, place, around, findings);
}

fn events(events: &Events, findings: &mut Vec<Finding>) {
    let HowMany::Some(wanted) = events.how else { return };
    let n_events = events.refs.len();
    if wanted == 0 || wanted as usize > n_events {
        let finding = MISPLACED_ENTRY
            .at(events.span, format!("{n_events} events"))
            .message(format!("{wanted} of {n_events} events are asked for"))
            .help("ask for at least one of them, and for no more than there are");
        findings.push(finding);
    }
}

/// What is said about a block, its statements, `on`, `late`: one piece of information a block.
fn order(written: &Block, place: Place, findings: &mut Vec<Finding>) {
    if matches!(place, Place::Participant | Place::WaitAny) {
        return;
    }
    let mut highest: Option<(u8, Span, &'static str)> = None;
    for entry in &written.entries {
        let (Some(rank), Ok(())) = (rank(entry), permitted(entry, place)) else { continue };
        match highest {
            Some((before, span, first)) if rank < before => {
                let finding = ENTRY_ORDER
                    .at(place_of(entry), "this is looked for further up")
                    .label(span, format!("behind this `{first}`"))
                    .message(format!("`{}` stands behind `{first}`", word(entry)))
                    .help("first what is said about the block, then its statements, then `on`, then `late`");
                findings.push(finding);
                return;
            }
            _ => highest = Some((rank, place_of(entry), word(entry))),
        }
    }
}

fn rank(entry: &Entry) -> Option<u8> {
    Some(match entry {
        Entry::Bad(_) | Entry::Allow(_) => return None,
        Entry::Orchestrated(..)
        | Entry::Choreographed(_)
        | Entry::Correlated(..)
        | Entry::Starts(_)
        | Entry::Goal(_)
        | Entry::Within(_)
        | Entry::Before(_)
        | Entry::Needs(_)
        | Entry::After(_)
        | Entry::When(_)
        | Entry::Timeout(..)
        | Entry::Retry(_)
        | Entry::Breaker(_)
        | Entry::Pivot(_)
        | Entry::Undone(_)
        | Entry::Promises(..)
        | Entry::Every(..)
        | Entry::AtMost(_)
        | Entry::Annotation(_) => 0,
        Entry::Participant(_)
        | Entry::Step(_)
        | Entry::Let(_)
        | Entry::Scope(_)
        | Entry::If(_)
        | Entry::Parallel(_)
        | Entry::ForEach(_)
        | Entry::Repeat(_)
        | Entry::Wait(_)
        | Entry::Watch(_)
        | Entry::Publish(_)
        | Entry::Notify(_)
        | Entry::Give(..)
        | Entry::Skip(_)
        | Entry::Undo(_)
        | Entry::Then(..)
        | Entry::End(_) => 1,
        Entry::On(_) => 2,
        Entry::Late(_) => 3,
    })
}
