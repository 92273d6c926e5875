//! What holds for every page: its data are whole, its pictures are legal, and no name gets out of them.

use crate::{hostile, legal_svg, texts};
use proptest::prelude::*;
use rayon::prelude::*;
use serde_json::Value;
use wfc::compile::{self, PageWanted, Paged, Settings};
use wfc::diagram::html::{Life, html, json};
use wfc::diagram::{Lanes, Theme, View};
use wfc::source::{SourceFile, Sources};

fn page(text: &str) -> Paged {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("case.wfc", text));
    let findings = compile::check(&sources, Settings::default()).findings;
    let wanted = PageWanted {
        title: "case",
        workflow: None,
        first: View::Flow,
        theme: Theme::Auto,
        lanes: Lanes::WhereTheyHelp,
        joined: &[],
        findings: &findings,
    };
    compile::page(&sources, &wanted)
}

fn check(paged: &Paged) -> Result<(), String> {
    let data = json(&paged.page);
    if data.contains(['<', '>', '&']) {
        return Err("the data could end their element".to_string());
    }
    let document = html(&paged.page, Life::Still);
    if document.matches("</script").count() != 2 || document.matches("<script").count() != 2 {
        return Err("there are other scripts than ours".to_string());
    }
    let value: Value = serde_json::from_str(&data).map_err(|error| error.to_string())?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let n_findings = list(&value["findings"]).len();
    let files = list(&value["files"]);
    for sheet in list(&value["sheets"]) {
        let svg = sheet["svg"].as_str().ok_or("a sheet without a picture")?;
        legal_svg::check(svg)?;
        let tree = roxmltree::Document::parse(svg).map_err(|error| error.to_string())?;
        let (nodes, edges) = (list(&sheet["nodes"]), list(&sheet["edges"]));
        for element in tree.descendants() {
            let known =
                [("data-node", nodes.len()), ("data-edge", edges.len()), ("data-finding", n_findings)];
            for (name, n) in known {
                let at = element.attribute(name).map(|it| it.parse::<usize>());
                if at.is_some_and(|at| !at.is_ok_and(|at| at < n)) {
                    return Err(format!(
                        "{name} leads nowhere: {}",
                        element.attribute(name).unwrap_or_default()
                    ));
                }
            }
        }
        for edge in edges.iter().filter(|edge| !edge.is_null()) {
            let ends = [&edge["from"], &edge["to"]].map(|end| end.as_u64().unwrap_or(u64::MAX) as usize);
            if ends.iter().any(|end| *end >= nodes.len()) {
                return Err(format!("an edge leads nowhere: {edge}"));
            }
        }
        for thing in nodes.iter().chain(edges.iter().filter(|edge| !edge.is_null())) {
            if thing["kind"].as_str().is_none() || thing["kind"] == thing["look"] {
                return Err(format!("nobody says what it is: {thing}"));
            }
            for place in list(&thing["places"]) {
                let at = |n: usize| place[n].as_u64().unwrap_or(u64::MAX) as usize;
                if files.get(at(0)).is_none_or(|file| file["lines"][at(1).to_string()].is_null()) {
                    return Err(format!("there is no such line: {place}"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn every_case_has_a_legal_page_that_is_always_the_same() {
    // A page draws everything there is in every view: that takes its time, and rules need no page each.
    let whole = ["examples", "tests/graph", "tests/systems"];
    let texts: Vec<_> = texts()
        .into_iter()
        .filter(|(path, _)| whole.iter().any(|it| path.to_string_lossy().contains(it)))
        .collect();
    assert!(texts.len() > 50, "the cases have moved");
    texts.par_iter().for_each(|(path, text)| {
        let paged = page(text);
        check(&paged).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert_eq!(paged.page, page(text).page, "{}", path.display());
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_names_do_not_get_out_of_a_page(names in prop::collection::vec(hostile(), 8), said in hostile()) {
        let tags = ["</script>", "<script>", "<!--", "{{data}}", "]]>", ""];
        let names: Vec<String> =
            names.iter().enumerate().map(|(at, name)| format!("{}{name}{at}", tags[at % tags.len()])).collect();
        let [service, command, undo, failure, event, workflow, goal, step] = &names[..] else { unreachable!() };
        let said = said.replace(['\\', '"'], "x");
        let text = format!(
            "/// {said} </script>
             service `{service}` {{ team \"{said}</style>\"
               command `{command}`() -> int {{ fails `{failure}`; undone by `{undo}`() }}
               command `{undo}`()
               event `{event}`()
             }}
             workflow `{workflow}`() {{
               orchestrated by `{service}`
               success Ok
               failure `{goal}`
               step `{step}` = `{service}`.`{command}`() {{ on `{failure}` {{ undo all; end `{goal}` }} }}
               publish `{event}`()
               end Ok
             }}"
        );
        let paged = page(&text);
        prop_assert!(paged.page.sheets.len() >= 5, "{}", text);
        if let Err(why) = check(&paged) {
            return Err(TestCaseError::fail(format!("{why}\n{text}")));
        }
    }
}
