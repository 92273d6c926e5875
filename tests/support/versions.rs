//! Cases of two versions: one file that holds both, divided by lines such as `// file: old/orders.wfc` and
//! `// file: new/orders.wfc`. Beside it stands what wfc says about the difference.

use super::cases::{Case, Kind, cases_in, kind_of, strays};
use super::{compare, entries, file_name, layout, read, render, root};
use libtest_mimic::{Failed, Trial};
use wfc::compile::{Compared, compare_example};
use wfc::finding::Group;
use wfc::report::paint::Paint;
use wfc::report::paths::Paths;
use wfc::report::selection::{Selected, Selection, select};
use wfc::report::versions::{Versions, write};
use wfc::report::{Format, Report};

/// A folder for each rule, and one for what came and went.
pub fn trials() -> Vec<Trial> {
    let folder = root().join("tests/versions");
    let mut trials = Vec::new();
    for rule in wfc::catalog::rules().iter().filter(|rule| rule.group == Group::Versions) {
        let (folder, name) = (folder.join(rule.name), format!("versions/{}", rule.name));
        trials.push(Trial::test(format!("{name}/has both kinds"), move || {
            let cases = cases_in(&folder, &name);
            let kinds: Vec<Kind> = cases.iter().filter_map(|case| kind_of(case).ok()).collect();
            match kinds.contains(&Kind::Finds) && kinds.contains(&Kind::Silent) {
                true => Ok(()),
                false => {
                    Err("a case that begins with `// finds` and one with `// silent` must be there".into())
                }
            }
        }));
    }
    for folder in entries(&folder) {
        let rule = file_name(&folder).to_string();
        let name = format!("versions/{rule}");
        trials.push(strays(&folder, &name));
        for case in cases_in(&folder, &name) {
            let rule = rule.clone();
            trials.push(Trial::test(case.name.clone(), move || one_case(&rule, &case)));
        }
    }
    trials
}

fn one_case(rule: &str, case: &Case) -> Result<(), Failed> {
    let compared = compared(&read(&case.main)?)?;
    layout::hold(&compared.sources)?;
    let is_found = compared.diff.findings.iter().any(|finding| finding.rule.name == rule);
    let shown = shown(compared);
    if wfc::catalog::find(rule).is_some() {
        match (kind_of(case)?, is_found) {
            (Kind::Finds, false) => return Err(format!("{rule} must find something here:\n\n{shown}").into()),
            (Kind::Silent, true) => return Err(format!("{rule} must be silent here:\n\n{shown}").into()),
            (Kind::Finds, true) | (Kind::Silent, false) => {}
        }
    }
    compare(&case.expectation, &shown)
}

/// Compares the two versions in a text, and holds every finding to what all findings promise.
pub fn compared(text: &str) -> Result<Compared, Failed> {
    let compared = compare_example(text);
    if let Some(mistake) = compared.mistakes.first() {
        return Err(format!("a version has errors: {}", mistake.message).into());
    }
    let findings = compared.diff.findings.iter();
    let broken: Vec<String> =
        findings.filter_map(|it| render::broken_promise(it, &compared.sources)).collect();
    if broken.is_empty() { Ok(compared) } else { Err(broken.join("\n").into()) }
}

/// What came and went and the numbers, as the terminal shows them; and the findings.
fn shown(compared: Compared) -> String {
    let findings = render::findings(&compared.diff.findings, &compared.sources);
    let selected: Selected = select(Vec::new(), &Selection::default());
    let paths = Paths::default();
    let report = Report {
        selected: &selected,
        sources: &compared.sources,
        n_allowed: 0,
        fail_on: Selection::default().fail_on,
        paths: &paths,
    };
    let versions = Versions { old: "old", new: "new", diff: &compared.diff, is_same: false };
    format!("{}\n{findings}", write(&versions, &report, Format::Full, &Paint::plain()))
}
