//! Projects and files made from a model. A target is one folder here; no target sees another, and
//! none sees the rules.

pub mod asl;
pub mod asyncapi;
pub mod header;
pub mod names;
pub mod plugin;
pub mod rules;
pub mod rust;
pub mod serverless;
pub mod template;
pub mod text;
mod yaml;

use crate::finding::Finding;
use crate::graph::StepGraph;
use crate::model::{Model, WorkflowId};
use crate::source::Span;
use std::collections::BTreeMap;
use template::{Broken, Templates};

/// What there is to generate from.
pub struct Subject<'a> {
    pub model: &'a Model,
    pub graph: &'a StepGraph,
    /// What is written at a place.
    pub text: &'a dyn Fn(Span) -> String,
    /// The workflows that are wanted, and those that they run; in the order of the model.
    pub workflows: Vec<WorkflowId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub target: Target,
    pub engine: Engine,
}

/// What is generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A Cargo workspace.
    #[default]
    Rust,
    /// The Amazon States Language.
    Asl,
    /// Serverless Workflow 1.0.
    ServerlessWorkflow,
    /// AsyncAPI 3.0.
    AsyncApi,
}

impl Target {
    /// As `--target` and the manifest call it.
    pub fn name(self) -> &'static str {
        match self {
            Target::Rust => "rust",
            Target::Asl => "asl",
            Target::ServerlessWorkflow => "serverless-workflow",
            Target::AsyncApi => "asyncapi",
        }
    }
}

/// What keeps the runs of a generated coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// In the coordinator itself, with a database file.
    #[default]
    Embedded,
    Temporal,
}

#[derive(Clone, Debug, Default)]
pub struct Generated {
    /// By their paths from the folder of the project, with `/` between the parts.
    pub files: BTreeMap<String, File>,
    /// What somebody has to write by hand.
    pub duties: Vec<Duty>,
    /// What the target cannot express.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub text: String,
    pub owner: Owner,
}

/// Who changes a file after it was written for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// wfc, each time.
    Generated,
    /// The user: it is written once and never touched again.
    User,
}

/// One thing to implement, `Payments::charge`, and the file it belongs in. Its name stays the same as
/// long as the thing does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duty {
    pub what: String,
    pub file: String,
}

impl Generated {
    /// Adds a file that wfc keeps up to date.
    pub fn own(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), File { text: text.into(), owner: Owner::Generated });
    }

    /// Adds a file that the user goes on with.
    pub fn hand_over(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), File { text: text.into(), owner: Owner::User });
    }
}

/// The templates of all targets, as wfc brings them: `rust/…`.
pub fn builtin_templates() -> Vec<(&'static str, &'static str)> {
    [rust::TEMPLATES].concat()
}

/// Generates what `options` ask for. Generated files say that they are, where their language has
/// comments.
pub fn generate(subject: &Subject, options: &Options, templates: &Templates) -> Result<Generated, Broken> {
    let mut generated = match options.target {
        Target::Rust => rust::generate(subject, options, templates)?,
        Target::Asl => asl::generate(subject),
        Target::ServerlessWorkflow => serverless::generate(subject),
        Target::AsyncApi => asyncapi::generate(subject),
    };
    for (path, file) in &mut generated.files {
        if file.owner == Owner::Generated {
            file.text = header::with(path, &file.text);
        }
    }
    generated.duties.sort();
    generated.duties.dedup();
    Ok(generated)
}
