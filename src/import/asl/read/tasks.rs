//! A task: its resource, its limits, and what it must hand over.

use super::{Reader, is_dynamic};
use crate::import::asl::machine::{QueryLanguage, StateKind};
use crate::import::document::{Member, Value, ValueKind};
use crate::syntax::ast::Name;

/// The actions of services that have a few of their own; all others are called through `aws-sdk`.
const INTEGRATIONS: &[(&str, &[&str])] = &[
    ("apigateway", &["invoke"]),
    ("dynamodb", &["getItem", "putItem", "updateItem", "deleteItem"]),
    ("events", &["putEvents"]),
    ("http", &["invoke"]),
    ("lambda", &["invoke"]),
    ("sns", &["publish"]),
    ("sqs", &["sendMessage"]),
    ("states", &["startExecution"]),
];

impl Reader<'_> {
    pub(super) fn task<'d>(
        &mut self,
        value: &'d Value,
        name: &Name,
        language: QueryLanguage,
    ) -> StateKind<'d> {
        for field in ["TimeoutSeconds", "HeartbeatSeconds"] {
            if let Some(seconds) = value.get(field).filter(|seconds| !self.is_jsonata(seconds)) {
                self.number(seconds, field, 1.0, 99_999_999.0);
            }
        }
        self.at_most_one(value, "TimeoutSeconds", "TimeoutSecondsPath");
        self.at_most_one(value, "HeartbeatSeconds", "HeartbeatSecondsPath");
        self.heartbeat_is_shorter(value);
        self.credentials(value);
        match value.member("Resource") {
            Some(resource) if matches!(resource.value.kind, ValueKind::Text(_) | ValueKind::Object(_)) => {
                self.integration(resource);
                self.token(resource, value, name, language);
                StateKind::Task(resource)
            }
            Some(resource) => {
                self.broken(resource.value.span, "not a resource", "`Resource` must say what is called");
                StateKind::Unreadable
            }
            None => {
                let message = format!("task `{}` has no `Resource`", name.text);
                self.broken(name.span, "nothing says what it calls", message);
                StateKind::Unreadable
            }
        }
    }

    fn is_jsonata(&self, value: &Value) -> bool {
        value.text().is_some_and(is_dynamic)
    }

    fn heartbeat_is_shorter(&mut self, value: &Value) {
        let (Some(timeout), Some(heartbeat)) = (value.get("TimeoutSeconds"), value.get("HeartbeatSeconds"))
        else {
            return;
        };
        if let (Some(limit), Some(beat)) = (timeout.number(), heartbeat.number())
            && beat >= limit
        {
            self.invalid(heartbeat.span, "too long", "the heartbeat is not shorter than the timeout");
        }
    }

    fn credentials(&mut self, value: &Value) {
        let Some(credentials) = value.get("Credentials") else { return };
        match &credentials.kind {
            ValueKind::Object(_) => {}
            ValueKind::Text(text) if is_dynamic(text) => {}
            _ => {
                let message = "`Credentials` must name a role";
                self.invalid(credentials.span, "not an object", message);
            }
        }
    }

    fn integration(&mut self, resource: &Member) {
        let Some((_, integration)) = resource.value.text().and_then(|arn| arn.split_once(":states:::"))
        else {
            return;
        };
        let action = integration.split_once('.').map_or(integration, |(action, _)| action);
        let Some((service, action)) = action.split_once(':') else { return };
        let known = INTEGRATIONS.iter().find(|(name, _)| *name == service);
        if let Some((_, actions)) = known
            && !actions.contains(&action)
            && !is_dynamic(action)
        {
            let message = format!("`{service}` has no integration `{action}`");
            let finding = self.invalid(resource.value.span, "this resource does not exist", message);
            finding.help.push(format!("write `aws-sdk:{service}:{action}` to call the service itself"));
        }
    }

    /// Who waits for a token to come back must have given it to somebody.
    fn token(&mut self, resource: &Member, value: &Value, name: &Name, language: QueryLanguage) {
        if !resource.value.text().is_some_and(|arn| arn.contains(".waitForTaskToken")) {
            return;
        }
        let given = match language {
            QueryLanguage::JsonPath => value.get("Parameters"),
            QueryLanguage::Jsonata => value.get("Arguments"),
        };
        if !given.is_some_and(|given| hands_over(given, None)) {
            let message = format!("`{}` waits for a token that it hands to nobody", name.text);
            let finding = self.invalid(resource.value.span, "can never be answered", message);
            finding.help.push(
                match language {
                    QueryLanguage::JsonPath => "pass it on, as in `\"token.$\": \"$$.Task.Token\"`",
                    QueryLanguage::Jsonata => "pass it on, as in `{% $states.context.Task.Token %}`",
                }
                .to_owned(),
            );
        }
    }
}

/// Whether a value may carry the token, or a part of the context that has it.
fn hands_over(value: &Value, key: Option<&str>) -> bool {
    match &value.kind {
        ValueKind::Object(members) => {
            members.iter().any(|member| hands_over(&member.value, Some(&member.key.text)))
        }
        ValueKind::List(values) => values.iter().any(|value| hands_over(value, key)),
        ValueKind::Text(text) => {
            let is_computed = key.is_some_and(|key| key.ends_with(".$")) || is_dynamic(text);
            // An assigned variable may hold it as well.
            is_computed && (text.contains("$$") || !text.trim_start_matches("{%").trim().starts_with("$."))
        }
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) => false,
    }
}
