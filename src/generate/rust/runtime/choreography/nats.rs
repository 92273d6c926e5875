//! NATS JetStream as the broker: `nats://HOST:PORT/NAME`, where NAME is the stream of the system. What was
//! taken over is in the stream's file; what a consumer has not acknowledged comes again, without a limit.
//!
//! Each consumer has one message under way at a time, as each service has one writer: so messages come in the
//! order in which they were published, also when one of them comes again. The server knows the ids of messages
//! for a while only; what comes twice after that is known by the inbox.

use super::broker::{Absent, Broker, Consumer, Delivery, Message, Pending};
use async_nats::connection::State;
use async_nats::jetstream::consumer::pull::Config as Pull;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer};
use async_nats::jetstream::stream::{Config, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, AckKind, Context, Message as Brought};
use async_nats::{Client, ConnectOptions, HeaderMap};
use futures::StreamExt;
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::Mutex;

/// What the stream is called where the address does not say.
const NAME: &str = "system";

/// How long messages are kept, also for services that do not work.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// How long the server knows the ids of messages.
const KNOWN: Duration = Duration::from_secs(600);

/// A message that was neither acknowledged nor given back by then comes again: whoever had it may be gone.
const LEASE: Duration = Duration::from_secs(2);

/// How long the server may take to answer, or to be found again.
const PATIENCE: Duration = Duration::from_secs(3);

/// A question to the server that was lost with it is asked again after this.
const ASKED: Duration = Duration::from_secs(2);

const ID: &str = "Nats-Msg-Id";
const KEY: &str = "Key";

pub struct Nats {
    client: Client,
    context: Context,
    stream: String,
    /// What each consumer wants. The server is told when it is there.
    wanted: Mutex<HashMap<String, Consumer>>,
    made: Mutex<HashMap<String, PullConsumer>>,
    has_stream: Mutex<bool>,
}

