//! When a process is killed. A run in which nobody is killed tells which calls there are; each of them has
//! three moments, each command has some.

use super::log::Log;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kill {
    /// In the middle of a call, or just behind it.
    Call { call: Call, moment: Moment, pause: u64 },
    /// So many milliseconds after a command was given, whatever the process does then.
    Command { nth: usize, pause: u64 },
}

/// A call, without the run: its key behind the name of the run, its attempt, and which time that is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub key: String,
    pub attempt: u64,
    pub nth: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    BeforeEffect,
    AfterEffect,
    AfterReply,
}

pub const MOMENTS: [Moment; 3] = [Moment::BeforeEffect, Moment::AfterEffect, Moment::AfterReply];

impl Moment {
    /// As the recorder knows it.
    pub fn word(self) -> &'static str {
        match self {
            Moment::BeforeEffect => "before",
            Moment::AfterEffect => "after",
            Moment::AfterReply => "reply",
        }
    }
}

impl Kill {
    pub fn is_in_compensation(&self) -> bool {
        matches!(self, Kill::Call { call, .. } if call.key.contains("/undo"))
    }
}

impl fmt::Display for Kill {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Kill::Call { call, moment, .. } => {
                write!(out, "{} {} (attempt {})", moment.word(), call.key, call.attempt)
            }
            Kill::Command { nth, pause } => write!(out, "{pause} ms into command {nth}"),
        }
    }
}

/// Pauses behind a reply: the engine has not heard of it, is about to write it down, or has gone on.
const BEHIND_A_REPLY: [u64; 5] = [0, 40, 2, 100, 10];
const INTO_A_COMMAND: [u64; 3] = [10, 60, 250];

/// Every place where a run that went like this can be killed.
pub fn places(log: &Log, run: &str) -> Vec<Kill> {
    let mut times: BTreeMap<(String, u64), u64> = BTreeMap::new();
    let mut places = Vec::new();
    let mut pauses = BEHIND_A_REPLY.into_iter().cycle();
    for line in log.lines.iter().filter(|line| line.what == "begin") {
        let key = line.key.strip_prefix(run).unwrap_or(&line.key).to_string();
        let nth = times.entry((key.clone(), line.attempt)).or_default();
        *nth += 1;
        let call = Call { key, attempt: line.attempt, nth: *nth };
        for moment in MOMENTS {
            let pause = if moment == Moment::AfterReply { pauses.next().unwrap_or(0) } else { 0 };
            places.push(Kill::Call { call: call.clone(), moment, pause });
        }
    }
    let n_commands = log.lines.iter().filter(|line| line.what == "life").count();
    for nth in 0..n_commands {
        places.extend(INTO_A_COMMAND.map(|pause| Kill::Command { nth, pause }));
    }
    places
}

/// The kills of one run of an ending.
#[derive(Clone)]
pub struct Plan {
    pub ending: usize,
    pub kills: Vec<Kill>,
}

/// Runs with one kill for each place, and among them, every fifth, runs with two: at one place twice, or
/// at one place and further on. Endings take turns, and the places of an ending come in no order.
pub fn plans(places: &[(usize, Vec<Kill>)]) -> Vec<Plan> {
    let mut once = Vec::new();
    let mut twice = Vec::new();
    for (ending, places) in places {
        let mut singles = Vec::new();
        let mut doubles = Vec::new();
        for (at, kill) in places.iter().enumerate() {
            singles.push(Plan { ending: *ending, kills: vec![kill.clone()] });
            let rest = &places[at..];
            let other = &rest[hash(&kill.to_string()) as usize % rest.len()];
            if matches!((kill, other), (Kill::Call { .. }, Kill::Call { .. })) {
                doubles.push(Plan { ending: *ending, kills: vec![kill.clone(), other.clone()] });
            }
        }
        once.push(singles);
        twice.push(doubles);
    }
    let (mut once, mut twice) = (in_turns(once).into_iter(), in_turns(twice).into_iter());
    let mut plans = Vec::new();
    loop {
        let before = plans.len();
        plans.extend(once.by_ref().take(4));
        plans.extend(twice.next());
        if plans.len() == before {
            return plans;
        }
    }
}

fn in_turns(mut lists: Vec<Vec<Plan>>) -> Vec<Plan> {
    for plans in &mut lists {
        plans.sort_by_key(|plan| hash(&plan.kills.iter().map(ToString::to_string).collect::<String>()));
    }
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|at| lists.iter().filter_map(move |plans| plans.get(at).cloned())).collect()
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
