//! Every block of a workflow, wherever it stands, and every part of an expression.

use super::{Block, Expr, ExprKind, Statement, StatementKind, Wait, Workflow};

impl Workflow {
    /// The blocks of its body, its participants and what comes late, outermost first.
    pub fn blocks(&self) -> Vec<&Block> {
        let mut found = vec![&self.body];
        for participant in &self.participants {
            found.extend(participant.reactions.iter().map(|reaction| &reaction.block));
            found.extend(participant.watches.iter().map(|watch| &watch.otherwise));
        }
        found.extend(self.late.iter().map(|late| &late.block));
        unfold(found)
    }
}

/// The blocks, and all that stand in them.
fn unfold(mut found: Vec<&Block>) -> Vec<&Block> {
    found.reserve(16);
    let mut next = 0;
    while let Some(block) = found.get(next).copied() {
        found.extend(block.sides());
        block.statements.iter().for_each(|statement| statement.add_blocks(&mut found));
        next += 1;
    }
    found
}

impl Block {
    /// Itself and every block that stands in it, outermost first.
    pub fn with_inner(&self) -> Vec<&Block> {
        unfold(vec![self])
    }

    /// The blocks that stand around its statements.
    pub fn sides(&self) -> impl Iterator<Item = &Block> {
        let limits = self.limits.iter().filter_map(|limit| limit.otherwise.as_ref());
        let needs = self.needs.iter().filter_map(|needs| needs.otherwise.as_deref());
        let bound = self.at_most_times.iter().filter_map(|bound| bound.otherwise.as_deref());
        limits
            .chain(needs)
            .chain(bound)
            .chain(self.reminders.iter().map(|reminder| &reminder.block))
            .chain(self.interrupts.iter().map(|interrupt| &interrupt.block))
            .chain(self.handlers.iter().map(|handler| &handler.block))
    }
}

impl Statement {
    /// The blocks directly in it.
    pub fn blocks(&self) -> Vec<&Block> {
        let mut found = Vec::new();
        self.add_blocks(&mut found);
        found
    }

    fn add_blocks<'m>(&'m self, found: &mut Vec<&'m Block>) {
        match &self.kind {
            StatementKind::Act(act) => found.push(&act.block),
            StatementKind::Run(run) => found.push(&run.block),
            StatementKind::Scope { block, .. } => found.push(block),
            StatementKind::If { branches, otherwise } => {
                found.extend(branches.iter().map(|(_, block)| block).chain(otherwise));
            }
            StatementKind::Parallel(parallel) => found.push(&parallel.block),
            StatementKind::ForEach(each) => found.push(&each.block),
            StatementKind::Repeat(repeat) => found.push(&repeat.block),
            StatementKind::Wait(wait) => match &**wait {
                Wait::For { block, .. } | Wait::Any { block } => found.push(block),
                Wait::Time(_) | Wait::Until(_) => {}
            },
            StatementKind::Let { .. }
            | StatementKind::Publish { .. }
            | StatementKind::Notify(_)
            | StatementKind::Give(_)
            | StatementKind::Skip
            | StatementKind::Undo(_)
            | StatementKind::Then { .. }
            | StatementKind::End { .. } => {}
        }
    }
}

impl Expr {
    /// The expressions directly in it.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Make { arguments, .. } => arguments.iter().map(|argument| &argument.value).collect(),
            ExprKind::List(items) => items.iter().collect(),
            ExprKind::Count(inner) | ExprKind::Not(inner) | ExprKind::Negative(inner) => vec![inner],
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::Literal(_)
            | ExprKind::Value { .. }
            | ExprKind::Event { .. }
            | ExprKind::Failure { .. }
            | ExprKind::Reply { .. }
            | ExprKind::Request { .. }
            | ExprKind::EnumValue { .. }
            | ExprKind::Foreign { .. }
            | ExprKind::Bad => Vec::new(),
        }
    }

    /// Itself and every expression that stands in it, outermost first.
    pub fn with_parts(&self) -> Vec<&Expr> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(expr) = found.get(next).copied() {
            found.extend(expr.parts());
            next += 1;
        }
        found
    }
}
