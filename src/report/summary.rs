//! The last line of a run: how much was found, and how much of it is not shown.

use super::paint::{Paint, Style};
use super::selection::Selected;
use crate::finding::{Finding, Safety, Severity};

/// `2 errors, 1 warning in 3 files (4 more hidden: --profile strict shows them)`
pub fn summary(selected: &Selected, n_files: usize, n_allowed: usize, paint: &Paint) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let n = selected.shown.iter().filter(|finding| finding.severity == severity).count();
            let text = match severity {
                Severity::Error => plural(n, "error"),
                Severity::Warning => plural(n, "warning"),
                Severity::Info => format!("{n} info"),
            };
            (n > 0).then(|| paint.style(Style::Severity(severity), &text))
        })
        .collect();
    let counts = if counts.is_empty() { "no findings".to_string() } else { counts.join(", ") };

    let mut asides: Vec<String> = Vec::new();
    if let Some(remedy) = selected.remedy {
        let them = if selected.n_hidden == 1 { "it" } else { "them" };
        let more = if selected.shown.is_empty() { "" } else { " more" };
        asides.push(format!("{}{more} hidden: {remedy} shows {them}", selected.n_hidden));
    }
    if n_allowed > 0 {
        asides.push(format!("{n_allowed} allowed"));
    }
    if selected.n_known > 0 {
        asides.push(format!("{} in the baseline", selected.n_known));
    }
    if selected.n_untouched > 0 {
        asides.push(format!("{} not touched by the change", selected.n_untouched));
    }
    if selected.n_off > 0 {
        asides.push(format!("{} turned off", selected.n_off));
    }
    let asides = if asides.is_empty() { String::new() } else { format!(" ({})", asides.join("; ")) };
    format!("{counts} in {}{}", plural(n_files, "file"), paint.style(Style::Quiet, &asides))
}

/// `1 can be mended by --fix, 2 more by --fix --unsafe-fixes`; nothing where none can.
pub fn fixable(shown: &[Finding]) -> Option<String> {
    let is_safe = |finding: &&Finding| finding.fixes.iter().any(|fix| fix.safety == Safety::Safe);
    let n_safe = shown.iter().filter(is_safe).count();
    let n_daring = shown.iter().filter(|finding| !finding.fixes.is_empty()).count() - n_safe;
    Some(match (n_safe, n_daring) {
        (0, 0) => return None,
        (safe, 0) => format!("{safe} can be mended by --fix"),
        (0, daring) => format!("{daring} can be mended by --fix --unsafe-fixes"),
        (safe, daring) => format!("{safe} can be mended by --fix, {daring} more by --fix --unsafe-fixes"),
    })
}

/// `fixed 3 findings in 2 files`
pub fn fixed(verb: &str, n_fixed: usize, n_files: usize) -> String {
    format!("{verb} {} in {}", plural(n_fixed, "finding"), plural(n_files, "file"))
}

fn plural(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::source::{FileId, Span};

    #[test]
    fn counts_what_is_shown_hidden_and_allowed() {
        let finding = catalog::rules()[0].at(Span::new(FileId(0), 0, 0), "");
        let selected = Selected {
            shown: [Severity::Error, Severity::Error, Severity::Warning]
                .map(|level| finding.clone().severity(level))
                .to_vec(),
            n_hidden: 4,
            remedy: Some("--profile strict"),
            ..Selected::default()
        };
        let text = summary(&selected, 3, 2, &Paint::plain());
        assert_eq!(
            text,
            "2 errors, 1 warning in 3 files (4 more hidden: --profile strict shows them; 2 allowed)"
        );
        let known = Selected { n_known: 500, n_untouched: 2, n_off: 3, ..Selected::default() };
        let text = summary(&known, 9, 0, &Paint::plain());
        assert_eq!(
            text,
            "no findings in 9 files (500 in the baseline; 2 not touched by the change; 3 turned off)"
        );
        let hidden = Selected { n_hidden: 1, remedy: Some("--profile audit"), ..Selected::default() };
        let text = summary(&hidden, 1, 0, &Paint::plain());
        assert_eq!(text, "no findings in 1 file (1 hidden: --profile audit shows it)");
        assert_eq!(summary(&Selected::default(), 1, 0, &Paint::plain()), "no findings in 1 file");
    }
}
