//! What a run comes to when everybody answers with examples and one thing goes wrong: told from the model
//! alone, so that generated tests hold the generated text against it. Where that cannot be told, because
//! time or chance decides, there is no prediction.

pub mod choreography;
mod value;

use super::example;
use crate::model::{
    Act, Block, EventId, Formula, GoalId, GoalKind, HowMany, LabelId, Literal, Model, OperationId,
    OperationKind, Run, Statement, StatementKind, Trouble, UndoTarget, UndoneBy, ValueId, Wait, WorkflowId,
};
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The one thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    Refused {
        step: LabelId,
        failure: SmolStr,
        fields: Value,
    },
    /// Every attempt that the step's policy allows finds nobody.
    Outage {
        step: LabelId,
    },
    /// Nobody ever answers, so that the step's own limit passes.
    Silence {
        step: LabelId,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    pub end: String,
    /// The steps that are undone: groups in this order, within one in any.
    pub undone: Vec<Vec<String>>,
    /// Steps of which nobody can say.
    pub perhaps: BTreeSet<String>,
}

/// How a line goes on behind a statement.
enum Way {
    On,
    Give(Value),
    Skip,
    End(GoalId),
    Failed(SmolStr, Value),
    Outage,
    TooLate(usize),
    /// It cannot be told.
    Unknown,
}

/// The places of a write among forks.
type Place = Vec<(u32, u32)>;

#[derive(Clone)]
struct Entry {
    label: LabelId,
    name: String,
    scopes: Vec<LabelId>,
    place: Place,
    undone_by: Option<OperationId>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Kept,
    Undone,
}

struct Play<'m> {
    model: &'m Model,
    wrong: Option<&'m Wrong>,
    values: BTreeMap<ValueId, Value>,
    events: BTreeMap<EventId, Value>,
    failures: Vec<(SmolStr, Value)>,
    journal: Vec<Entry>,
    undone: Vec<Vec<String>>,
    perhaps: BTreeSet<String>,
    place: Place,
    scopes: Vec<LabelId>,
    rounds: Vec<u32>,
    forks: u32,
    /// Milliseconds that may have passed.
    elapsed: u64,
    /// Steps left before nobody believes any more that this ends.
    patience: u32,
    inside_fork: u32,
    /// What one service's side of a choreography remembers beside that; nothing of a conducted run.
    side: Option<choreography::OfSides>,
}

/// A run that has not begun.
fn play<'m>(model: &'m Model, workflow: WorkflowId, wrong: Option<&'m Wrong>) -> Play<'m> {
    let mut play = Play {
        model,
        wrong,
        values: BTreeMap::new(),
        events: BTreeMap::new(),
        failures: Vec::new(),
        journal: Vec::new(),
        undone: Vec::new(),
        perhaps: BTreeSet::new(),
        place: Vec::new(),
        scopes: Vec::new(),
        rounds: Vec::new(),
        forks: 0,
        elapsed: 0,
        patience: 500,
        inside_fork: 0,
        side: None,
    };
    for (id, value) in model.values.iter().filter(|(_, value)| value.workflow == workflow) {
        if matches!(value.kind, crate::model::ValueKind::Parameter | crate::model::ValueKind::Correlation) {
            play.values.insert(id, example::value(model, &value.ty, &value.name.text, 0));
        }
    }
    play
}

/// `None` where it cannot be told.
pub fn predict(model: &Model, workflow: WorkflowId, wrong: Option<&Wrong>) -> Option<Prediction> {
    let mut play = play(model, workflow, wrong);
    let way = play.block(&model.workflows[workflow].body);
    let end = match way {
        Way::End(goal) => model.goals[goal].name.text.to_string(),
        Way::Failed(..) | Way::Outage => {
            play.take_back(|_| true);
            "Unhandled".to_string()
        }
        Way::On | Way::Give(_) | Way::Skip | Way::TooLate(_) | Way::Unknown => return None,
    };
    let perhaps = play.perhaps;
    let mut undone = play.undone;
    undone.iter_mut().for_each(|group| group.retain(|step| !perhaps.contains(step)));
    undone.retain(|group| !group.is_empty());
    Some(Prediction { end, undone, perhaps })
}

