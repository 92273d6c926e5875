//! Expressions as paths into the document, templates and intrinsic functions.

use crate::generate::names::{self, Taken};
use crate::model::{
    EventId, Expr, ExprKind, Id, Literal, Model, Name, Operator, Type, TypeKind, ValueId, ValueKind,
    WorkflowId,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where things stand in the document of a run.
pub struct Paths {
    values: BTreeMap<usize, String>,
    events: BTreeMap<usize, String>,
    correlation: BTreeMap<String, String>,
}

impl Paths {
    pub fn new(model: &Model, workflow: WorkflowId) -> Paths {
        // What wfc itself keeps in the document.
        let mut taken = Taken::reserving(&[
            "wfc_exit",
            "wfc_trouble",
            "wfc_end",
            "wfc_compared",
            "wfc_given",
            "wfc_left",
        ]);
        let mut paths =
            Paths { values: BTreeMap::new(), events: BTreeMap::new(), correlation: BTreeMap::new() };
        // What comes from outside has the name that it is sent with.
        let is_input = |kind: ValueKind| matches!(kind, ValueKind::Parameter | ValueKind::Correlation);
        for wants_input in [true, false] {
            for (id, value) in model.values.iter().filter(|(_, value)| value.workflow == workflow) {
                if is_input(value.kind) != wants_input {
                    continue;
                }
                let key = match value.kind {
                    ValueKind::Parameter | ValueKind::Correlation => taken.take(&value.name.text, as_it_is),
                    ValueKind::Step | ValueKind::Let | ValueKind::Each => {
                        taken.take(&value.name.text, names::rust_name)
                    }
                };
                if value.kind == ValueKind::Correlation {
                    paths.correlation.insert(value.name.text.to_string(), key.clone());
                }
                paths.values.insert(id.index(), key);
            }
        }
        for (id, event) in model.events.iter() {
            let name = format!("event {}", event.name.text);
            paths.events.insert(id.index(), taken.take(&name, names::rust_name));
        }
        paths
    }

    pub fn value_key(&self, id: ValueId) -> &str {
        self.values.get(&id.index()).map_or("unknown", String::as_str)
    }

    pub fn event_key(&self, id: EventId) -> &str {
        self.events.get(&id.index()).map_or("unknown", String::as_str)
    }

    pub fn correlation_key(&self, name: &str) -> &str {
        self.correlation.get(name).map_or("unknown", String::as_str)
    }
}

/// An identifier is its own key; everything else gets one.
fn as_it_is(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && name.chars().all(is_plain) { name.to_string() } else { names::rust_name(name) }
}

/// A value in a payload.
#[derive(Clone, Debug)]
pub enum Template {
    Static(Value),
    /// A path into the document or the context.
    Path(String),
    /// A call of an intrinsic function.
    Call(String),
    Object(Vec<(String, Template)>),
    /// It cannot be said.
    Lost,
}

impl Template {
    /// Puts it under `key`, as a template does that reads the document.
    pub fn put(self, key: &str, into: &mut Map<String, Value>) -> Result<(), ()> {
        match self {
            Template::Static(value) => drop(into.insert(key.to_string(), value)),
            Template::Path(text) | Template::Call(text) => drop(into.insert(format!("{key}.$"), text.into())),
            Template::Object(fields) => {
                let mut object = Map::new();
                for (field, template) in fields {
                    template.put(&field, &mut object)?;
                }
                into.insert(key.to_string(), Value::Object(object));
            }
            Template::Lost => return Err(()),
        }
        Ok(())
    }

    /// As an argument of an intrinsic function.
    pub fn argument(&self) -> Option<String> {
        match self {
            Template::Static(Value::String(text)) => Some(quoted(text)),
            Template::Static(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => {
                Some(value.to_string())
            }
            Template::Path(text) | Template::Call(text) => Some(text.clone()),
            Template::Static(_) | Template::Object(_) | Template::Lost => None,
        }
    }
}

/// A text in an intrinsic function, in which braces stand for arguments.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        if matches!(c, '\'' | '\\' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    out + "'"
}

/// What expressions are translated with.
pub struct Words<'a> {
    pub model: &'a Model,
    pub paths: &'a Paths,
}

