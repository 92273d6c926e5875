//! A step: asked under its key until it is answered, or until its policy has had enough.

use crate::context::Cx;
use crate::contract::{Compensation, Operation, Takes, Undo, Workflow};
use crate::driver::{Command, Reply};
use crate::flow::{Exit, Flow, SETTLED, broken};
use crate::journal::{Entry, Live, Status, TakeBack};
use crate::runs::{Finished, Run, Trouble};
use crate::services::{Answer, Attempt, Call, Inside};
use crate::step::{self, Step};
use crate::telemetry;
use serde_json::Value;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// A question to a service, as often as it must be asked.
#[derive(Clone, Debug)]
pub struct Asking {
    pub operation: String,
    pub step: String,
    pub key: String,
    pub instance: Option<String>,
    pub request: Value,
    pub takes: Takes,
    pub timeout: Duration,
    pub breaker: Option<(u32, Duration)>,
    /// `None` is for ever.
    pub retries: Option<u32>,
    pub backoff: (Duration, Duration),
    /// Of a child: which workflow.
    pub workflow: Option<&'static str>,
}

impl Cx {
    /// Calls an operation of a service.
    pub async fn call<O: Operation>(&self, step: &Step, request: O) -> Flow<O::Reply> {
        self.call_one(step, None, request).await
    }

    /// Calls an operation of one of several instances of a service.
    pub async fn call_at<O: Operation>(
        &self,
        step: &Step,
        instance: impl Into<String> + Send,
        request: O,
    ) -> Flow<O::Reply> {
        self.call_one(step, Some(instance.into()), request).await
    }

    async fn call_one<O: Operation>(
        &self,
        step: &Step,
        instance: Option<String>,
        request: O,
    ) -> Flow<O::Reply> {
        let request = serde_json::to_value(&request).map_err(|error| broken(O::NAME, error))?;
        self.open().await;
        let asking = Asking {
            operation: O::NAME.to_string(),
            step: step.name.to_string(),
            key: self.key(step.name),
            instance,
            request,
            takes: O::TAKES,
            timeout: step.timeout,
            breaker: step.breaker,
            retries: if O::TAKES == Takes::AWhile { None } else { step.retries },
            backoff: step.backoff,
            workflow: None,
        };
        let can_be_undone = O::CAN_BE_UNDONE || step.undone_by.is_some();
        let take_back = can_be_undone.then(|| take_back::<O>(*step, asking.instance.clone()));
        let reply = self.write(asking, O::IS_WRITE, step.pivot, take_back).await?;
        serde_json::from_value(reply).map_err(|error| broken(O::NAME, error))
    }

    /// Runs another workflow and waits for its end; gives the fields of its success.
    pub async fn run_child<W: Workflow>(&self, step: &Step, input: W) -> Flow<W::Value> {
        let workflow = W::NAME;
        let input = serde_json::to_value(&input).map_err(|error| broken(workflow, error))?;
        self.open().await;
        let asking = Asking {
            operation: format!("run {workflow}"),
            step: step.name.to_string(),
            key: self.child_key::<W>(step.name, &input),
            instance: None,
            request: input,
            takes: Takes::AMoment,
            timeout: step.timeout,
            breaker: None,
            retries: Some(0),
            backoff: step.backoff,
            workflow: Some(workflow),
        };
        let take_back: TakeBack = Arc::new(|_, finished| child_undo::<W>(finished));
        let finished = self.write(asking, true, step.pivot, Some(take_back)).await?;
        let finished: Finished =
            serde_json::from_value(finished).map_err(|error| broken(workflow, error))?;
        serde_json::from_value(finished.end.fields).map_err(|error| broken(workflow, error))
    }

    /// A run that events belong to is found by its key; any other by the step that runs it.
    fn child_key<W: Workflow>(&self, step: &str, input: &Value) -> String {
        let key = self.key(step);
        match crate::routes::run_of(W::NAME, W::CORRELATED_BY, input) {
            Some(run) if self.rounds.is_empty() && !key.ends_with(|c: char| c.is_ascii_digit()) => {
                run
            }
            _ => key,
        }
    }

