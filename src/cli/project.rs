//! The project that wfc was started in, as the options want it.

use super::args::Configured;
use super::output::Output;
use crate::check::Budget;
use crate::compile::Joined;
use crate::project::config::joined;
use crate::project::config::spanned::Spanned;
use crate::project::disk::{self, Wanted};
use crate::project::{Project, Trouble};
use crate::source::Sources;

/// Reads the configuration; nothing where something is wrong with it, which has been said then.
pub fn open(configured: &Configured, output: &Output) -> Option<Project> {
    opened(configured).inspect_err(|troubles| output.troubles(troubles)).ok()
}

/// The same, for somebody who tells what is wrong with it in another way.
pub fn opened(configured: &Configured) -> Result<Project, Vec<Trouble>> {
    let wanted = match &configured.config {
        _ if configured.isolated => Wanted::None,
        Some(path) => Wanted::This(path),
        None => Wanted::Nearest,
    };
    disk::project(wanted)
}

/// The files of `sources` that the configuration says belong together.
pub fn joined_files(project: &Project, sources: &Sources) -> Vec<Joined> {
    joined(&project.config, sources, |path| project.base.path(path))
}

/// How far rules look, and how much is too much.
pub fn budget(project: &Project) -> Budget {
    let (written, usual) = (project.config.budgets, Budget::default());
    let or = |number: Option<Spanned<u32>>, usual| number.map_or(usual, |number| number.value as usize);
    Budget {
        max_states: or(written.max_states, usual.max_states),
        efferent: or(written.efferent, usual.efferent),
        afferent: or(written.afferent, usual.afferent),
        temporal: or(written.temporal, usual.temporal),
        contract: or(written.contract, usual.contract),
        control: or(written.control, usual.control),
        chain: or(written.chain, usual.chain),
        attempts: written.attempts.map_or(usual.attempts, |number| number.value.into()),
    }
}

/// What the configuration leaves out.
pub fn exclude(project: &Project) -> Vec<String> {
    project.config.exclude.iter().map(|pattern| pattern.value.clone()).collect()
}
