//! Every fix that a case's findings offer does what it promises: the text can be read, what was
//! formatted stays so, the finding is gone, and no error is new.

use super::{check, settings};
use libtest_mimic::Failed;
use std::collections::BTreeMap;
use wfc::compile::{Formatted, formatted, mended};
use wfc::finding::{Finding, Severity};
use wfc::source::Sources;

/// Holds every fix that is offered for these files to that.
pub fn hold(sources: &Sources) -> Result<(), Failed> {
    let findings = check(sources)?;
    for finding in &findings {
        for fix in &finding.fixes {
            let what = || format!("{}: {:?} of {:?}", finding.rule.name, fix.title, finding.message);
            let Some(after) = mended(sources, settings(), finding, fix) else {
                return Err(format!("{} is refused; it gives\n\n{}", what(), raw(sources, fix)).into());
            };
            promises(sources, &findings, finding, &after).map_err(|why| format!("{}: {why}", what()))?;
        }
    }
    Ok(())
}

fn promises(
    before: &Sources,
    findings: &[Finding],
    finding: &Finding,
    after: &Sources,
) -> Result<(), String> {
    for (id, file) in after.iter().filter(|(id, file)| before.get(*id).text != file.text) {
        match (formatted(id, before.get(id)), formatted(id, file)) {
            (Formatted::Text(was), Formatted::Text(is)) => {
                if *was == *before.get(id).text && *is != *file.text {
                    return Err(format!("no longer formatted:\n\n{}", file.text));
                }
            }
            (_, Formatted::Damaged(_)) => return Err(format!("cannot be read:\n\n{}", file.text)),
            (Formatted::Damaged(_), _) => return Err("a damaged file was changed".to_string()),
        }
    }
    let remaining = check(after).map_err(|failed| format!("{:?}", failed.message()))?;
    let (was, is) = (counted(findings), counted(&remaining));
    let key = (finding.rule.name, finding.entity.clone());
    if is.get(&key) >= was.get(&key) {
        return Err("the finding is still there".to_string());
    }
    for error in remaining.iter().filter(|it| it.severity == Severity::Error) {
        let key = (error.rule.name, error.entity.clone());
        if is.get(&key) > was.get(&key) {
            return Err(format!("brings {}: {}", error.rule.name, error.message));
        }
    }
    Ok(())
}

fn counted(findings: &[Finding]) -> BTreeMap<(&'static str, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.rule.name, finding.entity.clone())).or_default() += 1;
    }
    counts
}

/// The files with the fix made, as it is and unchecked.
fn raw(sources: &Sources, fix: &wfc::finding::Fix) -> String {
    let mut texts: BTreeMap<_, String> =
        sources.iter().map(|(id, file)| (id, file.text.to_string())).collect();
    let edits = fix.edits(sources);
    for edit in edits.iter().rev() {
        if let Some(text) = texts.get_mut(&edit.span.file) {
            text.replace_range(edit.span.range(), &edit.text);
        }
    }
    edits.first().and_then(|edit| texts.remove(&edit.span.file)).unwrap_or_default()
}
