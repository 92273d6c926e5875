//! What holds for every diagram: each step is drawn once, names are data, and the same text gives the
//! same bytes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod examples;
mod legal_d2;
mod legal_dot;
mod legal_mermaid;
mod legal_plantuml;
mod legal_sequence;
mod legal_svg;
mod legal_text;
mod overlaps;
mod pages;
mod tools;

use proptest::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use wfc::compile::{self, Picture, Pictured, Settings, Wanted};
use wfc::diagram::{self, Body, Diagram, Drawing, Lanes, Marks, Subject, Theme, View};
use wfc::graph::{self, StepGraph};
use wfc::lower::{self, Links};
use wfc::model::Model;
use wfc::source::{FileId, SourceFile, Sources, Span};
use wfc::syntax;

/// Every file of the language below the folders of cases.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = ["tests", "examples"].iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "wfc") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(found.len() > 50, "the cases have moved");
    found.sort();
    found
}

/// The whole system of one text.
fn system(text: &str) -> (Model, StepGraph) {
    let tree = syntax::parse(FileId(0), text).ast;
    let model = lower::lower(&[tree], &Links::default()).model;
    let graph = graph::build(&model);
    (model, graph)
}

fn flow(model: &Model, graph: &StepGraph, view: View) -> Diagram {
    let text = |_: Span| "every day".to_string();
    let workflows = model.workflows.ids().collect();
    match diagram::draw(&Subject { model, graph, text: &text, workflows, lanes: Lanes::No }, view) {
        Body::Graph(diagram) => diagram,
        Body::Run(_) | Body::Table(_) => unreachable!("{view:?} is a graph"),
    }
}

/// The views that are graphs.
const GRAPHS: [View; 4] = [View::Flow, View::Services, View::Events, View::Compensation];
const FORMATS: [Picture; 7] = [
    Picture::Mermaid,
    Picture::Dot,
    Picture::D2,
    Picture::PlantUml,
    Picture::Json,
    Picture::Text { width: WIDTH },
    Picture::Svg { theme: Theme::Auto },
];
/// Of the terminal.
const WIDTH: usize = 120;

/// Every view of a text, the run of each workflow on its own, with what was found marked in it.
fn drawings(sources: &Sources, text: &str) -> Vec<Drawing> {
    let (model, _) = system(text);
    let findings = compile::check(sources, Settings::default()).findings;
    let mut drawings = Vec::new();
    for view in View::ALL {
        let names: Vec<Option<&str>> = match view {
            View::Sequence => model.workflows.values().map(|it| Some(it.name.text.as_str())).collect(),
            _ => vec![None],
        };
        for workflow in names {
            let Pictured::Drawing { mut drawing, .. } =
                compile::draw(sources, &Wanted { workflow, ..Wanted::of(view) })
            else {
                continue;
            };
            diagram::mark(&mut drawing, &findings, Marks::PlacesAndWitness, &|_| "case.wfc:1".to_string());
            drawings.push(drawing);
        }
    }
    drawings
}

/// Every view in every format.
fn pictures(text: &str) -> Vec<(Picture, String)> {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("case.wfc", text));
    let mut pictures = Vec::new();
    for drawing in drawings(&sources, text) {
        pictures.extend(FORMATS.map(|format| (format, compile::written(&drawing, format, &sources))));
    }
    pictures
}

fn held_to_the_rules(pictures: &[(Picture, String)]) -> Result<(), String> {
    for (format, picture) in pictures {
        let is_legal = match format {
            Picture::Mermaid if picture.starts_with("block-beta") => legal_mermaid::check_grid(picture),
            Picture::Mermaid if picture.starts_with("sequenceDiagram") => legal_sequence::check(picture),
            Picture::Mermaid => legal_mermaid::check(picture),
            Picture::Svg { .. } => legal_svg::check(picture),
            Picture::Dot => legal_dot::check(picture),
            Picture::D2 => legal_d2::check(picture),
            Picture::PlantUml => legal_plantuml::check(picture),
            Picture::Json => legal_json(picture),
            Picture::Text { width } => legal_text::check(picture, *width),
        };
        is_legal.map_err(|why| format!("{why}\n\n{picture}"))?;
    }
    Ok(())
}

/// Whether a text is JSON of the published schema.
fn legal_json(picture: &str) -> Result<(), String> {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/graph.json");
        let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    let document = serde_json::from_str(picture).map_err(|why| why.to_string())?;
    schema.validate(&document).map_err(|why| format!("{why} at {}", why.instance_path()))
}

