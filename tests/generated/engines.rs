//! What is generated for one engine and another differs in two words, and builds with all of them.

use crate::golden::{PROJECTS, files, generate};
use crate::killed::ENGINES;
use crate::project::Project;
use crate::servers::is_wanted;

#[test]
fn an_engine_is_a_default_and_an_address() {
    for (name, specification, workflow) in PROJECTS {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        generate(specification, workflow, &["--engine", "embedded"], folders[0].path());
        generate(specification, workflow, &["--engine", "temporal"], folders[1].path());
        let [embedded, temporal] = folders.map(|folder| files(folder.path()));
        assert_eq!(embedded.keys().collect::<Vec<_>>(), temporal.keys().collect::<Vec<_>>(), "{name}");
        let differ: Vec<_> = embedded.keys().filter(|path| embedded[*path] != temporal[*path]).collect();
        if !embedded.contains_key("crates/coordinator/Cargo.toml") {
            assert!(differ.is_empty(), "{name}: nobody conducts it, so that it needs no engine");
            continue;
        }
        let (manifest, system) = ("crates/coordinator/Cargo.toml", "crates/system/Cargo.toml");
        let is_alone = !embedded.contains_key(system);
        // Where others stand beside the coordinator, they hear of its address from its library.
        let file = if is_alone { "main" } else { "lib" };
        let source = &format!("crates/coordinator/src/{file}.rs");
        let mut wanted = vec!["README.md", manifest, source];
        wanted.extend((!is_alone).then_some(system));
        assert_eq!(differ, wanted, "{name}");
        for manifest in wanted.iter().filter(|path| path.ends_with(".toml")) {
            assert!(embedded[*manifest].contains("default = [\"embedded\", \"http\"]"));
            assert!(temporal[*manifest].contains("default = [\"temporal\", \"http\"]"));
        }
        let runs = if is_alone { "coordinator.db" } else { "coordinator.runs.db" };
        assert!(embedded[source].contains(&format!("ADDRESS: &str = \"{runs}\"")));
        assert!(temporal[source].contains("ADDRESS: &str = \"temporal:\""));
    }
}

#[test]
fn projects_with_all_engines_pass_their_own_tests() {
    if !is_wanted("postgres") && !is_wanted("temporal") {
        return;
    }
    for (name, specification, workflow) in PROJECTS {
        let project = Project::new(name, specification, workflow).under_lints();
        if !project.folder.join("crates/coordinator").exists() {
            continue;
        }
        let features = ENGINES.join(",");
        let output = project.cargo(&["test", "-p", "coordinator", "--features", &features]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("test all_goes_well ... ok"), "{name}:\n{told}");
    }
}
