//! What a run works on: which files there are, and what they say. Only `disk` touches the disk.

pub mod base;
pub mod baseline;
pub mod config;
pub mod disk;
pub mod measures;
pub mod patterns;

use crate::source::Sources;
use base::Base;
use config::Config;
use patterns::Patterns;
use std::fmt;

/// What the user asked to be read.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<String>,
    /// Patterns of paths to leave out, compared with paths as they are shown.
    pub exclude: Vec<String>,
    /// The same of the configuration, compared with paths within the project.
    pub project_exclude: Vec<String>,
    pub base: Base,
    /// Sets of files that belong together: who asks for one of a set gets them all.
    pub sets: Vec<Patterns>,
    /// The name that standard input goes by.
    pub stdin_name: Option<String>,
    pub when_empty: WhenEmpty,
}

/// Where a project begins, and what it says about how it is checked.
#[derive(Clone, Debug, Default)]
pub struct Project {
    pub base: Base,
    pub config: Config,
}

/// What it means that a path leads to no workflow at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    Trouble,
    Fine,
}

/// What was read, and what stood in the way.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Sorted by path.
    pub sources: Sources,
    pub troubles: Vec<Trouble>,
    /// Worth a line, but no trouble: an empty file.
    pub notices: Vec<Trouble>,
}

/// Where wfc runs, seen from the repository it runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// From the root of the disk.
    pub root: String,
    /// The folder wfc runs in, from that root; empty for the root itself.
    pub here: String,
}

/// Something about a path that kept it from being read or written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    pub path: String,
    pub what: String,
}

impl Trouble {
    pub fn new(path: impl Into<String>, what: impl Into<String>) -> Trouble {
        Trouble { path: path.into(), what: what.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}: {}", self.path, self.what)
    }
}
