//! From everything that was read to the files that are generated from it.

use super::systems::{System, systems};
use super::{Joined, phases};
use crate::generate::template::{Broken, Templates};
use crate::generate::{Generated, Options};
use crate::source::{FileId, Sources};
use std::collections::BTreeSet;

/// What came of generating.
#[derive(Debug)]
pub enum Generation {
    Done {
        generated: Generated,
        /// What it was made from.
        files: Vec<FileId>,
    },
    /// There is no workflow, none has the wanted name, or several systems have some and none was named.
    Choose(Vec<String>),
    /// A template of the user cannot be used.
    Broken(Broken),
}

/// Generates from the one system that has workflows, or that has the wanted one. Whether its text has
/// errors is for `check` to say, whose answer comes first.
pub fn generate(
    sources: &Sources,
    joined: &[Joined],
    workflow: Option<&str>,
    options: &Options,
    templates: &Templates,
) -> Generation {
    let systems = systems(sources, joined);
    let mut names = BTreeSet::new();
    let mut wanted: Vec<(&System, phases::Meant)> = Vec::new();
    for system in &systems {
        let meant = phases::meant(sources, system);
        let here = meant.workflow_names();
        let is_wanted = workflow.map_or(!here.is_empty(), |name| here.iter().any(|it| it == name));
        names.extend(here);
        wanted.extend(is_wanted.then_some((system, meant)));
    }
    let [(system, meant)] = &wanted[..] else { return Generation::Choose(names.into_iter().collect()) };
    match phases::generate(sources, meant, workflow, options, templates) {
        Ok(generated) => Generation::Done { generated, files: system.files.clone() },
        Err(broken) => Generation::Broken(broken),
    }
}
