//! Expressions in jq, which the language is made for.

use crate::generate::names::{self, Taken};
use crate::generate::text;
use crate::model::{
    Argument, EventId, Expr, ExprKind, Field, Id, Literal, Model, Name, Operator, TypeKind, ValueId,
    ValueKind, WorkflowId,
};
use std::collections::BTreeMap;

/// Under which names things stand in the context.
pub struct Keys {
    values: BTreeMap<usize, String>,
    events: BTreeMap<usize, String>,
}

impl Keys {
    pub fn new(model: &Model, workflow: WorkflowId) -> Keys {
        // What the language and wfc themselves keep there.
        let mut taken = Taken::reserving(&[
            "started",
            "round",
            "context",
            "input",
            "output",
            "secret",
            "authorization",
            "task",
            "workflow",
            "runtime",
            "error",
            "index",
        ]);
        let mut keys = Keys { values: BTreeMap::new(), events: BTreeMap::new() };
        for (id, value) in model.values.iter().filter(|(_, value)| value.workflow == workflow) {
            let key = match value.kind {
                // It is read from the input under its own name.
                ValueKind::Parameter | ValueKind::Correlation => value.name.text.to_string(),
                ValueKind::Step | ValueKind::Let | ValueKind::Each => {
                    taken.take(&value.name.text, names::rust_name)
                }
            };
            keys.values.insert(id.index(), key);
        }
        for (id, event) in model.events.iter() {
            let name = format!("event {}", event.name.text);
            keys.events.insert(id.index(), taken.take(&name, names::rust_name));
        }
        keys
    }

    pub fn value(&self, id: ValueId) -> &str {
        self.values.get(&id.index()).map_or("unknown", String::as_str)
    }

    pub fn event(&self, id: EventId) -> &str {
        self.events.get(&id.index()).map_or("unknown", String::as_str)
    }
}

/// What expressions are translated with.
#[derive(Clone, Copy)]
pub struct Jq<'a> {
    pub model: &'a Model,
    pub keys: &'a Keys,
    /// What `reply` is, where something is undone.
    pub reply: Option<&'a str>,
    /// What a command was sent, by the names of its fields.
    pub request: Option<(&'a [Field], &'a [Argument])>,
}

impl Jq<'_> {
    /// `${ … }`; nothing where it cannot be said.
    pub fn template(&self, expr: &Expr) -> Option<String> {
        Some(format!("${{ {} }}", self.jq(expr)?))
    }

    pub fn jq(&self, expr: &Expr) -> Option<String> {
        Some(match &expr.kind {
            ExprKind::Literal(literal) => match literal {
                Literal::Number(digits) | Literal::Percent(digits) => digits.to_string(),
                Literal::Duration(milliseconds) => format!("{}", *milliseconds as f64 / 1000.0),
                Literal::Date(date) => text::json(date),
                Literal::Text(words) => jq_text(words),
                Literal::Bool(value) => value.to_string(),
                Literal::None => "null".to_string(),
                Literal::Now => "(now | todate)".to_string(),
                Literal::Round => "$context.round".to_string(),
            },
            ExprKind::Value { value, fields } => with_fields(&self.value(*value), fields),
            ExprKind::Event { event, fields } => {
                with_fields(&format!("$context.{}", self.keys.event(*event)), fields)
            }
            ExprKind::Failure { fields, .. } => with_fields("($error.detail | fromjson)", fields),
            ExprKind::Reply { fields } => with_fields(self.reply?, fields),
            ExprKind::Request { fields } => {
                let (first, rest) = fields.split_first()?;
                let (declared, sent) = self.request?;
                let at = declared.iter().position(|field| field.name.text == first.text);
                let argument = sent.iter().find(|argument| argument.parameter == at)?;
                with_fields(&self.jq(&argument.value)?, rest)
            }
            ExprKind::EnumValue { value, .. } => jq_text(&value.text),
            ExprKind::Make { ty, arguments } => {
                let fields = match &self.model.types[*ty].kind {
                    TypeKind::Record(fields) => fields.as_slice(),
                    TypeKind::Id | TypeKind::Enum(_) => &[],
                };
                self.object(fields, arguments)?
            }
            ExprKind::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(|item| self.jq(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            ExprKind::Count(of) => format!("({} | length)", self.jq(of)?),
            ExprKind::Not(of) => format!("({} | not)", self.jq(of)?),
            ExprKind::Negative(of) => format!("(0 - {})", self.jq(of)?),
            ExprKind::Binary { left, operator, right } => {
                let (left, right) = (self.jq(left)?, self.jq(right)?);
                match operator {
                    Operator::In => format!("({left} as $one | {right} | any(. == $one))"),
                    _ => format!("({left} {} {right})", symbol(*operator)),
                }
            }
            ExprKind::Foreign { language, code } if language == "jq" => format!("({code})"),
            ExprKind::Foreign { .. } | ExprKind::Bad => return None,
        })
    }

    /// Arguments as an object, by the fields they are for.
    pub fn object(&self, fields: &[Field], arguments: &[Argument]) -> Option<String> {
        let mut parts = Vec::new();
        for argument in arguments {
            let Some(field) = argument.parameter.and_then(|at| fields.get(at)) else { continue };
            parts.push(format!("{}: {}", jq_text(&field.name.text), self.jq(&argument.value)?));
        }
        Some(format!("{{{}}}", parts.join(", ")))
    }

    fn value(&self, id: ValueId) -> String {
        let key = self.keys.value(id);
        match self.model.values[id].kind {
            ValueKind::Parameter | ValueKind::Correlation => field("$workflow.input", key),
            ValueKind::Each => format!("${key}"),
            ValueKind::Step | ValueKind::Let => format!("$context.{key}.value"),
        }
    }
}

fn with_fields(root: &str, fields: &[Name]) -> String {
    fields.iter().fold(root.to_string(), |path, name| field(&path, &name.text))
}

fn field(path: &str, name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    match begins && name.chars().all(is_plain) {
        true => format!("{path}.{name}"),
        false => format!("{path}[{}]", jq_text(name)),
    }
}

/// A text in jq: as in JSON, and a `\(` that was in it does not begin an expression.
pub fn jq_text(words: &str) -> String {
    text::json(words)
}

fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "in",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
    }
}
