//! Whom a task calls: its `Resource`, together with the parameters that name the thing itself.

use super::machine::{QueryLanguage, State};
use super::verbs;
use crate::import::document::{Member, Value, ValueKind};
use crate::source::Span;
use crate::syntax::ast::{Answers, Name, OperationKind};
use smol_str::SmolStr;

/// Whom a task calls, and how it waits for the answer.
#[derive(Clone, Debug)]
pub struct Called {
    /// `DynamoDB`, `Lambda`, a host.
    pub service: SmolStr,
    /// `putItem`, or a function's name.
    pub operation: SmolStr,
    /// The table, queue or topic, where it is known.
    pub target: Option<SmolStr>,
    pub kind: OperationKind,
    /// Whether the team wrote what is called: it may refuse in words of its own.
    pub is_own_code: bool,
    pub answers: Option<Answers>,
    /// Whether a reply comes back that says more than that the message was taken.
    pub has_reply: bool,
    /// The events that the call puts on a bus, where all of them are known.
    pub events: Vec<Name>,
    /// The machine that it starts and waits for.
    pub runs: Option<Name>,
    /// What names it: the function's name, or the resource.
    pub span: Span,
}

/// How a service integration waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Request,
    Job,
    Callback,
}

pub fn called(state: &State, resource: &Member) -> Called {
    let written = without_pseudo(&reference(&resource.value).unwrap_or_default());
    let parameters = match state.language {
        QueryLanguage::JsonPath => state.value.get("Parameters"),
        QueryLanguage::Jsonata => state.value.get("Arguments"),
    };
    let task = Task { state, parameters, span: resource.value.span };
    if let Some((_, integration)) = written.split_once(":states:::") {
        return task.integration(integration);
    }
    if let Some((_, function)) = written.split_once(":function:") {
        return task.function(function, resource.value.span, Pattern::Request);
    }
    if let Some((_, activity)) = written.split_once(":activity:") {
        return task.activity(activity);
    }
    if written.to_ascii_lowercase().contains("activity") && written.starts_with("${") {
        return task.activity(&written);
    }
    match written.strip_prefix("arn:") {
        Some(arn) => {
            let parts: Vec<&str> = arn.split(':').collect();
            let service = parts.get(1).copied().filter(|part| !part.is_empty()).unwrap_or("Resource");
            let operation = parts.last().copied().unwrap_or_default();
            task.call(verbs::service_name(service), operation, None, true)
        }
        None => task.function(&written, resource.value.span, Pattern::Request),
    }
}

struct Task<'s> {
    state: &'s State<'s>,
    parameters: Option<&'s Value>,
    span: Span,
}

