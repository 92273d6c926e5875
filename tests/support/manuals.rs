//! The manual of every rule: its bad example yields exactly this rule, its good one nothing, and its
//! page is the one that would be generated today.

use super::{
    check, compare, entries, file_name, fixes, is_blessing, is_loud, layout, one_file, render, root,
    settings, versions,
};
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeSet;
use std::fs;
use wfc::finding::{Finding, Group, Rule, Severity};
use wfc::report::page::{self, Example};
use wfc::report::paint::Paint;
use wfc::report::{human, index};
use wfc::source::{SourceFile, Sources};

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for &rule in wfc::catalog::rules() {
        let name = rule.name;
        trials.push(Trial::test(format!("manuals/{name}/words"), move || words(rule)));
        trials.push(Trial::test(format!("manuals/{name}/bad"), move || bad(rule)));
        if rule.group != Group::Versions {
            trials.push(Trial::test(format!("fixes/manuals/{name}"), move || {
                fixes::hold(&example(rule, rule.bad))
            }));
        }
        trials.push(Trial::test(format!("manuals/{name}/layout"), move || {
            layout::hold(&example(rule, rule.bad))?;
            layout::hold(&example(rule, rule.good))
        }));
        trials.push(Trial::test(format!("manuals/{name}/good"), move || good(rule)));
        trials.push(Trial::test(format!("manuals/{name}/page"), move || {
            let (findings, sources) = judged(rule, rule.bad)?;
            let shown = Example { output: &terminal(&findings, &sources), findings: &findings };
            compare(&root().join(format!("docs/rules/{name}.md")), &page::markdown(rule, &shown))
        }));
    }
    trials.push(Trial::test("manuals/index", || {
        compare(&root().join("docs/rules/index.md"), &index::markdown(wfc::catalog::rules()))
    }));
    trials.push(Trial::test("manuals/no strays", strays));
    trials.push(Trial::test("manuals/names are sorted and differ", || {
        let names: Vec<&str> = wfc::catalog::rules().iter().map(|rule| rule.name).collect();
        let sorted: BTreeSet<&str> = names.iter().copied().collect();
        if names == sorted.into_iter().collect::<Vec<_>>() {
            Ok(())
        } else {
            Err(format!("{names:?}").into())
        }
    }));
    trials
}

/// What wfc finds in an example, or between the two versions in it.
fn judged(rule: &Rule, text: &str) -> Result<(Vec<Finding>, Sources), Failed> {
    if rule.group == Group::Versions {
        let compared = versions::compared(text)?;
        return Ok((compared.diff.findings, compared.sources));
    }
    let sources = example(rule, text);
    Ok((found(rule, &sources)?, sources))
}

/// A rule's example as a file of the language it is written in; as several, where lines such as
/// `// file: shop.wfc` divide it.
fn example(rule: &Rule, text: &str) -> Sources {
    if text.starts_with(FILE) {
        let mut sources = Sources::default();
        for part in text.split(FILE).skip(1) {
            let (name, text) = part.split_once('\n').unwrap_or((part, ""));
            sources.add(SourceFile::new(name.trim(), text));
        }
        return sources;
    }
    match rule.example_language {
        "json" => one_file("example.asl.json", text),
        _ => one_file("example.wfc", text),
    }
}

const FILE: &str = "// file: ";

/// What checking finds, and where the rule is about that, generating.
fn found(rule: &Rule, sources: &Sources) -> Result<Vec<Finding>, Failed> {
    match rule.group {
        Group::Generate => Ok(wfc::compile::examine(sources, settings(), rule)),
        _ => check(sources),
    }
}

/// What the terminal shows, without colour.
fn terminal(findings: &[Finding], sources: &Sources) -> String {
    human::report(findings, sources, &Paint::plain())
}

fn words(rule: &Rule) -> Result<(), Failed> {
    let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !rule.name.chars().all(is_kebab) || rule.name.starts_with("no-") {
        return Err("the name must be in kebab case and read well after `allow`".into());
    }
    if !rule.reports.starts_with("Reports") || !rule.reports.trim_end().ends_with('.') {
        return Err("`reports` must be a sentence that begins with `Reports`".into());
    }
    if [rule.why, rule.bad, rule.good, rule.help].iter().any(|part| part.trim().is_empty()) {
        return Err("why, bad, good and help must all be there".into());
    }
    Ok(())
}

fn bad(rule: &'static Rule) -> Result<(), Failed> {
    let (findings, sources) = judged(rule, rule.bad)?;
    let is_own = |finding: &&Finding| finding.rule.name == rule.name;
    let level = rule.severity.min(Severity::Warning);
    let is_found = findings.iter().filter(is_own).any(|finding| finding.severity >= level);
    let others = findings.iter().any(|finding| is_loud(finding) && !is_own(&finding));
    if is_found && !others {
        return Ok(());
    }
    Err(format!("the bad example must yield exactly this rule:\n\n{}", render::findings(&findings, &sources))
        .into())
}

fn good(rule: &'static Rule) -> Result<(), Failed> {
    let (findings, sources) = judged(rule, rule.good)?;
    if findings.iter().all(|finding| !is_loud(finding) && finding.rule.name != rule.name) {
        return Ok(());
    }
    Err(format!("the good example must yield nothing:\n\n{}", render::findings(&findings, &sources)).into())
}

/// Pages of rules that are no more; blessing removes them.
fn strays() -> Result<(), Failed> {
    for path in entries(&root().join("docs/rules")) {
        let name = file_name(&path).trim_end_matches(".md");
        if name == "index" || wfc::catalog::find(name).is_some() {
            continue;
        }
        if !is_blessing() {
            return Err(format!("docs/rules/{} is the page of no rule", file_name(&path)).into());
        }
        fs::remove_file(&path)?;
    }
    Ok(())
}
