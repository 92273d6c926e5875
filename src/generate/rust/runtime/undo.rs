//! Taking back: newest first, branches independently, each until it has succeeded.

use crate::calls::Asking;
use crate::context::Cx;
use crate::contract::{Compensation, Takes};
use crate::driver::{Command, Reply};
use crate::flow::Flow;
use crate::forks::polled_all;
use crate::journal::{Entry, Settling, Status};
use crate::runs::State;
use crate::services::Answer;
use crate::step;
use serde_json::json;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// The pauses between two attempts to take something back.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

impl Cx {
    /// Takes back everything that was done in the run. The other lines stand still from now on.
    pub async fn undo_all(&self) -> Flow {
        self.open().await;
        self.close().await;
        self.take_back_where(|_| true).await;
        Ok(())
    }

    /// Takes back what a step or scope has done.
    pub async fn undo(&self, name: &str) -> Flow {
        self.open().await;
        self.take_back_where(|entry| {
            entry.step == name || entry.scopes.iter().any(|scope| scope == name)
        })
        .await;
        Ok(())
    }

    /// Takes back what this line, or a branch of it, has given up while it was on its way, when it turns
    /// out to have been done.
    pub(crate) async fn settle(&self) {
        self.take_back_where(|entry| {
            entry.status == Status::GivenUp && entry.place.starts_with(&self.place)
        })
        .await;
    }