    /// Asks, and keeps the journal of what came of it.
    async fn write(
        &self,
        asking: Asking,
        is_write: bool,
        pivot: bool,
        take_back: Option<TakeBack>,
    ) -> Flow<Value> {
        if self.is_settled(&asking.step) {
            return Err(Exit::Leave(SETTLED));
        }
        let asking = Arc::new(asking);
        let told = asking.told(self);
        // A pivot on its way is waited for, also when it leaves nothing behind.
        let entry = (is_write || pivot).then(|| self.begin(&asking, take_back));
        let on_its_way = OnItsWay { run: self.run.clone(), key: asking.key.clone(), entry };
        let answer = self.ask(&asking, entry).await;
        told.answered(&answer);
        if matches!(answer, Answer::Outage(_)) && self.is_settled(&asking.step) {
            on_its_way.has_arrived();
            return Err(Exit::Leave(SETTLED));
        }
        self.run.change(|state| {
            if pivot && matches!(answer, Answer::Done(_)) {
                state.journal.keep();
                state.pivots.push(self.place.clone());
            }
            let Some(entry) = entry else { return };
            let status = match &answer {
                Answer::Done(reply) => {
                    state.journal.done(entry, reply);
                    Status::Done
                }
                Answer::Refused(_) => Status::Refused,
                Answer::Outage(_) | Answer::Accepted => Status::Unknown,
            };
            state.journal.entries[entry].status = status;
            if status == Status::Done {
                state.journal.settled_by(&asking.operation);
            }
            if status == Status::Done && pivot {
                state.journal.entries[entry].status = Status::Kept;
            }
        });
        on_its_way.has_arrived();
        self.open().await;
        match answer {
            Answer::Done(reply) => Ok(reply),
            Answer::Refused(raised) => Err(Exit::Failed(raised)),
            Answer::Outage(text) => Err(Exit::Outage(text)),
            Answer::Accepted => Err(Exit::Broken("an answer was taken for a promise".to_string())),
        }
    }

    fn begin(&self, asking: &Arc<Asking>, take_back: Option<TakeBack>) -> usize {
        let entry = Entry {
            step: asking.step.clone(),
            key: asking.key.clone(),
            operation: asking.operation.clone(),
            status: Status::Begun,
            place: self.place.clone(),
            request: asking.request.clone(),
            instance: asking.instance.clone(),
            reply: Value::Null,
            undone_by: Vec::new(),
            scopes: self.scopes.iter().map(ToString::to_string).collect(),
            live: Live { take_back, asking: Some(asking.clone()), ..Live::default() },
        };
        self.run.change(|state| state.journal.begin(entry))
    }

    /// Tries until there is an answer, or the policy has had enough.
    pub(crate) async fn ask(&self, asking: &Asking, entry: Option<usize>) -> Answer {
        let mut attempt = 1;
        loop {
            let answer = match self.attempt(asking, attempt, entry).await {
                Answer::Accepted => self.answer_to(asking).await,
                answer => answer,
            };
            let Answer::Outage(error) = &answer else {
                self.run.change(|state| state.troubles.remove(&asking.key));
                return answer;
            };
            if asking.retries.is_some_and(|retries| attempt > retries) {
                self.run.change(|state| state.troubles.remove(&asking.key));
                return answer;
            }
            let trouble =
                Trouble { what: asking.operation.clone(), attempts: attempt, error: error.clone() };
            self.run.change(|state| state.troubles.insert(asking.key.clone(), trouble));
            let pause = step::pause(asking.backoff, &asking.key, attempt);
            telemetry::retry(&self.run, &asking.key, &asking.operation, attempt, pause);
            self.perform(Command::Sleep(pause)).await;
            self.open().await;
            attempt += 1;
        }
    }

