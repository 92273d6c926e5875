//! Random conducted workflows, all in one specification, so that one build serves all of them.

use crate::orchestration::{Met, Orchestration, Statement, Step, Undone};
use serde_json::{Value, json};
use std::fmt::Write;

/// The specification, and what the program must know of its operations.
pub struct Written {
    pub text: String,
    pub workflows: Vec<String>,
    /// By operation: the failure that it is refused with.
    refusals: serde_json::Map<String, Value>,
    /// Operations that are tried until they answer.
    insisted: Vec<String>,
}

impl Written {
    pub fn of(all: &[Orchestration]) -> Written {
        let mut written = Written {
            text: String::new(),
            workflows: Vec::new(),
            refusals: serde_json::Map::new(),
            insisted: Vec::new(),
        };
        let (mut services, mut events) = (String::new(), String::new());
        for (number, orchestration) in all.iter().enumerate() {
            let mut writer = Writer {
                written: &mut written,
                number,
                n: 0,
                operations: String::new(),
                events: String::new(),
                body: String::new(),
            };
            writer.block(&orchestration.body, 1);
            let (operations, outside, body) = (writer.operations, writer.events, writer.body);
            // What nobody meets would be an error, and nothing would be generated; nor does anybody fall off the last line.
            let last = orchestration
                .last_resort
                .filter(|met| *met != Met::GoOn)
                .and_then(Met::block)
                .unwrap_or("{ undo all; end Lost }");
            let _ = write!(
                written.text,
                "\nworkflow Play{number}(game: GameId) {{\n  orchestrated by Host\n  correlated by game\n\n  success Won\n  \
                 failure Lost\n\n{body}  end Won\n  on any {last}\n}}\n"
            );
            written.workflows.push(format!("Play{number}"));
            services += &operations;
            events += &outside;
        }
        written.text = format!(
            "id GameId\n\nservice Host {{ }}\n\nservice S {{\n{services}}}\n\nservice Outside {{\n  external\n{events}}}\n{}",
            written.text
        );
        written
    }

    /// For the program that plays them.
    pub fn told(&self, most: usize) -> Value {
        json!({ "workflows": self.workflows, "refusals": self.refusals, "insisted": self.insisted, "most": most })
    }
}

/// Numbers everything in the order of the text, behind the number of the workflow.
struct Writer<'w> {
    written: &'w mut Written,
    number: usize,
    n: usize,
    operations: String,
    events: String,
    body: String,
}

impl Writer<'_> {
    fn block(&mut self, statements: &[Statement], depth: usize) {
        for statement in statements {
            self.statement(statement, depth);
        }
    }

    fn statement(&mut self, statement: &Statement, depth: usize) {
        self.n += 1;
        let (n, blank, id) = (self.n, "  ".repeat(depth), format!("{}w{}", self.n, self.number));
        match statement {
            Statement::Step(step) => self.step(step, n, &id, &blank),
            Statement::Parallel(branches) => {
                let _ = writeln!(self.body, "{blank}parallel {{");
                for (at, branch) in branches.iter().enumerate() {
                    let _ = writeln!(self.body, "{blank}  scope branch{n}_{at} {{");
                    self.block(branch, depth + 2);
                    let _ = writeln!(self.body, "{blank}  }}");
                }
                let _ = writeln!(self.body, "{blank}}}");
            }
            Statement::If(yes, no) => {
                let _ = writeln!(self.operations, "  query Ask{id}() -> bool");
                self.written.insisted.push(format!("S.Ask{id}"));
                let _ = writeln!(
                    self.body,
                    "{blank}step asked{n} = S.Ask{id}() {{ retry forever backoff 1s..1h }}"
                );
                let _ = writeln!(self.body, "{blank}if asked{n} {{");
                self.block(yes, depth + 1);
                let _ = writeln!(self.body, "{blank}}} else {{");
                self.block(no, depth + 1);
                let _ = writeln!(self.body, "{blank}}}");
            }
            Statement::Scope(body, limit) => {
                let _ = writeln!(self.body, "{blank}scope part{n} {{");
                if let Some(limit) = limit.and_then(Met::block) {
                    let _ = writeln!(self.body, "{blank}  within 90d else {limit}");
                }
                self.block(body, depth + 1);
                let _ = writeln!(self.body, "{blank}}}");
            }
            Statement::Wait(limit) => {
                let _ = writeln!(self.events, "  event Heard{id}(game: GameId)");
                let limit = limit.block().unwrap_or("{ }");
                let _ = writeln!(self.body, "{blank}wait for Heard{id} {{ within 1d else {limit} }}");
            }
        }
    }

    fn step(&mut self, step: &Step, n: usize, id: &str, blank: &str) {
        let operation = format!("S.Do{id}");
        let fails = if step.refuses { format!("    fails No{id}\n") } else { String::new() };
        if step.refuses {
            self.written.refusals.insert(operation.clone(), json!(format!("No{id}")));
        }
        if step.writes {
            let undone = match step.undone {
                Undone::ByCommand => format!("    undone by Undo{id}(game)\n"),
                Undone::MayStay => "    undone by nothing because \"it may stay\"\n".to_string(),
                Undone::NotAtAll => String::new(),
            };
            let _ = writeln!(
                self.operations,
                "  command Do{id}(game: GameId) {{\n{fails}{undone}    idempotent by game\n  }}\n  command Undo{id}(game: \
                 GameId) {{ idempotent by game }}"
            );
        } else {
            let _ = writeln!(self.operations, "  query Do{id}(game: GameId) {{\n{fails}  }}");
        }
        let mut said = Vec::new();
        if step.pivot {
            said.push("pivot".to_string());
        }
        match step.outage {
            None => {
                self.written.insisted.push(operation.clone());
                said.push("retry forever backoff 1s..1h".to_string());
            }
            Some(met) => {
                said.push("retry 1 times backoff 1s..10s".to_string());
                said.extend(met.block().map(|block| format!("on outage {block}")));
            }
        }
        if step.refuses {
            said.extend(step.refusal.block().map(|block| format!("on No{id} {block}")));
        }
        let _ = writeln!(self.body, "{blank}step done{n} = {operation}(game) {{ {} }}", said.join("; "));
    }
}
