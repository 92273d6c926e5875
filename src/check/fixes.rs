//! What rules need to say how something is mended: where an entry goes, and what it has to say.

use super::Context;
use super::obligations::Subscription;
use crate::explore::Move;
use crate::finding::Fix;
use crate::graph::{NodeId, NodeKind};
use crate::model::{Field, Goal, Name, Operation, OperationId, Type, TypeKind, Workflow, WorkflowId};
use crate::source::Span;
use std::collections::BTreeSet;

/// How a branch leaves a workflow, and what has to be declared for it.
pub struct WayOut {
    /// `undo all; end Cancelled`
    pub entries: String,
    /// The last end of the workflow, where another has to be declared behind it.
    new_goal_behind: Option<Span>,
}

impl WayOut {
    /// The fix, with the declaration that the way out needs.
    pub fn declare(&self, fix: Fix) -> Fix {
        match self.new_goal_behind {
            Some(goal) => fix.behind(goal, format!("failure {NEW_GOAL}")),
            None => fix,
        }
    }
}

/// What a failure end is called that nobody has named.
const NEW_GOAL: &str = "Failed";

impl Context<'_> {
    /// The statement that a node comes from.
    pub fn statement_of(&self, node: NodeId) -> Option<Span> {
        let item = self.graph.node(node);
        let blocks = self.model.workflows[item.workflow?].blocks();
        let statements =
            blocks.into_iter().flat_map(|block| &block.statements).map(|statement| statement.span);
        statements.filter(|span| span.contains(item.span)).min_by_key(|span| span.end - span.start)
    }

    /// The reaction of a participant that is woken by what stands at `span`.
    pub fn reaction_at(&self, span: Span) -> Option<Span> {
        let workflows = self.model.workflows.values();
        let mut reactions = workflows.flat_map(|it| &it.participants).flat_map(|it| &it.reactions);
        reactions.find(|reaction| reaction.formula.span.contains(span)).map(|reaction| reaction.span)
    }

    /// A branch at `node` that takes back what was done and ends in a failure; none where wfc cannot
    /// write it to the end.
    pub fn way_out_of(&self, node: NodeId) -> Option<WayOut> {
        let id = self.graph.node(node).workflow?;
        let workflow = &self.model.workflows[id];
        let undo = if self.completed_before(node).is_empty() { "" } else { "undo all; " };
        let (end, new_goal_behind) = match self.failure_end(id) {
            Some(goal) => (ended(goal)?, None),
            None => (format!("end {NEW_GOAL}"), Some(self.last_goal(workflow)?)),
        };
        Some(WayOut { entries: format!("{undo}{end}"), new_goal_behind })
    }

    fn last_goal(&self, workflow: &Workflow) -> Option<Span> {
        let goals = || workflow.goals.iter().map(|goal| &self.model.goals[*goal]);
        let is_free = goals().all(|goal| goal.name.text != NEW_GOAL);
        goals().filter(|_| is_free).map(|goal| goal.span).max_by_key(|span| span.start)
    }

    /// A promise in each of these reactions; none where one of them is no reaction of a participant.
    pub fn promise(&self, reactions: &[Subscription]) -> Option<Fix> {
        let who = self.subscribers(reactions);
        let fix = Fix::daring(format!("let {who} promise to react within a day"));
        let spans: Option<BTreeSet<Span>> = reactions.iter().map(|it| self.reaction_at(it.span)).collect();
        Some(spans?.into_iter().fold(fix, |fix, reaction| fix.first_in(reaction, "promises within 1d")))
    }

    /// `undo all` before the end at `node`, if that is an `end` of a conducted workflow.
    pub fn undo_before(&self, node: NodeId, fix: Fix) -> Option<Fix> {
        let item = self.graph.node(node);
        let is_conducted = item.workflow.is_some_and(|id| !self.model.workflows[id].is_choreographed());
        let is_end = is_conducted && matches!(item.kind, NodeKind::End { .. });
        is_end.then(|| fix.before(item.span, "undo all"))
    }

    /// Whether anything is undone in a run.
    pub fn is_undoing(&self, moves: &[Move]) -> bool {
        moves.iter().any(|made| matches!(self.graph.node(made.node).kind, NodeKind::Undo { .. }))
    }

    /// Where a limit of the whole workflow may stand: behind what it says of its beginning.
    pub fn head_of(&self, id: WorkflowId) -> Span {
        use crate::model::{Style, Trigger};
        let workflow = &self.model.workflows[id];
        let (Style::Orchestrated { span: style, .. } | Style::Choreographed { span: style }) = workflow.style;
        let trigger = match &workflow.trigger {
            Trigger::Events(formula) => Some(formula.span),
            Trigger::Schedule(span) => Some(*span),
            Trigger::Called => None,
        };
        let key = workflow.correlation.last().map(|name| name.span);
        let last = [Some(style), trigger, key].into_iter().flatten().max_by_key(|span| span.end);
        last.unwrap_or(style)
    }

    /// The one field of a command that is an id: by it the service knows the command again.
    pub fn only_id(&self, operation: &Operation) -> Option<Name> {
        let is_id = |field: &&Field| match &field.ty {
            Type::Declared(id) => matches!(self.model.types[*id].kind, TypeKind::Id),
            _ => false,
        };
        let mut ids = operation.fields.iter().filter(is_id);
        let first = ids.next()?;
        ids.next().is_none().then(|| first.name.clone())
    }

    /// What takes back an operation that nothing takes back: a command beside it that has yet to be
    /// written, with the fields by which the operation is known again, or else with all.
    pub fn stub_of_undo(&self, id: OperationId, fix: Fix) -> Option<Fix> {
        let operation = &self.model.operations[id];
        let service = &self.model.services[operation.service];
        if service.external.is_some() || self.is_imported(operation.span) || is_odd(&operation.name.text) {
            return None;
        }
        let taken =
            |name: &str| service.operations.iter().any(|id| self.model.operations[*id].name.text == name);
        let names = (1..).map(|n| match n {
            1 => format!("Undo{}", operation.name.text),
            n => format!("Undo{}{n}", operation.name.text),
        });
        let name = names.into_iter().find(|name| !taken(name))?;
        let key: Option<Vec<&str>> = operation
            .idempotent_by
            .as_ref()
            .map(|(key, _)| key.iter().map(|name| name.text.as_str()).collect());
        let is_needed =
            |field: &&Field| key.as_ref().is_none_or(|key| key.contains(&field.name.text.as_str()));
        let fields: Vec<&Field> = operation.fields.iter().filter(is_needed).collect();
        if fields.iter().any(|field| is_odd(&field.name.text)) {
            return None;
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name.text.as_str()).collect();
        let typed: Option<Vec<String>> = fields
            .iter()
            .map(|field| Some(format!("{}: {}", field.name.text, self.written(&field.ty)?)))
            .collect();
        let contract = match names.join(", ") {
            key if key.is_empty() => String::new(),
            key => format!(" {{ idempotent by {key} }}"),
        };
        let undone = format!("undone by {name}({})", names.join(", "));
        let fix = match &operation.idempotent_by {
            Some((_, span)) => fix.before(*span, undone),
            None => fix.last_in(operation.span, undone),
        };
        Some(fix.behind(operation.span, format!("command {name}({}){contract}", typed?.join(", "))))
    }

    /// A type as it is written; none where it has no name.
    fn written(&self, ty: &Type) -> Option<String> {
        Some(match ty {
            Type::Any => "any".to_string(),
            Type::String => "string".to_string(),
            Type::Int => "int".to_string(),
            Type::Decimal => "decimal".to_string(),
            Type::Bool => "bool".to_string(),
            Type::Date => "date".to_string(),
            Type::Time => "time".to_string(),
            Type::Duration => "duration".to_string(),
            Type::Declared(id) => plain(&self.model.types[*id].name.text)?,
            Type::Service(id) => plain(self.service(*id))?,
            Type::List(inner) => format!("list of {}", self.written(inner)?),
            Type::Optional(inner) => format!("{}?", self.written(inner)?),
            Type::Percent | Type::Nothing | Type::Fields(_) => return None,
        })
    }
}

/// `end Cancelled("to be said")`: what a text says is for people to write, other values wfc cannot guess.
fn ended(goal: &Goal) -> Option<String> {
    let name = plain(&goal.name.text)?;
    if goal.fields.is_empty() {
        return Some(format!("end {name}"));
    }
    let is_text = goal.fields.iter().all(|field| field.ty == Type::String);
    let texts = vec!["\"to be said\""; goal.fields.len()];
    is_text.then(|| format!("end {name}({})", texts.join(", ")))
}

/// A name that needs no backticks.
fn plain(name: &str) -> Option<String> {
    (!is_odd(name)).then(|| name.to_string())
}

pub(super) fn is_odd(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.bytes().all(is_word) || name.starts_with(|first: char| first.is_ascii_digit())
}
