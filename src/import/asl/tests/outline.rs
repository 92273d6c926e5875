//! A syntax tree in as few words as a test can read.

use crate::syntax::ast::*;
use std::fmt::Write;

pub fn outline(ast: &Ast) -> String {
    let mut out = String::new();
    for item in &ast.items {
        match item {
            Item::Service(found) => service(found, &mut out),
            Item::Workflow(workflow) => {
                writeln!(out, "workflow {}", workflow.name.text).unwrap();
                entries(&workflow.block, 1, &mut out);
            }
            other => writeln!(out, "{other:?}").unwrap(),
        }
    }
    out
}

fn service(service: &Service, out: &mut String) {
    writeln!(out, "service {}", service.name.text).unwrap();
    for entry in &service.entries {
        match entry {
            ServiceEntry::Operation(operation) => {
                let kind = if operation.kind == OperationKind::Query { "query" } else { "command" };
                let reply = if operation.reply.is_some() { " -> any" } else { "" };
                write!(out, "  {kind} {}{reply}", operation.name.text).unwrap();
                operation.contract.iter().for_each(|entry| contract(entry, out));
                out.push('\n');
            }
            ServiceEntry::Event(event) => writeln!(out, "  event {}", event.name.text).unwrap(),
            ServiceEntry::External(_) => writeln!(out, "  external").unwrap(),
            other => writeln!(out, "  {other:?}").unwrap(),
        }
    }
}

fn contract(entry: &ContractEntry, out: &mut String) {
    match entry {
        ContractEntry::Fails(failures, _) => {
            let names: Vec<&str> = failures.iter().map(|failure| failure.name.text.as_str()).collect();
            write!(out, " fails {}", names.join(" or "))
        }
        ContractEntry::Answers(answers, _) => write!(out, " answers {answers:?}"),
        ContractEntry::Undone(Undone { by: UndoneBy::Call(call), .. }) => {
            write!(out, " undone by {}", path(&call.path))
        }
        ContractEntry::Undone(_) => write!(out, " undone by nothing"),
        other => write!(out, " {other:?}"),
    }
    .unwrap();
}

fn entries(block: &Block, depth: usize, out: &mut String) {
    block.entries.iter().for_each(|found| entry(found, depth, out));
}

fn entry(entry: &Entry, depth: usize, out: &mut String) {
    let mut inner: Vec<&Block> = Vec::new();
    let line = match entry {
        Entry::Orchestrated(name, _) => format!("orchestrated by {}", name.text),
        Entry::Goal(goal) => format!("{} {}", format!("{:?}", goal.kind).to_lowercase(), goal.name.text),
        Entry::Within(limit) => format!("within {}", expr(&limit.bound)),
        Entry::Timeout(duration, _) => format!("timeout {}", duration.text),
        Entry::Retry(retry) => {
            let (least, most) = retry.backoff.clone().expect("importers always say it");
            let most = most.map_or(String::new(), |most| format!("..{}", most.text));
            format!("retry {} times backoff {}{most}", retry.times.unwrap_or(0), least.text)
        }
        Entry::On(on) => {
            inner.push(&on.block);
            format!("on {}", troubles(&on.troubles))
        }
        Entry::AtMost(most) => format!("at most {} at once", most.count),
        Entry::Step(step) => {
            let source = match &step.source {
                StepSource::Call(call, block) => {
                    inner.extend(block);
                    format!("{}{}", path(&call.path), arguments(&call.arguments))
                }
                StepSource::Run(run, block) => {
                    inner.extend(block);
                    format!("run {}", run.workflow.text)
                }
                StepSource::Parallel(parallel) => {
                    inner.push(&parallel.block);
                    each(parallel)
                }
                StepSource::ForEach(each) => {
                    inner.push(&each.block);
                    format!("for each {} in {}", each.variable.text, expr(&each.list))
                }
                StepSource::Repeat(_) => "repeat".to_owned(),
            };
            format!("step {} = {source}", step.name.text)
        }
        Entry::Scope(scope) => {
            inner.push(&scope.block);
            format!("scope {}", scope.name.text)
        }
        Entry::If(choice) => {
            for (condition, block) in &choice.branches {
                writeln!(out, "{}if {}", "  ".repeat(depth), expr(condition)).unwrap();
                entries(block, depth + 1, out);
            }
            return;
        }
        Entry::Parallel(parallel) => {
            inner.push(&parallel.block);
            each(parallel)
        }
        Entry::Wait(wait) => match &wait.kind {
            WaitKind::Time(time) => format!("wait {}", expr(time)),
            WaitKind::Until(time) => format!("wait until {}", expr(time)),
            other => format!("{other:?}"),
        },
        Entry::Publish(publish) => format!("publish {}", path(&publish.event.path)),
        Entry::Then(name, _) => format!("then {}", name.text),
        Entry::End(end) => format!("end {}", end.goal.text),
        Entry::Skip(_) => "skip".to_owned(),
        Entry::Bad(_) => "bad".to_owned(),
        other => format!("{other:?}"),
    };
    writeln!(out, "{}{line}", "  ".repeat(depth)).unwrap();
    inner.into_iter().for_each(|block| entries(block, depth + 1, out));
}

fn each(parallel: &Parallel) -> String {
    match &parallel.each {
        Some((variable, list)) => format!("parallel for each {} in {}", variable.text, expr(list)),
        None => "parallel".to_owned(),
    }
}

fn troubles(troubles: &Troubles) -> String {
    match troubles {
        Troubles::Any(_) => "any".to_owned(),
        Troubles::Named(named) => {
            let name = |trouble: &Trouble| match trouble {
                Trouble::Outage(_) => "outage".to_owned(),
                Trouble::Failure(name) => name.text.to_string(),
            };
            named.iter().map(name).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn path(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}

fn arguments(arguments: &[Argument]) -> String {
    format!("({})", arguments.iter().map(|argument| expr(&argument.value)).collect::<Vec<_>>().join(", "))
}

fn expr(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Path(names) => path(names),
        ExprKind::Number(digits) => digits.to_string(),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Bool(flag) => flag.to_string(),
        ExprKind::None => "none".to_owned(),
        ExprKind::Duration(duration) => duration.text.to_string(),
        ExprKind::Group(inner) => format!("({})", self::expr(inner)),
        ExprKind::Not(inner) => format!("not {}", self::expr(inner)),
        ExprKind::Foreign { language, .. } => format!("foreign {}", language.text),
        ExprKind::Binary(left, operator, right) => {
            let sign = match operator {
                Operator::And => "and",
                Operator::Or => "or",
                Operator::Equal => "==",
                Operator::NotEqual => "!=",
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
                other => return format!("{other:?}"),
            };
            format!("{} {sign} {}", self::expr(left), self::expr(right))
        }
        other => format!("{other:?}"),
    }
}