impl<'m> Play<'m> {
    /// A block of statements, with what is said around it.
    fn block(&mut self, block: &'m Block) -> Way {
        self.around(block, |play| play.statements(&block.statements))
    }

    fn around(&mut self, block: &'m Block, inside: impl FnOnce(&mut Self) -> Way) -> Way {
        let began = self.elapsed;
        let mut way = inside(self);
        if let Some(bound) = self.shortest(block)
            && self.elapsed - began >= bound
            && !matches!(way, Way::TooLate(_))
        {
            return Way::Unknown;
        }
        if let Way::TooLate(number) = way {
            way = match block.limits.get(number).map(|limit| &limit.otherwise) {
                Some(Some(otherwise)) => return self.block(otherwise),
                Some(None) => Way::Outage,
                None => Way::Unknown,
            };
        }
        let handler = block.handlers.iter().find(|handler| {
            handler.troubles.iter().any(|trouble| match (trouble, &way) {
                (Trouble::Any(_), Way::Failed(..) | Way::Outage) | (Trouble::Outage(_), Way::Outage) => true,
                (Trouble::Failure(name, _), Way::Failed(failure, _)) => name == failure,
                _ => false,
            })
        });
        let Some(handler) = handler else { return way };
        let n_failures = self.failures.len();
        if let Way::Failed(name, fields) = way {
            self.failures.push((name, fields));
        }
        let way = self.block(&handler.block);
        self.failures.truncate(n_failures);
        way
    }

    /// The shortest limit of a block, in milliseconds.
    fn shortest(&self, block: &Block) -> Option<u64> {
        let bounds = block.limits.iter().filter_map(|limit| match &limit.bound.kind {
            crate::model::ExprKind::Literal(Literal::Duration(milliseconds)) => Some(*milliseconds),
            _ => None,
        });
        bounds.min()
    }

    fn statements(&mut self, statements: &'m [Statement]) -> Way {
        for statement in statements {
            match self.statement(statement) {
                Way::On => {}
                way => return way,
            }
        }
        Way::On
    }

    fn statement(&mut self, statement: &'m Statement) -> Way {
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 {
            return Way::Unknown;
        }
        match &statement.kind {
            StatementKind::Act(act) => self.act(act),
            StatementKind::Run(run) => self.run(run),
            StatementKind::Let { value, expr } => match self.value(expr) {
                Some(given) => {
                    self.values.insert(*value, given);
                    Way::On
                }
                None => Way::Unknown,
            },
            StatementKind::Scope { label, block } => {
                self.scopes.push(*label);
                let way = self.block(block);
                self.scopes.pop();
                way
            }
            StatementKind::If { branches, otherwise } => {
                for (condition, block) in branches {
                    match self.value(condition) {
                        Some(Value::Bool(true)) => return self.block(block),
                        Some(Value::Bool(false)) => {}
                        _ => return Way::Unknown,
                    }
                }
                otherwise.as_ref().map_or(Way::On, |block| self.block(block))
            }
            StatementKind::Parallel(parallel) => match &parallel.each {
                None => self.around(&parallel.block, |play| play.branches(&parallel.block)),
                Some((variable, list)) => {
                    let Some(Value::Array(items)) = self.value(list) else { return Way::Unknown };
                    let block = &parallel.block;
                    let way = self.around(block, |play| {
                        play.rounds_at_once(block, parallel.name.is_some(), *variable, items)
                    });
                    self.named(parallel.name.map(|name| name.value), way)
                }
            },
            StatementKind::ForEach(each) => {
                let Some(Value::Array(items)) = self.value(&each.list) else { return Way::Unknown };
                let way = self.around(&each.block, |play| {
                    play.rounds(&each.block, each.name.is_some(), each.variable, items)
                });
                self.named(each.name.map(|name| name.value), way)
            }
            StatementKind::Repeat(repeat) => {
                let way = self.around(&repeat.block, |play| play.repeat(repeat));
                self.named(repeat.name.map(|name| name.value), way)
            }
            StatementKind::Wait(wait) => self.wait(wait),
            StatementKind::Publish { event, arguments, .. } => self.publish(*event, arguments),
            StatementKind::Notify(_) => Way::On,
            StatementKind::Give(expr) => self.value(expr).map_or(Way::Unknown, Way::Give),
            StatementKind::Skip => Way::Skip,
            StatementKind::Undo(target) if self.side.is_some() => self.settle(target),
            StatementKind::Undo(UndoTarget::All) => {
                // What is on its way in other branches settles as it comes.
                self.take_back(|_| true);
                Way::On
            }
            StatementKind::Undo(UndoTarget::Label { label, .. }) => {
                self.take_back(|entry| entry.label == *label || entry.scopes.contains(label));
                Way::On
            }
            StatementKind::Then { .. } => Way::Unknown,
            StatementKind::End { goal, .. } => Way::End(*goal),
        }
    }