    /// Asks until the request has arrived; an answer that comes later is not waited for.
    pub(crate) async fn tell(&self, asking: &Asking) {
        let told = asking.told(self);
        let mut attempt = 1;
        loop {
            let error = match self.attempt(asking, attempt, None).await {
                Answer::Outage(error) => error,
                answer => return told.answered(&answer),
            };
            let trouble = Trouble { what: asking.operation.clone(), attempts: attempt, error };
            self.run.change(|state| state.troubles.insert(asking.key.clone(), trouble));
            let pause = step::pause(asking.backoff, &asking.key, attempt);
            telemetry::retry(&self.run, &asking.key, &asking.operation, attempt, pause);
            self.perform(Command::Sleep(pause)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, asking: &Asking, attempt: u32, entry: Option<usize>) -> Answer {
        let command = match asking.workflow {
            Some(workflow) => Command::Child {
                workflow: workflow.to_string(),
                run: asking.key.clone(),
                input: asking.request.clone(),
            },
            None => Command::Act {
                name: asking.operation.clone(),
                input: serde_json::to_value(asking.attempt(&self.run.id, attempt))
                    .unwrap_or_default(),
            },
        };
        let id = self.run.command(command);
        if let Some(entry) = entry {
            self.run.change(|state| state.journal.entries[entry].live.attempt = Some(id));
        }
        let reply = self.reply_to(id).await;
        if let Some(entry) = entry {
            self.run.change(|state| state.journal.entries[entry].live.attempt = None);
        }
        asking.answer(reply)
    }

    /// Waits for the message that answers.
    async fn answer_to(&self, asking: &Asking) -> Answer {
        let what = format!("an answer to {}", asking.operation);
        self.run.change(|state| state.waiting.insert(asking.key.clone(), what));
        let answer =
            poll_fn(|_| match self.run.try_take(|state| state.answers.remove(&asking.key)) {
                Some(answer) => Poll::Ready(answer),
                // Nobody wants it any more.
                None if self.is_settled(&asking.step) => Poll::Ready(Answer::Outage(String::new())),
                None => Poll::Pending,
            })
            .await;
        self.run.change(|state| state.waiting.remove(&asking.key));
        answer
    }
}

impl Asking {
    pub(crate) fn told(&self, cx: &Cx) -> telemetry::Step {
        let inner = self.workflow.is_some().then_some(self.key.as_str());
        let step = telemetry::Step::begin(&cx.run, &self.key, &self.step, &self.operation);
        step.runs(inner).below(cx.reaction_span())
    }

    fn attempt(&self, run: &str, attempt: u32) -> Attempt {
        Attempt {
            call: Call {
                run: run.to_string(),
                step: self.step.clone(),
                key: self.key.clone(),
                attempt,
                instance: self.instance.clone(),
                inside: Inside::default(),
                around: Default::default(),
            },
            timeout: self.timeout,
            breaker: self.breaker,
            request: self.request.clone(),
        }
    }

    /// What the engine brought, read as an answer.
    pub(crate) fn answer(&self, reply: Reply) -> Answer {
        let value = match reply {
            Reply::Value(Ok(value)) => value,
            Reply::Value(Err(error)) => return Answer::Outage(error),
            Reply::Fired | Reply::Time(_) => {
                return Answer::Outage("the engine brought no answer".into());
            }
        };
        if self.workflow.is_none() {
            return serde_json::from_value(value).unwrap_or_else(|error| {
                Answer::Outage(format!("the answer cannot be read: {error}"))
            });
        }
        match serde_json::from_value::<Finished>(value.clone()) {
            Ok(finished) if finished.end.success => Answer::Done(value),
            Ok(finished) => Answer::Refused(crate::contract::Raised {
                name: finished.end.name,
                fields: finished.end.fields,
            }),
            Err(error) => Answer::Outage(format!("the end of the run cannot be read: {error}")),
        }
    }
}

fn take_back<O: Operation>(step: Step, instance: Option<String>) -> TakeBack {
    Arc::new(move |request, reply| {
        let undo = step.compensation::<O>(request, reply).unwrap_or_else(|exit| {
            tracing::error!(step = step.name, reason = exit.reason(), "cannot be taken back");
            None
        });
        undo.map(|undo| Compensation {
            instance: undo.instance.or_else(|| instance.clone()),
            ..undo
        })
        .into_iter()
        .collect()
    })
}

/// What takes a finished child back: what its contract says, or else its own journal, newest first.
fn child_undo<W: Workflow>(finished: &Value) -> Vec<Compensation> {
    let Ok(finished) = serde_json::from_value::<Finished>(finished.clone()) else {
        return Vec::new();
    };
    let value: Option<W::Value> = serde_json::from_value(finished.end.fields).ok();
    match value.map(|value| W::undone_by(&value)) {
        Some(Ok(Some(Undo::By(compensation)))) => vec![compensation],
        Some(Ok(Some(Undo::Never))) => Vec::new(),
        _ if finished.pivoted => Vec::new(),
        _ => {
            let done =
                finished.journal.into_iter().rev().filter(|entry| entry.status == Status::Done);
            done.flat_map(|entry| entry.undone_by).collect()
        }
    }
}

/// A step between its beginning and its answer. When its line is dropped in between, the step is given up.
struct OnItsWay {
    run: Arc<Run>,
    key: String,
    entry: Option<usize>,
}

impl OnItsWay {
    fn has_arrived(mut self) {
        self.entry = None;
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let Some(entry) = self.entry else { return };
        self.run.change(|state| {
            state.waiting.remove(&self.key);
            state.troubles.remove(&self.key);
            // What has been settled by another line in the meantime stays settled.
            let status = &mut state.journal.entries[entry].status;
            if *status == Status::Begun {
                *status = Status::GivenUp;
            }
        });
    }
}
