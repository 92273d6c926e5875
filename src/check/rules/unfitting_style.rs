//! `unfitting-style`: a workflow whose steps ask for the other style than the one it is written in.

use crate::check::Context;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};
use crate::metrics::style::{
    Answers, Facts, Judged, Judgement, Question, Shape, Thresholds, Verdict, Vote, judge,
};
use crate::metrics::{Process, StepKind};
use crate::model::{ServiceId, Style, WorkflowId};
use std::collections::BTreeSet;

pub static UNFITTING_STYLE: Rule = Rule {
    name: "unfitting-style",
    group: Group::Coupling,
    severity: Severity::Info,
    confidence: Confidence::Medium,
    profile: Profile::Strict,
    reports: "Reports a workflow whose steps speak clearly for the other style than the one it is written in.",
    why: "\
Five questions tell which style is worth its price: does somebody wait for an answer; how much must have happened
before; how far must it be undone; how likely is change; does one service answer for all of it? Each is
answered from the steps, and gives a vote for a conductor or against one. Where the votes go clearly the
other way, the workflow pays a price for nothing: a conductor that everything depends on although nothing
has to be held together, or a web of subscriptions around something that only one service can answer for.

Only workflows of three and more steps, done by two other services at least, are looked at, and only where
two votes would have to change. What a foreign format can only say in one style is not told.
`wfc advise` shows both styles side by side.",
    bad: r#"id ArticleId

service News {
  team "news"
}
service Search {
  command Index(article: ArticleId) { idempotent by article }
}
service Feed {
  command Add(article: ArticleId) { idempotent by article }
}
service Archive {
  command Keep(article: ArticleId) { idempotent by article }
}

workflow Spread(article: ArticleId) {
  orchestrated by News
  success Done
  step indexed = Search.Index(article) { retry forever }
  step fed = Feed.Add(article) { retry forever }
  step kept = Archive.Keep(article) { retry forever }
  end Done
}
"#,
    good: r#"id ArticleId

service News {
  team "news"

  event ArticlePublished(article: ArticleId)
}
service Search {
  command Index(article: ArticleId) { idempotent by article }
  event ArticleIndexed(article: ArticleId)
}
service Feed {
  command Add(article: ArticleId) { idempotent by article }
}
service Archive {
  command Keep(article: ArticleId) { idempotent by article }
}

workflow Spread {
  choreographed
  correlated by article
  starts when ArticlePublished
  success Done reached by ArticleIndexed owned by Search

  participant Search {
    when ArticlePublished {
      step indexed = Search.Index(article)
      publish ArticleIndexed(article)
    }
  }
  participant Feed {
    when ArticlePublished {
      step fed = Feed.Add(article)
    }
  }
  participant Archive {
    when ArticlePublished {
      step kept = Archive.Keep(article)
    }
  }
}
"#,
    help: "\
Ask `wfc advise` what either style would cost, and what would tip the balance. What no tool can see, such as
a team that wants to see the whole process in one place, is a good reason to stay: then
`allow unfitting-style because \"…\"` says so.",
    example_language: "wfc",
};

/// With less there is nothing to choose.
const FEWEST_STEPS: usize = 3;
const FEWEST_SERVICES: usize = 2;
/// Votes that would have to change.
const CLEAR: i32 = 2;

pub fn find(cx: &Context) -> Vec<Finding> {
    let thresholds = Thresholds::default();
    let mut answers = None;
    let mut findings = Vec::new();
    for (id, workflow) in cx.model.workflows.iter() {
        if cx.is_imported(workflow.span) || !is_large_enough(cx, id) {
            continue;
        }
        let process = Process::new(cx.model, cx.graph, id);
        if !has_enough(&process, workflow.coordinator()) {
            continue;
        }
        let answers = answers.get_or_insert_with(|| Answers::new(cx.model));
        let judged = judge(cx.model, cx.graph, answers, &process, None, &thresholds);
        findings.extend(
            misfit(&judged, workflow.is_choreographed(), &thresholds)
                .map(|misfit| finding(cx, id, &process, &judged, misfit)),
        );
    }
    findings
}

