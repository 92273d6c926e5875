//! What wfc can mend by itself, as changes of files.

use super::{Artifact, Message, Region, artifact, region};
use crate::finding::{Edit, Fix};
use crate::report::{Report, json};
use crate::source::FileId;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mend {
    description: Message,
    artifact_changes: Vec<Change>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Content,
}

#[derive(Serialize)]
struct Content {
    text: String,
}

#[derive(Serialize)]
struct Properties {
    safety: &'static str,
}

pub fn mend(fix: &Fix, report: &Report) -> Mend {
    // The edits are sorted, so that those of a file stand together.
    let edits = fix.edits(report.sources);
    let of_files = edits.chunk_by(|a, b| a.span.file == b.span.file);
    Mend {
        description: Message::from(fix.title.as_str()),
        artifact_changes: of_files.map(|edits| change(edits[0].span.file, edits, report)).collect(),
        properties: Properties { safety: json::safety(fix.safety) },
    }
}

fn change(file: FileId, edits: &[Edit], report: &Report) -> Change {
    let replacement = |edit: &Edit| Replacement {
        deleted_region: region(edit.span, report.sources),
        inserted_content: Content { text: edit.text.clone() },
    };
    Change {
        artifact_location: artifact(file, report),
        replacements: edits.iter().map(replacement).collect(),
    }
}
