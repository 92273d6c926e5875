//! The seam to an engine. A workflow never does anything itself: it asks for it by a command, and goes on
//! when the engine has brought the reply. Commands come in the same order whenever the same replies are
//! brought, so an engine may forget a run and find out later, by its replies, where it stands.

use crate::context::Cx;
use crate::runs::{Finished, Run, Task, Workflows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What a run asks its engine for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Calls the services, outside of the run: at least once, and the reply is kept.
    Act { name: String, input: Value },
    /// Brings `Reply::Fired` when so much time has passed.
    Sleep(Duration),
    /// Brings the time.
    Now,
    /// Runs another workflow and brings what it finished with.
    Child { workflow: String, run: String, input: Value },
    /// Starts a run of its own and brings nothing.
    Start { workflow: String, run: String, input: Value },
}

#[derive(Clone, Debug)]
pub enum Reply {
    Value(Result<Value, String>),
    Fired,
    Time(jiff::Timestamp),
}

/// What comes to a run from outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    Event(Happened),
    /// The answer to a step whose operation takes a while.
    Answer {
        key: String,
        answer: crate::services::Answer,
    },
    /// Whoever runs this one does not need it any more.
    GiveUp,
}

/// An event, as it travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Happened {
    /// One that comes twice counts once.
    pub id: String,
    pub name: String,
    pub version: Option<u32>,
    pub fields: Value,
}

/// One run in the hands of an engine.
pub struct Driver {
    run: Arc<Run>,
    future: Pin<Box<dyn Future<Output = Finished> + Send>>,
    tasks: Vec<Task>,
}

impl Driver {
    /// `None` when there is no such workflow.
    pub fn new(workflows: &Workflows, workflow: &str, run: &str, input: Value) -> Option<Driver> {
        let run = Arc::new(Run::new(run));
        let future = workflows.start(workflow, Cx::new(run.clone()), input)?;
        Some(Driver { run, future, tasks: Vec::new() })
    }

    /// Says whose side of a run it is.
    pub fn is_side_of(&self, service: &'static str) {
        self.run.is_side_of(service);
    }

    /// Whether its engine goes again through what has happened already.
    pub fn replays(&mut self, replays: bool) {
        self.run.set_live(!replays);
    }

    /// Goes on as far as the replies reach; gives what the run finished with when it is over.
    pub fn go_on(&mut self) -> Option<Finished> {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            let before = self.run.version();
            if let Poll::Ready(finished) = self.future.as_mut().poll(&mut context) {
                return Some(finished);
            }
            self.tasks.extend(self.run.spawned());
            self.tasks.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
            if self.run.version() == before {
                return None;
            }
        }
    }

    /// What was asked for since the last time.
    pub fn commands(&mut self) -> Vec<(u64, Command)> {
        self.run.change(|state| std::mem::take(&mut state.commands))
    }

    /// What the run has started on its last line: that goes on when the run is over.
    pub fn starts(&mut self) -> Vec<Command> {
        let commands = self.commands().into_iter().map(|(_, command)| command);
        commands.filter(|command| matches!(command, Command::Start { .. })).collect()
    }

    pub fn reply(&mut self, command: u64, reply: Reply) {
        self.run.change(|state| state.replies.insert(command, reply));
    }

    pub fn message(&mut self, message: Message) {
        self.run.change(|state| state.take_in(message));
    }

    /// Whether an end of it is known on this side.
    #[cfg(feature = "choreography")]
    pub fn has_an_end(&self) -> bool {
        self.run.read(|state| !state.ends.is_empty())
    }

    /// Where the run stands, for people.
    pub fn standing(&self) -> Value {
        self.run.read(|state| serde_json::to_value(state.standing()).unwrap_or_default())
    }
}

impl Drop for Driver {
    /// An engine forgets a run in the middle; nothing happens in it because of that.
    fn drop(&mut self) {
        self.run.set_live(false);
    }
}
