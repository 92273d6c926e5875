//! Imports real state machines, when `WFC_CORPUS` names a folder with an `asl` folder in it: no file
//! may crash the importer, and each is either imported or refused with a reason at a line.

#![expect(clippy::print_stdout, reason = "the figures are what the sweep is run for")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wfc::finding::{Group, Severity};
use wfc::source::{FileId, SourceFile, Sources};
use wfc::syntax::ast::{Entry, Item};
use wfc::{compile, import};

#[test]
fn every_file_is_imported_or_refused() {
    let Some(corpus) = std::env::var_os("WFC_CORPUS").map(PathBuf::from) else {
        println!("skipped: WFC_CORPUS names no folder");
        return;
    };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap_or_default();
    let known: BTreeMap<&str, &str> = manifest
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|columns| columns.len() > 4)
        .map(|columns| (columns[0], columns[4]))
        .collect();
    let mut files = Vec::new();
    collect(&corpus.join("asl"), &mut files);
    files.sort();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for path in &files {
        let name = path.strip_prefix(&corpus).unwrap_or(path).to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let validity = known.get(name.as_str()).copied().unwrap_or("unknown");
        let verdict = verdict(&name, &text, &mut failures);
        *counts.entry((validity, verdict)).or_default() += 1;
        let agrees = !matches!((validity, verdict), ("valid", "refused") | ("invalid", "imported" | "other"));
        if !agrees {
            println!("{validity} but {verdict}: {name}");
            for finding in findings(&name, &text).iter().filter(|finding| finding.severity == Severity::Error)
            {
                let file = SourceFile::new(name.as_str(), text.as_str());
                let line = file.position(finding.span().start).line;
                println!("    {line}: {} ({})", finding.message, finding.rule.name);
            }
        }
    }
    check_all(&corpus, &files, &mut failures);
    println!("{} files; validity, verdict, number: {counts:#?}", files.len());
    assert!(failures.is_empty(), "{failures:#?}");
}

fn verdict(name: &str, text: &str, failures: &mut Vec<String>) -> &'static str {
    if import::detect(name, text).is_none() {
        return "other";
    }
    let imported = import::asl::import(FileId(0), name, text);
    let is_refused = imported.findings.iter().any(|finding| finding.severity == Severity::Error);
    let has_content = imported.ast.items.iter().any(|item| match item {
        Item::Workflow(workflow) => workflow
            .block
            .entries
            .iter()
            .any(|entry| matches!(entry, Entry::Step(_) | Entry::Scope(_) | Entry::End(_))),
        _ => false,
    });
    for finding in &imported.findings {
        for label in &finding.labels {
            if label.span.end as usize > text.len() || text.get(label.span.range()).is_none() {
                failures.push(format!("{name}: a span outside of the text: {}", finding.message));
            }
        }
    }
    match (is_refused, has_content) {
        (true, _) => "refused",
        (false, true) => "imported",
        (false, false) => {
            failures.push(format!("{name}: nothing was imported, and no reason given"));
            "lost"
        }
    }
}

/// All phases over what could be imported: what they find, by rule, and where they find most.
fn check_all(corpus: &Path, files: &[PathBuf], failures: &mut Vec<String>) {
    let mut by_rule: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut by_file: Vec<(usize, String)> = Vec::new();
    for path in files {
        let name = path.strip_prefix(corpus).unwrap_or(path).to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        if import::detect(&name, &text).is_none() {
            continue;
        }
        let mut sources = Sources::default();
        sources.add(SourceFile::new(name.as_str(), text.as_str()));
        let all = compile::check(&sources, compile::Settings::default()).findings;
        let is_refused = all
            .iter()
            .any(|finding| finding.rule.group == Group::Import && finding.severity == Severity::Error);
        // What the importer makes must be well-formed by itself.
        let misread = all
            .iter()
            .filter(|finding| matches!(finding.rule.group, Group::Data | Group::Syntax) && !is_refused);
        failures
            .extend(misread.map(|finding| format!("{name}: {} ({})", finding.message, finding.rule.name)));
        let file = SourceFile::new(name.as_str(), text.as_str());
        for finding in &all {
            let key = (finding.rule.name.to_owned(), format!("{} {}", finding.severity, finding.confidence));
            *by_rule.entry(key).or_default() += 1;
            if std::env::var_os("WFC_CORPUS_SHOW").is_some_and(|wanted| {
                finding.rule.name == wanted || name.contains(&*wanted.to_string_lossy())
            }) {
                let line = file.position(finding.span().start).line;
                println!("{name}:{line}: {} {} {}", finding.severity, finding.rule.name, finding.message);
            }
        }
        by_file.push((all.iter().filter(|finding| finding.severity > Severity::Info).count(), name));
    }
    by_file.sort_by(|a, b| b.cmp(a));
    println!("{by_rule:#?}");
    println!("most warnings and errors: {:#?}", by_file.iter().take(12).collect::<Vec<_>>());
}

fn findings(name: &str, text: &str) -> Vec<wfc::finding::Finding> {
    match import::detect(name, text) {
        Some(_) => import::asl::import(FileId(0), name, text).findings,
        None => Vec::new(),
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if import::document::dialect(&path.to_string_lossy()).is_some() {
            files.push(path);
        }
    }
}
