//! One service's side of a run: its reactions beside each other, its watches, the ends it answers for, and
//! how its own steps are taken back.

use crate::calls::Asking;
use crate::context::{Cx, Taken};
use crate::contract::Takes;
use crate::driver::{Command, Happened};
use crate::events::Formula;
use crate::flow::{Exit, Flow, SETTLED};
use crate::forks::Line;
use crate::journal::{Entry, Status};
use crate::telemetry::sides;
use serde_json::{Value, json};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// The act by which a run says how far it is.
pub const NOTE: &str = "note";
/// The act by which a run puts aside what a reaction could not do.
pub const DEAD: &str = "dead letter";

impl Cx {
    /// The whole side: all its lines, as long as anybody may still come.
    pub async fn participate(&self, lines: Vec<Line<'_>>) -> Flow {
        self.with(pending::<Flow>(), lines).await
    }

    /// The line of a reaction, which takes its events for itself.
    pub fn reaction(&self, name: &'static str) -> Cx {
        let taken = Taken::ByReaction(name.to_string());
        Cx { taken, alive: Arc::new(()), ..self.clone() }
    }

    /// What a reaction does when its events are in. What it has promised is looked after; what breaks it
    /// is put aside, and the next events find it as it was.
    pub async fn react(
        &self,
        promised: Option<Duration>,
        work: impl Future<Output = Flow> + Send,
    ) -> Flow {
        let reaction = self.reaction_name();
        let events = self.newly_taken(&reaction);
        let span = sides::reaction_began(&self.run, &reaction, &events);
        self.run.change(|state| state.reacting.insert(reaction.clone(), span));
        self.note(json!({ "reaction": reaction, "state": "begun" })).await;
        let timer = promised.map(|time| self.run.command(Command::Sleep(time)));
        let mut late = false;
        let outcome = {
            let mut work = pin!(work);
            poll_fn(|context| {
                if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                if !late && timer.is_some_and(|timer| self.has_fired(timer)) {
                    late = true;
                    tracing::warn!(run = %self.run.id, reaction, "is late: it has promised more");
                    let input = json!({ "reaction": reaction, "state": "late" });
                    self.run.command(Command::Act { name: NOTE.to_string(), input });
                }
                Poll::Pending
            })
            .await
        };
        let state = match outcome {
            Ok(()) => "done",
            Err(Exit::Leave(SETTLED)) => "settled",
            Err(exit) => {
                let reason = exit.reason();
                let input = json!({ "reaction": reaction, "events": &events, "reason": reason });
                self.perform(Command::Act { name: DEAD.to_string(), input }).await;
                "broken"
            }
        };
        self.note(json!({ "reaction": reaction, "state": state })).await;
        self.run.change(|state| state.reacting.remove(&reaction));
        sides::reacted(&self.run, &reaction, &events, state);
        Ok(())
    }

    /// Whether the time passes before what is expected has come, or an end.
    pub async fn misses(&self, expected: Formula<'_>, within: Duration) -> Flow<bool> {
        let name = self.reaction_name();
        self.note(json!({ "watch": name, "state": "armed" })).await;
        let came = self.first(std::slice::from_ref(&expected), Some(within)).await?.is_some();
        let missed = !came && !self.is_over();
        let state = if missed { "missed" } else { "over" };
        if missed {
            tracing::warn!(run = %self.run.id, watch = name, "what is expected has not come in time");
        }
        self.note(json!({ "watch": name, "state": state })).await;
        Ok(missed)
    }

    /// Whether so much time passes before the run has an end.
    pub async fn lasts(&self, within: Duration) -> Flow<bool> {
        let name = self.reaction_name();
        let timer = self.run.command(Command::Sleep(within));
        let missed = poll_fn(|_| {
            if self.is_over() {
                return Poll::Ready(false);
            }
            if self.has_fired(timer) { Poll::Ready(true) } else { Poll::Pending }
        })
        .await;
        if missed {
            tracing::warn!(run = %self.run.id, watch = name, "the run has no end in time");
            self.note(json!({ "watch": name, "state": "missed" })).await;
        }
        Ok(missed)
    }

