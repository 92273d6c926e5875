//! Orchestrate, choreograph, or cut into segments? The five questions of each workflow answered, both
//! styles side by side, what would tip the balance, and how sure that is. The judgement itself is in
//! `metrics::style`, where rules can see it; here it gets names, reasons and words.
//!
//! A pure function: the same system gives the same advice, whatever the order of its files.

mod answers;
mod confidence;
mod cut;
mod tipping;

use crate::graph::StepGraph;
use crate::metrics::style::{
    Answers, Change, Judged, Judgement, Shape, SideBySide, Thresholds, Verdict, judge, side_by_side,
};
use crate::metrics::{Process, StepKind};
use crate::model::{Model, WorkflowId};
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

pub use answers::{Answer, NumberOf, Shown};
pub use confidence::{Doubt, Sure, Sureness};
pub use cut::{Crossing, SegmentAdvice};
pub use tipping::{Key, Shift, Tip, Tipping, Value as TipValue};

/// What is known besides the specification, and how it is weighed.
#[derive(Clone, Debug, Default)]
pub struct Grounds {
    pub thresholds: Thresholds,
    /// How often each file was changed.
    pub history: BTreeMap<FileId, Change>,
}

#[derive(Clone, Debug)]
pub struct Advice {
    pub workflow: String,
    pub span: Span,
    pub declared: Declared,
    pub recommended: Recommended,
    /// Whether the style it is written in is one that is recommended.
    pub fit: Fit,
    /// Of the workflow as a whole.
    pub answers: Vec<Answer>,
    pub sum: i32,
    pub segments: Vec<SegmentAdvice>,
    /// Steps of the largest segment by all of them.
    pub share: Option<f64>,
    pub steps: Vec<StepName>,
    pub side_by_side: SideBySide,
    pub tipping: Tipping,
    pub confidence: Sureness,
    pub thresholds: Thresholds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    Orchestrated { by: String },
    Choreographed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recommended {
    Orchestrate,
    Choreograph,
    /// One is as good as the other.
    Either,
    /// Each segment in its own style.
    Segments,
    /// There is nothing to coordinate.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    AsItIs,
    /// The other style is advised.
    Other,
    /// It should be cut.
    Cut,
}

/// A step as people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    pub name: String,
    pub service: String,
    pub operation: String,
    pub kind: StepKind,
    pub span: Span,
}

/// The advice for each workflow of one system that `is_wanted`, by name and then by place in its file.
pub fn advise(
    model: &Model,
    graph: &StepGraph,
    grounds: &Grounds,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Advice> {
    let answers = Answers::new(model);
    let wanted = model.workflows.iter().filter(|(_, workflow)| is_wanted(&workflow.name.text));
    let mut advice: Vec<Advice> =
        wanted.map(|(id, _)| of_workflow(model, graph, grounds, &answers, id)).collect();
    advice.sort_by(|a, b| (&a.workflow, a.span.start).cmp(&(&b.workflow, b.span.start)));
    advice
}

fn of_workflow(
    model: &Model,
    graph: &StepGraph,
    grounds: &Grounds,
    answers: &Answers,
    id: WorkflowId,
) -> Advice {
    let workflow = &model.workflows[id];
    let process = Process::new(model, graph, id);
    let change = grounds.history.get(&workflow.span.file).copied();
    let judged = judge(model, graph, answers, &process, change, &grounds.thresholds);
    let names: Vec<StepName> = process.steps.iter().map(|step| step_name(model, step)).collect();
    let recommended = recommended(&judged);
    let declared = match workflow.coordinator() {
        Some(by) => Declared::Orchestrated { by: model.service_name(by).to_string() },
        None => Declared::Choreographed,
    };
    let segments = cut::segments(model, &process, &judged, &names);
    Advice {
        workflow: workflow.name.text.to_string(),
        span: workflow.name.span,
        fit: fit(&declared, recommended, &segments),
        declared,
        recommended,
        answers: answers::answers(model, &judged.whole, &names),
        sum: judged.whole.votes.sum(),
        share: judged.share,
        side_by_side: side_by_side(model, graph, &process),
        tipping: tipping::tipping(&judged, &grounds.thresholds),
        confidence: confidence::sureness(model, id, &judged, &grounds.thresholds),
        thresholds: grounds.thresholds,
        segments,
        steps: names,
    }
}

fn step_name(model: &Model, step: &crate::metrics::Step) -> StepName {
    StepName {
        name: step.name.clone(),
        service: model.service_name(step.service).to_string(),
        operation: step.operation.clone(),
        kind: step.kind,
        span: step.span,
    }
}

fn recommended(judged: &Judged) -> Recommended {
    match (judged.shape, judged.verdict()) {
        (Shape::Empty, _) => Recommended::Nothing,
        (_, Some(verdict)) => of_verdict(verdict),
        (_, None) => Recommended::Segments,
    }
}

fn of_verdict(verdict: Verdict) -> Recommended {
    match verdict {
        Verdict::Orchestrate => Recommended::Orchestrate,
        Verdict::Choreograph => Recommended::Choreograph,
        Verdict::Either => Recommended::Either,
    }
}

/// A process whose segments all ask for the style it has, needs no cut.
fn fit(declared: &Declared, recommended: Recommended, segments: &[SegmentAdvice]) -> Fit {
    let is_conducted = matches!(declared, Declared::Orchestrated { .. });
    let agrees = |verdict: Verdict| match verdict {
        Verdict::Orchestrate => is_conducted,
        Verdict::Choreograph => !is_conducted,
        Verdict::Either => true,
    };
    match recommended {
        Recommended::Orchestrate if !is_conducted => Fit::Other,
        Recommended::Choreograph if is_conducted => Fit::Other,
        Recommended::Orchestrate | Recommended::Choreograph | Recommended::Either | Recommended::Nothing => {
            Fit::AsItIs
        }
        Recommended::Segments if segments.iter().all(|segment| agrees(segment.verdict)) => Fit::AsItIs,
        Recommended::Segments => Fit::Cut,
    }
}

/// The judgement that the advice stands on: of the whole, or of a segment.
pub(crate) fn judgements(judged: &Judged) -> Vec<(Option<usize>, &Judgement)> {
    match judged.shape {
        Shape::Empty | Shape::Loose | Shape::Whole => vec![(None, &judged.whole)],
        Shape::Segments => {
            let parts = judged.parts.iter().enumerate();
            parts.filter_map(|(at, part)| Some((Some(at), part.judgement.as_ref()?))).collect()
        }
    }
}
