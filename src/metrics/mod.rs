//! Numbers about a system, as pure functions: which service depends on which and by what, what that comes
//! to for each service, each workflow and the whole, and how two such sets of numbers differ.

mod chains;
mod compare;
mod contracts;
mod control;
mod coupling;
mod dependencies;
mod figures;
mod matrix;
mod measure;
mod of_service;
mod process;
pub mod style;

pub use chains::{Call, Chain, Chains, Declared};
pub use compare::{Change, Difference, Edge, Edges, compare};
pub use contracts::Message;
pub use control::Control;
pub use coupling::{
    Circle, ContractNumbers, Coupling, Degree, MessageNumbers, Metrics, Pair, Place, ServiceNumbers,
    SystemNumbers, Waiting, WorkflowNumbers,
};
pub use dependencies::{Dependency, Kind, Reason, dependencies};
pub use figures::{Figures, Number, Subject};
pub use matrix::{Cell, Matrix};
pub use measure::measure;
pub use of_service::{Load, contract_by_service, control_by_service, most_control, most_fields};
pub use process::{Choice, Join, Process, Refusal, Step, StepKind, Undoing};

/// `97.52%`: a share of one, with as many digits as it needs, two at most.
pub fn percent(share: f64) -> String {
    let share = format!("{:.2}", share * 100.0);
    format!("{}%", share.trim_end_matches('0').trim_end_matches('.'))
}