    /// Records an end of the run when its events are in. It stops nobody.
    pub async fn goal(
        &self,
        name: &'static str,
        success: bool,
        owned: bool,
        formula: Formula<'_>,
    ) -> Flow {
        self.wait(formula).await?;
        self.run.change(|state| state.ends.push(name));
        if owned {
            tracing::info!(run = %self.run.id, goal = name, success, "reached");
            self.note(json!({ "goal": name, "success": success })).await;
        }
        Ok(())
    }

    /// Whether an end is recorded.
    pub fn is_over(&self) -> bool {
        self.run.read(|state| !state.ends.is_empty())
    }

    /// Settles a step or scope of this side: what was done is taken back, what has not begun never will
    /// be, and where it was refused there is nothing left to do.
    pub async fn settle_own(&self, name: &'static str) -> Flow {
        self.settle_where(Some(name), |entry| {
            entry.step == name || entry.scopes.iter().any(|scope| scope == name)
        })
        .await
    }

    /// The same for everything on this side.
    pub async fn settle_all(&self) -> Flow {
        self.settle_where(None, |_| true).await
    }

    /// When the run is over: takes back what a step or scope of this side has done, a pivot or not.
    pub async fn take_back_own(&self, name: &'static str) -> Flow {
        self.take_back_late(|entry| {
            entry.step == name || entry.scopes.iter().any(|scope| scope == name)
        })
        .await
    }

    /// The same for everything on this side.
    pub async fn take_back_all(&self) -> Flow {
        self.take_back_late(|_| true).await
    }

    async fn take_back_late(&self, is_meant: impl Fn(&Entry) -> bool) -> Flow {
        self.open().await;
        self.run.change(|state| {
            let entries = state.journal.entries.iter_mut();
            entries
                .filter(|entry| is_meant(entry) && entry.status == Status::Kept)
                .for_each(|entry| entry.status = Status::Done);
        });
        self.take_back_where(is_meant).await;
        Ok(())
    }

    async fn settle_where(
        &self,
        name: Option<&'static str>,
        is_meant: impl Fn(&Entry) -> bool,
    ) -> Flow {
        self.open().await;
        // What is on its way is waited for, unless only time or people can answer it.
        poll_fn(|_| {
            let on_its_way = self.run.read(|state| {
                state.journal.entries.iter().any(|entry| {
                    is_meant(entry) && entry.status == Status::Begun && !takes_a_while(entry)
                })
            });
            if on_its_way { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        let refused = self.run.change(|state| {
            let entries = &mut state.journal.entries;
            let mut meant = entries.iter_mut().filter(|entry| is_meant(entry)).peekable();
            let mut never = meant.peek().is_none();
            let mut refused = false;
            for entry in meant {
                match entry.status {
                    Status::Kept => entry.status = Status::Done,
                    Status::Refused => refused = true,
                    Status::Begun => never = true,
                    _ => {}
                }
            }
            if let Some(name) = name.filter(|_| never) {
                state.settled.insert(name);
            }
            refused
        });
        self.take_back_where(is_meant).await;
        if refused { Err(Exit::Leave(SETTLED)) } else { Ok(()) }
    }

    fn reaction_name(&self) -> String {
        match &self.taken {
            Taken::ByReaction(name) => name.clone(),
            Taken::ByLine(_) => String::new(),
        }
    }

    /// The events that a reaction has taken since the last time.
    fn newly_taken(&self, reaction: &str) -> Vec<Happened> {
        self.run.change(|state| {
            let taken = state.taken.get(reaction).cloned().unwrap_or_default();
            let handled = state.handled.entry(reaction.to_string()).or_default();
            let mut new: Vec<usize> = taken.difference(handled).copied().collect();
            new.sort_unstable();
            *handled = taken;
            new.into_iter()
                .filter_map(|at| state.events.get(at).map(|it| Happened::clone(it)))
                .collect()
        })
    }

    fn has_fired(&self, timer: u64) -> bool {
        self.run.read(|state| state.replies.contains_key(&timer))
    }

    async fn note(&self, input: Value) {
        self.perform(Command::Act { name: NOTE.to_string(), input }).await;
    }
}

fn takes_a_while(entry: &Entry) -> bool {
    let asking: Option<&Arc<Asking>> = entry.live.asking.as_ref();
    asking.is_some_and(|asking| asking.takes == Takes::AWhile)
}
