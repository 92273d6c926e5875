//! An engine that forgets: for tests. Time is tokio's, so a test that pauses it waits for nothing.

use crate::driver::{Command, Driver, Happened, Message, Reply};
use crate::events::PUBLISH;
use crate::runs::{Finished, Workflows};
use crate::services::{Answer, Attempt, Services};
use crate::undo::GIVE_UP;
use serde_json::Value;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Inboxes = Arc<Mutex<HashMap<String, Inbox>>>;

/// What an inner run finishes with, where it is not to run.
pub type Children = Arc<dyn Fn(&str) -> Option<Finished> + Send + Sync>;

/// Messages for a run; before it begins they are kept.
struct Inbox {
    sender: UnboundedSender<Message>,
    receiver: Option<UnboundedReceiver<Message>>,
}

impl Inbox {
    fn new() -> Inbox {
        let (sender, receiver) = unbounded_channel();
        Inbox { sender, receiver: Some(receiver) }
    }
}

#[derive(Clone)]
pub struct Memory {
    workflows: Arc<Workflows>,
    services: Arc<Services>,
    inboxes: Inboxes,
    children: Option<Children>,
    published: Arc<Mutex<Vec<Happened>>>,
}

impl Memory {
    pub fn new(workflows: Workflows, services: Services) -> Memory {
        Memory {
            workflows: Arc::new(workflows),
            services: Arc::new(services),
            inboxes: Arc::default(),
            children: None,
            published: Arc::default(),
        }
    }

    /// Runs a workflow to its end; nothing when there is no such workflow.
    pub async fn run(&self, workflow: &str, run: &str, input: Value) -> Option<Finished> {
        if let Some(finished) = self.children.as_ref().and_then(|ends| ends(run)) {
            return Some(finished);
        }
        let mut driver = Driver::new(&self.workflows, workflow, run, input)?;
        let (replies, mut replied) = unbounded_channel();
        let mut inbox = self.open(run)?;
        loop {
            if let Some(finished) = driver.go_on() {
                for start in driver.starts() {
                    self.clone().spawn(0, start, replies.clone());
                }
                self.lock_inboxes().remove(run);
                return Some(finished);
            }
            for (id, command) in driver.commands() {
                self.clone().spawn(id, command, replies.clone());
            }
            tokio::select! {
                biased;
                Some((id, reply)) = replied.recv() => driver.reply(id, reply),
                Some(message) = inbox.recv() => driver.message(message),
            }
        }
    }

    /// The same runs with other services.
    pub fn with_services(self, services: Services) -> Memory {
        Memory { services: Arc::new(services), ..self }
    }

    /// The same, but inner runs that this knows the end of do not run.
    pub fn with_children(self, children: Option<Children>) -> Memory {
        Memory { children, ..self }
    }

    /// Hands a message to a run; nobody hears it when the run is over.
    pub fn send(&self, run: &str, message: Message) {
        if let Some(inbox) = self.lock_inboxes().get(run) {
            let _ = inbox.sender.send(message);
        }
    }

    /// Keeps a message for a run that has not begun.
    pub fn keep(&self, run: &str, message: Message) {
        let _ = self
            .lock_inboxes()
            .entry(run.to_string())
            .or_insert_with(Inbox::new)
            .sender
            .send(message);
    }

    /// What was published, in order.
    pub fn published(&self) -> Vec<Happened> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open(&self, run: &str) -> Option<UnboundedReceiver<Message>> {
        self.lock_inboxes().entry(run.to_string()).or_insert_with(Inbox::new).receiver.take()
    }

    fn lock_inboxes(&self) -> std::sync::MutexGuard<'_, HashMap<String, Inbox>> {
        self.inboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(self, id: u64, command: Command, replies: UnboundedSender<(u64, Reply)>) {
        let work: Pin<Box<dyn Future<Output = Option<Reply>> + Send>> = Box::pin(async move {
            match command {
                Command::Act { name, input } => Some(Reply::Value(self.act(&name, input).await)),
                Command::Sleep(time) => {
                    tokio::time::sleep(time).await;
                    Some(Reply::Fired)
                }
                Command::Now => Some(Reply::Time(jiff::Timestamp::now())),
                Command::Child { workflow, run, input } => {
                    let finished = self.run(&workflow, &run, input).await;
                    let finished =
                        finished.ok_or_else(|| format!("there is no workflow {workflow}"));
                    let finished =
                        finished.and_then(|it| serde_json::to_value(it).map_err(|e| e.to_string()));
                    Some(Reply::Value(finished))
                }
                Command::Start { workflow, run, input } => {
                    self.run(&workflow, &run, input).await;
                    None
                }
            }
        });
        tokio::spawn(async move {
            if let Some(reply) = work.await {
                // Nobody waits when the run is over.
                let _ = replies.send((id, reply));
            }
        });
    }

    async fn act(&self, name: &str, input: Value) -> Result<Value, String> {
        match name {
            PUBLISH => {
                let event: Happened =
                    serde_json::from_value(input).map_err(|error| error.to_string())?;
                self.published.lock().unwrap_or_else(PoisonError::into_inner).push(event);
                Ok(Value::Null)
            }
            GIVE_UP => {
                let run = input.get("run").and_then(Value::as_str).unwrap_or_default();
                self.send(run, Message::GiveUp);
                Ok(Value::Null)
            }
            operation => {
                let attempt: Attempt =
                    serde_json::from_value(input).map_err(|error| error.to_string())?;
                let answer: Answer = self.services.attempt(operation, attempt).await;
                serde_json::to_value(answer).map_err(|error| error.to_string())
            }
        }
    }
}