impl Words<'_> {
    pub fn template(&self, expr: &Expr) -> Template {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Value { value, fields } => Template::Path(self.value_path(*value, fields)),
            ExprKind::Event { event, fields } => {
                Template::Path(with_fields(&format!("$.{}", self.paths.event_key(*event)), fields))
            }
            ExprKind::Failure { fields, .. } => Template::Path(with_fields("$.wfc_trouble.fields", fields)),
            // Both are told apart by whoever undoes.
            ExprKind::Reply { fields } => Template::Path(with_fields("REPLY", fields)),
            ExprKind::Request { .. } => Template::Lost,
            ExprKind::EnumValue { value, .. } => Template::Static(value.text.as_str().into()),
            ExprKind::Make { ty, arguments } => {
                let fields = match &self.model.types[*ty].kind {
                    TypeKind::Record(fields) => fields.as_slice(),
                    TypeKind::Id | TypeKind::Enum(_) => &[],
                };
                let named = arguments.iter().filter_map(|argument| {
                    let field = fields.get(argument.parameter?)?;
                    Some((field.name.text.to_string(), self.template(&argument.value)))
                });
                Template::Object(named.collect())
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::Count(of) => self.call("States.ArrayLength", &[of]),
            ExprKind::Binary { left, operator, right } => self.binary(left, *operator, right, &expr.ty),
            ExprKind::Negative(of) => match self.template(of) {
                Template::Static(Value::Number(number)) => {
                    number.as_f64().map_or(Template::Lost, |number| Template::Static(json!(-number)))
                }
                _ => Template::Lost,
            },
            ExprKind::Not(_) | ExprKind::Foreign { .. } | ExprKind::Bad => Template::Lost,
        }
    }

    fn literal(&self, literal: &Literal) -> Template {
        match literal {
            Literal::Number(digits) | Literal::Percent(digits) => serde_json::from_str(digits)
                .map_or(Template::Static(digits.as_str().into()), Template::Static),
            Literal::Duration(milliseconds) => Template::Static(json!(seconds(*milliseconds))),
            Literal::Date(date) => Template::Static(date.as_str().into()),
            Literal::Text(text) => Template::Static(text.as_str().into()),
            Literal::Bool(value) => Template::Static(json!(value)),
            Literal::None => Template::Static(Value::Null),
            Literal::Now => Template::Path("$$.State.EnteredTime".to_string()),
            Literal::Round => Template::Path("$.wfc_round".to_string()),
        }
    }

    fn list(&self, items: &[Expr]) -> Template {
        let templates: Vec<Template> = items.iter().map(|item| self.template(item)).collect();
        let values: Option<Vec<Value>> = templates
            .iter()
            .map(|template| match template {
                Template::Static(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        if let Some(values) = values {
            return Template::Static(Value::Array(values));
        }
        let arguments: Option<Vec<String>> = templates.iter().map(Template::argument).collect();
        arguments.map_or(Template::Lost, |all| Template::Call(format!("States.Array({})", all.join(", "))))
    }

    fn binary(&self, left: &Expr, operator: Operator, right: &Expr, ty: &Type) -> Template {
        match (operator, ty) {
            (Operator::Add, Type::Int) => self.call("States.MathAdd", &[left, right]),
            (Operator::Add, Type::String) => {
                let parts = [self.template(left).argument(), self.template(right).argument()];
                match parts {
                    [Some(left), Some(right)] => {
                        Template::Call(format!("States.Format('{{}}{{}}', {left}, {right})"))
                    }
                    _ => Template::Lost,
                }
            }
            (Operator::Subtract, Type::Int) => match (self.template(left).argument(), self.template(right)) {
                (Some(left), Template::Static(Value::Number(number))) => match number.as_i64() {
                    Some(number) => Template::Call(format!("States.MathAdd({left}, {})", -number)),
                    None => Template::Lost,
                },
                _ => Template::Lost,
            },
            _ => Template::Lost,
        }
    }

    fn call(&self, name: &str, arguments: &[&Expr]) -> Template {
        let arguments: Option<Vec<String>> =
            arguments.iter().map(|it| self.template(it).argument()).collect();
        arguments.map_or(Template::Lost, |all| Template::Call(format!("{name}({})", all.join(", "))))
    }

    pub fn value_path(&self, id: ValueId, fields: &[Name]) -> String {
        let value = &self.model.values[id];
        let root = format!("$.{}", self.paths.value_key(id));
        let root = match value.kind {
            ValueKind::Parameter | ValueKind::Correlation | ValueKind::Each => root,
            ValueKind::Step | ValueKind::Let => format!("{root}.value"),
        };
        with_fields(&root, fields)
    }
}

fn with_fields(root: &str, fields: &[Name]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    fields.iter().fold(root.to_string(), |path, field| match field.text.chars().all(is_plain) {
        true => format!("{path}.{}", field.text),
        false => format!("{path}['{}']", field.text.replace('\\', "\\\\").replace('\'', "\\'")),
    })
}

/// Whole ones, at least one where there is any time at all.
pub fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1000)
}