    /// The value that something gave, under its name.
    fn named(&mut self, value: Option<ValueId>, way: Way) -> Way {
        match (way, value) {
            (Way::Give(given), Some(value)) => {
                self.values.insert(value, given);
                Way::On
            }
            (Way::Give(_), None) => Way::On,
            (way, _) => way,
        }
    }

    fn act(&mut self, act: &'m Act) -> Way {
        let operation = &self.model.operations[act.operation];
        let is_write = operation.kind == OperationKind::Command;
        let undone_by = match self.model.undone(act).map(|undone| &undone.by) {
            Some(UndoneBy::Operation { operation, .. }) => Some(*operation),
            Some(UndoneBy::Nothing { .. }) | None => None,
        };
        let reply = example::value(self.model, &operation.reply, &operation.name.text, 0);
        let way = self.around(&act.block, |play| {
            if play.is_settled(act.label) {
                return Way::Skip;
            }
            match play.wrong {
                Some(Wrong::Refused { step, failure, fields }) if *step == act.label => {
                    play.is_refused(act.label);
                    return Way::Failed(failure.clone(), fields.clone());
                }
                Some(Wrong::Silence { step }) if *step == act.label => {
                    let bounds = act.block.limits.iter().map(|limit| match limit.bound.kind {
                        crate::model::ExprKind::Literal(Literal::Duration(milliseconds)) => {
                            Some(milliseconds)
                        }
                        _ => None,
                    });
                    let passed = bounds.enumerate().find_map(|(number, bound)| Some((number, bound?)));
                    let Some((number, bound)) = passed else { return Way::Unknown };
                    // A limit further out may have passed before.
                    play.elapsed += bound;
                    return Way::TooLate(number);
                }
                Some(Wrong::Outage { step }) if *step == act.label => {
                    play.elapsed += play.worst(&act.block);
                    if is_write {
                        play.write(act.label, undone_by);
                    }
                    return Way::Outage;
                }
                _ => {}
            }
            if is_write {
                play.write(act.label, undone_by);
                play.settled_by(act);
            }
            if act.block.pivot.is_some() {
                play.keep();
            }
            Way::Give(reply)
        });
        self.named(Some(act.value), way)
    }

    /// How long the attempts of a step may take, in milliseconds.
    fn worst(&self, block: &Block) -> u64 {
        let pauses = block.retry.as_ref().map_or(0, |retry| {
            let longest = retry.backoff.map_or(60_000, |(_, longest)| longest);
            u64::from(retry.times.unwrap_or(2)) * longest
        });
        pauses + 1
    }

    fn write(&mut self, label: LabelId, undone_by: Option<OperationId>) {
        let name = self.model.labels[label].name.text.to_string();
        if self.inside_fork > 0 && self.perhaps.contains(&name) {
            return;
        }
        let entry = Entry {
            label,
            name,
            scopes: self.scopes.clone(),
            place: self.place.clone(),
            undone_by,
            state: State::Open,
        };
        self.journal.push(entry);
    }

    /// A step that is what takes others back leaves nothing of them to undo; which of them, its
    /// arguments say, and nobody reads these here.
    fn settled_by(&mut self, act: &Act) {
        for entry in self.journal.iter_mut().filter(|entry| entry.undone_by == Some(act.operation)) {
            entry.state = State::Undone;
        }
    }

