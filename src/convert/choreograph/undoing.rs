//! Compensation: who undoes a step hears of every failure that it has to be undone for.
//!
//! Along a line the newest is undone first, and tells it to the one before; the end is reached when the
//! oldest is undone. Beside each other nobody waits for anybody: each service settles its own steps.

use super::{Branch, Choreographer, Cursor, Exit, Heard, Kind, News, Publication, Step, Undo};
use crate::convert::names::happened;
use crate::model::GoalId;
use std::collections::{BTreeMap, BTreeSet};

impl Choreographer<'_> {
    /// What an exit undoes on its own side, in its own reaction: at once, before it is told.
    pub(super) fn undo_here(&mut self, exit: usize, cursor: Cursor) {
        let undone = self.undone_at(&self.exits[exit], false);
        if self.reactions[cursor.reaction].kind == Kind::Reaction {
            for step in undone.iter().rev().filter(|step| self.steps[**step].reaction == cursor.reaction) {
                let text = format!("undo {}", crate::convert::text::written(&self.steps[*step].name));
                self.outline.text(cursor.block, text);
            }
        }
    }

    /// The steps that an exit undoes, oldest first; with those that may be under way beside it or later.
    fn undone_at(&self, exit: &Exit, beside: bool) -> Vec<usize> {
        let before = |step: &Step| step.at < exit.at || exit.is_limit;
        let is_meant = |step: &Step| match &exit.undo {
            Undo::Nothing => false,
            Undo::All => true,
            Undo::Labels(labels) => {
                labels.contains(&step.label) || step.scopes.iter().any(|scope| labels.contains(scope))
            }
        };
        let chosen = self.steps.iter().enumerate().filter(|(_, step)| {
            let is_there = before(step) || (beside && is_beside(&step.branches, &exit.branches));
            is_there
                && step.can_be_undone
                && !step.is_pivot
                && is_meant(step)
                && !excludes(&step.choices, &exit.choices)
                && !self.pivots_between(step, exit).any(|pivot| is_sure(pivot, step, exit))
                && !exit.refused.contains(&step.label)
        });
        chosen.map(|(at, _)| at).collect()
    }

    /// The pivots that a run can have passed between a step and an exit; what lies before them stays done.
    fn pivots_between<'s>(&'s self, step: &'s Step, exit: &'s Exit) -> impl Iterator<Item = &'s Step> {
        self.steps.iter().filter(move |pivot| {
            let is_before = pivot.at < exit.at || is_beside(&pivot.branches, &exit.branches);
            pivot.is_pivot
                && step.at < pivot.at
                && is_before
                && !excludes(&pivot.choices, &exit.choices)
                && !excludes(&pivot.choices, &step.choices)
                && !exit.refused.contains(&pivot.label)
        })
    }

    /// A reaction hears that the run fails, and not by which way it came there.
    fn hold_pivots(&mut self, at: usize) {
        let exit = &self.exits[at];
        let undone = self.undone_at(exit, true);
        let doubtful = undone.iter().find_map(|&step| {
            self.pivots_between(&self.steps[step], exit).next().map(|pivot| (step, pivot.name.clone()))
        });
        if let Some((step, pivot)) = doubtful {
            let (span, name) = (exit.span, self.steps[step].name.clone());
            let message = format!("`{name}` is undone only in runs that have not passed `{pivot}`");
            self.cannot(span, "the run fails here", message);
        }
    }

    /// Adds the reactions that undo, and lets the ends wait for them where they can.
    pub(super) fn settle(&mut self) {
        for at in 0..self.exits.len() {
            let undoes = self.undone_at(&self.exits[at], true);
            self.hold_named(at);
            self.hold_pivots(at);
            self.exits[at].undoes = undoes;
            self.hold_beside(at);
        }
        let n_goals_with_undo: BTreeSet<GoalId> =
            self.exits.iter().filter(|exit| !self.elsewhere(exit).is_empty()).map(|exit| exit.goal).collect();
        let is_line = self.exits.iter().all(|exit| {
            let elsewhere = self.elsewhere(exit);
            elsewhere.is_empty()
                || (exit.branches.is_empty()
                    && elsewhere.iter().all(|step| {
                        let step = &self.steps[*step];
                        step.branches.is_empty() && !step.goes_on_refused
                    })
                    && self.cx.model.goals[exit.goal].fields.is_empty())
        });
        let is_chain = is_line && n_goals_with_undo.len() == 1;
        let mut heard: BTreeMap<usize, Vec<News>> = BTreeMap::new();
        let mut told: BTreeMap<usize, News> = BTreeMap::new();
        for at in 0..self.exits.len() {
            let elsewhere = self.elsewhere(&self.exits[at]);
            let mut news = self.exits[at].event;
            for step in elsewhere.iter().rev() {
                let hears = heard.entry(*step).or_default();
                if !hears.contains(&news) {
                    hears.push(news);
                }
                if is_chain {
                    news = match told.get(step) {
                        Some(known) => *known,
                        None => {
                            let event = self.undone_event(*step);
                            told.insert(*step, event);
                            event
                        }
                    };
                }
            }
            if is_chain && !elsewhere.is_empty() {
                let (event, goal) = (self.exits[at].event, self.exits[at].goal);
                let reached = self.goals.entry(goal).or_default();
                reached.retain(|heard| *heard != Heard::All(vec![event]));
                reached.push(Heard::All(vec![news]));
                reached.dedup();
            }
        }
        for (step, hears) in heard.into_iter().rev() {
            let service = self.reactions[self.steps[step].reaction].service;
            let formula = if hears.len() == 1 { Heard::All(hears) } else { Heard::Any(hears) };
            let cursor = self.new_reaction(Kind::Reaction, service, formula);
            let text = format!("undo {}", crate::convert::text::written(&self.steps[step].name));
            self.outline.text(cursor.block, text);
            if let Some(event) = told.get(&step) {
                self.publish(cursor, Publication { event: *event, values: BTreeMap::new(), written: None });
            }
        }
    }

    /// An undo by name has to undo something.
    fn hold_named(&mut self, at: usize) {
        let exit = &self.exits[at];
        let Undo::Labels(labels) = &exit.undo else { return };
        let nothing = self.steps.iter().find(|step| labels.contains(&step.label) && !step.can_be_undone);
        if let Some(step) = nothing {
            let (span, name) = (exit.span, step.name.clone());
            self.cannot(span, "before this", format!("nothing undoes `{name}`, although it is to be undone"));
        }
    }

    /// What an exit undoes that is not undone in its own reaction.
    fn elsewhere(&self, exit: &Exit) -> Vec<usize> {
        let is_own = |step: &&usize| {
            self.steps[**step].reaction == exit.reaction
                && self.reactions.get(exit.reaction).is_some_and(|it| it.kind == Kind::Reaction)
        };
        exit.undoes.iter().filter(|step| !is_own(step)).copied().collect()
    }

    fn undone_event(&mut self, step: usize) -> News {
        let service = self.reactions[self.steps[step].reaction].service;
        let names = match self.steps[step].undone_by {
            Some(operation) => self.told_of(operation),
            None => {
                vec![format!("{}Undone", happened(&crate::convert::names::upper(&self.steps[step].name)).1)]
            }
        };
        let names: Vec<String> = names
            .into_iter()
            .chain([format!("{}Undone", crate::convert::names::upper(&self.steps[step].name))])
            .filter(|name| name != "Undone")
            .collect();
        self.new_event(service, &names, Vec::new())
    }

    /// Who goes on beside an exit goes on to its end: what it writes has to be settled, and must lead nowhere else.
    fn hold_beside(&mut self, at: usize) {
        let exit = &self.exits[at];
        if exit.is_limit {
            return;
        }
        let beside: Vec<usize> = (0..self.steps.len())
            .filter(|step| is_beside(&self.steps[*step].branches, &exit.branches))
            .collect();
        let left: Option<usize> = beside.iter().copied().find(|step| {
            let step_at = &self.steps[*step];
            let stays = step_at.is_write && !step_at.may_stay && !exit.undoes.contains(step);
            stays || step_at.is_pivot
        });
        let span = exit.span;
        if let Some(step) = left {
            let (name, place) = (self.steps[step].name.clone(), self.steps[step].span);
            self.cannot(
                span,
                "a conductor stops what is beside this",
                format!("nobody can stop `{name}` in a choreography, and it is not undone"),
            );
            if let Some(finding) = self.findings.last_mut()
                && finding.span() == span
                && finding.labels.len() == 1
            {
                finding.labels.push(crate::finding::Label { span: place, text: "this goes on".to_string() });
            }
        }
        let exit = &self.exits[at];
        let other = self.exits.iter().find(|other| {
            is_beside(&other.branches, &exit.branches) && other.goal != exit.goal && !other.is_limit
        });
        if let Some(other) = other {
            let message = format!(
                "a run could reach both `{}` and `{}`",
                self.cx.model.goals[exit.goal].name.text, self.cx.model.goals[other.goal].name.text
            );
            self.cannot(span, "beside the other", message);
        }
    }

    /// A reaction to one of several events that reads what an earlier one told needs both, which cannot be said at
    /// once: it hears a new event of its own for the first.
    pub(super) fn tell_merged(&mut self) {
        for at in 0..self.reactions.len() {
            let reaction = &self.reactions[at];
            let Heard::Any(any) = reaction.heard.clone() else { continue };
            if reaction.needs.is_empty() {
                continue;
            }
            if let Some(event) = reaction.needs.iter().find(|event| any.contains(event)).copied() {
                let name = self.events[event].name.clone();
                let block = self.workflow.name.span;
                self.cannot(
                    block,
                    "on one way only",
                    format!("what `{name}` tells is read on a way that it may not have come by"),
                );
                continue;
            }
            let service = reaction.service;
            let names = vec![format!("{}PassedOn", self.thing())];
            let event = self.new_event(service, &names, Vec::new());
            let cursor = self.new_reaction(Kind::Reaction, service, Heard::Any(any));
            self.publish(cursor, Publication { event, values: BTreeMap::new(), written: None });
            self.reactions[at].heard = Heard::All(vec![event]);
        }
    }
}

/// Whether two places stand in different branches of one parallel.
fn is_beside(one: &[Branch], other: &[Branch]) -> bool {
    one.iter().any(|(number, at)| other.iter().any(|(same, there)| number == same && at != there))
}

/// Whether one place can only be reached where the other cannot.
fn excludes(one: &[Branch], other: &[Branch]) -> bool {
    is_beside(one, other)
}

/// Whether each run that has come by the step to the exit has passed the pivot.
fn is_sure(pivot: &Step, step: &Step, exit: &Exit) -> bool {
    let is_on_the_way = |choice| step.choices.contains(choice) || exit.choices.contains(choice);
    pivot.choices.iter().all(is_on_the_way)
        && !exit.is_limit
        && !pivot.goes_on_refused
        && !is_beside(&pivot.branches, &exit.branches)
        && !is_beside(&pivot.branches, &step.branches)
}
