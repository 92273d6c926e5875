//! A Cargo workspace that conducts workflows, whose services react to each other, or both.

mod body;
mod choreography;
mod contracts;
/// The generated project reads cron with the same code.
#[path = "runtime/cron.rs"]
#[cfg_attr(not(test), expect(dead_code, reason = "only the project asks for the next moment"))]
mod cron;
mod dependencies;
mod example;
mod foreign;
mod layout;
pub mod lost;
pub mod predict;
mod project;
mod runtime_files;
mod schedule;
mod service_crate;
mod spell;
mod tests;

use super::template::{Broken, Templates};
use super::{Generated, Options, Subject};

/// By name, as `--template-dir` overrides them.
pub static TEMPLATES: &[(&str, &str)] = &[
    ("rust/workspace.toml", include_str!("templates/workspace.toml")),
    ("rust/crates.toml", include_str!("templates/crates.toml")),
    ("rust/README.md", include_str!("templates/README.md")),
    ("rust/runtime.toml", include_str!("templates/runtime.toml")),
    ("rust/contracts.toml", include_str!("templates/contracts.toml")),
    ("rust/contracts_lib.rs", include_str!("templates/contracts_lib.rs")),
    ("rust/contracts_module.rs", include_str!("templates/contracts_module.rs")),
    ("rust/service.toml", include_str!("templates/service.toml")),
    ("rust/service_lib.rs", include_str!("templates/service_lib.rs")),
    ("rust/service_own.rs", include_str!("templates/service_own.rs")),
    ("rust/foreign.toml", include_str!("templates/foreign.toml")),
    ("rust/foreign_lib.rs", include_str!("templates/foreign_lib.rs")),
    ("rust/coordinator.toml", include_str!("templates/coordinator.toml")),
    ("rust/coordinator_lib.rs", include_str!("templates/coordinator_lib.rs")),
    ("rust/coordinator_main.rs", include_str!("templates/coordinator_main.rs")),
    ("rust/participant.toml", include_str!("templates/participant.toml")),
    ("rust/participant_lib.rs", include_str!("templates/participant_lib.rs")),
    ("rust/participant_main.rs", include_str!("templates/participant_main.rs")),
    ("rust/contracts_system.rs", include_str!("templates/contracts_system.rs")),
    ("rust/system.toml", include_str!("templates/system.toml")),
    ("rust/system_lib.rs", include_str!("templates/system_lib.rs")),
    ("rust/system_test.rs", include_str!("templates/system_test.rs")),
    ("rust/system_main.rs", include_str!("templates/system_main.rs")),
    ("rust/workflow_test.rs", include_str!("templates/workflow_test.rs")),
    ("rust/workflow.rs", include_str!("templates/workflow.rs")),
];

pub fn generate(subject: &Subject, options: &Options, templates: &Templates) -> Result<Generated, Broken> {
    let names = spell::Spelling::new(subject.model);
    let mut generated = Generated::default();
    runtime_files::add(&mut generated, templates)?;
    let choreographed = subject.workflows.iter().any(|id| subject.model.workflows[*id].is_choreographed());
    let more: &[&str] = if choreographed { &["system"] } else { &[] };
    contracts::add(&mut generated, subject.model, &names, templates, more)?;
    project::add(&mut generated, subject, &names, templates, options.engine)?;
    Ok(generated)
}
