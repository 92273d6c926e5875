//! The page as the data that its script reads. The names of the keys are those that `src/diagram/html/*.js`
//! knows.

use super::{Page, Place, Sheet, Told, words};
use crate::diagram::scene::{Scene, SceneNode};
use crate::diagram::svg::page as svg;
use crate::diagram::{About, look};
use serde_json::{Value, json};

pub fn of(page: &Page) -> Value {
    let files = page.files.iter().map(|file| json!({ "path": file.path, "lines": file.lines }));
    json!({
        "title": page.title,
        "stale": page.is_stale,
        "style": svg::rules(page.sheets.iter().map(|sheet| &sheet.scene), ".picture", ":root[data-theme=dark] .picture"),
        "sheets": page.sheets.iter().map(sheet).collect::<Vec<_>>(),
        "findings": page.findings.iter().map(told).collect::<Vec<_>>(),
        "broken": page.broken.iter().map(told).collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
    })
}

fn sheet(sheet: &Sheet) -> Value {
    let scene = &sheet.scene;
    let groups = scene.groups.iter().zip(&sheet.groups).map(|(group, places)| {
        let mut value = about(&group.about, places);
        value["name"] = json!(group.title);
        value["kind"] = json!(words::group(group.class));
        value
    });
    let nodes = scene.nodes.iter().enumerate().map(|(at, node)| {
        let mut value = about(&node.about, sheet.nodes.get(at).map_or(&[], Vec::as_slice));
        value["name"] = json!(name(node));
        value["text"] = json!(text(node));
        value["kind"] = json!(words::node(node.class));
        value["group"] = json!(node.group);
        value["at"] = json!([node.frame.x, node.frame.y, node.frame.width, node.frame.height]);
        let facts = sheet.facts.get(at).map_or(&[][..], Vec::as_slice);
        value["facts"] = facts.iter().map(|fact| json!([fact.what, fact.is])).collect();
        value
    });
    // Lines of a table, and those below the sides of a run, connect nothing.
    let edges = scene.edges.iter().enumerate().map(|(at, edge)| {
        if look::is_ruling(edge.class) {
            return Value::Null;
        }
        let mut value = about(&edge.about, sheet.edges.get(at).map_or(&[], Vec::as_slice));
        value["from"] = json!(edge.from);
        value["to"] = json!(edge.to);
        value["text"] =
            json!(edge.label.iter().flat_map(|it| &it.lines).cloned().collect::<Vec<_>>().join(" "));
        value["kind"] = json!(words::edge(edge.class));
        value["look"] = json!(edge.class);
        value
    });
    json!({
        "view": sheet.view.name(),
        "system": sheet.system,
        "subject": sheet.subject,
        "size": [scene.size.width, scene.size.height],
        "svg": svg::picture(scene, &|at| said(scene, at)),
        "groups": groups.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}

fn about(about: &About, places: &[Place]) -> Value {
    json!({
        "entity": about.entity,
        "doc": about.doc,
        "findings": about.remarks,
        "circular": about.is_circular,
        "places": places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(place: &Place) -> Value {
    json!([place.file, place.from.0, place.from.1, place.to.0, place.to.1])
}

fn told(told: &Told) -> Value {
    let labels = told.labels.iter().map(|(at, text)| json!([place(at), text]));
    json!({
        "severity": told.severity.to_string(),
        "rule": told.rule,
        "reports": told.reports,
        "message": told.message,
        "labels": labels.collect::<Vec<_>>(),
        "witness": told.witness,
        "whatIf": told.what_if,
        "help": told.help,
        "run": told.run,
    })
}

fn name(node: &SceneNode) -> String {
    if node.title.is_empty() { node.lines.join(" ") } else { node.title.join(" ") }
}

fn text(node: &SceneNode) -> String {
    if node.title.is_empty() { String::new() } else { node.lines.join(" ") }
}

/// What a screen reader says of a node.
fn said(scene: &Scene, at: usize) -> String {
    let node = &scene.nodes[at];
    let parts = [words::node(node.class).to_string(), name(node), text(node)];
    let mut said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match node.about.remarks.len() {
        0 => {}
        1 => said.push("1 finding".to_string()),
        n => said.push(format!("{n} findings")),
    }
    said.join(", ")
}