    fn keep(&mut self) {
        self.journal
            .iter_mut()
            .filter(|entry| entry.state == State::Open)
            .for_each(|entry| entry.state = State::Kept);
    }

    fn run(&mut self, run: &'m Run) -> Way {
        let child = &self.model.workflows[run.workflow];
        let way = self.around(&run.block, |play| {
            if let Some(Wrong::Refused { step, failure, fields }) = play.wrong
                && *step == run.label
            {
                return Way::Failed(failure.clone(), fields.clone());
            }
            let Some(prediction) = predict(play.model, run.workflow, None) else { return Way::Unknown };
            let goal = child.goals.iter().find(|goal| play.model.goals[**goal].name.text == prediction.end);
            let Some(goal) = goal.map(|goal| &play.model.goals[*goal]) else { return Way::Unknown };
            let fields = example::object(play.model, &goal.fields);
            if goal.kind == GoalKind::Failure {
                return Way::Failed(goal.name.text.clone(), fields);
            }
            // What is undone of it is told by its own steps.
            play.write(run.label, None);
            play.perhaps.insert(play.model.labels[run.label].name.text.to_string());
            Way::Give(fields)
        });
        self.named(Some(run.value), way)
    }

    fn branches(&mut self, block: &'m Block) -> Way {
        self.forks += 1;
        let fork = self.forks;
        let mut left = None;
        for (number, statement) in block.statements.iter().enumerate() {
            self.place.push((fork, number as u32));
            let way = match left {
                None => self.statement(statement),
                Some(_) => {
                    self.uncertain(std::slice::from_ref(statement));
                    Way::On
                }
            };
            self.place.pop();
            match way {
                Way::On | Way::Skip => {}
                way => {
                    // Those before it may not have got to their end, either.
                    self.uncertain(&block.statements[..number]);
                    left = Some(way);
                }
            }
        }
        if block.needs.is_some() {
            return Way::Unknown;
        }
        left.unwrap_or(Way::On)
    }

    /// Whatever these do may happen or not.
    fn uncertain(&mut self, statements: &[Statement]) {
        for statement in statements {
            let inner = statement
                .blocks()
                .into_iter()
                .flat_map(Block::with_inner)
                .flat_map(|block| &block.statements);
            for statement in inner.chain([statement]) {
                if let StatementKind::Act(act) = &statement.kind {
                    self.perhaps.insert(self.model.labels[act.label].name.text.to_string());
                }
            }
        }
    }

    fn rounds_at_once(
        &mut self,
        block: &'m Block,
        is_named: bool,
        variable: ValueId,
        items: Vec<Value>,
    ) -> Way {
        if block.needs.is_some() || block.at_once.is_some() {
            self.uncertain(&block.statements);
        }
        self.forks += 1;
        let fork = self.forks;
        let mut given = Vec::new();
        let needed = match &block.needs {
            Some(needs) => match self.value(&needs.count).and_then(|count| count.as_u64()) {
                Some(count) => Some(count as usize),
                None => return Way::Unknown,
            },
            None => None,
        };
        for (number, item) in items.into_iter().enumerate() {
            if needed.is_some_and(|needed| given.len() >= needed) {
                break;
            }
            self.values.insert(variable, item);
            self.place.push((fork, number as u32));
            self.rounds.push(number as u32 + 1);
            let way = self.statements(&block.statements);
            self.rounds.pop();
            self.place.pop();
            match way {
                Way::Give(_) if !is_named => return Way::Unknown,
                Way::Give(value) => given.push(value),
                Way::On if needed.is_some() => given.push(Value::Null),
                Way::On | Way::Skip => {}
                way => {
                    self.uncertain(&block.statements);
                    return way;
                }
            }
        }
        if needed.is_some_and(|needed| given.len() < needed) {
            let otherwise = block.needs.as_ref().and_then(|needs| needs.otherwise.as_deref());
            return otherwise.map_or(Way::Outage, |block| self.block(block));
        }
        if super::body::loops::needs_one(block) {
            return Way::Give(given.into_iter().next().unwrap_or_default());
        }
        Way::Give(Value::Array(given))
    }