impl Task<'_> {
    fn integration(&self, integration: &str) -> Called {
        let (action, pattern) = match integration.split_once('.') {
            Some((action, suffix)) if suffix.starts_with("waitForTaskToken") => (action, Pattern::Callback),
            Some((action, suffix)) if suffix.starts_with("sync") => (action, Pattern::Job),
            _ => (integration, Pattern::Request),
        };
        let action = action.strip_prefix("aws-sdk:").unwrap_or(action);
        let (service, operation) = action.split_once(':').unwrap_or((action, "invoke"));
        let mut called = match (service, operation) {
            ("lambda", "invoke") => match self.parameter("FunctionName") {
                Some(function) => {
                    self.function(&reference(function).unwrap_or_default(), function.span, pattern)
                }
                None => self.function("", self.span, pattern),
            },
            ("http", "invoke") | ("apigateway", "invoke") => self.request(service),
            ("states" | "sfn", "startExecution" | "startSyncExecution") => self.machine(operation, pattern),
            ("events" | "eventbridge", "putEvents") => self.put_events(pattern),
            _ => self.call(verbs::service_name(service), operation, self.target(), false),
        };
        if matches!(service, "sns" | "sqs" | "ses" | "sesv2") {
            called.has_reply = pattern == Pattern::Callback;
        }
        if pattern == Pattern::Callback {
            called.answers = Some(self.callback());
        }
        called
    }

    fn call(&self, service: String, operation: &str, target: Option<SmolStr>, is_own_code: bool) -> Called {
        let operation = if operation.is_empty() { self.state.name.text.as_str() } else { operation };
        let only_looks = verbs::only_looks(operation);
        Called {
            service: service.into(),
            operation: operation.into(),
            target,
            kind: if only_looks { OperationKind::Query } else { OperationKind::Command },
            is_own_code,
            answers: None,
            has_reply: true,
            events: Vec::new(),
            runs: None,
            span: self.span,
        }
    }

    /// A function, by its name, its address, or a placeholder for one; else by the state's name.
    fn function(&self, written: &str, span: Span, pattern: Pattern) -> Called {
        let name = written.split_once(":function:").map_or(written, |(_, name)| name);
        let name = short_name(name);
        let mut called = self.call("Lambda".to_owned(), &name, None, true);
        called.span = span;
        if pattern == Pattern::Callback {
            called.answers = Some(self.callback());
        }
        called
    }

    fn activity(&self, written: &str) -> Called {
        let mut called = self.call("Activities".to_owned(), &short_name(written), None, true);
        called.answers = Some(self.callback());
        called
    }

    fn callback(&self) -> Answers {
        let hints = [self.state.name.text.as_str(), self.state.comment.unwrap_or_default()];
        let named = self.parameter("FunctionName").and_then(reference).unwrap_or_default();
        match hints.iter().any(|hint| verbs::asks_a_person(hint)) || verbs::asks_a_person(&short_name(&named))
        {
            true => Answers::ByHand,
            false => Answers::Later,
        }
    }

    /// An HTTP call: the host is the service, method and path the operation.
    fn request(&self, service: &str) -> Called {
        let method = self.parameter("Method").and_then(Value::text).unwrap_or("").to_ascii_uppercase();
        let endpoint = self.parameter("ApiEndpoint").and_then(reference).unwrap_or_default();
        let address = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, address)| address);
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let path = match self.parameter("Path").and_then(Value::text) {
            Some(given) if path.is_empty() => given.trim_start_matches('/'),
            _ => path,
        };
        let is_known = !host.is_empty() && !host.contains('$') && !host.contains('{');
        let service = if is_known { host.to_owned() } else { verbs::service_name(service) };
        let operation = match (method.is_empty(), is_known) {
            (false, true) => format!("{method} /{path}"),
            _ => self.state.name.text.to_string(),
        };
        let mut called = self.call(service, &operation, None, true);
        if !method.is_empty() {
            let only_looks = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
            called.kind = if only_looks { OperationKind::Query } else { OperationKind::Command };
        }
        called
    }

    fn machine(&self, operation: &str, pattern: Pattern) -> Called {
        let target = self.parameter("StateMachineArn").and_then(|arn| {
            let name = short_name(&reference(arn)?);
            (!name.is_empty()).then_some(Name { text: name.into(), span: arn.span })
        });
        let operation = match &target {
            Some(name) => format!("{operation} {}", name.text),
            None => operation.to_owned(),
        };
        let mut called = self.call("StepFunctions".to_owned(), &operation, None, true);
        if pattern != Pattern::Request || operation.starts_with("startSync") {
            called.runs = target;
        }
        called
    }

    fn put_events(&self, pattern: Pattern) -> Called {
        let mut called = self.call("EventBridge".to_owned(), "putEvents", None, false);
        let entries = self.parameter("Entries").and_then(Value::list).unwrap_or_default();
        let names: Option<Vec<Name>> = entries.iter().map(event_name).collect();
        if pattern == Pattern::Request {
            called.events = names.unwrap_or_default();
        }
        called
    }

    /// The thing that the call is about, where it is not computed.
    fn target(&self) -> Option<SmolStr> {
        let named = verbs::TARGETS.iter().find_map(|parameter| self.parameter(parameter))?;
        let name = short_name(&reference(named)?);
        (!name.is_empty()).then(|| name.into())
    }

    fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters?.get(name)
    }
}