/// Whether so many steps are written at all; most workflows are shorter.
fn is_large_enough(cx: &Context, id: WorkflowId) -> bool {
    use crate::graph::NodeKind;
    let acts =
        cx.graph.nodes_of(id).filter(|(_, node)| matches!(node.kind, NodeKind::Act(_) | NodeKind::Run(_)));
    acts.count() >= FEWEST_STEPS
}

fn has_enough(process: &Process, conductor: Option<ServiceId>) -> bool {
    let done: Vec<_> = process.steps.iter().filter(|step| step.kind != StepKind::Notify).collect();
    let others: BTreeSet<ServiceId> =
        done.iter().map(|step| step.service).filter(|service| Some(*service) != conductor).collect();
    done.len() >= FEWEST_STEPS && others.len() >= FEWEST_SERVICES
}

/// The judgement that speaks for the other style.
struct Misfit<'j> {
    judgement: &'j Judgement,
    /// Position among the segments, where one of them speaks.
    segment: Option<usize>,
}

fn misfit<'j>(judged: &'j Judged, is_choreographed: bool, thresholds: &Thresholds) -> Option<Misfit<'j>> {
    let other = if is_choreographed { Verdict::Orchestrate } else { Verdict::Choreograph };
    let is_clear =
        |judgement: &Judgement| judgement.verdict == other && judgement.margin(thresholds) >= CLEAR;
    match judged.shape {
        Shape::Empty => None,
        // Where nothing has to be held together, events are advised, and the votes must not say otherwise.
        Shape::Loose => {
            let speaks = other == Verdict::Choreograph && is_clear(&judged.whole);
            speaks.then_some(Misfit { judgement: &judged.whole, segment: None })
        }
        Shape::Whole => is_clear(&judged.whole).then_some(Misfit { judgement: &judged.whole, segment: None }),
        Shape::Segments => judged.parts.iter().enumerate().find_map(|(at, part)| {
            let is_large = part.segment.steps.len() >= FEWEST_STEPS;
            let judgement = part.judgement.as_ref().filter(|it| is_large && is_clear(it))?;
            Some(Misfit { judgement, segment: Some(at) })
        }),
    }
}

fn finding(cx: &Context, id: WorkflowId, process: &Process, judged: &Judged, misfit: Misfit) -> Finding {
    let workflow = &cx.model.workflows[id];
    let name = &workflow.name.text;
    let (span, is, wants) = match workflow.style {
        Style::Orchestrated { span, .. } => (span, "orchestrated", "events"),
        Style::Choreographed { span } => (span, "choreographed", "a conductor"),
    };
    let sum = misfit.judgement.votes.sum();
    let of = misfit.segment.map_or(String::new(), |at| {
        let steps = &judged.parts[at].segment.steps;
        let names: Vec<&str> = steps.iter().map(|step| process.steps[*step].name.as_str()).collect();
        format!(" of {}", names.join(", "))
    });
    let answers = Question::ALL.map(|question| {
        let vote = misfit.judgement.votes.of(question);
        WitnessStep::new(said(question, vote, &misfit.judgement.facts), None)
    });
    UNFITTING_STYLE
        .at(span, format!("the votes{of} come to {sum:+}, for {wants}"))
        .message(format!("`{name}` is {is}, and its steps speak for {wants}"))
        .witness(answers)
        .help(format!("see both styles side by side: wfc advise --workflow {name}"))
        .entity(name.as_str())
}

fn said(question: Question, vote: Vote, facts: &Facts) -> String {
    let numbers = match question {
        Question::Communication => {
            let returns = if facts.returns { "a caller waits" } else { "no caller waits" };
            format!("{} of {} answers waited for, {returns} for the end", facts.answers, facts.n_steps)
        }
        Question::Prerequisites => {
            format!("joins {}, choices {}, steps in a row {}", facts.joins, facts.choices, facts.chain)
        }
        Question::Compensation => {
            format!("services that undo {}, refusals {}", facts.undoing, facts.refusals)
        }
        Question::Volatility => match facts.volatility {
            Some(_) => "volatility as it is declared".to_string(),
            None => "volatility not declared".to_string(),
        },
        Question::Responsibility => {
            format!("other services needed {}, services that answer {}", facts.needed, facts.owners)
        }
    };
    let vote = match vote {
        Vote::Orchestrate => "+1",
        Vote::Neither => " 0",
        Vote::Choreograph => "-1",
    };
    format!("{vote}: {numbers}")
}
