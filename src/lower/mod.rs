//! Syntax trees to model: every name resolved once, defaults filled in, each mistake reported once.
//!
//! One call is one system: the files that know each other through `use`.

mod allow;
mod argument;
mod block;
mod body;
mod call;
mod collect;
mod contract;
mod declare;
mod event_name;
mod expr;
mod failures;
mod flow;
mod formula;
mod head;
mod key;
mod links;
mod need;
mod once;
mod operator;
mod path;
mod permitted;
mod placement;
mod presence;
mod read;
mod repeats;
mod rounds;
pub mod rules;
mod side;
mod statement;
mod step;
mod system;
mod target;
mod types;
mod unknown;
mod word;
mod workflow;

use crate::finding::{self, Finding};
use crate::model::{Model, ModelFile, Origin, World};
use crate::syntax::ast::{Ast, Format};
pub use links::Links;
use system::System;

/// What a system means, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Lowered {
    pub model: Model,
    pub findings: Vec<Finding>,
}

/// Resolves the files of one system.
pub fn lower(files: &[Ast], links: &Links) -> Lowered {
    let mut sys = System::new(files, links);
    let is_written = files.iter().any(|ast| ast.format == Format::Wfc);
    sys.model.world = if is_written { World::Closed } else { World::Open };
    for ast in files {
        let origin = if ast.format == Format::Wfc { Origin::Language } else { Origin::Imported };
        sys.model.files.push(ModelFile { file: ast.file, origin });
    }
    let services = declare::declare(&mut sys);
    contract::contracts(&mut sys, &services);
    workflow::workflows(&mut sys);
    for ast in files.iter().filter(|ast| ast.format == Format::Wfc) {
        placement::check(ast, &mut sys.findings);
    }
    let System { model, mut findings, .. } = sys;
    finding::sort(&mut findings);
    repeats::drop_follow_ups(&model, &mut findings);
    let findings = repeats::merge(findings);
    Lowered { model, findings }
}

#[cfg(test)]
mod tests;
