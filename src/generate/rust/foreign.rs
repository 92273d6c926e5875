//! A crate for pieces of other languages in a specification: a function for each, which the user writes.

use super::spell::Spelling;
use crate::generate::template::{Broken, Templates};
use crate::generate::{Duty, Generated, text};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Foreign {
    functions: Vec<Function>,
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    language: String,
    lines: Vec<String>,
    quoted: String,
}

const FOLDER: &str = "crates/foreign";

/// Gives whether there is such a crate.
pub fn add(generated: &mut Generated, names: &Spelling, templates: &Templates) -> Result<bool, Broken> {
    let functions: Vec<Function> = names
        .all_foreign()
        .map(|(language, code, name)| Function {
            name: name.to_string(),
            language: text::one_line(language),
            lines: text::doc_lines(code),
            quoted: text::rust(name),
        })
        .collect();
    if functions.is_empty() {
        return Ok(false);
    }
    let file = format!("{FOLDER}/src/lib.rs");
    for function in &functions {
        generated.duties.push(Duty { what: format!("foreign::{}", function.name), file: file.clone() });
    }
    let foreign = Foreign { functions };
    generated.hand_over(format!("{FOLDER}/Cargo.toml"), templates.print("rust/foreign.toml", &foreign)?);
    generated.hand_over(file, templates.print("rust/foreign_lib.rs", &foreign)?);
    Ok(true)
}