/// The type of an event that is put on a bus, where it is no expression.
fn event_name(entry: &Value) -> Option<Name> {
    let kind = entry.get("DetailType")?;
    let text = kind.text().filter(|text| !text.contains("{%"))?;
    let name = if text.contains("${") { short_name(text) } else { text.to_owned() };
    (!name.is_empty()).then(|| Name { text: name.into(), span: kind.span })
}

/// A template may write the parts of an address that the place of its deployment decides.
fn without_pseudo(written: &str) -> String {
    ["${AWS::Partition}", "${AWS::Region}", "${AWS::AccountId}"]
        .iter()
        .fold(written.to_owned(), |written, pseudo| written.replace(pseudo, ""))
}

/// A string, or what a template's function stands for with its placeholders in `${…}`.
pub fn reference(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Text(text) if text.trim_start().starts_with("{%") => None,
        ValueKind::Text(text) => Some(text.clone()),
        ValueKind::Object(members) => {
            let Member { key, value } = members.first()?;
            match key.text.as_str() {
                "Ref" | "Fn::ImportValue" => Some(format!("${{{}}}", value.text()?)),
                "Fn::GetAtt" => match value.list() {
                    Some(parts) => Some(format!("${{{}}}", parts.first()?.text()?)),
                    None => Some(format!("${{{}}}", value.text()?)),
                },
                "Fn::Sub" => match value.list() {
                    Some(parts) => parts.first()?.text().map(str::to_owned),
                    None => value.text().map(str::to_owned),
                },
                "Fn::Join" => {
                    let [separator, parts] = value.list()? else { return None };
                    let parts: Vec<String> =
                        parts.list()?.iter().map(|part| reference(part).unwrap_or_default()).collect();
                    Some(parts.join(separator.text().unwrap_or_default()))
                }
                _ => None,
            }
        }
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::List(_) => None,
    }
}

/// The name in an address or a placeholder: `${FirstFunctionArn}` is `FirstFunction`; nothing where
/// only a stand-in such as `__tbd__` is written.
fn short_name(written: &str) -> String {
    let written = written.trim();
    let mut name = String::new();
    let mut rest = written;
    while let Some((before, inner)) = rest.split_once("${") {
        let (inner, after) = inner.split_once('}').unwrap_or((inner, ""));
        name.push_str(before);
        if !inner.starts_with("AWS::") && !inner.eq_ignore_ascii_case("partition") {
            let inner = inner.strip_suffix(".Arn").unwrap_or(inner);
            name.push_str(inner.rsplit(['.', ':']).next().unwrap_or(inner));
        }
        rest = after;
    }
    name.push_str(rest);
    let name = if name.starts_with("arn:") || name.contains("://") {
        name.rsplit([':', '/']).find(|part| !part.is_empty()).unwrap_or_default().to_owned()
    } else {
        name.split(':').next().unwrap_or_default().to_owned()
    };
    let name = name.trim_matches(|letter: char| "-_/. ".contains(letter));
    let bare = ["Arn", "ARN", "_arn"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    if bare.eq_ignore_ascii_case("tbd") || bare.starts_with('$') { String::new() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn short_names() {
        assert_eq!(short_name("${FirstLambdaArn}"), "FirstLambda");
        assert_eq!(short_name("${hello.Arn}"), "hello");
        assert_eq!(short_name("charge:$LATEST"), "charge");
        assert_eq!(short_name("arn:aws:sqs:eu-west-1:1:orders"), "orders");
        assert_eq!(short_name("https://sqs.eu-west-1.amazonaws.com/1/orders"), "orders");
        assert_eq!(short_name("__tbd__"), "");
        assert_eq!(short_name("${AWS::StackName}-charge"), "charge");
    }
}
