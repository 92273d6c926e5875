//! Which event a name means: of which service, and in which version.

use super::rules::UNKNOWN_NAME;
use super::system::System;
use super::unknown::{Search, events, listed};
use crate::model::EventId;
use crate::syntax::ast::EventName;
use smol_str::SmolStr;

/// Why a name means no event, or not one only.
pub(super) enum Trouble {
    /// There is none of that name.
    None,
    /// The path does not begin with a service.
    Service,
    /// Several services have one.
    Several(Vec<EventId>),
    /// There is one, but not in this version, or in several of which none is named.
    Version(Vec<EventId>),
}

/// The event that `written` means, without a word about it.
pub(super) fn find(sys: &System, file: usize, written: &EventName) -> Result<EventId, Trouble> {
    let (service, name) = match written.path.as_slice() {
        [] => return Err(Trouble::None),
        [name] => (None, name),
        [service, .., name] => match sys.find_service(file, &service.text) {
            Some(id) => (Some(id), name),
            None => return Err(Trouble::Service),
        },
    };
    let mut found = sys.find_events(file, &name.text);
    if let Some(service) = service {
        found.retain(|&id| sys.model.events[id].service == service);
    }
    let Some(&first) = found.first() else { return Err(Trouble::None) };
    let owner = sys.model.events[first].service;
    if found.iter().any(|&id| sys.model.events[id].service != owner) {
        return Err(Trouble::Several(found));
    }
    match written.version {
        None if found.len() == 1 => Ok(first),
        None => Err(Trouble::Version(found)),
        Some(version) => found
            .iter()
            .copied()
            .find(|&id| sys.model.events[id].version == Some(version.number))
            .ok_or(Trouble::Version(found)),
    }
}

/// The event that `written` means, or a finding and what was probably meant.
pub(super) fn resolve(sys: &mut System, file: usize, written: &EventName) -> Option<EventId> {
    let trouble = match find(sys, file, written) {
        Ok(id) => return Some(id),
        Err(trouble) => trouble,
    };
    let name = written.path.last()?;
    match trouble {
        Trouble::Service => {
            super::unknown::service(sys, file, &written.path[0]);
            None
        }
        Trouble::None => unknown(sys, file, written),
        Trouble::Several(found) => {
            let mut ways: Vec<String> = found.iter().map(|&id| path(sys, id)).collect();
            ways.dedup();
            let mut finding = UNKNOWN_NAME
                .at(written.span, "which of them is meant?")
                .message(format!("several services have an event `{}`", name.text))
                .help(format!("write {}", ways.join(" or ")))
                .entity(name.text.as_str());
            for id in &found {
                finding = finding.label(sys.model.events[*id].name.span, "one is declared here");
            }
            sys.report(finding);
            found.first().copied()
        }
        Trouble::Version(found) => {
            let versions: Vec<String> = found.iter().map(|&id| sys.model.event_name(id)).collect();
            let finding = UNKNOWN_NAME.at(written.version.map_or(written.span, |version| version.span), "");
            let mut finding = match written.version {
                Some(version) => {
                    finding.message(format!("event `{}` has no version {}", name.text, version.number))
                }
                None => finding.message(format!("event `{}` has several versions", name.text)),
            };
            finding.labels[0].text = match written.version {
                Some(_) => "this version is not declared".into(),
                None => "say which version".into(),
            };
            sys.report(finding.help(format!("declared: {}", listed(&versions))).entity(name.text.as_str()));
            found.last().copied()
        }
    }
}

fn unknown(sys: &mut System, file: usize, written: &EventName) -> Option<EventId> {
    let name = written.path.last()?;
    let service = match written.path.as_slice() {
        [service, _, ..] => sys.find_service(file, &service.text),
        _ => None,
    };
    let hidden = !sys.is_complete(file)
        || match service {
            Some(service) => sys.damaged.contains(&service),
            None => !sys.damaged.is_empty(),
        };
    if hidden {
        return None;
    }
    let candidates: Vec<SmolStr> = match service {
        Some(service) => {
            let model = &sys.model;
            model.services[service].events.iter().map(|&id| model.events[id].name.text.clone()).collect()
        }
        None => events(sys, file),
    };
    let search = Search::new("event", name)
        .among(candidates)
        .or("service", super::unknown::services(sys, file))
        .or("workflow", super::unknown::workflows(sys, file))
        .or("type", super::unknown::declared_types(sys, file))
        .or(
            super::unknown::OUT_OF_SIGHT,
            super::unknown::out_of_sight(sys, file, |names| names.events.keys()),
        );
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search.finding();
    sys.report(finding);
    let mut meant = sys.find_events(file, &nearest?);
    if let Some(service) = service {
        meant.retain(|&id| sys.model.events[id].service == service);
    }
    meant.first().copied()
}

fn path(sys: &System, id: EventId) -> String {
    let event = &sys.model.events[id];
    format!("`{}.{}`", sys.model.service_name(event.service), event.name.text)
}
