//! Expressions: what a value is called, and how it gets the type that is wanted.

use super::Body;
use crate::generate::rust::layout::{Doc, call, text};
use crate::generate::text as escape;
use crate::model::{Expr, ExprKind, Literal, Model, Name, Type, TypeId, TypeKind, ValueId, ValueKind};

/// An expression in Rust.
pub(super) struct Code {
    pub doc: Doc,
    pub ty: Type,
    /// Whether it is a place that stays where it is, so that it must be copied to be had.
    pub is_place: bool,
    /// Whether the place is a reference itself.
    pub borrowed: bool,
}

impl Code {
    pub fn value(doc: Doc, ty: Type) -> Code {
        Code { doc, ty, is_place: false, borrowed: false }
    }
}

impl Body<'_> {
    /// An expression as an owned value of a type.
    pub(super) fn fitted(&mut self, expr: &Expr, wanted: &Type) -> Doc {
        let code = self.code(expr);
        let code = self.owned(code);
        self.fit(code, wanted)
    }

    /// An expression as an owned value of its own type.
    pub(super) fn valued(&mut self, expr: &Expr) -> Doc {
        self.fitted(expr, &expr.ty)
    }

    /// An expression as an owned list; what may be of any type is hoped to be one.
    pub(super) fn list_of(&mut self, expr: &Expr) -> Doc {
        match &expr.ty {
            Type::Any => self.fitted(expr, &Type::List(Box::new(Type::Any))),
            Type::Optional(inner) => self.fitted(expr, inner),
            ty => self.fitted(expr, ty),
        }
    }

    pub(super) fn owned(&self, code: Code) -> Code {
        if !code.is_place {
            return code;
        }
        let is_copy = is_copy(self.model, &code.ty);
        let doc = match (is_copy, code.borrowed) {
            (true, true) => Doc::Row(vec![text("*"), code.doc]),
            (true, false) => code.doc,
            (false, _) => code.doc.then(".clone()"),
        };
        Code::value(doc, code.ty)
    }

    fn fit(&mut self, code: Code, wanted: &Type) -> Doc {
        match (&code.ty, wanted) {
            (have, want) if have == want => code.doc,
            (Type::Any, Type::Any) => code.doc,
            (Type::Nothing, Type::Optional(_)) => code.doc,
            (Type::Optional(have), Type::Optional(want)) => {
                if have == want || matches!((&**have, &**want), (Type::Percent, Type::Decimal)) {
                    return code.doc;
                }
                let inner = self.fit(Code::value(text("it"), (**have).clone()), want);
                Doc::Row(vec![code.doc, text(format!(".map(|it| {})", inner.flat()))])
            }
            (_, Type::Optional(inner)) => {
                let inner = self.fit(code, inner);
                call("Some", vec![inner])
            }
            (Type::Optional(inner), _) => {
                let inner = (**inner).clone();
                let doc = self.present(code.doc, "a value");
                self.fit(Code::value(doc, inner), wanted)
            }
            (Type::Int, Type::Decimal | Type::Percent) => call("rust_decimal::Decimal::from", vec![code.doc]),
            (_, Type::Any) if code.doc == text("None") => text("serde_json::Value::Null"),
            (_, Type::Any) => {
                self.runtime.insert("to_any");
                call("to_any", vec![Doc::Row(vec![text("&"), code.doc])]).then("?")
            }
            (Type::Any, _) => {
                self.runtime.insert("from_any");
                let ty = self.rust_type(wanted);
                call(format!("from_any::<{ty}>"), vec![code.doc]).then("?")
            }
            _ => code.doc,
        }
    }

    /// What is surely there, since the workflow was checked to have looked.
    fn present(&mut self, doc: Doc, what: &str) -> Doc {
        self.runtime.insert("present");
        call("present", vec![doc, text(escape::rust(what))]).then("?")
    }

    pub(super) fn code(&mut self, expr: &Expr) -> Code {
        let ty = expr.ty.clone();
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, ty),
            ExprKind::Value { value, fields } => self.value_path(*value, fields, &ty),
            ExprKind::Event { event, fields } => {
                let Some(name) = self.event_names.get(event).cloned() else {
                    return Code::value(text("None"), ty);
                };
                let fields_of = self.model.events[*event].fields.clone();
                let spelled = self.names.event_fields(*event).to_vec();
                let bound = self.bound_events.iter().any(|(id, _)| id == event);
                if bound {
                    let root = Code { doc: text(name), ty: Type::Any, is_place: true, borrowed: false };
                    return self.fields_of(root, &fields_of, &spelled, fields, &ty);
                }
                self.slots.events.insert(*event);
                self.capture(&name);
                self.slot_path(&name, &fields_of, &spelled, fields, &ty)
            }
            ExprKind::Failure { name, fields } => self.failure_path(name, fields, &ty),
            ExprKind::Reply { fields } => {
                let reply = Code { borrowed: fields.is_empty(), ..place(self.reply_root) };
                self.walk(reply, self.reply_type.clone(), fields, &ty)
            }
            ExprKind::Request { fields } => self.request_path(fields, &ty),
            ExprKind::EnumValue { ty: id, value } => {
                self.modules.insert("types".to_string());
                let name = enum_value(self.model, self.names.members(*id), *id, &value.text);
                Code::value(text(format!("types::{}::{name}", self.names.ty(*id))), ty)
            }
            ExprKind::Make { ty: id, arguments } => {
                let TypeKind::Record(items) = &self.model.types[*id].kind else {
                    return Code::value(text("()"), ty);
                };
                self.modules.insert("types".to_string());
                let spelled = self.names.members(*id).to_vec();
                let name = format!("types::{}", self.names.ty(*id));
                let doc = match items.is_empty() {
                    true => text(format!("{name} {{}}")),
                    false => self.made(name, items, &spelled, arguments),
                };
                Code::value(doc, ty)
            }
            ExprKind::List(items) => {
                let inner = match &ty {
                    Type::List(inner) => (**inner).clone(),
                    _ => Type::Any,
                };
                let items = items.iter().map(|item| self.fitted(item, &inner)).collect();
                let doc = Doc::List { open: "vec![".into(), items, close: "]".into(), spaced: false };
                Code::value(doc, ty)
            }
            ExprKind::Count(inner) => {
                let inner = match &inner.ty {
                    Type::Any => self.list_of(inner),
                    _ => self.code(inner).doc,
                };
                self.runtime.insert("count");
                Code::value(call("count", vec![Doc::Row(vec![text("&"), inner])]), ty)
            }
            ExprKind::Not(_) | ExprKind::Binary { .. } => self.operation(expr),
            ExprKind::Negative(inner) => {
                let inner = self.valued(inner);
                Code::value(Doc::Row(vec![text("-"), inner]), ty)
            }
            ExprKind::Foreign { language, code } => self.foreign(language, code, ty),
            ExprKind::Bad => Code::value(text("Default::default()"), ty),
        }
    }

    fn literal(&mut self, literal: &Literal, ty: Type) -> Code {
        let doc = match literal {
            Literal::Number(number) if ty == Type::Int => text(number.to_string()),
            Literal::Number(number) => self.decimal(number),
            Literal::Percent(number) => {
                let decimal = self.decimal(number);
                Doc::Row(vec![decimal, text(" / rust_decimal::Decimal::ONE_HUNDRED")])
            }
            Literal::Duration(milliseconds) => {
                text(format!("jiff::SignedDuration::from_millis({milliseconds})"))
            }
            Literal::Date(date) => {
                let mut parts = date.split('-').map(|part| part.trim_start_matches('0'));
                let mut next = || parts.next().filter(|part| !part.is_empty()).unwrap_or("1").to_string();
                text(format!("jiff::civil::date({}, {}, {})", next(), next(), next()))
            }
            Literal::Text(written) => text(format!("{}.to_string()", escape::rust(written))),
            Literal::Bool(it) => text(it.to_string()),
            Literal::None => text("None"),
            Literal::Now => text("cx.now().await"),
            Literal::Round => {
                let round = self.rounds.last().cloned().unwrap_or_else(|| "1".to_string());
                text(format!("i64::from({round})"))
            }
        };
        Code::value(doc, ty)
    }

    /// `0.19` as a number and the places behind its point.
    fn decimal(&mut self, number: &str) -> Doc {
        let places = number.split_once('.').map_or(0, |(_, behind)| behind.len());
        let digits: String = number.chars().filter(|c| *c != '.').collect();
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        text(format!("rust_decimal::Decimal::new({digits}, {places})"))
    }

    fn value_path(&mut self, id: ValueId, path: &[Name], wanted: &Type) -> Code {
        let value = self.value(id);
        let name = self.value_name(id);
        let position = self.visible.iter().rposition(|it| it.value == id);
        let is_parameter = matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation);
        if self.slots.values.contains(&id) || (position.is_none() && !is_parameter) {
            self.slots.values.insert(id);
            self.capture(&name);
            if matches!(wanted, Type::Optional(_)) {
                return self.peeked(&name, &value.ty.clone(), path, wanted);
            }
            let root = Code::value(text(format!("{name}.get()?")), value.ty.clone());
            return self.walk(root, value.ty.clone(), path, wanted);
        }
        let position = position.unwrap_or_default();
        let variable = self.visible[position].clone();
        let ty = value.ty.clone();
        if matches!(wanted, Type::Optional(_))
            && !matches!(leaf_type(self.model, &ty, path), Type::Optional(_) | Type::Any)
            && !is_parameter
        {
            // It may hold nothing here, and a variable always holds something.
            self.slots.values.insert(id);
        }
        if is_parameter {
            self.used_parameters.insert(self.parameter_position(id));
        }
        self.capture_variable(position, &ty);
        let borrowed = variable.borrowed || self.is_captured(position, &ty);
        let root = Code { doc: text(variable.name), ty: ty.clone(), is_place: true, borrowed };
        self.walk(root, ty, path, wanted)
    }

    pub(super) fn parameter_position(&self, id: ValueId) -> usize {
        let parameters = self.model.values.iter().filter(|(_, value)| {
            value.workflow == self.workflow
                && matches!(value.kind, ValueKind::Parameter | ValueKind::Correlation)
        });
        parameters.map(|(id, _)| id).position(|it| it == id).unwrap_or_default()
    }

    /// Notes that a line which moves its variables away reads this one.
    pub(super) fn capture_variable(&mut self, position: usize, ty: &Type) {
        let name = self.visible[position].name.clone();
        let is_copy = is_copy(self.model, ty);
        for captures in &mut self.captures {
            if position < captures.outside && !is_copy {
                captures.names.insert(name.clone());
            }
        }
    }

    fn is_captured(&self, position: usize, ty: &Type) -> bool {
        !is_copy(self.model, ty) && self.captures.iter().any(|captures| position < captures.outside)
    }

    pub(super) fn capture(&mut self, name: &str) {
        for captures in &mut self.captures {
            captures.names.insert(name.to_string());
        }
    }

    fn failure_path(&mut self, name: &str, path: &[Name], wanted: &Type) -> Code {
        let Some((_, variable, surely)) = self.failures.iter().rev().find(|it| it.0 == name).cloned() else {
            return Code::value(text("None"), wanted.clone());
        };
        let Some(failure) = self.names.failures.get(name).cloned() else {
            return Code::value(text("None"), wanted.clone());
        };
        let Some((first, rest)) = path.split_first() else {
            return Code::value(text("None"), wanted.clone());
        };
        let Some(field) = failure.fields.iter().find(|field| field.written == first.text) else {
            return Code::value(text("None"), wanted.clone());
        };
        if surely {
            let root = place(&format!("{variable}.{}", field.name));
            return self.walk(root, field.ty.clone(), rest, wanted);
        }
        let inner = self.walk(place(&format!("it.{}", field.name)), field.ty.clone(), rest, wanted);
        let inner_ty = inner.ty.clone();
        let inner = self.owned(inner).doc.flat();
        let method = if matches!(inner_ty, Type::Optional(_)) { "and_then" } else { "map" };
        let ty = match inner_ty {
            Type::Optional(_) => inner_ty,
            ty => Type::Optional(Box::new(ty)),
        };
        let doc = text(format!("{variable}.as_ref().{method}(|it| {inner})"));
        self.ending(Code::value(doc, ty), wanted)
    }

    /// A field of the request of the command that is taken back.
    fn request_path(&mut self, path: &[Name], wanted: &Type) -> Code {
        let Some((first, rest)) = path.split_first() else {
            return Code::value(text("None"), wanted.clone());
        };
        let at = self.request_fields.iter().position(|(written, _, _)| *written == first.text);
        let Some(at) = at else { return Code::value(text("None"), wanted.clone()) };
        let (_, name, ty) = self.request_fields[at].clone();
        self.walk(place(&format!("{}.{name}", self.request_root)), ty, rest, wanted)
    }

    /// A path from a slot that may hold nothing.
    fn peeked(&mut self, name: &str, ty: &Type, path: &[Name], wanted: &Type) -> Code {
        if path.is_empty() {
            let flat = if matches!(ty, Type::Optional(_)) { ".flatten()" } else { "" };
            let ty = match ty {
                Type::Optional(_) => ty.clone(),
                ty => Type::Optional(Box::new(ty.clone())),
            };
            return self.ending(Code::value(text(format!("{name}.peek(){flat}")), ty), wanted);
        }
        let leaf = leaf_type(self.model, ty, path);
        let inner_wanted = leaf.clone();
        let inner = self.walk(place("it"), ty.clone(), path, &inner_wanted);
        let inner = self.owned(inner).doc.flat();
        let method = if matches!(leaf, Type::Optional(_)) { "and_then" } else { "map" };
        let ty = match leaf {
            Type::Optional(_) => leaf,
            ty => Type::Optional(Box::new(ty)),
        };
        self.ending(Code::value(text(format!("{name}.peek().{method}(|it| {inner})")), ty), wanted)
    }

    fn slot_path(
        &mut self,
        name: &str,
        items: &[crate::model::Field],
        spelled: &[String],
        path: &[Name],
        wanted: &Type,
    ) -> Code {
        let leaf = path
            .first()
            .and_then(|first| items.iter().find(|item| item.name.text == first.text))
            .map(|item| leaf_type(self.model, &item.ty, &path[1..]));
        let maybe = matches!(wanted, Type::Optional(_));
        if maybe && let Some(leaf) = leaf {
            let root = Code { doc: text("it"), ty: Type::Any, is_place: true, borrowed: false };
            let inner = self.fields_of(root, items, spelled, path, &leaf);
            let inner = self.owned(inner).doc.flat();
            let method = if matches!(leaf, Type::Optional(_)) { "and_then" } else { "map" };
            let ty = match leaf {
                Type::Optional(_) => leaf,
                ty => Type::Optional(Box::new(ty)),
            };
            return self
                .ending(Code::value(text(format!("{name}.peek().{method}(|it| {inner})")), ty), wanted);
        }
        let root = Code::value(text(format!("{name}.get()?")), Type::Any);
        self.fields_of(root, items, spelled, path, wanted)
    }

    fn fields_of(
        &mut self,
        root: Code,
        items: &[crate::model::Field],
        spelled: &[String],
        path: &[Name],
        wanted: &Type,
    ) -> Code {
        let Some((first, rest)) = path.split_first() else { return root };
        let Some(at) = items.iter().position(|item| item.name.text == first.text) else { return root };
        let code = Code {
            doc: root.doc.then(format!(".{}", spelled[at])),
            ty: items[at].ty.clone(),
            is_place: root.is_place,
            borrowed: false,
        };
        let ty = code.ty.clone();
        self.walk(code, ty, rest, wanted)
    }

    /// Follows the fields of a path.
    fn walk(&mut self, mut code: Code, mut ty: Type, path: &[Name], wanted: &Type) -> Code {
        for name in path {
            if let Type::Optional(inner) = &ty {
                let inner = (**inner).clone();
                let owned = self.owned(Code { ty: ty.clone(), ..code });
                code = Code::value(self.present(owned.doc, &name.text), inner.clone());
                ty = inner;
            }
            let field = field_of(self.model, self.names, &ty, &name.text);
            match field {
                Some((member, inner)) => {
                    code = Code {
                        doc: code.doc.then(format!(".{member}")),
                        ty: inner.clone(),
                        is_place: code.is_place,
                        borrowed: false,
                    };
                    ty = inner;
                }
                None => {
                    self.runtime.insert("field");
                    let doc = call(
                        "field",
                        vec![Doc::Row(vec![text("&"), code.doc]), text(escape::rust(&name.text))],
                    );
                    code = Code::value(doc, Type::Any);
                    ty = Type::Any;
                }
            }
        }
        self.ending(Code { ty, ..code }, wanted)
    }

    fn ending(&mut self, code: Code, wanted: &Type) -> Code {
        match (&code.ty, wanted) {
            (Type::Optional(_), Type::Optional(_) | Type::Any | Type::Nothing) => code,
            (Type::Optional(inner), _) => {
                let inner = (**inner).clone();
                let owned = self.owned(code);
                Code::value(self.present(owned.doc, "a value"), inner)
            }
            _ => code,
        }
    }

    /// An expression for an operator, where it may stay a place.
    pub(super) fn operand(&mut self, expr: &Expr, wanted: &Type) -> Doc {
        let code = self.code(expr);
        if code.ty == *wanted && code.is_place {
            return match code.borrowed {
                true => Doc::Row(vec![text("*"), code.doc]),
                false => code.doc,
            };
        }
        let code = self.owned(code);
        self.fit(code, wanted)
    }

    pub(super) fn is_none(expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Literal(Literal::None))
    }
}

