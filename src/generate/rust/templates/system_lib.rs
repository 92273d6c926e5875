//! All services in one process.

use contracts::system::{EVENTS, PLANS};
use runtime::choreography::Participant;
use runtime::choreography::system::System;

pub fn participants() -> Vec<Participant> {
{{ participants }}
}

pub fn system() -> System {
    System { participants: participants(), plans: PLANS, events: EVENTS, tracks: true }
}
