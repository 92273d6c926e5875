//! What messages look like: their fields, and whether what one version writes the other one can read.

use crate::model::{Field, Model, Type, TypeId, TypeKind};
use std::collections::BTreeSet;

/// Types in types are followed so deep; nobody nests records deeper, and circles have to end.
const DEEP: u32 = 8;

/// The fields of a message as words: `order: OrderId`.
pub fn fields(model: &Model, fields: &[Field]) -> BTreeSet<String> {
    fields_as(model, fields, &|id| model.types[id].name.text.to_string())
}

/// The same, where `name` tells what a type is called.
pub fn fields_as(model: &Model, fields: &[Field], name: &dyn Fn(TypeId) -> String) -> BTreeSet<String> {
    let word = |field: &Field| format!("{}: {}", field.name.text, written_as(model, &field.ty, name));
    fields.iter().map(word).collect()
}

/// The parts of a type as words; nothing for an opaque key.
pub fn shape_of_type(model: &Model, ty: TypeId) -> BTreeSet<String> {
    match &model.types[ty].kind {
        TypeKind::Record(parts) => fields(model, parts),
        TypeKind::Enum(values) => values.iter().map(|value| value.text.to_string()).collect(),
        TypeKind::Id => BTreeSet::new(),
    }
}

/// A type as it is written.
pub fn written(model: &Model, ty: &Type) -> String {
    written_as(model, ty, &|id| model.types[id].name.text.to_string())
}

fn written_as(model: &Model, ty: &Type, name: &dyn Fn(TypeId) -> String) -> String {
    match ty {
        Type::Any => "any".to_string(),
        Type::String => "string".to_string(),
        Type::Int => "int".to_string(),
        Type::Decimal => "decimal".to_string(),
        Type::Bool => "bool".to_string(),
        Type::Date => "date".to_string(),
        Type::Time => "time".to_string(),
        Type::Duration => "duration".to_string(),
        Type::Percent => "percent".to_string(),
        Type::Nothing => "nothing".to_string(),
        Type::Declared(id) => name(*id),
        Type::Service(id) => model.service_name(*id).to_string(),
        Type::List(inner) => format!("list of {}", written_as(model, inner, name)),
        Type::Optional(inner) => format!("{}?", written_as(model, inner, name)),
        Type::Fields(fields) => {
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            format!("({})", names.join(", "))
        }
    }
}

/// Whether what `writer` sends can be read as what `reader` expects. Names of types do not travel; the
/// names of fields and of the values of an enum do.
pub fn can_be_read((writer, sent): (&Model, &Type), (reader, expected): (&Model, &Type)) -> bool {
    fits((writer, sent), (reader, expected), DEEP)
}

fn fits((writer, sent): (&Model, &Type), (reader, expected): (&Model, &Type), deep: u32) -> bool {
    if deep == 0 {
        return true;
    }
    match (sent, expected) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Optional(a), Type::Optional(b)) => fits((writer, a), (reader, b), deep - 1),
        (_, Type::Optional(b)) => *sent == Type::Nothing || fits((writer, sent), (reader, b), deep - 1),
        (Type::Optional(_), _) => false,
        (Type::Int, Type::Decimal) => true,
        (Type::List(a), Type::List(b)) => fits((writer, a), (reader, b), deep - 1),
        (Type::Declared(a), Type::Declared(b)) => match (&writer.types[*a].kind, &reader.types[*b].kind) {
            (TypeKind::Id, TypeKind::Id) => true,
            (TypeKind::Enum(a), TypeKind::Enum(b)) => {
                a.iter().all(|value| b.iter().any(|known| known.text == value.text))
            }
            (TypeKind::Record(a), TypeKind::Record(b)) => {
                b.iter().all(|wanted| misfit((writer, a), (reader, wanted), deep - 1).is_none())
            }
            _ => false,
        },
        (Type::Service(a), Type::Service(b)) => writer.service_name(*a) == reader.service_name(*b),
        (Type::Fields(a), Type::Fields(b)) => b.iter().all(|(name, ty)| {
            a.iter().any(|(other, sent)| other == name && fits((writer, sent), (reader, ty), deep - 1))
        }),
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// Why a field cannot be read from what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    Missing,
    OtherType,
}

/// Whether one field that a reader wants is in what is sent, in a form that it can read.
pub fn field_in(sent: (&Model, &[Field]), wanted: (&Model, &Field)) -> Option<Misfit> {
    misfit(sent, wanted, DEEP)
}

fn misfit(
    (writer, sent): (&Model, &[Field]),
    (reader, wanted): (&Model, &Field),
    deep: u32,
) -> Option<Misfit> {
    match sent.iter().find(|field| field.name.text == wanted.name.text) {
        Some(field) if fits((writer, &field.ty), (reader, &wanted.ty), deep) => None,
        Some(_) => Some(Misfit::OtherType),
        None if matches!(wanted.ty, Type::Optional(_) | Type::Any) => None,
        None => Some(Misfit::Missing),
    }
}
