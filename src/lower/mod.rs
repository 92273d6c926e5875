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
mod links;
mod path;
mod placement;
mod rounds;
pub mod rules;
mod statement;
mod step;
mod system;
mod target;
mod types;
mod unknown;
mod workflow;

use crate::finding::{self, Finding, suggest};
use crate::model::{Model, ModelFile, Origin, World};
use crate::syntax::ast::{Ast, Format, Use};
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
    Lowered { model, findings }
}

/// `import` leads to no file; `paths` are those that would have been found from where it stands.
pub fn missing_import<'p>(import: &Use, paths: impl IntoIterator<Item = &'p str>) -> Finding {
    let path = &import.path;
    let finding = rules::MISSING_IMPORT
        .at(path.span, "no such file among those that are checked")
        .message(format!("file `{}` was not found", path.text))
        .entity(path.text.as_str());
    match suggest::nearest(&path.text, paths) {
        Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
        None => finding.help("paths are relative to the file that says `use`"),
    }
}
