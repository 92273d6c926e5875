//! Branches: lines that go on at the same time, and how they come together.

use crate::context::{Cx, Taken};
use crate::flow::{Exit, Flow};
use crate::journal::Status;
use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// The text of a line.
pub type Line<'l, T = ()> = Pin<Box<dyn Future<Output = Flow<T>> + Send + 'l>>;

/// Makes an async block a line.
pub fn line<'l, T>(text: impl Future<Output = Flow<T>> + Send + 'l) -> Line<'l, T> {
    Box::pin(text)
}

/// Gives an async block its type.
pub fn block<'l, T>(
    text: impl Future<Output = Flow<T>> + Send + 'l,
) -> impl Future<Output = Flow<T>> + Send + 'l {
    text
}

/// What rounds have given, those that gave nothing left out.
pub fn given_in<T>(rounds: Vec<Option<T>>) -> Vec<T> {
    rounds.into_iter().flatten().collect()
}

/// A place where a line divides.
pub struct Fork<'c> {
    cx: &'c Cx,
    number: u32,
    taken: Mutex<Vec<Arc<Mutex<HashSet<usize>>>>>,
}

impl Cx {
    pub fn fork(&self) -> Fork<'_> {
        let number = self.run.change(|state| state.time("a fork".to_string()));
        Fork { cx: self, number, taken: Mutex::default() }
    }

    /// A line beside this one, which takes its events for itself.
    pub fn beside(&self, name: &'static str) -> Cx {
        let fork = self.fork();
        let mut cx = fork.branch(0);
        // In the next round of a loop it is the same reaction, and takes no event a second time.
        cx.taken = Taken::ByReaction(crate::keys::key("", &self.place, &[], name, 1));
        cx
    }

    /// A block with lines beside it. They end with it; when one of them leaves, the block is over.
    pub async fn with<T>(
        &self,
        block: impl Future<Output = Flow<T>> + Send,
        beside: Vec<Line<'_>>,
    ) -> Flow<T> {
        let outcome = {
            let mut block = pin!(block);
            let mut beside = beside;
            poll_fn(|context| {
                if let Poll::Ready(outcome) = block.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                let mut left = None;
                beside.retain_mut(|line| match line.as_mut().poll(context) {
                    _ if left.is_some() => true,
                    Poll::Ready(Ok(())) => false,
                    Poll::Ready(Err(exit)) => {
                        left = Some(exit);
                        false
                    }
                    Poll::Pending => true,
                });
                left.map_or(Poll::Pending, |exit| Poll::Ready(Err(exit)))
            })
            .await
        };
        self.settle_behind(&outcome).await;
        outcome
    }

    /// Settles what was given up. Where the run ends that is done when all of it has ended, so that no other
    /// line goes on in the meantime.
    async fn settle_behind<T>(&self, outcome: &Flow<T>) {
        if !matches!(outcome, Err(Exit::End(_))) {
            self.settle().await;
        }
    }
}

