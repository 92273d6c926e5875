//! One answer to each of the five questions, with its numbers and the steps they come from.

use super::StepName;
use crate::metrics::style::{Change, Facts, Judgement, Question, Sources, Vote};
use crate::model::{Model, ServiceId, Volatility};

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub question: Question,
    pub vote: Vote,
    pub numbers: Vec<Shown>,
}

/// A number, and what it was counted from.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub number: NumberOf,
    /// Names of steps, in the order of the text; for a join or a choice those before it; or services.
    pub from: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberOf {
    /// Of so many steps.
    Answers(usize, usize),
    Returns(bool),
    Joins(usize),
    Choices(usize),
    Chain(usize),
    /// Services that undo in one failing run.
    Undoing(usize),
    Refusals(usize),
    Volatility(Option<Volatility>),
    Change(Option<Change>),
    Needed(usize),
    Owners(usize),
}

impl NumberOf {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            NumberOf::Answers(..) => "answers",
            NumberOf::Returns(_) => "returns",
            NumberOf::Joins(_) => "joins",
            NumberOf::Choices(_) => "choices",
            NumberOf::Chain(_) => "chain",
            NumberOf::Undoing(_) => "undoing",
            NumberOf::Refusals(_) => "refusals",
            NumberOf::Volatility(_) => "volatility",
            NumberOf::Change(_) => "changes",
            NumberOf::Needed(_) => "needed",
            NumberOf::Owners(_) => "owners",
        }
    }
}

pub fn answers(model: &Model, judgement: &Judgement, steps: &[StepName]) -> Vec<Answer> {
    let answer = |question| Answer {
        question,
        vote: judgement.votes.of(question),
        numbers: numbers(model, question, &judgement.facts, &judgement.sources, steps),
    };
    Question::ALL.into_iter().map(answer).collect()
}

fn numbers(
    model: &Model,
    question: Question,
    facts: &Facts,
    from: &Sources,
    steps: &[StepName],
) -> Vec<Shown> {
    let names = |at: &[usize]| at.iter().map(|at| steps[*at].name.clone()).collect::<Vec<_>>();
    let groups = |groups: &[Vec<usize>]| groups.iter().map(|at| names(at).join(" + ")).collect::<Vec<_>>();
    let services = |ids: &[ServiceId]| {
        let mut names: Vec<String> = ids.iter().map(|id| model.service_name(*id).to_string()).collect();
        names.sort();
        names
    };
    let shown = |number, from| Shown { number, from };
    match question {
        Question::Communication => vec![
            shown(NumberOf::Answers(facts.answers, facts.n_steps), names(&from.answers)),
            shown(NumberOf::Returns(facts.returns), Vec::new()),
        ],
        Question::Prerequisites => vec![
            shown(NumberOf::Joins(facts.joins), groups(&from.joins)),
            shown(NumberOf::Choices(facts.choices), groups(&from.choices)),
            shown(NumberOf::Chain(facts.chain), names(&from.chain)),
        ],
        Question::Compensation => vec![
            shown(NumberOf::Undoing(facts.undoing), names(&from.undoing)),
            shown(NumberOf::Refusals(facts.refusals), refusals(from, steps)),
        ],
        Question::Volatility => vec![
            shown(NumberOf::Volatility(facts.volatility), services(&from.volatile)),
            shown(NumberOf::Change(facts.change), Vec::new()),
        ],
        Question::Responsibility => vec![
            shown(NumberOf::Needed(facts.needed), services(&from.needed)),
            shown(NumberOf::Owners(facts.owners), services(&from.owners)),
        ],
    }
}

fn refusals(from: &Sources, steps: &[StepName]) -> Vec<String> {
    from.refusals.iter().map(|(at, name)| format!("{name} of {}", steps[*at].name)).collect()
}
