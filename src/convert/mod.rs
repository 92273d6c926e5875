//! The same workflow in the other style: commands and replies become events and reactions, and back.
//!
//! What is printed reaches the same ends and leaves the same effects undone; what has no counterpart is a
//! finding, and then nothing is printed.

mod choreograph;
mod edits;
mod names;
mod orchestrate;
mod outline;
pub mod rules;
mod text;

use crate::finding::{Finding, Severity};
use crate::graph::StepGraph;
use crate::model::{Act, Block, Expr, Model, Origin, Statement, UndoneBy, WorkflowId};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast};
use rules::NOT_CONVERTED;

/// Which way of coordinating is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Orchestrated,
    Choreographed,
}

/// A system, and its text.
pub struct Subject<'a> {
    pub model: &'a Model,
    pub graph: &'a StepGraph,
    pub trees: &'a [Ast],
    /// What stands at a place.
    pub text: &'a dyn Fn(Span) -> String,
    /// A whole file.
    pub file: &'a dyn Fn(FileId) -> String,
}

/// What came of converting one workflow.
#[derive(Debug, Default)]
pub struct Conversion {
    /// The files that change, whole and in their canonical layout; none where there is an error.
    pub files: Vec<(FileId, String)>,
    pub findings: Vec<Finding>,
}

/// A piece of a file that is replaced.
#[derive(Clone, Debug)]
struct Edit {
    span: Span,
    text: String,
}

#[derive(Debug, Default)]
struct Converted {
    edits: Vec<Edit>,
    findings: Vec<Finding>,
}

/// The workflow in the wanted style. One that is in that style already changes nothing.
pub fn convert(cx: &Subject, id: WorkflowId, style: Style) -> Conversion {
    let workflow = &cx.model.workflows[id];
    if workflow.is_choreographed() == (style == Style::Choreographed) {
        return Conversion::default();
    }
    if cx.model.origin(workflow.span) == Origin::Imported {
        let finding = NOT_CONVERTED
            .at(workflow.span, "imported")
            .message("only what is written in `.wfc` is converted")
            .entity(workflow.name.text.to_string());
        return Conversion { files: Vec::new(), findings: vec![finding] };
    }
    let converted = match style {
        Style::Choreographed => choreograph::choreograph(cx, id),
        Style::Orchestrated => orchestrate::orchestrate(cx, id),
    };
    let mut findings = converted.findings;
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    if findings.iter().any(is_error) {
        return Conversion { files: Vec::new(), findings };
    }
    match edits::applied(&converted.edits, cx.file) {
        Ok(files) => Conversion { files, findings },
        Err(_) => {
            findings.push(unprintable(workflow.name.span, &workflow.name.text, "it could not be read again"));
            Conversion { files: Vec::new(), findings }
        }
    }
}

/// A finding for a result that says something wrong.
pub fn unprintable(span: Span, workflow: &str, why: &str) -> Finding {
    NOT_CONVERTED
        .at(span, "the result would have an error")
        .message(format!("`{workflow}` cannot be said in the other style"))
        .help(why.to_string())
        .entity(workflow.to_string())
}

impl Subject<'_> {
    fn item(&self, id: WorkflowId) -> Option<&ast::Workflow> {
        let name = self.model.workflows[id].name.span;
        let items = self.trees.iter().flat_map(|tree| &tree.items);
        items
            .filter_map(|item| match item {
                ast::Item::Workflow(it) => Some(it),
                _ => None,
            })
            .find(|it| it.name.span == name)
    }

    /// Whether the effect of a step may stay, by its own word.
    fn may_stay(&self, act: &Act) -> bool {
        matches!(self.model.undone(act).map(|undone| &undone.by), Some(UndoneBy::Nothing { .. }))
    }

    /// The workflow with what is said above it.
    fn item_span(&self, id: WorkflowId) -> Span {
        self.item(id).map_or(self.model.workflows[id].span, |item| item.span)
    }

    /// What is said of the whole and has nothing to do with its style.
    fn said_of_whole(&self, id: WorkflowId) -> Vec<Span> {
        let entries = self.item(id).into_iter().flat_map(|item| &item.block.entries);
        entries
            .filter_map(|entry| match entry {
                ast::Entry::Annotation(it) => Some(it.span),
                ast::Entry::Allow(it) => Some(it.span),
                _ => None,
            })
            .collect()
    }

    /// The findings that are accepted directly in a block.
    fn allows_in(&self, block: &Block) -> Vec<Span> {
        let own = self.model.allows.iter().filter(|allow| {
            block.span == allow.reach || {
                block.span.contains(allow.span)
                    && !inner_blocks(block).iter().any(|inner| inner.contains(allow.span))
            }
        });
        own.map(|allow| allow.span).collect()
    }

    /// Every expression in a statement, the blocks in it included.
    fn exprs_in(&self, statement: &Statement) -> Vec<&Expr> {
        let all = crate::model::written::written(self.model);
        let inside = all.into_iter().map(|it| it.expr).filter(|expr| statement.span.contains(expr.span));
        inside.collect()
    }

    /// The lines of remarks directly above a place, in the order they stand in.
    fn remarks_above(&self, span: Span) -> Vec<String> {
        let whole = (self.file)(span.file);
        let before = whole.get(..span.start as usize).unwrap_or_default();
        let mut lines = Vec::new();
        let mut above = before.lines().rev();
        // The line of the place itself.
        if !before.ends_with('\n') && above.next().is_some_and(|own| !own.trim().is_empty()) {
            return lines;
        }
        for line in above {
            let line = line.trim();
            if !line.starts_with("//") {
                break;
            }
            lines.push(line.to_string());
        }
        lines.reverse();
        lines
    }
}

fn inner_blocks(block: &Block) -> Vec<Span> {
    block.with_inner().into_iter().skip(1).map(|inner| inner.span).collect()
}
