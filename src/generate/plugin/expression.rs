//! Expressions and types, as plugins see them.

use super::spec;
use crate::model::{
    Argument, EventId, Expr, ExprKind, Field, Literal, Model, Name, OperationId, Operator, Trigger, Type,
    WorkflowId,
};

#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub model: &'a Model,
}

pub fn fields(words: &Words, fields: &[Field]) -> Vec<spec::Field> {
    let one = |field: &Field| spec::Field {
        name: field.name.text.to_string(),
        doc: field.doc.to_string(),
        ty: words.ty(&field.ty),
    };
    fields.iter().map(one).collect()
}

impl Words<'_> {
    pub fn ty(&self, ty: &Type) -> spec::Type {
        match ty {
            Type::Any => spec::Type::Any,
            Type::String => spec::Type::Text,
            Type::Int => spec::Type::Int,
            Type::Decimal => spec::Type::Decimal,
            Type::Bool => spec::Type::Bool,
            Type::Date => spec::Type::Date,
            Type::Time => spec::Type::Time,
            Type::Duration => spec::Type::Duration,
            Type::Percent => spec::Type::Percent,
            Type::Declared(id) => spec::Type::Named { name: self.model.types[*id].name.text.to_string() },
            Type::Service(id) => spec::Type::Service { name: self.model.service_name(*id).to_string() },
            Type::List(of) => spec::Type::List { of: Box::new(self.ty(of)) },
            Type::Optional(of) => spec::Type::Optional { of: Box::new(self.ty(of)) },
            Type::Nothing => spec::Type::Nothing,
            Type::Fields(fields) => spec::Type::Fields {
                fields: fields
                    .iter()
                    .map(|(name, ty)| spec::Field {
                        name: name.to_string(),
                        doc: String::new(),
                        ty: self.ty(ty),
                    })
                    .collect(),
            },
        }
    }

    /// What is sent to an operation.
    pub fn sent(&self, operation: OperationId, arguments: &[Argument]) -> Vec<spec::Argument> {
        self.arguments(&self.model.operations[operation].fields, arguments)
    }

    pub fn published(&self, event: EventId, arguments: &[Argument]) -> Vec<spec::Argument> {
        self.arguments(&self.model.events[event].fields, arguments)
    }

    /// What a workflow is run with; one that events start is run by publishing them.
    pub fn ran(&self, workflow: WorkflowId, arguments: &[Argument]) -> Vec<spec::Argument> {
        let workflow = &self.model.workflows[workflow];
        match &workflow.trigger {
            Trigger::Events(formula) => match formula.terms.first() {
                Some(term) => self.published(term.event, arguments),
                None => self.arguments(&[], arguments),
            },
            Trigger::Called | Trigger::Schedule(_) => self.arguments(&workflow.parameters, arguments),
        }
    }

    pub fn arguments(&self, fields: &[Field], arguments: &[Argument]) -> Vec<spec::Argument> {
        let one = |argument: &Argument| spec::Argument {
            field: argument.parameter.and_then(|at| fields.get(at)).map(|field| field.name.text.to_string()),
            value: self.expression(&argument.value),
        };
        arguments.iter().map(one).collect()
    }

    pub fn expression(&self, expr: &Expr) -> spec::Expression {
        spec::Expression { kind: self.kind(expr), ty: self.ty(&expr.ty) }
    }

    fn kind(&self, expr: &Expr) -> spec::ExpressionKind {
        use spec::ExpressionKind as Kind;
        let boxed = |inner: &Expr| Box::new(self.expression(inner));
        match &expr.kind {
            ExprKind::Literal(literal) => match literal {
                Literal::Number(digits) => Kind::Number { digits: digits.to_string() },
                Literal::Percent(digits) => Kind::Percent { digits: digits.to_string() },
                Literal::Duration(milliseconds) => Kind::Milliseconds { milliseconds: *milliseconds },
                Literal::Date(date) => Kind::Date { date: date.to_string() },
                Literal::Text(text) => Kind::Text { text: text.clone() },
                Literal::Bool(value) => Kind::Bool { value: *value },
                Literal::None => Kind::None,
                Literal::Now => Kind::Now,
                Literal::Round => Kind::Round,
            },
            ExprKind::Value { value, fields } => {
                Kind::Value { name: self.model.values[*value].name.text.to_string(), fields: names(fields) }
            }
            ExprKind::Event { event, fields } => {
                Kind::Event { event: self.model.event_name(*event), fields: names(fields) }
            }
            ExprKind::Failure { name, fields } => {
                Kind::Failure { failure: name.to_string(), fields: names(fields) }
            }
            ExprKind::Reply { fields } => Kind::Reply { fields: names(fields) },
            ExprKind::Request { fields } => Kind::Request { fields: names(fields) },
            ExprKind::EnumValue { ty, value } => Kind::EnumValue {
                name: self.model.types[*ty].name.text.to_string(),
                value: value.text.to_string(),
            },
            ExprKind::Make { ty, arguments } => {
                let declared = &self.model.types[*ty];
                let fields = match &declared.kind {
                    crate::model::TypeKind::Record(fields) => fields.as_slice(),
                    crate::model::TypeKind::Id | crate::model::TypeKind::Enum(_) => &[],
                };
                let arguments = self.arguments(fields, arguments);
                Kind::Make { name: declared.name.text.to_string(), arguments }
            }
            ExprKind::List(items) => {
                Kind::List { items: items.iter().map(|item| self.expression(item)).collect() }
            }
            ExprKind::Count(inner) => Kind::Count { of: boxed(inner) },
            ExprKind::Not(inner) => Kind::Not { of: boxed(inner) },
            ExprKind::Negative(inner) => Kind::Negative { of: boxed(inner) },
            ExprKind::Binary { left, operator, right } => {
                Kind::Binary { operator: symbol(*operator), left: boxed(left), right: boxed(right) }
            }
            ExprKind::Foreign { language, code } => {
                Kind::Foreign { language: language.to_string(), code: code.to_string() }
            }
            // Nothing is generated from a text with errors.
            ExprKind::Bad => Kind::None,
        }
    }
}

fn symbol(operator: Operator) -> spec::Operator {
    match operator {
        Operator::Or => spec::Operator::Or,
        Operator::And => spec::Operator::And,
        Operator::Equal => spec::Operator::Equal,
        Operator::NotEqual => spec::Operator::NotEqual,
        Operator::Less => spec::Operator::Less,
        Operator::LessOrEqual => spec::Operator::LessOrEqual,
        Operator::Greater => spec::Operator::Greater,
        Operator::GreaterOrEqual => spec::Operator::GreaterOrEqual,
        Operator::In => spec::Operator::In,
        Operator::Add => spec::Operator::Add,
        Operator::Subtract => spec::Operator::Subtract,
        Operator::Multiply => spec::Operator::Multiply,
        Operator::Divide => spec::Operator::Divide,
    }
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.text.to_string()).collect()
}
