//! `wfc gen --style`: what is read is converted before anything is made of it.

use super::errors;
use crate::cli::Outcome;
use crate::cli::output::{Output, Unwritten};
use crate::compile::{self, Converting, Joined};
use crate::convert::Style;
use crate::finding::Severity;
use crate::project::{Loaded, Project};
use crate::report::human;
use crate::source::{FileId, SourceFile, Sources};

/// Replaces the texts by those in the wanted style: of one workflow, or of all that are in the other one.
pub fn convert(
    project: &Project,
    loaded: &mut Loaded,
    joined: &[Joined],
    workflow: Option<&str>,
    style: Style,
    output: &Output,
) -> Result<Outcome, Unwritten> {
    // Places are told in the text that somebody has written, while it is the one that is there.
    let mut wrong = errors(project, loaded);
    wrong.retain(|finding| compile::is_of_the_text(finding.rule));
    if !wrong.is_empty() {
        output.data(&human::report(&wrong, &loaded.sources, &output.stdout))?;
        output.note("nothing is generated from a specification with errors");
        return Ok(Outcome::Findings);
    }
    let names = match workflow {
        Some(name) => vec![name.to_string()],
        None => compile::in_other_style(&loaded.sources, joined, style),
    };
    for name in names {
        // Who does not know the workflow, or knows two of them, is told so when it is to be generated.
        let Converting::Done { conversion, .. } =
            compile::convert(&loaded.sources, joined, Some(&name), style)
        else {
            continue;
        };
        output.stderr_text(&human::report(&conversion.findings, &loaded.sources, &output.stderr));
        if conversion.findings.iter().any(|finding| finding.severity == Severity::Error) {
            output.note(&format!("nothing is generated, because `{name}` has no other style"));
            return Ok(Outcome::Findings);
        }
        loaded.sources = replaced(&loaded.sources, &conversion.files);
    }
    Ok(Outcome::Clean)
}

fn replaced(sources: &Sources, changed: &[(FileId, String)]) -> Sources {
    let mut new = Sources::default();
    for (id, file) in sources.iter() {
        let text = changed.iter().find(|(other, _)| *other == id).map(|(_, text)| text.as_str());
        new.add(SourceFile::new(file.path.as_str(), text.unwrap_or(&file.text)));
    }
    new
}
