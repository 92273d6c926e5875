//! What conducted runs publish: handed to the broker by an act of their engine, which does it again until the
//! broker has taken it over. So the engine is the outbox.

use crate::choreography::broker::{Broker, Message};
use crate::choreography::envelope::Envelope;
use crate::choreography::registry::Known;
use crate::choreography::{broker, topics};
use crate::driver::Happened;
use crate::engine::{self, Published};
use crate::telemetry::sides;
use std::sync::Arc;

pub struct Outlet {
    pub broker: Arc<dyn Broker>,
    pub events: &'static [Known],
}

impl engine::Outlet for Outlet {
    fn publish<'o>(&'o self, run: &'o str, event: Happened) -> Published<'o> {
        Box::pin(async move {
            let mut known = self.events.iter().filter(|known| known.event == event.name);
            let found = known.clone().find(|known| known.version == event.version);
            let service = found.or(known.next()).map_or(super::COORDINATOR, |known| known.service);
            let mut envelope = Envelope::new(&event.id, service, &event.name, event.fields);
            envelope.subject = Some(run.to_string());
            envelope.eventversion = event.version.map(|version| version.to_string());
            envelope.traceparent = Some(sides::stated(run, &event.id));
            let topic = topics::events(service, &event.name);
            let body = envelope.text();
            let message = Message { id: event.id, topic, key: run.to_string(), body };
            let taken = self.broker.publish(&message).await;
            match &taken {
                Ok(()) => broker::is_there(),
                Err(error) => broker::is_away(error),
            }
            taken.map_err(|error| error.to_string())
        })
    }
}
