//! Which services have to change, and what for.

use super::Version;
use super::matching::Matching;
use crate::model::{ServiceId, WorkflowId};
use std::collections::BTreeMap;

/// A service that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub service: String,
    /// In the new version; nothing where it is gone.
    pub id: Option<ServiceId>,
    /// `is new`, `conducts BuyHome`, `its side of FulfilOrder`.
    pub why: Vec<String>,
}

/// What one service has in one version, in words: under what it is for.
type Share = BTreeMap<String, String>;

/// Every service that has to be built anew, by name.
pub fn touched(old: &Version, new: &Version, matching: &Matching) -> Vec<Touched> {
    let mut found = Vec::new();
    for id in matching.services.gone() {
        let service = old.model.service_name(id).to_string();
        found.push(Touched { service, id: None, why: vec!["is gone".to_string()] });
    }
    let (before, after) = (shares(old, |id| renamed(matching, new, id)), shares(new, |_| None));
    let none = Share::new();
    for (id, item) in new.model.services.iter() {
        let share = after.get(&id).unwrap_or(&none);
        let mut why = Vec::new();
        match matching.services.old_of(id) {
            None => why.push("is new".to_string()),
            Some(was) => {
                let was = before.get(&was).unwrap_or(&none);
                let names = was.keys().chain(share.keys()).collect::<std::collections::BTreeSet<_>>();
                why.extend(names.into_iter().filter(|name| was.get(*name) != share.get(*name)).cloned());
            }
        }
        if !why.is_empty() {
            found.push(Touched { service: item.name.text.to_string(), id: Some(id), why });
        }
    }
    found.sort_by(|a, b| a.service.cmp(&b.service));
    found
}

/// What the new version calls a workflow of the old one.
fn renamed(matching: &Matching, new: &Version, workflow: WorkflowId) -> Option<String> {
    matching.workflows.new_of(workflow).map(|id| new.workflow_name(id).to_string())
}

fn shares(version: &Version, name: impl Fn(WorkflowId) -> Option<String>) -> BTreeMap<ServiceId, Share> {
    let mut shares: BTreeMap<ServiceId, Share> = BTreeMap::new();
    let mut add = |service: ServiceId, what: String, text: String| {
        let share = shares.entry(service).or_default().entry(what).or_default();
        share.push_str(&text);
        share.push('\n');
    };
    for (id, service) in version.model.services.iter() {
        add(id, "its contract".to_string(), version.words(service.span));
    }
    for (id, workflow) in version.model.workflows.iter() {
        let called = name(id).unwrap_or_else(|| workflow.name.text.to_string());
        if let Some(by) = workflow.coordinator() {
            add(by, format!("conducts `{called}`"), version.words(workflow.span));
        }
        for participant in &workflow.participants {
            let text = version.words(participant.span);
            add(participant.service, format!("its side of `{called}`"), text);
        }
    }
    shares
}
