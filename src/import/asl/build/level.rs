//! One machine while it is built: what its states are called, and what surrounds it.

use crate::import::asl::machine::{Catcher, Machine, StateKind};
use crate::import::asl::names::Names;
use smol_str::SmolStr;
use std::collections::HashMap;

pub struct Level<'l> {
    /// The step or scope that each state became.
    pub entries: HashMap<SmolStr, SmolStr>,
    /// The states that are ends, with the error that a failing one raises.
    pub ends: HashMap<SmolStr, EndState>,
    /// The ends of the workflow that the ends of the outermost machine became.
    pub goals: HashMap<SmolStr, SmolStr>,
    pub around: Option<Around<'l>>,
}

#[derive(Clone, Debug)]
pub enum EndState {
    Succeed,
    Fail { error: Option<SmolStr> },
}

/// The state that a machine runs in, as a branch or a round.
#[derive(Clone, Copy)]
pub struct Around<'l> {
    pub level: &'l Level<'l>,
    pub catch: &'l [Catcher],
    /// A round that fails fails alone.
    pub tolerates_failures: bool,
}

impl<'l> Level<'l> {
    pub fn new(machine: &Machine, around: Option<Around<'l>>, names: &mut Names) -> Level<'l> {
        let mut level =
            Level { entries: HashMap::new(), ends: HashMap::new(), goals: HashMap::new(), around };
        for state in &machine.states {
            let name = state.name.text.clone();
            match state.kind {
                StateKind::Succeed => {
                    level.ends.insert(name, EndState::Succeed);
                }
                StateKind::Fail => {
                    let error = state.field("Error").and_then(|error| error.text()).map(SmolStr::from);
                    level.ends.insert(name, EndState::Fail { error });
                }
                StateKind::Task(_)
                | StateKind::Pass
                | StateKind::Wait(_)
                | StateKind::Choice(_)
                | StateKind::Parallel(_)
                | StateKind::Map(_)
                | StateKind::Unreadable => {
                    let unique = names.unique(&name);
                    level.entries.insert(name, unique);
                }
            }
        }
        level
    }
}
