//! Answers that come when nobody waits for them any more: what was done all the same is taken back.

use crate::context::Cx;
use crate::contract::{Compensation, Operation};
use crate::flow::{Ended, Exit, Flow, broken};
use crate::journal::{Settling, Status};
use crate::runs::{Finished, Workflows};
use crate::services::Answer;
use crate::step::Step;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// The workflow that takes back what was done behind the end of its run.
pub const SETTLE: &str = "settle";

/// A step whose answer may come when its run is over.
#[derive(Clone, Copy, Debug)]
pub struct HandedOver {
    step: &'static Step,
    undo: fn(&Step, &Value, &Value) -> Flow<Option<Compensation>>,
}

impl HandedOver {
    pub const fn of<O: Operation>(step: &'static Step) -> HandedOver {
        HandedOver { step, undo: Step::compensation::<O> }
    }
}

/// A run that is to be begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin {
    pub workflow: &'static str,
    pub run: String,
    pub input: Value,
}

#[derive(Serialize, Deserialize)]
struct Settle {
    step: String,
    key: String,
    compensation: Compensation,
}

impl Workflows {
    /// What is begun when a step that was given up is answered, and its run is over; nothing where nothing
    /// was done, or nothing takes it back.
    pub fn late_answer(
        &self,
        workflow: &str,
        finished: &Finished,
        key: &str,
        answer: &Answer,
    ) -> Option<Begin> {
        let Answer::Done(reply) = answer else { return None };
        let is_meant = |status: Status| matches!(status, Status::Withdrawn | Status::GivenUp);
        let entry =
            finished.journal.iter().find(|entry| entry.key == key && is_meant(entry.status))?;
        let handed_over =
            self.handed_over(workflow).iter().find(|it| it.step.name == entry.step)?;
        let undo = (handed_over.undo)(handed_over.step, &entry.request, reply);
        let compensation = undo.unwrap_or_else(|exit| {
            tracing::error!(key, reason = exit.reason(), "cannot be taken back");
            None
        })?;
        let instance = compensation.instance.clone().or_else(|| entry.instance.clone());
        let settle = Settle {
            step: entry.step.clone(),
            key: key.to_string(),
            compensation: Compensation { instance, ..compensation },
        };
        let input = serde_json::to_value(settle).ok()?;
        Some(Begin { workflow: SETTLE, run: format!("{key}/settle"), input })
    }
}

/// The text of that workflow.
pub(crate) async fn settle(cx: Cx, input: Value) -> Exit {
    let settle: Settle = match serde_json::from_value(input) {
        Ok(settle) => settle,
        Err(error) => return broken("what is to be taken back", error),
    };
    cx.compensate(&settle.step, format!("{}/undo", settle.key), &settle.compensation).await;
    Exit::End(Ended { name: "Settled".to_string(), success: true, fields: json!({}) })
}

impl Cx {
    /// The body of a run, and beside it an eye on the steps that were given up: what is answered all the same
    /// is taken back at once, and the run is not over before.
    pub(crate) async fn with_an_eye_on_answers<T>(
        &self,
        body: impl Future<Output = T> + Send,
    ) -> T {
        let mut body = pin!(body);
        let mut eye = pin!(self.eye_on_answers());
        let mut outcome = None;
        poll_fn(|context| {
            let _ = eye.as_mut().poll(context);
            if outcome.is_none()
                && let Poll::Ready(done) = body.as_mut().poll(context)
            {
                outcome = Some(done);
                // What came with the last message is looked at, too.
                let _ = eye.as_mut().poll(context);
            }
            if self.run.read(|state| state.settling) {
                return Poll::Pending;
            }
            outcome.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    async fn eye_on_answers(&self) {
        loop {
            let (at, answer) = poll_fn(|_| {
                let found = self.run.try_take(|state| {
                    let entries = state.journal.entries.iter().enumerate();
                    let mut withdrawn =
                        entries.filter(|(_, entry)| entry.status == Status::Withdrawn);
                    let at = withdrawn.find(|(_, it)| state.answers.contains_key(&it.key))?.0;
                    let key = state.journal.entries[at].key.clone();
                    let answer = state.answers.remove(&key)?;
                    state.settling = true;
                    Some((at, answer))
                });
                found.map_or(Poll::Pending, Poll::Ready)
            })
            .await;
            match answer {
                Answer::Done(reply) => {
                    self.run.change(|state| {
                        state.journal.done(at, &reply);
                        // It was settled before, as far as anybody knew.
                        state.journal.entries[at].live.settling = Settling::No;
                    });
                    self.take_back_one(at).await;
                }
                Answer::Refused(_) => {
                    self.run.change(|state| state.journal.entries[at].status = Status::Refused);
                }
                Answer::Outage(_) | Answer::Accepted => {}
            }
            self.run.change(|state| state.settling = false);
        }
    }
}