fn place(name: &str) -> Code {
    Code { doc: text(name), ty: Type::Any, is_place: true, borrowed: false }
}

pub(super) fn is_copy(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Int
        | Type::Decimal
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Percent
        | Type::Nothing => true,
        Type::Declared(id) => matches!(model.types[*id].kind, TypeKind::Enum(_)),
        Type::Optional(inner) => is_copy(model, inner),
        Type::Any | Type::String | Type::Service(_) | Type::List(_) | Type::Fields(_) => false,
    }
}

/// The field of a type by its written name: what it is called, and its type.
fn field_of(
    model: &Model,
    names: &crate::generate::rust::spell::Spelling,
    ty: &Type,
    name: &str,
) -> Option<(String, Type)> {
    match ty {
        Type::Declared(id) => {
            let TypeKind::Record(items) = &model.types[*id].kind else { return None };
            let at = items.iter().position(|item| item.name.text == name)?;
            Some((names.members(*id)[at].clone(), items[at].ty.clone()))
        }
        Type::Fields(items) => {
            let at = items.iter().position(|(written, _)| written == name)?;
            let mut taken = crate::generate::names::Taken::new();
            let spelled: Vec<_> =
                items.iter().map(|(name, _)| taken.take(name, crate::generate::names::rust_name)).collect();
            Some((spelled[at].clone(), items[at].1.clone()))
        }
        _ => None,
    }
}

/// The declared type at the end of a path.
pub(super) fn leaf_type(model: &Model, ty: &Type, path: &[Name]) -> Type {
    let mut ty = ty.clone();
    for name in path {
        let inner = match &ty {
            Type::Optional(inner) => (**inner).clone(),
            ty => ty.clone(),
        };
        ty = match &inner {
            Type::Declared(id) => match &model.types[*id].kind {
                TypeKind::Record(items) => items
                    .iter()
                    .find(|item| item.name.text == name.text)
                    .map_or(Type::Any, |item| item.ty.clone()),
                _ => Type::Any,
            },
            Type::Fields(items) => items
                .iter()
                .find(|(written, _)| *written == name.text)
                .map_or(Type::Any, |(_, ty)| ty.clone()),
            _ => Type::Any,
        };
    }
    ty
}

fn enum_value(model: &Model, members: &[String], id: TypeId, value: &str) -> String {
    let TypeKind::Enum(values) = &model.types[id].kind else { return value.to_string() };
    let at = values.iter().position(|it| it.text == value);
    at.map_or_else(|| value.to_string(), |at| members[at].clone())
}
