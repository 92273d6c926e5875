//! The rules that found something, with their pages.

use super::{Message, level};
use crate::finding::{Finding, Rule};
use crate::report::page;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    /// What GitHub sorts by: `very-high` down to `low`.
    precision: String,
    tags: [&'static str; 2],
}

/// Each rule once, by name.
pub fn met<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = findings.map(|finding| finding.rule).collect();
    rules.sort_by_key(|rule| rule.name);
    rules.dedup_by_key(|rule| rule.name);
    rules
}

pub fn descriptor(rule: &'static Rule) -> Descriptor {
    Descriptor {
        id: rule.name,
        short_description: Message { text: page::prose(rule.reports) },
        full_description: Message { text: page::prose(rule.why) },
        help: Help { text: page::prose(rule.help), markdown: page::brief(rule) },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: Properties {
            precision: rule.confidence.to_string(),
            tags: ["workflow", rule.group.title()],
        },
    }
}
