//! Random sagas as text: steps of several services that may be refused, one behind the other, beside each other, and
//! behind choices; each refusal undoes everything that was done, or ends the run where nothing was.

use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write;

#[derive(Clone, Debug)]
pub enum Part {
    Step {
        service: usize,
        writes: bool,
        refuses: bool,
        reads: bool,
    },
    Parallel(Vec<Vec<Part>>),
    If {
        yes: Vec<Part>,
        no: Vec<Part>,
        ends: bool,
    },
    /// For an event from outside.
    Wait,
    Notify,
}

#[derive(Clone, Debug)]
pub struct Saga {
    pub parts: Vec<Part>,
    /// Whether the last step is a pivot that nothing undoes.
    pub pivot: bool,
    pub goal_has_field: bool,
    pub limit: bool,
    /// Whether one handler meets all refusals.
    pub one_handler: bool,
}

pub fn sagas() -> impl Strategy<Value = Saga> {
    (vec(part(), 1..4), any::<[bool; 4]>()).prop_map(
        |(parts, [pivot, goal_has_field, limit, one_handler])| Saga {
            parts,
            pivot,
            goal_has_field,
            limit,
            one_handler,
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    let step = (0usize..4, any::<[bool; 3]>()).prop_map(|(service, [writes, refuses, reads])| Part::Step {
        service,
        writes,
        refuses,
        reads,
    });
    let leaf = prop_oneof![8 => step, 1 => Just(Part::Wait), 1 => Just(Part::Notify)];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let block = vec(inner, 1..3);
        prop_oneof![
            vec(block.clone(), 2..3).prop_map(Part::Parallel),
            (block.clone(), block, any::<bool>()).prop_map(|(yes, no, ends)| Part::If { yes, no, ends }),
        ]
    })
}

struct Writer<'s> {
    saga: &'s Saga,
    contracts: [String; 4],
    outside: String,
    body: String,
    n: usize,
    /// A value that is known for sure.
    known: Option<String>,
}

impl Saga {
    pub fn text(&self) -> String {
        let mut writer = Writer {
            saga: self,
            contracts: Default::default(),
            outside: String::new(),
            body: String::new(),
            n: 0,
            known: None,
        };
        writer.block(&self.parts, 1);
        if self.pivot {
            let _ = writeln!(
                writer.contracts[0],
                "  command Close(trip: TripId) {{ fails Closed; irreversible; idempotent by trip }}"
            );
            let said =
                if self.one_handler { String::new() } else { format!("; on Closed {}", writer.exit()) };
            let _ = writeln!(writer.body, "  step closed = S0.Close(trip) {{ pivot; retry forever{said} }}");
        }
        let mut text = String::from(
            "id TripId\nservice Agency { }\nservice Mail { command Tell(trip: TripId) { idempotent by trip } }\n",
        );
        for (at, contracts) in writer.contracts.iter().enumerate() {
            let _ = writeln!(text, "service S{at} {{\n{contracts}}}");
        }
        text += &writer.outside;
        let field = if self.goal_has_field { "(reason: string)" } else { "" };
        let limit = match self.limit {
            true => format!("  within 90d else {}\n", writer.exit()),
            false => String::new(),
        };
        let last = match self.one_handler {
            true => format!("  on any {}\n", writer.exit()),
            false => String::new(),
        };
        let _ = write!(
            text,
            "workflow Play(trip: TripId, size: int) {{\n  orchestrated by Agency\n  correlated by trip\n{limit}\n  success Won\n  failure Lost{field}\n\n{}  end Won\n{last}}}\n",
            writer.body
        );
        text
    }
}

impl Writer<'_> {
    fn exit(&self) -> String {
        let reason = if self.saga.goal_has_field { "(\"no\")" } else { "" };
        format!("{{ undo all; end Lost{reason} }}")
    }

    fn block(&mut self, parts: &[Part], depth: usize) {
        let known = self.known.clone();
        for part in parts {
            self.part(part, depth);
        }
        if depth > 1 {
            self.known = known;
        }
    }

    fn part(&mut self, part: &Part, depth: usize) {
        self.n += 1;
        let (n, blank) = (self.n, "  ".repeat(depth));
        match part {
            Part::Step { service, writes, refuses, reads } => {
                let fails = if *refuses { format!("fails No{n}; ") } else { String::new() };
                let contract = &mut self.contracts[*service];
                if *writes {
                    let _ = writeln!(
                        contract,
                        "  command Do{n}(trip: TripId, size: int) -> int {{ {fails}undone by Undo{n}(trip); idempotent by trip }}\n  command Undo{n}(trip: TripId) {{ idempotent by trip }}"
                    );
                } else {
                    let _ = writeln!(contract, "  query Do{n}(trip: TripId, size: int) -> int {{ {fails}}}");
                }
                let value = self.known.clone().filter(|_| *reads).unwrap_or_else(|| "size".to_string());
                let met = match *refuses && !self.saga.one_handler {
                    true => format!("; on No{n} {}", self.exit()),
                    false => String::new(),
                };
                let _ = writeln!(
                    self.body,
                    "{blank}step done{n} = S{service}.Do{n}(trip, {value}) {{ retry forever backoff 1s..1h{met} }}"
                );
                self.known = Some(format!("done{n}"));
            }
            Part::Parallel(branches) => {
                let _ = writeln!(self.body, "{blank}parallel {{");
                for (at, branch) in branches.iter().enumerate() {
                    let _ = writeln!(self.body, "{blank}  scope branch{n}_{at} {{");
                    self.block(branch, depth + 2);
                    let _ = writeln!(self.body, "{blank}  }}");
                }
                let _ = writeln!(self.body, "{blank}}}");
            }
            Part::If { yes, no, ends } => {
                let value = self.known.clone().unwrap_or_else(|| "size".to_string());
                let _ = writeln!(self.body, "{blank}if {value} > {n} {{");
                self.block(yes, depth + 1);
                if *ends {
                    let exit = self.exit();
                    let exit = exit.trim_start_matches('{').trim_end_matches('}');
                    let _ = writeln!(self.body, "{blank}  {exit}");
                }
                let _ = writeln!(self.body, "{blank}}} else {{");
                self.block(no, depth + 1);
                let _ = writeln!(self.body, "{blank}}}");
            }
            Part::Wait => {
                let _ = writeln!(
                    self.outside,
                    "service Outside{n} {{\n  external\n  event Heard{n}(trip: TripId)\n}}"
                );
                let _ = writeln!(self.body, "{blank}wait for Heard{n}");
            }
            Part::Notify => {
                let _ = writeln!(self.body, "{blank}notify Mail.Tell(trip)");
            }
        }
    }
}
