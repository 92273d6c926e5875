//! `missing-import`: a `use` of a file that cannot be read.

use super::path;
use super::uses::UsedPath;
use crate::finding::{Confidence, Finding, Fix, Group, Profile, Rule, Severity, suggest};
use crate::source::{FileId, Sources, Span};

pub static MISSING_IMPORT: Rule = Rule {
    name: "missing-import",
    group: Group::Syntax,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a `use` of a file that does not exist or cannot be read.",
    why: "A file that is used brings the services and types that the rest of the file stands on. \
          Without it nearly every name in here would be unknown, so those findings are held back \
          until the file is found.",
    bad: "use \"contracts.wfc\"\n\nid OrderId\n",
    good: "id OrderId\n",
    help: "Correct the path. It is relative to the file the `use` stands in, not to the folder that \
           wfc was started in, and it is written with `/`.",
    example_language: "wfc",
};

/// The finding for `used` in `file`.
pub fn finding(sources: &Sources, file: FileId, used: &UsedPath) -> Finding {
    let using = &sources.get(file).path;
    let meant = path::resolve(using, &used.path);
    let span = Span::new(file, used.quoted.start, used.quoted.end);
    let finding = MISSING_IMPORT
        .at(span, "nothing to read here")
        .message(format!("file `{}` cannot be read", used.path))
        .entity(format!("use {meant}"));
    match nearest(sources, file, &used.path) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .fix(Fix::daring(format!("use `{near}`")).instead(span, format!("\"{near}\""))),
        None => finding.help(format!("it was looked for at `{meant}`")),
    }
}

/// The path, relative to `file`, of a file beside or below it whose name is near to `wanted`.
fn nearest<'a>(sources: &'a Sources, file: FileId, wanted: &str) -> Option<&'a str> {
    let folder = sources.get(file).path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let neighbours = sources.iter().filter(|(id, _)| *id != file).filter_map(|(_, other)| {
        let below = other.path.strip_prefix(folder)?;
        if folder.is_empty() { Some(below) } else { below.strip_prefix('/') }
    });
    suggest::nearest(wanted, neighbours)
}
