//! What stands at the top of a file: `use`, types, services, workflows.

use super::super::ast::*;
use super::super::grammar::Rule;
use super::tokens::{name, name_at, next_name, next_quoted};
use super::{Builder, Children, Pair, contracts, workflows};

pub(super) fn item(b: &mut Builder, pair: Pair) -> Item {
    let doc = b.doc(pair);
    match pair.as_rule() {
        Rule::use_file => Item::Use(use_file(b, pair)),
        Rule::record => Item::Record(record(b, doc, pair)),
        Rule::id_type => Item::Id(id_type(b, doc, pair)),
        Rule::enumeration => Item::Enumeration(enumeration(b, doc, pair)),
        Rule::service => Item::Service(contracts::service(b, doc, pair)),
        Rule::workflow => Item::Workflow(workflows::workflow(b, doc, pair)),
        _ => Item::Bad(b.hole(pair)),
    }
}

fn use_file(b: &mut Builder, pair: Pair) -> Use {
    let span = b.span(pair);
    Use { path: next_quoted(b, &mut pair.children()), span }
}

fn record(b: &mut Builder, doc: Doc, pair: Pair) -> Record {
    let span = b.span(pair);
    let mut children = pair.children();
    let name = next_name(b, &mut children);
    Record { doc, name, fields: fields(b, &mut children), allows: allows(b, &mut children), span }
}

fn id_type(b: &mut Builder, doc: Doc, pair: Pair) -> IdType {
    let span = b.span(pair);
    let mut children = pair.children();
    IdType { doc, name: next_name(b, &mut children), allows: allows(b, &mut children), span }
}

fn enumeration(b: &mut Builder, doc: Doc, pair: Pair) -> Enumeration {
    let span = b.span(pair);
    let mut children = pair.children();
    let enum_name = next_name(b, &mut children);
    let mut values = Vec::new();
    while let Some(value) = children.optional(Rule::field_name) {
        values.push(name(b, value));
    }
    Enumeration { doc, name: enum_name, values, allows: allows(b, &mut children), span }
}

/// The fields that come next, if any.
pub(super) fn fields(b: &mut Builder, children: &mut Children) -> Vec<Field> {
    optional_fields(b, children).unwrap_or_default()
}

pub(super) fn optional_fields(b: &mut Builder, children: &mut Children) -> Option<Vec<Field>> {
    let pair = children.optional(Rule::fields)?;
    Some(pair.children().map(|pair| field(b, pair)).collect())
}

fn field(b: &mut Builder, pair: Pair) -> Field {
    let whole = b.span(pair);
    let doc = b.doc(pair);
    let name = name_at(b, pair.start());
    let ty = type_ref(b, pair.children().demand());
    Field { doc, span: name.span.to(whole), name, ty }
}

pub(super) fn type_ref(b: &mut Builder, pair: Pair) -> TypeRef {
    let letters = b.letters(pair);
    let named = letters.trim_end_matches('?');
    // Two letters for each `list of`, and one for the name.
    let lists = named.chars().count() as u32 / 2;
    let length = named.chars().next_back().map_or(0, char::len_utf8);
    let name = name_at(b, pair.start() + named.len() - length);
    TypeRef { lists, name, optional: named.len() < letters.len(), span: b.span(pair) }
}

/// What stands in the braces behind a type.
fn allows(b: &mut Builder, children: &mut Children) -> Vec<Allow> {
    let mut allows = Vec::new();
    for pair in children {
        match pair.as_rule() {
            Rule::allow => allows.push(contracts::allow(b, pair)),
            _ => {
                b.hole(pair);
            }
        }
    }
    allows
}
