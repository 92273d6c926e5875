//! The key of a step: the same for each attempt, and another one for each round.

use crate::journal::Place;

/// `run/step`, with the rounds and branches on the way to it and, from the second time on, how often.
pub fn key(run: &str, place: &Place, rounds: &[u32], step: &str, time: u32) -> String {
    let mut key = run.to_string();
    for (_, branch) in place {
        key += &format!("/{branch}");
    }
    for round in rounds {
        key += &format!("/r{round}");
    }
    key.push('/');
    key += step;
    if time > 1 {
        key += &format!("/{time}");
    }
    key
}