impl Nats {
    /// The server need not be there yet.
    pub async fn open(address: &str) -> Result<Nats, String> {
        let (server, stream) = split(address);
        let client = ConnectOptions::new()
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis(100) * u32::try_from(attempts.min(20)).unwrap_or(20)
            })
            .connection_timeout(PATIENCE)
            // What cannot be sent is not kept in memory: the outbox has it.
            .ping_interval(Duration::from_secs(5))
            .connect(server)
            .await
            .map_err(|error| format!("{server}: {error}"))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        Ok(Nats {
            client,
            context,
            stream: super::topics::part(stream),
            wanted: Mutex::default(),
            made: Mutex::default(),
            has_stream: Mutex::default(),
        })
    }

    /// Waits a moment for the server.
    async fn ready(&self) -> Result<(), Absent> {
        let until = tokio::time::Instant::now() + PATIENCE;
        while self.client.connection_state() != State::Connected {
            if tokio::time::Instant::now() >= until {
                return Err(Absent("NATS cannot be reached".to_string()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut has_stream = self.has_stream.lock().await;
        if !*has_stream {
            self.stream().await?;
            *has_stream = true;
        }
        Ok(())
    }

    /// The stream of the system, which is made by whoever comes first.
    async fn stream(&self) -> Result<Stream, Absent> {
        let config = Config {
            name: self.stream.clone(),
            subjects: vec![format!("{}.>", self.stream)],
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            max_age: KEPT,
            duplicate_window: KNOWN,
            ..Config::default()
        };
        self.context.get_or_create_stream(config).await.map_err(absent)
    }

    async fn consumer(&self, name: &str) -> Result<PullConsumer, Absent> {
        let mut made = self.made.lock().await;
        if let Some(consumer) = made.get(name) {
            return Ok(consumer.clone());
        }
        let wanted = self.wanted.lock().await.get(name).cloned();
        let stream = self.stream().await?;
        let consumer = match wanted {
            Some(wanted) => stream.create_consumer(self.config(&wanted)).await.map_err(absent)?,
            None => stream.get_consumer(name).await.map_err(absent)?,
        };
        made.insert(name.to_string(), consumer.clone());
        Ok(consumer)
    }

    fn config(&self, consumer: &Consumer) -> Pull {
        let subject = |topic: &String| format!("{}.{topic}", self.stream);
        Pull {
            durable_name: Some(consumer.name.clone()),
            filter_subjects: consumer.topics.iter().map(subject).collect(),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: LEASE,
            // What can never be taken is put aside by the inbox, not here.
            max_deliver: -1,
            max_ack_pending: 1,
            ..Pull::default()
        }
    }

    fn read(&self, brought: &Brought) -> Message {
        let header = |name: &str| brought.headers.as_ref()?.get(name).map(|it| plain(it.as_str()));
        let sequence = brought.info().map(|info| info.stream_sequence).unwrap_or_default();
        let subject = brought.subject.as_str();
        let topic = subject.strip_prefix(&format!("{}.", self.stream)).unwrap_or(subject);
        Message {
            // What somebody else has published may have no id.
            id: header(ID).unwrap_or_else(|| format!("{}-{sequence}", self.stream)),
            topic: topic.to_string(),
            key: header(KEY).unwrap_or_default(),
            body: String::from_utf8_lossy(&brought.payload).into_owned(),
        }
    }

    /// A consumer or stream that is no longer there is made again.
    async fn forget(&self, consumer: &str) {
        self.made.lock().await.remove(consumer);
        *self.has_stream.lock().await = false;
    }
}

fn absent(error: impl std::fmt::Display) -> Absent {
    Absent(format!("NATS: {error}"))
}

/// The server, and the name of the stream.
fn split(address: &str) -> (&str, &str) {
    let host = address.find("://").map_or(0, |at| at + 3);
    match address[host..].find('/').map(|at| at + host) {
        Some(at) if at + 1 < address.len() => (&address[..at], &address[at + 1..]),
        Some(at) => (&address[..at], NAME),
        None => (address, NAME),
    }
}

/// Headers hold one line of ASCII.
fn header(text: &str) -> String {
    let mut header = String::new();
    for byte in text.bytes() {
        match byte {
            b'!'..=b'$' | b'&'..=b'~' => header.push(char::from(byte)),
            byte => {
                let _ = write!(header, "%{byte:02x}");
            }
        }
    }
    header
}

/// The text of a header.
fn plain(header: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = header;
    while let Some(at) = rest.find('%') {
        bytes.extend(rest[..at].bytes());
        let code = rest.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = &rest[at + if code.is_some() { 3 } else { 1 }..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a delivery is known by.
fn brought(delivery: &Delivery) -> Result<&Brought, Absent> {
    let brought = delivery.receipt.downcast_ref::<Brought>();
    brought.ok_or_else(|| Absent("this was not brought by NATS".to_string()))
}

impl Broker for Nats {
    fn subscribe<'b>(&'b self, consumer: &'b Consumer) -> Pending<'b, ()> {
        // The stream keeps everything, so that it is enough to tell the server when it is asked.
        Box::pin(async move {
            self.wanted.lock().await.insert(consumer.name.clone(), consumer.clone());
            Ok(())
        })
    }

    fn publish<'b>(&'b self, message: &'b Message) -> Pending<'b, ()> {
        Box::pin(async move {
            self.ready().await?;
            let mut headers = HeaderMap::new();
            headers.insert(ID, header(&message.id).as_str());
            headers.insert(KEY, header(&message.key).as_str());
            let subject = format!("{}.{}", self.stream, message.topic);
            let payload = message.body.clone().into();
            let sent = self.context.publish_with_headers(subject, headers, payload).await;
            // It is on the disk of the server when that has said so.
            sent.map_err(absent)?.await.map_err(absent)?;
            Ok(())
        })
    }

    fn receive<'b>(
        &'b self,
        consumer: &'b str,
        _at_most: usize,
        patience: Duration,
    ) -> Pending<'b, Vec<Delivery>> {
        Box::pin(async move {
            self.ready().await?;
            let pull = self.consumer(consumer).await?;
            let asked = pull.batch().max_messages(1).expires(patience.min(ASKED)).messages().await;
            let mut batch = asked.map_err(absent)?;
            let found = tokio::time::timeout(ASKED + PATIENCE, batch.next()).await;
            match found.ok().flatten() {
                Some(Ok(brought)) => {
                    let message = self.read(&brought);
                    Ok(vec![Delivery { message, receipt: Box::new(brought) }])
                }
                Some(Err(error)) => {
                    self.forget(consumer).await;
                    Err(absent(error))
                }
                None if self.client.connection_state() == State::Connected => Ok(Vec::new()),
                None => Err(Absent("NATS cannot be reached".to_string())),
            }
        })
    }

    fn acknowledge(&self, delivery: Delivery) -> Pending<'_, ()> {
        Box::pin(async move { brought(&delivery)?.ack().await.map_err(absent) })
    }

    fn again(&self, delivery: Delivery, pause: Duration) -> Pending<'_, ()> {
        Box::pin(async move {
            let given_back = brought(&delivery)?.ack_with(AckKind::Nak(Some(pause))).await;
            given_back.map_err(absent)
        })
    }

    fn waiting<'b>(&'b self, consumer: &'b str) -> Pending<'b, Option<u64>> {
        Box::pin(async move {
            self.ready().await?;
            let mut pull = self.consumer(consumer).await?;
            let info = pull.info().await.map_err(absent)?;
            Ok(Some(info.num_pending + info.num_ack_pending as u64))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{header, plain, split};

    #[test]
    fn an_address_may_name_a_stream() {
        assert_eq!(split("nats://127.0.0.1:4222"), ("nats://127.0.0.1:4222", "system"));
        assert_eq!(split("nats://127.0.0.1:4222/"), ("nats://127.0.0.1:4222", "system"));
        assert_eq!(split("nats://a:b@host/orders"), ("nats://a:b@host", "orders"));
    }

    #[test]
    fn headers_hold_any_text() {
        for text in ["FulfilOrder-1/OrderPlaced", "a b\n\u{e4}%2 100%", ""] {
            assert!(header(text).bytes().all(|byte| byte.is_ascii_graphic()));
            assert_eq!(plain(&header(text)), text);
        }
    }
}