    fn rounds(&mut self, block: &'m Block, is_named: bool, variable: ValueId, items: Vec<Value>) -> Way {
        let mut given = Vec::new();
        for (number, item) in items.into_iter().enumerate() {
            if block.at_most_times.as_ref().is_some_and(|bound| number >= bound.count as usize) {
                let otherwise = block.at_most_times.as_ref().and_then(|bound| bound.otherwise.as_deref());
                return otherwise.map_or(Way::Outage, |block| self.block(block));
            }
            self.values.insert(variable, item);
            self.rounds.push(number as u32 + 1);
            let way = self.statements(&block.statements);
            self.rounds.pop();
            match way {
                // It leaves the loop for another one further out.
                Way::Give(_) if !is_named => return Way::Unknown,
                Way::Give(value) => given.push(value),
                Way::On | Way::Skip => {}
                way => return way,
            }
        }
        Way::Give(Value::Array(given))
    }

    fn repeat(&mut self, repeat: &'m crate::model::Repeat) -> Way {
        let block = &repeat.block;
        for number in 1.. {
            self.rounds.push(number);
            let way = self.statements(&block.statements);
            let given = match way {
                Way::Give(_) if repeat.name.is_none() => return Way::Unknown,
                Way::Give(value) => value,
                Way::On | Way::Skip => Value::Null,
                way => {
                    self.rounds.pop();
                    return way;
                }
            };
            let until = self.value(&repeat.until);
            self.rounds.pop();
            match until {
                Some(Value::Bool(true)) => return Way::Give(given),
                Some(Value::Bool(false)) => {}
                _ => return Way::Unknown,
            }
            if let Some(bound) = &block.at_most_times
                && number >= bound.count
            {
                return bound.otherwise.as_deref().map_or(Way::Outage, |block| self.block(block));
            }
            if let Some((pause, _)) = &block.every {
                match &pause.kind {
                    crate::model::ExprKind::Literal(Literal::Duration(time)) => self.elapsed += time,
                    _ => return Way::Unknown,
                }
            }
            if self.patience == 0 {
                return Way::Unknown;
            }
        }
        Way::Unknown
    }

    fn wait(&mut self, wait: &'m Wait) -> Way {
        match wait {
            Wait::Time(time) => match &time.kind {
                crate::model::ExprKind::Literal(Literal::Duration(time)) => {
                    self.elapsed += time;
                    Way::On
                }
                _ => Way::Unknown,
            },
            Wait::Until(_) => Way::Unknown,
            Wait::For { formula, block } => self.around(block, |play| play.events_of(formula)),
            Wait::Any { .. } => Way::Unknown,
        }
    }

    fn events_of(&mut self, formula: &'m Formula) -> Way {
        let needed = match formula.how {
            HowMany::All => formula.terms.len(),
            HowMany::Any => 1,
            HowMany::Some(count) => count as usize,
        };
        for term in formula.terms.iter().take(needed) {
            let event = &self.model.events[term.event];
            self.events.insert(term.event, example::object(self.model, &event.fields));
            if let Some(condition) = &term.condition
                && self.value(condition) != Some(Value::Bool(true))
            {
                return Way::Unknown;
            }
        }
        Way::On
    }

    /// Takes back what is wanted, newest first; branches beside each other are one group.
    fn take_back(&mut self, wanted: impl Fn(&Entry) -> bool) {
        let mut order: Vec<usize> = Vec::new();
        for (at, entry) in self.journal.iter().enumerate().rev() {
            if entry.state == State::Open && entry.undone_by.is_some() && wanted(entry) {
                order.push(at);
            }
        }
        let mut groups: Vec<(Option<u32>, Vec<String>)> = Vec::new();
        for at in order {
            let fork = self.journal[at].place.first().map(|(fork, _)| *fork);
            let name = self.journal[at].name.clone();
            self.journal[at].state = State::Undone;
            match groups.last_mut() {
                Some((before, group)) if fork.is_some() && *before == fork => group.push(name),
                _ => groups.push((fork, vec![name])),
            }
        }
        self.undone.extend(groups.into_iter().map(|(_, group)| group));
    }
}
