//! Example values: the same for the same type each time.

use super::layout::{Doc, call, record, text};
use super::spell::Spelling;
use crate::model::{Field, Model, Type, TypeKind};
use serde_json::{Map, Value, json};

/// How deep records are followed that contain themselves.
const DEEPEST: usize = 6;

/// An object with an example for each field.
pub fn object(model: &Model, fields: &[Field]) -> Value {
    let example = |field: &Field| {
        let name = field.name.text.as_str();
        (name.to_string(), value(model, &field.ty, name, 0))
    };
    Value::Object(fields.iter().map(example).collect::<Map<_, _>>())
}

/// An example of a type, for a field of that name.
pub fn value(model: &Model, ty: &Type, name: &str, depth: usize) -> Value {
    match ty {
        Type::Any => json!({}),
        Type::String => json!(name),
        Type::Int => json!(1),
        Type::Decimal => json!("100"),
        Type::Percent => json!("0.05"),
        Type::Bool => json!(true),
        Type::Date => json!("2099-01-31"),
        Type::Time => json!("2099-01-31T12:00:00Z"),
        Type::Duration => json!("PT1H"),
        Type::Nothing => Value::Null,
        Type::Service(id) => {
            json!(format!("{}-1", crate::generate::names::crate_name(&model.services[*id].name.text)))
        }
        Type::Optional(_) if depth > DEEPEST => Value::Null,
        Type::Optional(inner) => value(model, inner, name, depth + 1),
        Type::List(_) if depth > DEEPEST => json!([]),
        Type::List(inner) => match &**inner {
            Type::Service(id) => {
                let service = crate::generate::names::crate_name(&model.services[*id].name.text);
                json!([format!("{service}-1"), format!("{service}-2")])
            }
            inner => json!([value(model, inner, name, depth + 1)]),
        },
        Type::Fields(fields) => {
            let fields =
                fields.iter().map(|(name, ty)| (name.to_string(), value(model, ty, name, depth + 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Id => json!(format!("{}-1", crate::generate::names::crate_name(name))),
            TypeKind::Enum(values) => values.first().map_or(Value::Null, |value| json!(value.text.as_str())),
            TypeKind::Record(fields) => {
                let fields = fields.iter().map(|field| {
                    let name = field.name.text.as_str();
                    (name.to_string(), value(model, &field.ty, name, depth + 1))
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
        },
    }
}

/// The same in Rust.
pub fn rust(model: &Model, names: &Spelling, ty: &Type, name: &str, depth: usize) -> Doc {
    let quoted = |text: &str| crate::generate::text::rust(text);
    match ty {
        Type::Any => text("serde_json::Value::Null"),
        Type::String => text(format!("{}.to_string()", quoted(name))),
        Type::Int => text("1"),
        Type::Decimal => text("rust_decimal::Decimal::new(100, 0)"),
        Type::Percent => text("rust_decimal::Decimal::new(5, 2)"),
        Type::Bool => text("true"),
        Type::Date => text("jiff::civil::date(2099, 1, 31)"),
        Type::Time => text("jiff::Timestamp::MAX"),
        Type::Duration => text("jiff::SignedDuration::from_hours(1)"),
        Type::Nothing => text("()"),
        Type::Service(id) => {
            let address = format!("{}-1", crate::generate::names::crate_name(&model.services[*id].name.text));
            call(
                format!("types::{}", names.address(*id)),
                vec![text(format!("{}.to_string()", quoted(&address)))],
            )
        }
        Type::Optional(_) if depth > DEEPEST => text("None"),
        Type::Optional(inner) => call("Some", vec![rust(model, names, inner, name, depth + 1)]),
        Type::List(_) if depth > DEEPEST => text("Vec::new()"),
        Type::List(inner) => {
            let items = vec![rust(model, names, inner, name, depth + 1)];
            Doc::List { open: "vec![".into(), items, close: "]".into(), spaced: false }
        }
        Type::Fields(_) => text("Default::default()"),
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Id => {
                let id_text = format!("{}-1", crate::generate::names::crate_name(name));
                call(
                    format!("types::{}", names.ty(*id)),
                    vec![text(format!("{}.to_string()", quoted(&id_text)))],
                )
            }
            TypeKind::Enum(_) => match names.members(*id).first() {
                Some(first) => text(format!("types::{}::{first}", names.ty(*id))),
                None => text("Default::default()"),
            },
            TypeKind::Record(fields) => {
                let items: Vec<Doc> = fields
                    .iter()
                    .zip(names.members(*id))
                    .map(|(field, spelled)| {
                        let value = rust(model, names, &field.ty, &field.name.text, depth + 1);
                        Doc::Row(vec![text(format!("{spelled}: ")), value])
                    })
                    .collect();
                let path = format!("types::{}", names.ty(*id));
                if items.is_empty() { text(format!("{path} {{}}")) } else { record(path, items) }
            }
        },
    }
}
