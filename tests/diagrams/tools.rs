//! The tools whose languages wfc writes take every picture of every example, and of names that no language was
//! made for: `packaging/try-diagrams.sh`, where a tool is there already.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it left out"
)]

use crate::examples::{drawings, examples};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use wfc::compile::{self, Picture};
use wfc::diagram::{Body, View};
use wfc::source::{SourceFile, Sources};

/// What the script ends with where the tool is missing.
const MISSING: i32 = 3;

const HOSTILE: &str = r##"
service `"]<script>alert(1)</script>` {
  team "%%{init: {}}%% --> end"
  command `${x} \N $$ *b* _i_`() -> int { fails `-->|x|`; undone by `</text><b>` () }
  command `</text><b>`()
  event `@enduml "; }] #quot; &amp;`()
  event `!include /etc/passwd %getenv("HOME")`()
}
service `שלום علم‏ 日本 🚀` { event `subgraph end [[ {{ ((`() }
workflow `end` {
  orchestrated by `"]<script>alert(1)</script>`
  starts when `subgraph end [[ {{ ((`
  success `classDef x fill:#000`
  failure `javascript:alert(1)`(why: string)
  step `click a href "x"` = `"]<script>alert(1)</script>`.`${x} \N $$ *b* _i_`() {
    on `-->|x|` { undo all; end `javascript:alert(1)`("' onload=x <!-- ]]> |md") }
  }
  publish `@enduml "; }] #quot; &amp;`()
  end `classDef x fill:#000`
  on outage { undo all; end `javascript:alert(1)`("-- x \\") }
}
"##;

#[test]
fn mermaid_takes_every_picture() {
    shown("mermaid", Picture::Mermaid, "mmd");
}

#[test]
fn graphviz_takes_every_picture() {
    shown("dot", Picture::Dot, "dot");
}

#[test]
fn d2_takes_every_picture() {
    shown("d2", Picture::D2, "d2");
}

#[test]
fn plantuml_takes_every_picture() {
    shown("plantuml", Picture::PlantUml, "puml");
}

fn shown(tool: &str, format: Picture, ending: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/try-diagrams.sh");
    if cfg!(windows) || !script.exists() {
        println!("{tool}: skipped: it needs the scripts of the repository, and a shell");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let n = written(folder.path(), format, ending);
    let mut command = Command::new("bash");
    let output = command.arg(script).args(["--show", tool]).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => {
            assert!(said.contains(&format!("{n} accepted")), "{tool} of {n} pictures: {said}");
            println!("{tool}: {n} pictures: {said}");
        }
        Some(MISSING) => {
            println!(
                "{tool}: skipped: it is not here; bash packaging/try-diagrams.sh installs what can be had"
            );
        }
        _ => panic!("{tool}: {said}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Every picture in a file of its own; how many there are.
fn written(folder: &Path, format: Picture, ending: &str) -> usize {
    let mut hostile = Sources::default();
    hostile.add(SourceFile::new("hostile.wfc", HOSTILE));
    let mut systems = examples();
    systems.push(("hostile".to_string(), hostile));
    let mut known = BTreeSet::new();
    for (example, sources) in systems {
        let mut views = BTreeSet::new();
        for drawn in drawings(&example, &sources) {
            let text = compile::written(&drawn.drawing, format, &sources);
            views.insert(drawn.drawing.view.name());
            // Where there is one workflow, it is all there is.
            if !known.insert(text.clone()) {
                continue;
            }
            let name: String =
                drawn.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            fs::write(folder.join(format!("{:03}-{name}.{ending}", known.len())), text).unwrap();
        }
        let is_missing = |view: &&View| !views.contains(view.name());
        assert_eq!(View::ALL.iter().filter(is_missing).collect::<Vec<_>>(), Vec::<&View>::new(), "{example}");
    }
    known.len()
}

#[test]
fn every_example_has_every_view() {
    for (example, sources) in examples() {
        for view in View::ALL {
            let has_it = |it: &crate::examples::Drawn| {
                it.drawing.view == view
                    && match &it.drawing.body {
                        Body::Graph(diagram) => !diagram.nodes.is_empty(),
                        Body::Run(run) => !run.items.is_empty(),
                        Body::Table(matrix) => !matrix.services.is_empty(),
                    }
            };
            assert!(drawings(&example, &sources).iter().any(has_it), "{example} {}", view.name());
        }
    }
}
