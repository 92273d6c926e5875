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

#[derive(Clone)]
pub struct Memory {
    workflows: Arc<Workflows>,
    services: Arc<Services>,
    inboxes: Arc<Mutex<HashMap<String, UnboundedSender<Message>>>>,
    published: Arc<Mutex<Vec<Happened>>>,
}

impl Memory {
    pub fn new(workflows: Workflows, services: Services) -> Memory {
        Memory {
            workflows: Arc::new(workflows),
            services: Arc::new(services),
            inboxes: Arc::default(),
            published: Arc::default(),
        }
    }

    /// Runs a workflow to its end; nothing when there is no such workflow.
    pub async fn run(&self, workflow: &str, run: &str, input: Value) -> Option<Finished> {
        let mut driver = Driver::new(&self.workflows, workflow, run, input)?;
        let (replies, mut replied) = unbounded_channel();
        let mut inbox = self.open(run);
        loop {
            if let Some(finished) = driver.go_on() {
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

    /// Hands a message to a run; what comes before the run begins is kept for it.
    pub fn send(&self, run: &str, message: Message) {
        let mut inboxes = self.lock_inboxes();
        if let Some(inbox) = inboxes.get(run) {
            // A run that is over does not listen any more.
            let _ = inbox.send(message);
        } else {
            inboxes.remove(run);
        }
    }

    /// What was published, in order.
    pub fn published(&self) -> Vec<Happened> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open(&self, run: &str) -> UnboundedReceiver<Message> {
        let (sender, receiver) = unbounded_channel();
        self.lock_inboxes().insert(run.to_string(), sender);
        receiver
    }

    fn lock_inboxes(&self) -> std::sync::MutexGuard<'_, HashMap<String, UnboundedSender<Message>>> {
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
