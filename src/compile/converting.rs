//! From everything that was read to the same workflow in the other style.

use super::Joined;
use super::phases::{self, Meant};
use super::systems::{System, systems};
use crate::convert::{Conversion, Style};
use crate::source::{FileId, Sources};
use std::collections::BTreeSet;

/// What came of converting.
#[derive(Debug)]
pub enum Converting {
    Done {
        conversion: Conversion,
        /// What it was made from.
        files: Vec<FileId>,
    },
    /// There is no workflow to convert, none has the wanted name, or there are several and none was named.
    Choose(Vec<String>),
}

/// Converts the workflow of that name, or the only one that is in the other style. Whether the text has errors
/// is for `check` to say, whose answer comes first.
pub fn convert(sources: &Sources, joined: &[Joined], workflow: Option<&str>, style: Style) -> Converting {
    let systems = systems(sources, joined);
    let mut names = BTreeSet::new();
    let mut wanted: Vec<(&System, Meant, crate::model::WorkflowId)> = Vec::new();
    for system in &systems {
        let meant = phases::meant(sources, system);
        let candidates = meant.workflows_to_convert(workflow, style);
        names.extend(meant.workflow_names());
        for id in candidates {
            wanted.push((system, phases::meant(sources, system), id));
        }
    }
    let [(system, meant, id)] = &wanted[..] else { return Converting::Choose(names.into_iter().collect()) };
    let conversion = phases::convert(sources, system, meant, *id, style);
    Converting::Done { conversion, files: system.files.clone() }
}

/// The workflows that are in the other style, in the order of the text.
pub fn in_other_style(sources: &Sources, joined: &[Joined], style: Style) -> Vec<String> {
    let systems = systems(sources, joined);
    systems.iter().flat_map(|system| phases::meant(sources, system).in_other_style(style)).collect()
}
