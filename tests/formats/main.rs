//! Every format of `wfc check`, given to whoever reads it: a schema, a parser, or the rules that its
//! reader publishes. One small case of two files is written out in full, for people to read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;
mod fixes;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;

use jsonschema::Validator;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use wfc::compile::{self, Settings};
use wfc::finding::{Profile, Severity};
use wfc::report::paint::Paint;
use wfc::report::paths::Paths;
use wfc::report::selection::{Selected, Selection, select};
use wfc::report::{self, Format, Report};
use wfc::source::{SourceFile, Sources};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Holds against the schema of that name in tests/schemas.
fn follows(schema: &str, value: &Value, name: &str) {
    static READ: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let read = || {
        let text = std::fs::read_to_string(root().join(format!("tests/schemas/{schema}.json"))).unwrap();
        Arc::new(jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap())
    };
    let validator = READ.lock().unwrap().entry(schema.to_string()).or_insert_with(read).clone();
    let errors: Vec<String> = validator.iter_errors(value).map(|it| it.to_string()).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

/// What wfc finds in one file, everything of it.
struct Found {
    name: String,
    sources: Sources,
    selected: Selected,
}

impl Found {
    fn in_text(name: &str, text: &str) -> Found {
        let mut sources = Sources::default();
        sources.add(SourceFile::new(name, text));
        let checked = compile::check(&sources, Settings::default());
        let selection =
            Selection { profile: Profile::Audit, fail_on: Severity::Warning, min_confidence: None };
        let mut selected = select(checked.findings, &selection);
        selected.accepted = checked.accepted;
        Found { name: name.to_string(), sources, selected }
    }

    fn written(&self, format: Format) -> String {
        let paths = Paths::default();
        let report = Report {
            selected: &self.selected,
            sources: &self.sources,
            n_allowed: 0,
            fail_on: Severity::Warning,
            paths: &paths,
        };
        report::write(&report, format, &Paint::plain())
    }
}

/// What wfc finds in every case of the rules, the syntax, the importers and the systems; and in a file
/// that was made to break formats.
fn everything() -> &'static [Found] {
    static ALL: LazyLock<Vec<Found>> = LazyLock::new(all);
    &ALL
}

fn all() -> Vec<Found> {
    let mut open: Vec<PathBuf> = ["syntax", "lower", "import", "rules", "systems"]
        .iter()
        .map(|it| root().join("tests").join(it))
        .collect();
    let mut found = vec![Found::in_text("a <b> & \"c\"\u{1b}[31m#%.wfc", HOSTILE)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| ["wfc", "json", "yaml"].iter().any(|it| end == *it))
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push(Found::in_text(&path.strip_prefix(root()).unwrap().to_string_lossy(), &text));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() > 500, "the cases have moved");
    found
}

/// Names that mean something to XML, to Markdown, to GitHub's commands, and to terminals.
const HOSTILE: &str = "service `]]>`
service `<a href=\"x\">&amp;` {
  command `::error::%0A|`() { idempotent by none }
  command `Über 🚀`() { fails `</failure>` }
}
workflow `*bold* [x](y) <!-- -->` {
  orchestrated by `]]>`
  success Ok
  failure `| a |`
  step `one\u{1b}[31m\u{202e}` = `<a href=\"x\">&amp;`.`::error::%0A|`() { retry forever }
  step two = `<a href=\"x\">&amp;`.`Über 🚀`() { on `</failure>` { end `| a |` } }
  end Ok
}
";
