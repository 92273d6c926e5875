//! What a line of a workflow holds in its hand: its run, its place in it, and the time.

use crate::driver::{Command, Reply};
use crate::flow::Exit;
use crate::journal::Place;
use crate::keys;
use crate::runs::Run;
use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// The context of one line. Branches and rounds get one of their own.
#[derive(Clone, Debug)]
pub struct Cx {
    pub(crate) run: Arc<Run>,
    pub(crate) place: Place,
    pub(crate) rounds: Vec<u32>,
    pub(crate) scopes: Vec<&'static str>,
    /// Held as long as the line is there.
    pub(crate) alive: Arc<()>,
    pub(crate) taken: Taken,
}

/// The events that a line has taken. A reaction beside it has its own, by name.
#[derive(Clone, Debug)]
pub(crate) enum Taken {
    ByLine(Arc<Mutex<HashSet<usize>>>),
    ByReaction(String),
}

impl Cx {
    pub(crate) fn new(run: Arc<Run>) -> Cx {
        Cx {
            run,
            place: Vec::new(),
            rounds: Vec::new(),
            scopes: Vec::new(),
            alive: Arc::new(()),
            taken: Taken::ByLine(Arc::default()),
        }
    }

    /// The id of the run.
    pub fn run(&self) -> &str {
        &self.run.id
    }

    /// The span of the reaction that this stands in, if nobody conducts the run.
    pub(crate) fn reaction_span(&self) -> Option<u64> {
        match &self.taken {
            Taken::ByReaction(name) => self.run.read(|state| state.reacting.get(name).copied()),
            Taken::ByLine(_) => None,
        }
    }

    /// The same line, in a round of a loop.
    pub fn round(&self, number: u32) -> Cx {
        let mut cx = self.clone();
        cx.rounds.push(number);
        cx
    }

    /// The same line, in a scope that can be undone by its name.
    pub fn scope(&self, name: &'static str) -> Cx {
        let mut cx = self.clone();
        cx.scopes.push(name);
        cx
    }

    /// Time passes.
    pub async fn sleep(&self, time: Duration) {
        self.open().await;
        self.perform(Command::Sleep(time)).await;
        self.open().await;
    }

    /// How long it is until a moment.
    pub async fn until(&self, moment: jiff::Timestamp) -> Duration {
        until(self.now().await, moment)
    }

    pub async fn sleep_until(&self, moment: jiff::Timestamp) {
        let now = self.now().await;
        self.sleep(until(now, moment)).await;
    }

    pub async fn now(&self) -> jiff::Timestamp {
        match self.perform(Command::Now).await {
            Reply::Time(now) => now,
            Reply::Value(_) | Reply::Fired => jiff::Timestamp::UNIX_EPOCH,
        }
    }

    pub(crate) async fn perform(&self, command: Command) -> Reply {
        let id = self.run.command(command);
        self.reply_to(id).await
    }

    pub(crate) async fn reply_to(&self, command: u64) -> Reply {
        poll_fn(|_| match self.run.try_take(|state| state.replies.remove(&command)) {
            Some(reply) => Poll::Ready(reply),
            None => Poll::Pending,
        })
        .await
    }

    /// Stands still while another line takes everything back.
    pub(crate) async fn open(&self) {
        poll_fn(|_| if self.may_go_on() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn may_go_on(&self) -> bool {
        self.run.read(|state| match &state.closing {
            Some((place, alive)) => alive.upgrade().is_none() || self.place.starts_with(place),
            None => true,
        })
    }

    /// The key of a step that begins now.
    pub(crate) fn key(&self, step: &str) -> String {
        let name = keys::key("", &self.place, &self.rounds, step, 1);
        let time = self.run.change(|state| state.time(name));
        keys::key(&self.run.id, &self.place, &self.rounds, step, time)
    }

    /// Whether a step was settled before it began.
    pub(crate) fn is_settled(&self, step: &str) -> bool {
        self.run.read(|state| {
            state.settled.contains(step)
                || self.scopes.iter().any(|scope| state.settled.contains(scope))
        })
    }

    pub(crate) fn has_taken(&self, event: usize) -> bool {
        match &self.taken {
            Taken::ByLine(taken) => {
                taken.lock().unwrap_or_else(PoisonError::into_inner).contains(&event)
            }
            Taken::ByReaction(name) => self
                .run
                .read(|state| state.taken.get(name).is_some_and(|taken| taken.contains(&event))),
        }
    }

    pub(crate) fn take(&self, events: impl IntoIterator<Item = usize>) {
        match &self.taken {
            Taken::ByLine(taken) => {
                taken.lock().unwrap_or_else(PoisonError::into_inner).extend(events)
            }
            Taken::ByReaction(name) => {
                self.run
                    .change(|state| state.taken.entry(name.clone()).or_default().extend(events));
            }
        }
    }

    /// The body, unless whoever runs this run gives it up before its pivot; then nothing.
    pub(crate) async fn unless_given_up(
        &self,
        body: impl Future<Output = Exit> + Send,
    ) -> Option<Exit> {
        let mut body = pin!(body);
        poll_fn(|context| {
            if let Poll::Ready(exit) = body.as_mut().poll(context) {
                return Poll::Ready(Some(exit));
            }
            let given_up = self
                .run
                .read(|state| state.given_up && !state.journal.pivoted && state.undoing == 0);
            if given_up { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}

/// How long it is until a moment; nothing when it has passed.
pub(crate) fn until(now: jiff::Timestamp, moment: jiff::Timestamp) -> Duration {
    Duration::try_from(moment.duration_since(now)).unwrap_or_default()
}