    /// Until everything is taken back that somebody has begun to take back, and has perhaps been left since.
    pub(crate) async fn what_is_under_way(&self) {
        poll_fn(|_| {
            let is_under_way = self.run.read(|state| {
                let mut entries = state.journal.entries.iter();
                entries.any(|entry| entry.live.settling == Settling::UnderWay)
            });
            if is_under_way { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// As `undo_all`, when the text of the workflow is left for good.
    pub(crate) async fn take_everything_back(&self) {
        self.run.change(|state| state.closing = None);
        self.take_back_where(|_| true).await;
    }

    /// From now on only this line goes on. What others have on their way is waited for, unless only
    /// time or people can answer it.
    async fn close(&self) {
        self.run.change(|state| {
            state.closing = Some((self.place.clone(), Arc::downgrade(&self.alive)))
        });
        poll_fn(|_| {
            let on_its_way = self.run.read(|state| {
                state.journal.entries.iter().any(|entry| {
                    entry.live.attempt.is_some()
                        && entry.status == Status::Begun
                        && entry
                            .live
                            .asking
                            .as_ref()
                            .is_some_and(|asking| asking.workflow.is_none())
                        && !entry.place.starts_with(&self.place)
                })
            });
            if on_its_way { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    pub(crate) async fn take_back_where(&self, wanted: impl Fn(&Entry) -> bool) {
        let entries = self.run.read(|state| {
            let entries = state.journal.entries.iter().enumerate();
            let open = entries.filter(|(_, entry)| entry.is_open() && wanted(entry));
            open.map(|(at, _)| at).collect::<Vec<_>>()
        });
        if entries.is_empty() {
            return;
        }
        let undoing = Undoing::begin(self);
        self.take_back_in_order(entries, 0).await;
        drop(undoing);
    }

    /// The newest first. What happened in a fork is taken back branch by branch, all at the same time.
    fn take_back_in_order(
        &self,
        mut entries: Vec<usize>,
        depth: usize,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Some(newest) = entries.pop() {
                let place = |at: usize| {
                    self.run.read(|state| state.journal.entries[at].place.get(depth).copied())
                };
                let Some((fork, _)) = place(newest) else {
                    self.take_back_one(newest).await;
                    continue;
                };
                entries.push(newest);
                let in_fork = |at: &usize| place(*at).is_some_and(|(other, _)| other == fork);
                let (inside, outside) = entries.into_iter().partition::<Vec<_>, _>(in_fork);
                entries = outside;
                let mut branches = std::collections::BTreeMap::<u32, Vec<usize>>::new();
                for at in inside {
                    let branch = place(at).map_or(0, |(_, branch)| branch);
                    branches.entry(branch).or_default().push(at);
                }
                polled_all(
                    branches.into_values().map(|branch| self.take_back_in_order(branch, depth + 1)),
                )
                .await;
            }
        })
    }

    /// What takes a step back goes on by itself, once for each step: who wants it waits for that, and may
    /// be left in the meantime.
    pub(crate) async fn take_back_one(&self, at: usize) {
        let is_first = self.run.change(|state| {
            let live = &mut state.journal.entries[at].live;
            let is_first = live.settling == Settling::No;
            if is_first {
                live.settling = Settling::UnderWay;
            }
            is_first
        });
        if is_first {
            let cx = self.clone();
            self.run.spawn(async move {
                cx.settle_one(at).await;
                cx.run.change(|state| state.journal.entries[at].live.settling = Settling::Over);
            });
        }
        let is_over = |state: &State| state.journal.entries[at].live.settling == Settling::Over;
        poll_fn(|_| if self.run.read(is_over) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    async fn settle_one(&self, at: usize) {
        if !self.is_known_to_be_done(at).await {
            return;
        }
        let entry = self.run.read(|state| state.journal.entries[at].clone());
        let several = entry.undone_by.len() > 1;
        for (number, compensation) in entry.undone_by.iter().enumerate() {
            let number = if several { format!("/{}", number + 1) } else { String::new() };
            let key = format!("{}/undo{number}", entry.key);
            self.compensate(&entry.step, key, compensation).await;
        }
        self.run.change(|state| state.journal.entries[at].status = Status::Undone);
    }

    /// Sends what takes a step back, until that has succeeded.
    pub(crate) async fn compensate(&self, step: &str, key: String, compensation: &Compensation) {
        let asking = Asking {
            operation: compensation.operation.clone(),
            step: format!("undo {step}"),
            key,
            instance: compensation.instance.clone(),
            request: compensation.request.clone(),
            takes: if compensation.takes_a_while { Takes::AWhile } else { Takes::AMoment },
            timeout: step::TIMEOUT,
            breaker: None,
            retries: None,
            backoff: BACKOFF,
            workflow: None,
        };
        self.insist(asking).await;
    }

    /// What takes something back never refuses for good: a refusal is tried again like an outage.
    async fn insist(&self, asking: Asking) {
        let told = asking.told(self);
        let mut refusals = 0;
        loop {
            let raised = match self.ask(&asking, None).await {
                Answer::Refused(raised) => raised,
                answer => return told.answered(&answer),
            };
            refusals += 1;
            let trouble = crate::runs::Trouble {
                what: asking.operation.clone(),
                attempts: refusals,
                error: format!("refused: {}", raised.name),
            };
            self.run.change(|state| state.troubles.insert(asking.key.clone(), trouble));
            self.perform(Command::Sleep(step::pause(BACKOFF, &asking.key, refusals))).await;
        }
    }

    /// Finds out whether a write was done: by the answer that is on its way, or by asking again under its
    /// key until there is one.
    async fn is_known_to_be_done(&self, at: usize) -> bool {
        let entry = self.run.read(|state| state.journal.entries[at].clone());
        if matches!(entry.status, Status::Done | Status::Kept) {
            return true;
        }
        let Some(asking) = entry.live.asking.clone() else { return false };
        if entry.live.attempt.is_some() && asking.workflow.is_some() {
            self.tell_to_give_up(&asking.key).await;
        }
        let (status, attempt) = self.left_by_its_line(at, &asking).await;
        if matches!(status, Status::Done | Status::Kept) {
            return true;
        }
        if status == Status::Refused {
            return false;
        }
        let answer = match attempt {
            Some(attempt) => asking.answer(self.reply_to(attempt).await),
            None => Answer::Outage(String::new()),
        };
        let answer = match answer {
            Answer::Outage(_) if asking.takes == Takes::AMoment && asking.workflow.is_none() => {
                let again = Asking { retries: None, ..(*asking).clone() };
                self.ask(&again, None).await
            }
            Answer::Outage(_) | Answer::Accepted => self.answer_so_far(&asking),
            answer => answer,
        };
        self.run.change(|state| match &answer {
            Answer::Done(reply) => state.journal.done(at, reply),
            Answer::Refused(_) => state.journal.entries[at].status = Status::Refused,
            Answer::Outage(_) | Answer::Accepted => {
                state.journal.entries[at].status = Status::Withdrawn
            }
        });
        matches!(answer, Answer::Done(_))
    }

    /// What has become of a step, and of its attempt, when its own line does nothing for it any more. As long as the
    /// line goes on, the answer is for the line, and there is only one.
    async fn left_by_its_line(&self, at: usize, asking: &Asking) -> (Status, Option<u64>) {
        poll_fn(|_| {
            let is_left = self.run.read(|state| {
                let entry = &state.journal.entries[at];
                let stands_still = state.closing.as_ref().is_some_and(|(place, alive)| {
                    alive.upgrade().is_some() && !entry.place.starts_with(place)
                });
                let tries_again = asking.takes == Takes::AMoment && !stands_still;
                let is_at_work = entry.live.attempt.is_some() || tries_again;
                let is_left = entry.status != Status::Begun || !is_at_work;
                is_left.then_some((entry.status, entry.live.attempt))
            });
            is_left.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// What only time or people can answer is not waited for: either the answer is there, or whoever
    /// gives it learns that it is not needed any more.
    fn answer_so_far(&self, asking: &Asking) -> Answer {
        self.run.try_take(|state| state.answers.remove(&asking.key)).unwrap_or(Answer::Accepted)
    }

    async fn tell_to_give_up(&self, child: &str) {
        let input = json!({ "run": child });
        let reply = self.perform(Command::Act { name: GIVE_UP.to_string(), input }).await;
        debug_assert!(matches!(reply, Reply::Value(_)));
    }
}

/// The act by which an engine tells another run that it is not needed any more.
pub const GIVE_UP: &str = "give up";

impl Entry {
    /// Whether an undo has something to do with it.
    fn is_open(&self) -> bool {
        let may_be_there =
            matches!(self.status, Status::Begun | Status::GivenUp | Status::Unknown | Status::Done);
        may_be_there && (self.live.take_back.is_some() || !self.undone_by.is_empty())
    }
}

/// While it lives no limit cuts off what is taken back.
struct Undoing<'c>(&'c Cx);

impl Undoing<'_> {
    fn begin(cx: &Cx) -> Undoing<'_> {
        cx.run.change(|state| state.undoing += 1);
        Undoing(cx)
    }
}

impl Drop for Undoing<'_> {
    fn drop(&mut self) {
        self.0.run.change(|state| state.undoing = state.undoing.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::{NoFailure, Raised, Takes, Undo, Workflow};
    use crate::driver::{Command, Driver, Reply};
    use crate::flow::{Ended, Exit};
    use crate::runs::{Finished, Workflows};
    use crate::services::{Answer, Attempt};
    use crate::{Cx, Flow, Operation, Step, end, line};
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use std::collections::VecDeque;

    #[derive(Clone, Serialize, Deserialize)]
    struct Play {}

    impl Workflow for Play {
        type Value = Value;
        const NAME: &'static str = "Play";
        const CORRELATED_BY: &'static [&'static str] = &[];
    }

    /// An operation by its number: 0 takes back 1 and 2, and 3 is a query.
    #[derive(Clone, Serialize, Deserialize)]
    struct Do<const N: usize> {}

    impl<const N: usize> Operation for Do<N> {
        type Reply = ();
        type Failure = NoFailure;
        const NAME: &'static str = ["undo", "a", "b", "asked"][N];
        const IS_WRITE: bool = N < 3;
        const TAKES: Takes = Takes::AMoment;
        const CAN_BE_UNDONE: bool = N == 1 || N == 2;

        fn undone_by(&self, _: &()) -> Flow<Undo> {
            Ok(if Self::CAN_BE_UNDONE { Undo::by(&Do::<0> {}) } else { Undo::Never })
        }
    }

    /// Plays a workflow; gives the keys that are asked, in order. `None` when it never ends.
    fn play(
        workflows: &Workflows,
        mut answer: impl FnMut(&Attempt) -> Answer,
    ) -> Option<(Finished, Vec<String>)> {
        let mut driver = Driver::new(workflows, "Play", "run", json!({}))?;
        let mut open: VecDeque<(u64, Command)> = VecDeque::new();
        let mut asked = Vec::new();
        loop {
            if let Some(finished) = driver.go_on() {
                return Some((finished, asked));
            }
            open.extend(driver.commands());
            let (id, command) = open.pop_front()?;
            let reply = match command {
                Command::Act { input, .. } => {
                    let attempt: Attempt = serde_json::from_value(input).ok()?;
                    asked.push(attempt.call.key.clone());
                    Reply::Value(serde_json::to_value(answer(&attempt)).map_err(|e| e.to_string()))
                }
                _ => Reply::Fired,
            };
            driver.reply(id, reply);
        }
    }

    fn lost() -> Flow {
        end(Ended { name: "Lost".to_string(), success: false, fields: json!({}) })
    }

    /// A branch that is refused takes everything back while the other one has something on its way; then
    /// the run is left, and the other branch with it.
    #[test]
    fn what_one_line_has_settled_no_other_settles_again() {
        let text = |cx: Cx, _: Play| async move {
            let cx = &cx;
            let fork = cx.fork();
            let refused = line(async {
                let cx = &fork.branch(0);
                if cx.call(&Step::new("a"), Do::<1> {}).await.is_err() {
                    cx.undo_all().await?;
                    return lost();
                }
                Ok(())
            });
            let on_its_way = line(async {
                let cx = &fork.branch(1);
                let step =
                    Step::new("b").retry(1, std::time::Duration::ZERO, std::time::Duration::ZERO);
                let _ = cx.call(&step, Do::<2> {}).await;
                Ok(())
            });
            fork.all(vec![refused, on_its_way]).await?;
            lost()
        };
        let workflows = Workflows::default().conduct(text);
        let mut outages = 1;
        let played = play(&workflows, |attempt| match attempt.call.step.as_str() {
            "a" => Answer::Refused(Raised { name: "No".to_string(), fields: json!({}) }),
            "b" if outages > 0 => {
                outages -= 1;
                Answer::Outage(String::new())
            }
            _ => Answer::Done(Value::Null),
        });
        let (finished, asked) = played.expect("it ends");
        assert_eq!(finished.end.name, "Lost");
        assert_eq!(asked, ["run/0/a", "run/1/b", "run/1/b", "run/1/b/undo"]);
    }

    /// A line behind its own fork does not wait for what another line has given up.
    #[test]
    fn two_lines_do_not_wait_for_one_answer() {
        let text = |cx: Cx, _: Play| async move {
            let cx = &cx;
            let outer = cx.fork();
            let beside = line(async {
                let cx = &outer.branch(0);
                let inner = cx.fork();
                let done = line(async {
                    let cx = &inner.branch(0);
                    cx.call(&Step::new("b"), Do::<2> {}).await
                });
                inner.all(vec![done]).await.map(|_| ())
            });
            let gives_up = line(async {
                let cx = &outer.branch(1);
                let inner = cx.fork();
                let on_its_way = line(async {
                    let cx = &inner.branch(0);
                    cx.call(&Step::new("a"), Do::<1> {}).await
                });
                let out = line(async { Err(Exit::Outage(String::new())) });
                let _ = inner.all(vec![on_its_way, out]).await;
                Ok(())
            });
            outer.all(vec![beside, gives_up]).await?;
            lost()
        };
        let workflows = Workflows::default().conduct(text);
        let (finished, asked) = play(&workflows, |_| Answer::Done(Value::Null)).expect("it ends");
        assert_eq!(finished.end.name, "Lost");
        assert_eq!(asked, ["run/0/0/b", "run/1/0/a", "run/1/0/a/undo"]);
    }

    /// Nobody goes on while what was given up at an end is settled.
    #[test]
    fn a_run_ends_at_once() {
        let text = |cx: Cx, _: Play| async move {
            let cx = &cx;
            let outer = cx.fork();
            let goes_on = line(async {
                let cx = &outer.branch(0);
                cx.call(&Step::new("asked"), Do::<3> {}).await?;
                cx.call(&Step::new("b"), Do::<2> {}).await
            });
            let ends = line(async {
                let cx = &outer.branch(1);
                let inner = cx.fork();
                let on_its_way = line(async {
                    let cx = &inner.branch(0);
                    cx.call(&Step::new("a"), Do::<1> {}).await
                });
                inner.all(vec![on_its_way, line(async { lost() })]).await.map(|_| ())
            });
            outer.all(vec![goes_on, ends]).await?;
            lost()
        };
        let workflows = Workflows::default().conduct(text);
        let (_, asked) = play(&workflows, |_| Answer::Done(Value::Null)).expect("it ends");
        assert_eq!(asked, ["run/0/asked", "run/1/0/a", "run/1/0/a/undo"]);
    }

    /// A reaction takes a block back whose line has something on its way, and tries it again.
    #[test]
    fn an_answer_is_for_the_line_that_asked() {
        for outages in [0, 1, 2] {
            let text = |cx: Cx, _: Play| async move {
                let cx = &cx;
                let work = async {
                    let cx = &cx.scope("part");
                    let step = Step::new("a").retry(
                        1,
                        std::time::Duration::ZERO,
                        std::time::Duration::ZERO,
                    );
                    let asked = cx.call(&step, Do::<1> {}).await;
                    cx.call(&Step::new("asked"), Do::<3> {}).await?;
                    asked
                };
                let heard = line(async {
                    cx.beside("when 1").undo("part").await?;
                    lost()
                });
                let _ = cx.with(work, vec![heard]).await;
                lost()
            };
            let workflows = Workflows::default().conduct(text);
            let mut left = outages;
            let played = play(&workflows, |attempt| match attempt.call.step.as_str() {
                "a" if left > 0 => {
                    left -= 1;
                    Answer::Outage(String::new())
                }
                _ => Answer::Done(Value::Null),
            });
            let (finished, asked) =
                played.unwrap_or_else(|| panic!("stuck after {outages} outages"));
            assert_eq!(finished.end.name, "Lost");
            let undone = asked.iter().filter(|key| *key == "run/a/undo").count();
            assert_eq!(undone, 1, "{asked:?}");
            let times = asked.iter().filter(|key| *key == "run/a").count();
            assert_eq!(times, outages + 1, "{asked:?}");
        }
    }

    #[test]
    fn a_query_can_be_a_pivot() {
        let text = |cx: Cx, _: Play| async move {
            cx.call(&Step::new("a"), Do::<1> {}).await?;
            cx.call(&Step::new("asked").pivot(), Do::<3> {}).await?;
            cx.undo_all().await?;
            lost()
        };
        let workflows = Workflows::default().conduct(text);
        let (finished, asked) = play(&workflows, |_| Answer::Done(Value::Null)).expect("it ends");
        assert!(finished.pivoted);
        assert_eq!(asked, ["run/a", "run/asked"]);
    }

    #[test]
    fn what_is_started_on_the_last_line_is_started() {
        let text = |cx: Cx, _: Play| async move {
            cx.start("told", Play {}).await?;
            lost()
        };
        let workflows = Workflows::default().conduct(text);
        let mut driver = Driver::new(&workflows, "Play", "run", json!({})).expect("it is known");
        assert!(driver.go_on().is_some());
        assert!(matches!(&driver.starts()[..], [Command::Start { .. }]));
    }
}