impl Fork<'_> {
    /// The context of one of its branches.
    pub fn branch(&self, number: u32) -> Cx {
        let mut cx = self.cx.clone();
        cx.place.push((self.number, number));
        cx.alive = Arc::new(());
        if let Taken::ByLine(taken) = &self.cx.taken {
            let so_far = taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let taken = Arc::new(Mutex::new(so_far));
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken.clone());
            cx.taken = Taken::ByLine(taken);
        }
        cx
    }

    /// All branches must succeed.
    pub async fn all<T>(&self, lines: Vec<Line<'_, T>>) -> Flow<Vec<T>> {
        let n = lines.len();
        let given = self.at_once(n, lines).await;
        self.cx.settle_behind(&given).await;
        self.join();
        given
    }

    /// All branches must succeed, and at most so many of them go on at a time.
    pub async fn all_limited<T>(&self, at_once: usize, lines: Vec<Line<'_, T>>) -> Flow<Vec<T>> {
        let given = self.at_once(at_once.max(1), lines).await;
        self.cx.settle_behind(&given).await;
        self.join();
        given
    }

    async fn at_once<T>(&self, at_once: usize, lines: Vec<Line<'_, T>>) -> Flow<Vec<T>> {
        let mut given: Vec<Option<T>> = lines.iter().map(|_| None).collect();
        let mut open: Vec<(usize, Line<'_, T>)> = lines.into_iter().enumerate().collect();
        poll_fn(|context| {
            let mut left = None;
            let mut running = 0;
            open.retain_mut(|(at, line)| {
                if left.is_some() || running >= at_once {
                    return true;
                }
                match line.as_mut().poll(context) {
                    Poll::Ready(Ok(value)) => given[*at] = Some(value),
                    Poll::Ready(Err(exit)) => left = Some(exit),
                    Poll::Pending => {
                        running += 1;
                        return true;
                    }
                }
                false
            });
            if let Some(exit) = left {
                return Poll::Ready(Err(exit));
            }
            if open.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending }
        })
        .await?;
        Ok(given.into_iter().flatten().collect())
    }

    /// So many branches must succeed; the others are stopped then, and what they have done is taken back.
    /// A branch that gives nothing has not succeeded. Gives nothing when it cannot be reached any more.
    pub async fn needs<T>(
        &self,
        needed: usize,
        at_once: Option<usize>,
        lines: Vec<Line<'_, Option<T>>>,
    ) -> Flow<Option<Vec<T>>> {
        let at_once = at_once.unwrap_or(lines.len()).max(1);
        let mut given: Vec<(usize, T)> = Vec::new();
        let mut open: Vec<(usize, Line<'_, Option<T>>)> = lines.into_iter().enumerate().collect();
        let outcome: Result<bool, Exit> = poll_fn(|context| {
            let mut left = None;
            let mut running = 0;
            open.retain_mut(|(at, line)| {
                if left.is_some() || running >= at_once || given.len() >= needed {
                    return true;
                }
                match line.as_mut().poll(context) {
                    Poll::Ready(Ok(Some(value))) => given.push((*at, value)),
                    Poll::Ready(Ok(None)) => {}
                    Poll::Ready(Err(exit)) => left = Some(exit),
                    Poll::Pending => {
                        running += 1;
                        return true;
                    }
                }
                false
            });
            if let Some(exit) = left {
                return Poll::Ready(Err(exit));
            }
            if given.len() >= needed {
                return Poll::Ready(Ok(true));
            }
            if given.len() + open.len() < needed { Poll::Ready(Ok(false)) } else { Poll::Pending }
        })
        .await;
        let stopped: Vec<u32> = open.iter().map(|(at, _)| *at as u32).collect();
        drop(open);
        if outcome.is_ok() {
            self.take_back(&stopped).await;
        }
        self.cx.settle_behind(&outcome).await;
        self.join();
        given.sort_by_key(|(at, _)| *at);
        let values = given.into_iter().map(|(_, value)| value).collect();
        Ok(outcome?.then_some(values))
    }

    async fn take_back(&self, stopped: &[u32]) {
        let depth = self.cx.place.len();
        let in_stopped = |place: &[(u32, u32)]| {
            place
                .get(depth)
                .is_some_and(|(fork, branch)| *fork == self.number && stopped.contains(branch))
        };
        self.cx
            .take_back_where(|entry| entry.status != Status::Kept && in_stopped(&entry.place))
            .await;
    }

    /// What a branch has taken, the line behind the fork has taken.
    fn join(&self) {
        let branches = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for taken in branches.iter() {
            let taken = taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
            self.cx.take(taken);
        }
    }
}

/// Waits for all of them, in no order.
pub(crate) async fn polled_all<'l>(
    lines: impl Iterator<Item = Pin<Box<dyn Future<Output = ()> + Send + 'l>>>,
) {
    let mut open: Vec<_> = lines.collect();
    poll_fn(|context| {
        open.retain_mut(|line| line.as_mut().poll(context).is_pending());
        if open.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