#[test]
fn every_step_is_one_node_of_the_graph_and_one_of_the_diagram() {
    for (path, text) in texts() {
        let (model, graph) = system(&text);
        let diagram = flow(&model, &graph, View::Flow);
        let mut places: BTreeMap<graph::NodeId, usize> = BTreeMap::new();
        for id in diagram.nodes.iter().filter_map(|node| node.stands_for) {
            *places.entry(id).or_default() += 1;
        }
        for (id, node) in graph.nodes().filter(|(id, _)| graph.is_step(*id)) {
            // Equal endings are one node, which knows where each of them is written.
            let is_ending = matches!(node.kind, graph::NodeKind::End { .. } | graph::NodeKind::Undo { .. });
            if is_ending && !places.contains_key(&id) {
                let like = |it: &&diagram::Node| it.about.spans.contains(&node.span);
                assert!(diagram.nodes.iter().find(like).is_some(), "{}: {:?}", path.display(), node.kind);
                continue;
            }
            assert_eq!(places.get(&id), Some(&1), "{}: {:?}", path.display(), node.kind);
        }
        assert!(places.values().all(|&n| n == 1), "{}", path.display());
    }
}

#[test]
fn edges_and_groups_lead_somewhere_and_ids_differ() {
    for (path, text) in texts() {
        let (model, graph) = system(&text);
        for view in GRAPHS {
            let diagram = flow(&model, &graph, view);
            let n_nodes = diagram.nodes.len();
            assert!(diagram.edges.iter().all(|edge| edge.from < n_nodes && edge.to < n_nodes));
            let mut ids: Vec<&str> = diagram.nodes.iter().map(|node| node.id.as_str()).collect();
            ids.extend(diagram.groups.iter().map(|group| group.id.as_str()));
            let n_ids = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), n_ids, "{}", path.display());
            for (at, group) in diagram.groups.iter().enumerate() {
                assert!(group.parent.is_none_or(|parent| parent < at), "{}", path.display());
            }
            assert!(diagram.nodes.iter().all(|node| {
                let mut lines = node.title.iter().chain(&node.lines).peekable();
                lines.peek().is_some() && lines.all(|line| !line.is_empty())
            }));
        }
    }
}

#[test]
fn every_case_is_drawn_legally_and_always_alike() {
    texts().into_par_iter().for_each(|(path, text)| {
        let pictures = pictures(&text);
        held_to_the_rules(&pictures).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let svg = |pictures: &[(Picture, String)]| {
            let svgs = pictures.iter().filter(|(format, _)| matches!(format, Picture::Svg { .. }));
            svgs.map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(svg(&pictures), svg(&self::pictures(&text)), "{}", path.display());
    });
}

/// The runs of all findings of a text, drawn.
fn runs(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("case.wfc", text));
    let findings = compile::check(&sources, Settings::default()).findings;
    findings.iter().filter_map(|finding| compile::draw_run(&sources, finding)).collect()
}

#[test]
fn every_run_is_drawn_legally_and_always_alike() {
    let mut n_runs = 0;
    for (path, text) in texts() {
        let runs = runs(&text);
        for run in &runs {
            legal_sequence::check(run).unwrap_or_else(|why| panic!("{}: {why}\n\n{run}", path.display()));
        }
        assert_eq!(runs, self::runs(&text), "{}", path.display());
        n_runs += runs.len();
    }
    assert!(n_runs > 100, "{n_runs} runs only");
}

#[test]
fn a_diagram_of_nothing_is_legal() {
    let nothing = pictures("");
    held_to_the_rules(&nothing).expect("nothing is drawn legally");
    let sources = Sources::default();
    assert_eq!(compile::draw(&sources, &Wanted::of(View::Flow)), Pictured::Choose(Vec::new()));
}

#[test]
fn flows_that_have_nothing_to_do_with_each_other_are_chosen_from() {
    let workflow =
        |name: &str| format!("service S\nworkflow {name}() {{ orchestrated by S; success Done; end Done }}");
    let mut sources = Sources::default();
    for name in ["One", "Two"] {
        sources.add(SourceFile::new(format!("{name}.wfc"), workflow(name)));
    }
    let draw = |view, workflow| compile::draw(&sources, &Wanted { workflow, ..Wanted::of(view) });
    let both = Pictured::Choose(vec!["One".to_string(), "Two".to_string()]);
    assert_eq!(draw(View::Flow, None), both);
    assert_eq!(draw(View::Flow, Some("Three")), both);
    let Pictured::Drawing { drawing, .. } = draw(View::Flow, Some("Two")) else { panic!("`Two` is there") };
    let text = compile::written(&drawing, Picture::Mermaid, &sources);
    assert!(text.contains("start_Two") && !text.contains("start_One"), "{text}");
    assert!(matches!(draw(View::Services, None), Pictured::Drawing { .. }));
}

