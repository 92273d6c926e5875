//! How a step is called: what its attempts may take, and what is done after an outage.

use crate::contract::{Compensation, Operation, Undo};
use crate::flow::{Flow, broken};
use serde_json::Value;
use std::time::Duration;

/// How long an attempt may take when nothing is said.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The policy of a step. `Step::new("paid").timeout(…).retry(3, …)`
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub name: &'static str,
    pub timeout: Duration,
    /// How often again after an outage; `None` is for ever.
    pub retries: Option<u32>,
    /// The first pause and the longest.
    pub backoff: (Duration, Duration),
    /// After so many outages in a row calls fail at once, for so long.
    pub breaker: Option<(u32, Duration)>,
    /// When this step has succeeded, nothing before it is taken back any more.
    pub pivot: bool,
    /// What takes it back, where the step says it and not the contract.
    pub undone_by: Option<UndoneBy>,
}

impl Step {
    pub const fn new(name: &'static str) -> Step {
        Step {
            name,
            timeout: TIMEOUT,
            retries: Some(0),
            backoff: (Duration::from_secs(1), Duration::from_secs(60)),
            breaker: None,
            pivot: false,
            undone_by: None,
        }
    }

    pub const fn timeout(self, timeout: Duration) -> Step {
        Step { timeout, ..self }
    }

    pub const fn retry(self, times: u32, first: Duration, longest: Duration) -> Step {
        Step { retries: Some(times), backoff: (first, longest), ..self }
    }

    pub const fn retry_forever(self, first: Duration, longest: Duration) -> Step {
        Step { retries: None, backoff: (first, longest), ..self }
    }

    pub const fn breaker(self, outages: u32, pause: Duration) -> Step {
        Step { breaker: Some((outages, pause)), ..self }
    }

    pub const fn pivot(self) -> Step {
        Step { pivot: true, ..self }
    }

    pub const fn undone_by(self, by: UndoneBy) -> Step {
        Step { undone_by: Some(by), ..self }
    }

    /// The pause after so many outages: it doubles from the first to the longest, and is spread so that
    /// many runs do not come back at the same moment. The same attempt always waits the same time, since
    /// an engine runs the workflow again to find out where it stands.
    pub fn pause(&self, key: &str, attempt: u32) -> Duration {
        pause(self.backoff, key, attempt)
    }

    pub(crate) fn compensation<O: Operation>(
        &self,
        request: &Value,
        reply: &Value,
    ) -> Flow<Option<Compensation>> {
        let undo = match self.undone_by {
            Some(by) => by(request, reply)?,
            None => undo_of(request, reply, |request: O, reply| request.undone_by(&reply))?,
        };
        Ok(match undo {
            Undo::By(compensation) => Some(compensation),
            Undo::Never => None,
        })
    }
}

/// From the request and the reply of a step to what takes it back.
pub type UndoneBy = fn(&Value, &Value) -> Flow<Undo>;

/// The same, with the types of the step.
pub fn undo_of<O: Operation>(
    request: &Value,
    reply: &Value,
    by: impl FnOnce(O, O::Reply) -> Flow<Undo>,
) -> Flow<Undo> {
    let request: O =
        serde_json::from_value(request.clone()).map_err(|error| broken(O::NAME, error))?;
    let reply: O::Reply =
        serde_json::from_value(reply.clone()).map_err(|error| broken(O::NAME, error))?;
    by(request, reply)
}

pub(crate) fn pause(backoff: (Duration, Duration), key: &str, attempt: u32) -> Duration {
    let (first, longest) = backoff;
    let doubled = first.saturating_mul(1 << attempt.saturating_sub(1).min(20));
    let whole = doubled.min(longest);
    whole.mul_f64(0.5 + 0.5 * spread(key, attempt))
}

/// A number between 0 and 1 that depends on nothing but the step and the attempt (FNV-1a).
fn spread(key: &str, attempt: u32) -> f64 {
    let bytes = key.bytes().chain(attempt.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash % 1000) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::pause;
    use std::time::Duration;

    #[test]
    fn pauses_grow_and_are_spread_and_stay_below_the_longest() {
        let backoff = (Duration::from_secs(1), Duration::from_secs(10));
        for attempt in 1..40 {
            let whole = Duration::from_secs(1 << (attempt - 1).min(20)).min(backoff.1);
            let pause = pause(backoff, "run/step", attempt);
            assert!(pause >= whole / 2 && pause <= whole, "{attempt}: {pause:?}");
        }
        assert_ne!(pause(backoff, "run/a", 3), pause(backoff, "run/b", 3));
        assert_eq!(pause(backoff, "run/a", 3), pause(backoff, "run/a", 3));
    }
}
