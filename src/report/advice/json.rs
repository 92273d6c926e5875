//! Advice as one document. What is in it, and in which version, says `docs/schema/advice.json`, which is
//! made from what stands here.

use super::words;
use crate::advise::{
    Advice, Answer, Declared, Doubt, Fit, Key, NumberOf, Recommended, SegmentAdvice, Sure, Tip, TipValue,
};
use crate::metrics::StepKind;
use crate::metrics::style::{Cost, Question, Vote};
use crate::report::metrics::{Location, UndoCost, location, undo};
use crate::source::Sources;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a program that reads the output would have to change.
const VERSION: u32 = 1;

/// What `wfc advise --format json` writes. Within a version members may be added; none is taken away and
/// none changes its meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Advice of wfc, version 1")]
struct Document {
    version: u32,
    tool: Tool,
    /// By name of the workflow.
    advice: Vec<Record>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Record {
    workflow: String,
    location: Location,
    /// `null`: choreographed.
    orchestrated_by: Option<String>,
    /// `orchestrate`, `choreograph`, `either`, `segments` or `nothing`.
    advice: &'static str,
    /// `as-it-is`, `other` or `cut`.
    fit: &'static str,
    /// The advice as a sentence.
    text: String,
    confidence: Confidence,
    sum: i32,
    /// Of the workflow as a whole.
    answers: Vec<AnswerRecord>,
    steps: Vec<Step>,
    /// Steps of the largest segment by all of them; `null` where no segment has two.
    share: Option<f64>,
    segments: Vec<Segment>,
    styles: Styles,
    tips: Vec<TipRecord>,
}

#[derive(Serialize, JsonSchema)]
struct Confidence {
    /// `high`, `medium` or `low`.
    level: &'static str,
    /// Votes that would have to change.
    margin: Option<i32>,
    /// `volatility`, `volatility-idle`, `votes`, `default-owner` or `imported`.
    doubts: Vec<&'static str>,
}

#[derive(Serialize, JsonSchema)]
struct AnswerRecord {
    /// `communication`, `prerequisites`, `compensation`, `volatility` or `responsibility`.
    question: &'static str,
    /// 1 for a conductor, -1 against one.
    vote: i32,
    numbers: Vec<Number>,
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Number {
    name: &'static str,
    /// A number, a flag, a word, or `null` where it is not known.
    value: Value,
    /// Names of steps or services that it was counted from.
    from: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct Step {
    name: String,
    service: String,
    operation: String,
    /// `command`, `query`, `run` or `told`.
    kind: &'static str,
    location: Location,
}

#[derive(Serialize, JsonSchema)]
struct Segment {
    name: String,
    /// Positions in `steps`, from 0.
    steps: Vec<usize>,
    /// `orchestrate`, `choreograph` or `either`.
    advice: &'static str,
    /// `null` for a single step, which follows by an event.
    sum: Option<i32>,
    answers: Vec<AnswerRecord>,
    /// Steps of other segments, each with the step of this one that follows it.
    enters: Vec<[usize; 2]>,
}

#[derive(Serialize, JsonSchema)]
struct Styles {
    conductor: Option<String>,
    orchestrated: Style,
    choreographed: Style,
}

#[derive(Serialize, JsonSchema)]
struct Style {
    dependencies: usize,
    most_efferent: Option<Most>,
    most_afferent: Option<Most>,
    subscriptions: usize,
    bidirectional: usize,
    failure_paths: usize,
    compensation: UndoCost,
    /// Services that are waited for on the line.
    temporal: usize,
    in_a_row: usize,
    available: Option<f64>,
    /// Milliseconds, at most.
    latency: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Most {
    service: String,
    services: usize,
}

#[derive(Serialize, JsonSchema)]
struct TipRecord {
    /// Position in `segments`; `null` for the whole.
    segment: Option<usize>,
    changes: Vec<Shift>,
    advice: &'static str,
    sum: i32,
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Shift {
    number: &'static str,
    from: Value,
    to: Value,
}

/// One document.
pub fn document(advice: &[Advice], sources: &Sources) -> String {
    let document = Document {
        version: VERSION,
        tool: Tool { name: "wfc", version: env!("CARGO_PKG_VERSION") },
        advice: advice.iter().map(|one| record(one, sources)).collect(),
    };
    let text = serde_json::to_string_pretty(&document).expect("names and numbers always have a JSON form");
    format!("{text}\n")
}

/// The schema of it.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    let text = serde_json::to_string_pretty(&schema).expect("a schema always has a JSON form");
    format!("{text}\n")
}

fn record(advice: &Advice, sources: &Sources) -> Record {
    let both = &advice.side_by_side;
    Record {
        workflow: advice.workflow.clone(),
        location: location(advice.span, sources),
        orchestrated_by: match &advice.declared {
            Declared::Orchestrated { by } => Some(by.clone()),
            Declared::Choreographed => None,
        },
        advice: match advice.recommended {
            Recommended::Orchestrate => "orchestrate",
            Recommended::Choreograph => "choreograph",
            Recommended::Either => "either",
            Recommended::Segments => "segments",
            Recommended::Nothing => "nothing",
        },
        fit: match advice.fit {
            Fit::AsItIs => "as-it-is",
            Fit::Other => "other",
            Fit::Cut => "cut",
        },
        text: words::headline(advice),
        confidence: confidence(advice),
        sum: advice.sum,
        answers: advice.answers.iter().map(answer).collect(),
        steps: advice
            .steps
            .iter()
            .map(|step| Step {
                name: step.name.clone(),
                service: step.service.clone(),
                operation: step.operation.clone(),
                kind: match step.kind {
                    StepKind::Command => "command",
                    StepKind::Query => "query",
                    StepKind::Run => "run",
                    StepKind::Notify => "told",
                },
                location: location(step.span, sources),
            })
            .collect(),
        share: advice.share,
        segments: advice.segments.iter().map(segment).collect(),
        styles: Styles {
            conductor: both.conductor.clone(),
            orchestrated: style(&both.orchestrated),
            choreographed: style(&both.choreographed),
        },
        tips: advice.tipping.tips.iter().map(tip).collect(),
    }
}

fn confidence(advice: &Advice) -> Confidence {
    let doubt = |doubt: &Doubt| match doubt {
        Doubt::Volatility { .. } => "volatility",
        Doubt::VolatilityIdle => "volatility-idle",
        Doubt::Votes { .. } => "votes",
        Doubt::DefaultOwner => "default-owner",
        Doubt::Imported => "imported",
    };
    Confidence {
        level: match advice.confidence.sure {
            Sure::High => "high",
            Sure::Medium => "medium",
            Sure::Low => "low",
        },
        margin: advice.confidence.margin,
        doubts: advice.confidence.doubts.iter().map(doubt).collect(),
    }
}

fn answer(answer: &Answer) -> AnswerRecord {
    let numbers = answer.numbers.iter().map(|shown| Number {
        name: shown.number.name(),
        value: value(shown.number),
        from: shown.from.clone(),
    });
    AnswerRecord {
        question: match answer.question {
            Question::Communication => "communication",
            Question::Prerequisites => "prerequisites",
            Question::Compensation => "compensation",
            Question::Volatility => "volatility",
            Question::Responsibility => "responsibility",
        },
        vote: match answer.vote {
            Vote::Orchestrate => 1,
            Vote::Neither => 0,
            Vote::Choreograph => -1,
        },
        numbers: numbers.collect(),
        text: words::answer(answer),
    }
}

fn value(number: NumberOf) -> Value {
    match number {
        NumberOf::Answers(n, _)
        | NumberOf::Joins(n)
        | NumberOf::Choices(n)
        | NumberOf::Chain(n)
        | NumberOf::Undoing(n)
        | NumberOf::Refusals(n)
        | NumberOf::Needed(n)
        | NumberOf::Owners(n) => n.into(),
        NumberOf::Returns(returns) => returns.into(),
        NumberOf::Volatility(volatility) => volatility.map(words::volatility).into(),
        // With one digit behind the point, as people read it.
        NumberOf::Change(change) => change.map(|change| (change.per_month() * 10.0).round() / 10.0).into(),
    }
}

fn segment(segment: &SegmentAdvice) -> Segment {
    Segment {
        name: segment.name.clone(),
        steps: segment.steps.clone(),
        advice: words::verdict(segment.verdict),
        sum: segment.sum,
        answers: segment.answers.iter().map(answer).collect(),
        enters: segment.enters.iter().map(|crossing| [crossing.from, crossing.to]).collect(),
    }
}

fn style(cost: &Cost) -> Style {
    let most = |most: &Option<(String, usize)>| {
        most.as_ref().map(|(service, n)| Most { service: service.clone(), services: *n })
    };
    Style {
        dependencies: cost.dependencies,
        most_efferent: most(&cost.most_efferent),
        most_afferent: most(&cost.most_afferent),
        subscriptions: cost.subscriptions,
        bidirectional: cost.both_ways,
        failure_paths: cost.failure_paths,
        compensation: undo(cost.undo),
        temporal: cost.waits_for,
        in_a_row: cost.in_a_row,
        available: cost.available,
        latency: cost.latency,
    }
}

fn tip(tip: &Tip) -> TipRecord {
    let changes = tip.shifts.iter().map(|shift| Shift {
        number: key(shift.key),
        from: shifted(shift.from),
        to: shifted(shift.to),
    });
    TipRecord {
        segment: tip.segment,
        changes: changes.collect(),
        advice: words::verdict(tip.verdict),
        sum: tip.sum,
        text: words::tip(tip),
    }
}

fn key(key: Key) -> &'static str {
    match key {
        Key::Answers => "answers",
        Key::Returns => "returns",
        Key::Joins => "joins",
        Key::Choices => "choices",
        Key::Chain => "chain",
        Key::Undoing => "undoing",
        Key::Refusals => "refusals",
        Key::Volatility => "volatility",
        Key::Needed => "needed",
        Key::Owners => "owners",
    }
}

fn shifted(value: TipValue) -> Value {
    match value {
        TipValue::Count(n) => n.into(),
        TipValue::Flag(flag) => flag.into(),
        TipValue::Volatility(volatility) => volatility.map(words::volatility).into(),
    }
}
