//! What passes between wfc and a plugin: the specification as JSON in, files as JSON out.

mod describe;
mod expression;
pub mod spec;

use super::{Duty, File, Generated, Owner, Subject, header};
use crate::source::Position;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use spec::Specification;
use std::collections::BTreeMap;

/// Grows when something is renamed or removed; what is only added leaves it as it is.
pub const VERSION: u32 = 1;

/// What a plugin reads from its standard input.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Question {
    pub version: u32,
    pub specification: Specification,
}

/// What a plugin writes to its standard output.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The version it was written for: 1.
    pub version: u32,
    /// Why nothing can be generated. Everything else is ignored then.
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub files: Vec<AnsweredFile>,
    /// What somebody has to write by hand. Those that are new since the last time are told.
    #[serde(default)]
    pub duties: Vec<AnsweredDuty>,
    /// Said to the user, each on a line.
    #[serde(default)]
    pub notes: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnsweredFile {
    /// From the folder of the project, with `/` between its parts.
    pub path: String,
    pub text: String,
    #[serde(default)]
    pub owner: AnsweredOwner,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredOwner {
    /// Written anew each time; says so in its first line, where its language has comments.
    #[default]
    Generated,
    /// Written once.
    User,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnsweredDuty {
    /// Its name, which stays the same as long as the duty does.
    pub what: String,
    /// The file it belongs in.
    pub file: String,
}

/// What a plugin has made.
#[derive(Debug, Default)]
pub struct Answered {
    pub generated: Generated,
    pub notes: Vec<String>,
}

/// What a plugin is told; `place` gives the file and position of a byte.
pub fn question(subject: &Subject, place: &dyn Fn(crate::source::Span) -> (String, Position)) -> String {
    let specification = describe::specification(subject, place);
    let question = Question { version: VERSION, specification };
    // INVARIANT: maps with strings as keys can always be written.
    serde_json::to_string(&question).expect("a specification is JSON") + "\n"
}

/// Reads an answer, or says what is wrong with it.
pub fn answer(text: &str) -> Result<Answered, String> {
    if text.trim().is_empty() {
        return Err("it has answered nothing".to_string());
    }
    let answer: Answer =
        serde_json::from_str(text).map_err(|error| format!("its answer cannot be read: {error}"))?;
    if answer.version != VERSION {
        return Err(format!("it answers in version {}, and {VERSION} is spoken here", answer.version));
    }
    if let Some(error) = answer.error {
        return Err(error);
    }
    let mut files = BTreeMap::new();
    for AnsweredFile { path, text, owner } in answer.files {
        let (text, owner) = match owner {
            AnsweredOwner::Generated => (header::with(&path, &text), Owner::Generated),
            AnsweredOwner::User => (text, Owner::User),
        };
        if files.insert(path.clone(), File { text, owner }).is_some() {
            return Err(format!("it answers `{path}` twice"));
        }
    }
    let duties = answer.duties.into_iter().map(|AnsweredDuty { what, file }| Duty { what, file });
    let mut generated = Generated { files, duties: duties.collect(), findings: Vec::new() };
    generated.duties.sort();
    generated.duties.dedup();
    Ok(Answered { generated, notes: answer.notes })
}

/// The JSON Schema of both.
pub fn schema() -> String {
    let schema = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What passes between wfc and a plugin",
        "description": "A plugin reads a `Question` from its standard input and writes an `Answer` to its standard output.",
        "anyOf": [{ "$ref": "#/$defs/Question" }, { "$ref": "#/$defs/Answer" }],
        "$defs": definitions(),
    });
    serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
}

fn definitions() -> serde_json::Map<String, serde_json::Value> {
    // What wfc writes and what it reads are different promises: which fields may be missing.
    let mut written = SchemaSettings::draft2020_12().for_serialize().into_generator();
    written.subschema_for::<Question>();
    let mut read = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    read.subschema_for::<Answer>();
    let mut definitions = written.take_definitions(true);
    definitions.extend(read.take_definitions(true));
    definitions.sort_keys();
    definitions
}
