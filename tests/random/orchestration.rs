//! Random conducted workflows as text: steps that may be refused or not answer, branches, choices,
//! scopes with limits, waits; failures met at the step, further out, or by nobody.

use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write;

/// How a write is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    ByCommand,
    MayStay,
    NotAtAll,
}

/// What meets a failure or an outage at the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// `undo all; end Lost`
    UndoAndEnd,
    /// `end Lost`
    End,
    /// The line goes on behind the step.
    GoOn,
    /// Whoever is further out.
    FurtherOut,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub writes: bool,
    pub undone: Undone,
    pub refuses: bool,
    pub refusal: Met,
    /// `None`: tried until it answers.
    pub outage: Option<Met>,
    pub pivot: bool,
}

#[derive(Clone, Debug)]
pub enum Statement {
    Step(Step),
    Parallel(Vec<Vec<Statement>>),
    If(Vec<Statement>, Vec<Statement>),
    /// With a limit that ends the run, or without one.
    Scope(Vec<Statement>, Option<Met>),
    /// For an event from outside, with a limit.
    Wait(Met),
}

#[derive(Clone, Debug)]
pub struct Orchestration {
    pub body: Vec<Statement>,
    /// What meets everything that nobody met further in.
    pub last_resort: Option<Met>,
}

pub fn orchestrations() -> impl Strategy<Value = Orchestration> {
    (vec(statement(), 1..5), proptest::option::of(met()))
        .prop_map(|(body, last_resort)| Orchestration { body, last_resort })
}

fn statement() -> impl Strategy<Value = Statement> {
    let leaf = prop_oneof![
        6 => step().prop_map(Statement::Step),
        1 => met_here().prop_map(Statement::Wait),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let block = vec(inner, 1..3);
        prop_oneof![
            vec(block.clone(), 2..3).prop_map(Statement::Parallel),
            (block.clone(), block.clone()).prop_map(|(a, b)| Statement::If(a, b)),
            (block, proptest::option::of(met_here())).prop_map(|(body, limit)| Statement::Scope(body, limit)),
        ]
    })
}

fn step() -> impl Strategy<Value = Step> {
    let undone =
        prop_oneof![3 => Just(Undone::ByCommand), 1 => Just(Undone::MayStay), 1 => Just(Undone::NotAtAll)];
    (any::<[bool; 2]>(), undone, met(), proptest::option::of(met()), 0u8..10).prop_map(
        |([writes, refuses], undone, refusal, outage, pivot)| Step {
            writes,
            undone,
            refuses,
            refusal,
            outage,
            pivot: pivot == 0,
        },
    )
}

fn met() -> impl Strategy<Value = Met> {
    prop_oneof![
        3 => Just(Met::UndoAndEnd),
        2 => Just(Met::End),
        1 => Just(Met::GoOn),
        1 => Just(Met::FurtherOut),
    ]
}

/// What an `else` can say.
fn met_here() -> impl Strategy<Value = Met> {
    prop_oneof![Just(Met::UndoAndEnd), Just(Met::End), Just(Met::GoOn)]
}

impl Met {
    pub fn block(self) -> Option<&'static str> {
        match self {
            Met::UndoAndEnd => Some("{ undo all; end Lost }"),
            Met::End => Some("{ end Lost }"),
            Met::GoOn => Some("{ }"),
            Met::FurtherOut => None,
        }
    }
}

/// Numbers everything in the order of the text, so that names stay the same in a changed text.
struct Writer {
    services: String,
    body: String,
    n: usize,
}

impl Orchestration {
    pub fn text(&self) -> String {
        let mut writer = Writer { services: String::new(), body: String::new(), n: 0 };
        writer.block(&self.body, 1);
        let last =
            self.last_resort.and_then(Met::block).map_or(String::new(), |it| format!("  on any {it}\n"));
        format!(
            "id GameId\n\nservice Host {{ }}\n\n{}workflow Play(game: GameId) {{\n  orchestrated by Host\n  \
             correlated by game\n\n  success Won\n  failure Lost\n\n{}  end Won\n{last}}}\n",
            writer.services, writer.body
        )
    }
}

impl Writer {
    fn block(&mut self, statements: &[Statement], depth: usize) {
        for statement in statements {
            self.statement(statement, depth);
        }
    }

    fn statement(&mut self, statement: &Statement, depth: usize) {
        self.n += 1;
        let (n, blank) = (self.n, "  ".repeat(depth));
        match statement {
            Statement::Step(step) => self.step(step, n, &blank),
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
                let _ = writeln!(self.services, "service Oracle{n} {{ query Ask() -> bool }}");
                let _ = writeln!(
                    self.body,
                    "{blank}step asked{n} = Oracle{n}.Ask() {{ retry forever backoff 1s..1h }}"
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
                let _ = writeln!(
                    self.services,
                    "service Outside{n} {{\n  external\n  event Heard{n}(game: GameId)\n}}"
                );
                let limit = limit.block().unwrap_or("{ }");
                let _ = writeln!(self.body, "{blank}wait for Heard{n} {{ within 1d else {limit} }}");
            }
        }
    }

    fn step(&mut self, step: &Step, n: usize, blank: &str) {
        let fails = if step.refuses { format!("    fails No{n}\n") } else { String::new() };
        if step.writes {
            let undone = match step.undone {
                Undone::ByCommand => format!("    undone by Undo{n}(game)\n"),
                Undone::MayStay => "    undone by nothing because \"it may stay\"\n".to_string(),
                Undone::NotAtAll => String::new(),
            };
            let _ = writeln!(
                self.services,
                "service S{n} {{\n  command Do{n}(game: GameId) {{\n{fails}{undone}    idempotent by game\n  }}\n  \
                 command Undo{n}(game: GameId) {{ idempotent by game }}\n}}"
            );
        } else {
            let _ =
                writeln!(self.services, "service S{n} {{\n  query Do{n}(game: GameId) {{\n{fails}  }}\n}}");
        }
        let mut said = String::new();
        if step.pivot {
            said += "pivot; ";
        }
        match step.outage {
            None => said += "retry forever backoff 1s..1h; ",
            Some(met) => {
                said += "retry 3 times backoff 1s..10s; ";
                if let Some(block) = met.block() {
                    let _ = write!(said, "on outage {block}; ");
                }
            }
        }
        if let Some(block) = step.refusal.block().filter(|_| step.refuses) {
            let _ = write!(said, "on No{n} {block}; ");
        }
        let said = said.trim_end().trim_end_matches(';');
        let _ = writeln!(self.body, "{blank}step done{n} = S{n}.Do{n}(game) {{ {said} }}");
    }
}
