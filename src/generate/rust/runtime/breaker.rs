//! Circuit breakers: who does not answer is left alone for a while. They live as long as the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

#[derive(Default)]
pub struct Breakers {
    circuits: Mutex<HashMap<String, Circuit>>,
}

#[derive(Default)]
struct Circuit {
    outages: u32,
    opened: Option<Instant>,
}

impl Breakers {
    /// Whether calls fail at once. When the pause is over one call is let through.
    pub fn is_open(&self, address: &str, pause: Duration) -> bool {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(circuit) = circuits.get_mut(address) else { return false };
        match circuit.opened {
            Some(since) if since.elapsed() < pause => true,
            Some(_) => {
                circuit.opened = Some(Instant::now());
                false
            }
            None => false,
        }
    }

    /// Whether so many outages came in a row that it has opened.
    pub fn has_opened(&self, address: &str) -> bool {
        let circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        circuits.get(address).is_some_and(|circuit| circuit.opened.is_some())
    }

    pub fn count(&self, address: &str, limit: u32, is_outage: bool) {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let circuit = circuits.entry(address.to_string()).or_default();
        if !is_outage {
            *circuit = Circuit::default();
            return;
        }
        circuit.outages += 1;
        if circuit.outages >= limit {
            circuit.opened = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Breakers;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn opens_after_so_many_outages_and_lets_one_call_through() {
        let breakers = Breakers::default();
        let pause = Duration::from_secs(30);
        breakers.count("bank", 2, true);
        assert!(!breakers.is_open("bank", pause));
        breakers.count("bank", 2, true);
        assert!(breakers.is_open("bank", pause));
        tokio::time::sleep(pause).await;
        assert!(!breakers.is_open("bank", pause));
        assert!(breakers.is_open("bank", pause), "only one call tries whether it works again");
        breakers.count("bank", 2, false);
        assert!(!breakers.is_open("bank", pause));
    }
}
