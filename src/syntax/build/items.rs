//! What stands at the top of a file: `use`, types, services, workflows.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::tokens::{name, next_name, next_quoted};
use super::{Builder, Children, contracts, workflows};

/// The item inside of a `one_item`.
pub(super) fn item(b: &mut Builder, whole: Pair) -> Item {
    let mut children = Children::of(whole);
    let pair = children.next();
    let doc = b.doc(&pair);
    match pair.as_rule() {
        Rule::use_file => Item::Use(use_file(b, pair)),
        Rule::record => Item::Record(record(b, doc, pair)),
        Rule::id_type => Item::Id(id_type(b, doc, pair)),
        Rule::enumeration => Item::Enumeration(enumeration(b, doc, pair)),
        Rule::service => Item::Service(contracts::service(b, doc, pair)),
        Rule::workflow => Item::Workflow(workflows::workflow(b, doc, pair)),
        _ => Item::Bad(b.hole(&pair)),
    }
}

fn use_file(b: &mut Builder, pair: Pair) -> Use {
    let span = b.span(&pair);
    Use { path: next_quoted(b, &mut Children::of(pair)), span }
}

fn record(b: &mut Builder, doc: Doc, pair: Pair) -> Record {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let name = next_name(b, &mut children);
    Record { doc, name, fields: fields(b, &mut children), allows: allows(b, &mut children), span }
}

fn id_type(b: &mut Builder, doc: Doc, pair: Pair) -> IdType {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    IdType { doc, name: next_name(b, &mut children), allows: allows(b, &mut children), span }
}

fn enumeration(b: &mut Builder, doc: Doc, pair: Pair) -> Enumeration {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let enum_name = next_name(b, &mut children);
    let mut values = Vec::new();
    while let Some(value) = children.take(Rule::field_name) {
        values.push(name(b, &value));
    }
    Enumeration { doc, name: enum_name, values, allows: allows(b, &mut children), span }
}

/// The fields that come next, if any.
pub(super) fn fields(b: &mut Builder, children: &mut Children) -> Vec<Field> {
    let mut fields = Vec::new();
    while let Some(pair) = children.take(Rule::field) {
        fields.push(field(b, pair));
    }
    fields
}

fn field(b: &mut Builder, pair: Pair) -> Field {
    let whole = b.span(&pair);
    let doc = b.doc(&pair);
    let mut children = Children::of(pair);
    let name = next_name(b, &mut children);
    let ty = type_ref(b, children.next());
    Field { doc, span: name.span.to(whole), name, ty }
}

pub(super) fn type_ref(b: &mut Builder, pair: Pair) -> TypeRef {
    let span = b.span(&pair);
    let mut children = Children::of(pair);
    let mut lists = 0;
    while children.take(Rule::list_of).is_some() {
        lists += 1;
    }
    let name = next_name(b, &mut children);
    TypeRef { lists, name, optional: children.take(Rule::optional).is_some(), span }
}

/// What stands in the braces behind a type.
fn allows(b: &mut Builder, children: &mut Children) -> Vec<Allow> {
    let mut allows = Vec::new();
    while !children.is_empty() {
        let pair = children.next();
        match pair.as_rule() {
            Rule::allow => allows.push(contracts::allow(b, pair)),
            _ => {
                b.hole(&pair);
            }
        }
    }
    allows
}
