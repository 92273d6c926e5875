//! Types as JSON schemas: what generated services write, and take.

use super::messages::Spelling;
use crate::model::{Field, Model, Type, TypeId, TypeKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The declared types that these fields are made of, and those are made of in turn.
pub(super) fn needed<'m>(
    model: &'m Model,
    spelling: &Spelling,
    fields: impl Iterator<Item = &'m Vec<Field>>,
) -> Map<String, Value> {
    let mut open: Vec<TypeId> = fields.flatten().filter_map(|field| declared(&field.ty)).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id)
            && let TypeKind::Record(fields) = &model.types[id].kind
        {
            open.extend(fields.iter().filter_map(|field| declared(&field.ty)));
        }
    }
    let schema = |id: TypeId| {
        let ty = &model.types[id];
        let mut schema = match &ty.kind {
            TypeKind::Record(own) => self::fields(spelling, own),
            TypeKind::Id => json!({ "type": "string", "minLength": 1 }),
            TypeKind::Enum(values) => {
                let values: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
                json!({ "type": "string", "enum": values })
            }
        };
        if !ty.doc.trim().is_empty() {
            schema["description"] = ty.doc.trim().into();
        }
        (spelling.ty(id).to_string(), schema)
    };
    found.into_iter().map(schema).collect()
}

/// The declared type inside of lists and optional values.
fn declared(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Declared(id) => Some(*id),
        Type::List(inner) | Type::Optional(inner) => declared(inner),
        _ => None,
    }
}

/// An object with these fields. More of them are no mistake: a later version may have them.
pub(super) fn fields(spelling: &Spelling, fields: &[Field]) -> Value {
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    for field in fields {
        let mut schema = schema(spelling, &field.ty);
        if !field.doc.trim().is_empty() {
            // Beside a reference nothing else is read.
            schema = match schema.get("$ref") {
                Some(_) => json!({ "allOf": [schema] }),
                None => schema,
            };
            schema["description"] = field.doc.trim().into();
        }
        properties.insert(field.name.text.to_string(), schema);
        if !matches!(field.ty, Type::Optional(_)) {
            required.push(&field.name.text);
        }
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    object
}

fn schema(spelling: &Spelling, ty: &Type) -> Value {
    let formatted = |format: &str| json!({ "type": "string", "format": format });
    match ty {
        Type::Any => json!({}),
        Type::String | Type::Service(_) => json!({ "type": "string" }),
        Type::Int => json!({ "type": "integer", "format": "int64" }),
        Type::Decimal | Type::Percent => formatted("decimal"),
        Type::Bool => json!({ "type": "boolean" }),
        Type::Date => formatted("date"),
        Type::Time => formatted("date-time"),
        Type::Duration => formatted("duration"),
        Type::Declared(id) => json!({ "$ref": format!("#/components/schemas/{}", spelling.ty(*id)) }),
        Type::List(inner) => json!({ "type": "array", "items": schema(spelling, inner) }),
        Type::Optional(inner) => json!({ "anyOf": [schema(spelling, inner), { "type": "null" }] }),
        Type::Nothing => json!({ "type": "null" }),
        // Events have declared fields; what a workflow gives is of no event.
        Type::Fields(_) => json!({ "type": "object" }),
    }
}
