//! From everything that was read to what is generated from it.

use super::systems::{System, systems};
use super::{Joined, Settings, check, phases};
use crate::finding::{self, Finding, Group, Rule};
use crate::generate::{Subject, asl};
use crate::source::{FileId, Sources};
use std::collections::BTreeSet;

/// What was made, and of which files.
#[derive(Debug)]
pub struct Made<T> {
    pub made: T,
    pub files: Vec<FileId>,
}

/// Hands the one system to `make` that has workflows, or that has the wanted one; or gives the names
/// there are to choose from. Whether the text has errors is for `check` to say, whose answer comes first.
pub fn generate<T>(
    sources: &Sources,
    joined: &[Joined],
    workflow: Option<&str>,
    make: impl FnOnce(&Subject) -> T,
) -> Result<Made<T>, Vec<String>> {
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
    let [(system, meant)] = &wanted[..] else { return Err(names.into_iter().collect()) };
    Ok(Made { made: phases::generate(sources, meant, workflow, make), files: system.files.clone() })
}

/// What is found in an example of `rule`: by checking it, and where the rule is about generating, by that.
pub fn examine(sources: &Sources, settings: Settings, rule: &Rule) -> Vec<Finding> {
    let mut findings = check(sources, settings).findings;
    if rule.group == Group::Generate
        && let Ok(Made { made, .. }) = generate(sources, settings.joined, None, asl::generate)
    {
        findings.extend(made.findings);
        finding::sort(&mut findings);
        finding::number(&mut findings);
    }
    findings
}
