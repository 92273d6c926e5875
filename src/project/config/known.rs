//! The names of rules that a configuration may speak of.

use super::mistake::Mistake;
use super::spanned::Spanned;
use crate::compile;
use crate::finding::suggest;
use schemars::{Schema, SchemaGenerator, json_schema};

/// Sorted.
pub fn rules() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&'static str> = compile::rules().into_iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.into_iter()
}

/// What is wrong with the name of a rule, if anything is.
pub fn mistake(name: &Spanned<String>) -> Option<Mistake> {
    if rules().any(|known| known == name.value) {
        return None;
    }
    let mistake = Mistake::new(name.span, format!("there is no rule `{}`", name.value));
    Some(match suggest::nearest(&name.value, rules()) {
        Some(near) => mistake.help(format!("did you mean `{near}`?")),
        None => mistake.help("`wfc rules` lists them all"),
    })
}

pub fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": rules().collect::<Vec<_>>() })
}