/// A name that no format was made for.
pub fn hostile() -> impl Strategy<Value = String> {
    let words = vec![
        "end",
        "subgraph",
        "graph",
        "class",
        "style",
        "default",
        "click",
        "\"",
        "'",
        "]",
        "[",
        "}",
        "{{",
        ")",
        "((",
        ">",
        "<",
        "<br/>",
        "</b>",
        "-->",
        "---",
        "|",
        ";",
        "%%",
        "%%{init: {}}%%",
        "#quot;",
        "#35;",
        "&amp;",
        "\\",
        "\\N",
        "\\\"",
        "$$",
        "*x*",
        "_y_",
        "~~",
        "1. ",
        "- ",
        "+ ",
        "=",
        ":::",
        "@{",
        "http://a.b",
        "fa:fa-car",
        "ü",
        "日本",
        "🚀",
        "\u{202e}",
        "\u{7f}",
        " ",
        "a",
        "é\u{301}",
        "//",
        "/*",
        "\t",
        "<script>alert(1)</script>",
        "</style>",
        "</text><script>",
        "javascript:alert(1)",
        "onload=",
        "]]>",
        "<!--",
        "${x}",
        "!include",
        "%getenv(\"HOME\")",
        "@enduml",
        "<U+0041>",
        "\u{5d0}\u{5d1}",
        "\u{627}\u{644}",
        "\u{1b}[31m",
        "|md",
        "\u{fffe}",
    ];
    let text = prop::collection::vec(prop::sample::select(words), 1..6).prop_map(|words| words.concat());
    prop_oneof![9 => text, 1 => "[a-z]{300}"].prop_map(|name| name.replace(['`', '\n'], "x"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_names_come_out_as_legal_text(names in prop::collection::vec(hostile(), 8), said in hostile()) {
        // Two of the same kind with the same name would be an error of their own.
        let names: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{name}{at}")).collect();
        let [service, command, undo, failure, event, workflow, goal, step] = &names[..] else { unreachable!() };
        let said = said.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!(
            "service `{service}` {{ team \"{said}\"
               command `{command}`() -> int {{ fails `{failure}`; undone by `{undo}`() }}
               command `{undo}`()
               event `{event}`()
             }}
             workflow `{workflow}`() {{
               orchestrated by `{service}`
               success Ok
               failure `{goal}`(why: string)
               scope inner {{
                 within 1h else {{ end `{goal}`(\"{said}\") }}
                 step `{step}` = `{service}`.`{command}`() {{ on `{failure}` {{ undo all; end `{goal}`(\"{said}\") }} }}
               }}
               if `{step}` > 1 and \"{said}\" == \"x\" {{ publish `{event}`() }}
               end Ok
             }}"
        );
        let pictures = pictures(&text);
        prop_assert!(pictures[0].1.contains("\"]:::command"), "{}\n{}", text, pictures[0].1);
        if let Err(why) = held_to_the_rules(&pictures) {
            return Err(TestCaseError::fail(why));
        }
    }

    #[test]
    fn hostile_names_do_not_break_out_of_a_run(names in prop::collection::vec(hostile(), 8)) {
        let names: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{name}{at}")).collect();
        let [service, command, undo, failure, event, workflow, goal, step] = &names[..] else { unreachable!() };
        let text = format!(
            "service Shop {{ event `{event}`() }}
             service `{service}` {{
               command `{command}`() -> int {{ undone by `{undo}`() }}
               command `{undo}`()
               command Other() {{ fails `{failure}` }}
             }}
             workflow `{workflow}` {{
               orchestrated by Shop
               starts when `{event}`
               success Ok
               failure `{goal}`
               step `{step}` = `{service}`.`{command}`() {{ retry forever; on outage {{ end `{goal}` }} }}
               step other = `{service}`.Other() {{ retry forever; on `{failure}` {{ end `{goal}` }} }}
               end Ok
             }}"
        );
        let runs = runs(&text);
        prop_assert!(!runs.is_empty(), "{}", text);
        for run in &runs {
            if let Err(why) = legal_sequence::check(run) {
                return Err(TestCaseError::fail(format!("{why}\n\n{run}")));
            }
        }
    }
}
