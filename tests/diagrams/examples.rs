//! Every picture of every example: each view as a whole and by workflow, each run, and what proves each finding.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wfc::compile::{self, Pictured, Settings, Wanted};
use wfc::diagram::{self, Body, Drawing, Lanes, Marks, View, large};
use wfc::source::{SourceFile, Sources};

pub struct Drawn {
    /// `retail-order/flow/FulfilOrder`
    pub name: String,
    pub drawing: Drawing,
}

/// The folders of examples, by name.
pub fn examples() -> Vec<(String, Sources)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for folder in sorted(&root) {
        let mut sources = Sources::default();
        for file in sorted(&folder).iter().filter(|file| file.extension().is_some_and(|it| it == "wfc")) {
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
            sources.add(SourceFile::new(name, fs::read_to_string(file).unwrap()));
        }
        found.push((folder.file_name().unwrap().to_str().unwrap().to_string(), sources));
    }
    assert!(found.len() >= 4, "the examples have moved");
    found
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Everything that can be drawn of some files, with what was found marked in it.
pub fn drawings(example: &str, sources: &Sources) -> Vec<Drawn> {
    let findings = compile::check(sources, Settings::default()).findings;
    let mut found: Vec<Drawn> = Vec::new();
    let mut add = |name: String, mut drawing: Drawing| {
        diagram::mark(&mut drawing, &findings, Marks::Places, &|span| {
            let file = sources.get(span.file);
            format!("{}:{}", file.path, file.position(span.start).line)
        });
        found.push(Drawn { name: format!("{example}/{name}"), drawing });
    };
    for view in View::ALL {
        if let Pictured::Drawing { drawing, .. } = compile::draw(sources, &Wanted::of(view)) {
            if let Body::Graph(whole) = &drawing.body
                && let Some((overview, parts)) = large::split(whole, 20)
            {
                add(format!("{}/overview", view.name()), drawing.with(Body::Graph(overview)));
                for (number, part) in (1..).zip(parts) {
                    add(format!("{}/part {number}", view.name()), drawing.with(Body::Graph(part.diagram)));
                }
            }
            add(format!("{}/all", view.name()), drawing);
        }
        for workflow in workflows(sources) {
            let wanted = Wanted { workflow: Some(&workflow), ..Wanted::of(view) };
            if let Pictured::Drawing { drawing, .. } = compile::draw(sources, &wanted) {
                add(format!("{}/{workflow}", view.name()), drawing);
            }
            if view == View::Flow {
                let with_lanes = Wanted { lanes: Lanes::Always, ..wanted };
                if let Pictured::Drawing { drawing, .. } = compile::draw(sources, &with_lanes) {
                    add(format!("{}/{workflow} in lanes", view.name()), drawing);
                }
            }
            if view != View::Sequence {
                continue;
            }
            // Nothing is called so: it answers with what may go wrong.
            let asked = compile::draw(sources, &Wanted { failure: Some(""), ..wanted });
            let Pictured::NoRun(failures) = asked else { continue };
            for failure in failures.iter().collect::<BTreeSet<_>>() {
                let wanted = Wanted { failure: Some(failure), ..wanted };
                if let Pictured::Drawing { drawing, .. } = compile::draw(sources, &wanted) {
                    add(format!("{}/{workflow} {failure}", view.name()), drawing);
                }
            }
        }
    }
    for (number, finding) in (1..).zip(&findings) {
        if let Some(run) = compile::drawn_run(sources, finding) {
            let name = format!("{example}/finding/{number} {}", finding.rule.name);
            found.push(Drawn { name, drawing: Drawing::new(View::Sequence, Body::Run(run)) });
        }
    }
    found
}

fn workflows(sources: &Sources) -> Vec<String> {
    // Nothing is called so: it answers with the names there are.
    match compile::draw(sources, &Wanted { workflow: Some(""), ..Wanted::of(View::Flow) }) {
        Pictured::Choose(names) => names,
        Pictured::Drawing { .. } | Pictured::NoRun(_) => unreachable!("no workflow has an empty name"),
    }
}
