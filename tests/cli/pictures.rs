//! The pictures that the documentation shows are those that wfc draws: `BLESS=1 cargo test --test cli pictures`
//! draws them anew.

use std::path::Path;
use std::process::Command;

/// Each picture below `docs/pictures`, and how it is drawn.
const PICTURES: &[(&str, &[&str])] = &[
    ("retail-order-careless", &["examples/retail-order-careless", "--workflow", "FulfilOrder"]),
    ("retail-order-careless-services", &["examples/retail-order-careless", "--view", "services"]),
    ("retail-order-careless-events", &["examples/retail-order-careless", "--view", "events"]),
    ("retail-order-careless-matrix", &["examples/retail-order-careless", "--view", "matrix"]),
    (
        "retail-order-careless-finding",
        &["examples/retail-order-careless", "--finding", "skipped-compensation"],
    ),
    ("retail-order", &["examples/retail-order"]),
    ("retail-order-services", &["examples/retail-order", "--view", "services"]),
    ("loan-broker", &["examples/loan-broker"]),
    ("loan-broker-dark", &["examples/loan-broker", "--theme", "dark"]),
    ("loan-broker-sequence", &["examples/loan-broker", "--view", "sequence"]),
    ("loan-broker-compensation", &["examples/loan-broker", "--view", "compensation"]),
    ("mortgage", &["examples/mortgage"]),
    ("mortgage-events-dark", &["examples/mortgage", "--view", "events", "--theme", "dark"]),
    ("mortgage-compensation", &["examples/mortgage", "--view", "compensation"]),
    ("mortgage-matrix", &["examples/mortgage", "--view", "matrix"]),
];

#[test]
fn pictures_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stale = Vec::new();
    for (name, arguments) in PICTURES {
        let file = format!("docs/pictures/{name}.svg");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wfc"));
        command.current_dir(root).arg("graph").args(*arguments).args([
            "--isolated",
            "--split",
            "0",
            "-o",
            &file,
        ]);
        if std::env::var_os("BLESS").is_none() {
            command.arg("--check");
        }
        let run = command.output().unwrap();
        if !run.status.success() {
            stale.push(format!(
                "{}{}",
                String::from_utf8_lossy(&run.stdout),
                String::from_utf8_lossy(&run.stderr)
            ));
        }
    }
    assert!(stale.is_empty(), "BLESS=1 draws them anew:\n{}", stale.join("\n"));
    let known: Vec<String> = PICTURES.iter().map(|(name, _)| format!("{name}.svg")).collect();
    for entry in std::fs::read_dir(root.join("docs/pictures")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".svg") || known.contains(&name), "{name} is drawn by no command");
    }
}
