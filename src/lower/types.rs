//! Types: from what is written to what is meant, which fits where, and how they are called in messages.

use super::system::{Known, System};
use crate::model::{Model, Type, TypeKind};
use crate::syntax::ast;

/// How deep `list of` is followed; beyond it nobody means it.
const MAX_LISTS: u32 = 16;

pub(super) fn resolve(sys: &mut System, file: usize, written: &ast::TypeRef) -> Type {
    let mut ty = match builtin(&written.name.text) {
        Some(ty) => ty,
        None => match sys.find_type(file, &written.name.text) {
            Some(Known::Type(id)) => Type::Declared(id),
            Some(Known::Service(id)) => Type::Service(id),
            None => {
                super::unknown::type_name(sys, file, &written.name);
                Type::Any
            }
        },
    };
    if written.optional {
        ty = Type::Optional(Box::new(ty));
    }
    for _ in 0..written.lists.min(MAX_LISTS) {
        ty = Type::List(Box::new(ty));
    }
    ty
}

pub(super) const BUILTIN: [&str; 9] =
    ["string", "int", "decimal", "bool", "date", "time", "duration", "any", "list"];

fn builtin(name: &str) -> Option<Type> {
    Some(match name {
        "string" => Type::String,
        "int" => Type::Int,
        "decimal" => Type::Decimal,
        "bool" => Type::Bool,
        "date" => Type::Date,
        "time" => Type::Time,
        "duration" => Type::Duration,
        "any" => Type::Any,
        _ => return None,
    })
}

/// Whether a value of type `have` may stand where `want` is needed.
pub(super) fn fits(have: &Type, want: &Type) -> bool {
    match (have, want) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Nothing, Type::Optional(_)) => true,
        (Type::Optional(have), Type::Optional(want)) => fits(have, want),
        (have, Type::Optional(want)) => fits(have, want),
        (Type::Int | Type::Percent, Type::Decimal) | (Type::Date, Type::Time) => true,
        (Type::List(have), Type::List(want)) => **have == Type::Nothing || fits(have, want),
        (Type::Fields(have), Type::Fields(want)) => have == want,
        (have, want) => have == want,
    }
}

/// Whether the two can be compared at all: either fits the other, absence aside.
pub(super) fn comparable(left: &Type, right: &Type) -> bool {
    let (left, right) = (present(left), present(right));
    *left == Type::Nothing || *right == Type::Nothing || fits(left, right) || fits(right, left)
}

/// The type without its `?`.
pub(super) fn present(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}

pub(super) fn optional(ty: Type) -> Type {
    match ty {
        Type::Any | Type::Optional(_) | Type::Nothing => ty,
        other => Type::Optional(Box::new(other)),
    }
}

/// One type for a value that is sometimes the one and sometimes the other.
pub(super) fn either(left: Type, right: Type) -> Type {
    match (left, right) {
        (Type::Nothing, other) | (other, Type::Nothing) => optional(other),
        (left, right) if fits(&right, &left) => left,
        (left, right) if fits(&left, &right) => right,
        _ => Type::Any,
    }
}

/// As it is written.
pub(super) fn print(model: &Model, ty: &Type) -> String {
    match ty {
        Type::Any => "any".into(),
        Type::String => "string".into(),
        Type::Int => "int".into(),
        Type::Decimal => "decimal".into(),
        Type::Bool => "bool".into(),
        Type::Date => "date".into(),
        Type::Time => "time".into(),
        Type::Duration => "duration".into(),
        Type::Percent => "percentage".into(),
        Type::Declared(id) => model.types[*id].name.text.to_string(),
        Type::Service(id) => model.services[*id].name.text.to_string(),
        Type::List(inner) => format!("list of {}", print(model, inner)),
        Type::Optional(inner) => format!("{}?", print(model, inner)),
        Type::Nothing => "none".into(),
        Type::Fields(_) => "the fields of an end".into(),
    }
}

/// The names that can be read behind a dot, for suggestions.
pub(super) fn field_names(model: &Model, ty: &Type) -> Vec<String> {
    match present(ty) {
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Record(fields) => fields.iter().map(|field| field.name.text.to_string()).collect(),
            TypeKind::Id | TypeKind::Enum(_) => Vec::new(),
        },
        Type::Fields(fields) => fields.iter().map(|(name, _)| name.to_string()).collect(),
        Type::List(_) => vec!["count".into()],
        _ => Vec::new(),
    }
}

/// The type of field `name`; `None` where the type has none of that name.
pub(super) fn field(model: &Model, ty: &Type, name: &str) -> Option<Type> {
    match ty {
        Type::Any => Some(Type::Any),
        Type::Declared(id) => match &model.types[*id].kind {
            TypeKind::Record(fields) => {
                fields.iter().find(|field| field.name.text == name).map(|field| field.ty.clone())
            }
            TypeKind::Id | TypeKind::Enum(_) => None,
        },
        Type::Fields(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, ty)| ty.clone()),
        _ => None,
    }
}
