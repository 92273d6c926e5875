//! Random systems as text: small, but with everything that runs can be made of.

use std::fmt::Write;

/// Numbers that look random and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x0DDB_1A5E_5BAD_5EED)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 11) % n as u64) as usize
    }

    /// Once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const N_SERVICES: usize = 4;

/// Steps that can be named by an undo, and how much may still be written.
struct Writer<'d> {
    dice: &'d mut Dice,
    steps: Vec<String>,
    n_names: usize,
    budget: usize,
    depth: usize,
    /// How many branches and rounds are around.
    n_around: usize,
    has_child: bool,
}

/// The text of one system.
pub fn system(dice: &mut Dice) -> String {
    let mut text =
        String::from("id K\nservice A { event Go(k: K) event P0(k: K) event P1(k: K) event P2(k: K) }\n");
    text += "service Ext { external event X0(k: K) event X1(k: K) }\n";
    for at in 0..N_SERVICES {
        let fails = if at > 0 && dice.once_in(3) { "" } else { "fails No " };
        let undone = match dice.below(3) {
            0 => "",
            1 => "irreversible ",
            _ => "undone by U(k) ",
        };
        let undone = if undone == "irreversible " && dice.once_in(2) { "" } else { undone };
        let _ = writeln!(
            text,
            "service S{at} {{ command C(k: K) {{ {fails}{undone}idempotent by k }} command U(k: K) {{ idempotent by k }} query Q(k: K) event D{at}(k: K) event N{at}(k: K) event M{at}(k: K) }}"
        );
    }
    match dice.below(5) {
        0 | 1 => choreography(dice, &mut text),
        2 => {
            choreography(dice, &mut text);
            listener(dice, &mut text);
        }
        _ => conducted(dice, &mut text),
    }
    text
}

// ---- with a conductor ---------------------------------------------------------------------------

fn conducted(dice: &mut Dice, text: &mut String) {
    let has_child = dice.once_in(4);
    let has_teller = dice.once_in(3);
    let limit = match dice.below(4) {
        0 => "within 1d else { undo all end Bad }\n",
        1 => "within 1d else { end Bad }\n",
        _ => "",
    };
    let late = if dice.once_in(6) { "late X1 { undo all }\n" } else { "" };
    let mut writer =
        Writer { dice, steps: Vec::new(), n_names: 0, budget: 7, depth: 0, n_around: 0, has_child };
    let body = writer.block(true);
    let ended = if writer.dice.once_in(8) { "" } else { "end Ok\n" };
    let met = match writer.dice.below(5) {
        0 => "",
        1 => "on any { end Bad }\n",
        2 => "on any { undo all end Bad }\n",
        _ => "on No or VBad { undo all end Bad } on outage { undo all end Bad }\n",
    };
    let met = if has_child { met.to_string() } else { met.replace(" or VBad", "") };
    let _ = writeln!(
        text,
        "workflow W(k: K) {{ orchestrated by A correlated by k\n{limit}success Ok\nfailure Bad\n{body}{ended}{met}{late}}}"
    );
    if has_child {
        let mut writer = Writer {
            dice,
            steps: Vec::new(),
            n_names: 100,
            budget: 2,
            depth: 1,
            n_around: 0,
            has_child: false,
        };
        let body = writer.block(false).replace("end Ok", "end VOk").replace("end Bad", "end VBad");
        let _ = writeln!(
            text,
            "workflow V(k: K) {{ orchestrated by S0 correlated by k success VOk failure VBad\n{body}end VOk\non any {{ end VBad }} }}"
        );
    }
    if has_teller {
        let choice = if dice.once_in(2) { "if k == k { publish P2(k) }" } else { "" };
        let _ = writeln!(
            text,
            "workflow T(k: K) {{ orchestrated by A correlated by k success Told\npublish P0(k)\n{choice} step t = S3.Q(k) {{ on any {{ }} }} publish P1(k) end Told }}"
        );
    }
}

/// A conductor that waits for what a choreography tells.
fn listener(dice: &mut Dice, text: &mut String) {
    let event = format!("D{}", dice.below(N_SERVICES));
    let other = format!("N{}", dice.below(N_SERVICES));
    let wait = match dice.below(3) {
        0 => format!("wait for {event}"),
        1 => format!("wait for {event} {{ within 1d else {{ end Bad2 }} }}"),
        _ => format!(
            "wait for any {{ when {event} {{ }} when {other} {{ end Bad2 }} within 1d else {{ end Bad2 }} }}"
        ),
    };
    let _ = writeln!(
        text,
        "workflow L(k: K) {{ orchestrated by A correlated by k success Ok2 failure Bad2\n{wait}\nend Ok2 }}"
    );
}

impl Writer<'_> {
    fn name(&mut self) -> String {
        self.n_names += 1;
        format!("s{}", self.n_names)
    }

    fn block(&mut self, is_top: bool) -> String {
        let n = 1 + self.dice.below(if is_top { 4 } else { 2 });
        let mut out = String::new();
        for _ in 0..n {
            if self.budget == 0 {
                break;
            }
            out += &self.statement();
            out.push('\n');
        }
        out
    }

    fn round(&mut self) -> String {
        self.n_around += 1;
        let body = self.block(false);
        self.n_around -= 1;
        body
    }

    fn event(&mut self) -> &'static str {
        ["P0", "P1", "X0", "X1"][self.dice.below(4)]
    }

    fn statement(&mut self) -> String {
        self.budget -= 1;
        let is_deep = self.depth >= 2;
        let kind = self.dice.below(if is_deep { 9 } else { 20 });
        self.depth += 1;
        let text = match kind {
            0..=3 => self.step(""),
            4 => format!("publish P{}(k)", self.dice.below(3)),
            5 => format!("wait for {}", self.event()),
            6 => match self.dice.below(3) {
                0 => "wait 1d".to_string(),
                1 => "undo all".to_string(),
                _ => match self.steps.last().cloned() {
                    Some(step) => format!("undo {step}"),
                    None => self.step("pivot "),
                },
            },
            7 => {
                let end = ["end Ok", "end Bad", "undo all end Bad"][self.dice.below(3)];
                format!("if k == k {{ {end} }}")
            }
            8 => self.step("pivot "),
            9 => {
                let then = self.block(false);
                if self.dice.once_in(2) {
                    let otherwise = self.block(false);
                    format!("if k == k {{ {then} }} else {{ {otherwise} }}")
                } else {
                    format!("if k == k {{ {then} }}")
                }
            }
            10..=13 => self.parallel(),
            14 => {
                let needs = match self.dice.below(3) {
                    0 => "needs 1 else { end Bad }\n",
                    _ => "",
                };
                let name = self.name();
                let body = self.round();
                format!("parallel for each {name} in [k, k] {{ {needs}{body} }}")
            }
            15 => {
                let bound = if self.dice.once_in(2) { "at most 3 times else { end Bad }\n" } else { "" };
                let body = self.round();
                format!("repeat until k == k {{ {bound}{body} }}")
            }
            16 => {
                let name = self.name();
                let body = self.round();
                format!("for each {name} in [k, k] {{ {body} }}")
            }
            17 => {
                let name = self.name();
                let said = match self.dice.below(4) {
                    0 => "within 1d else { undo all end Bad }\n".to_string(),
                    1 => "after 1d { publish P2(k) }\n".to_string(),
                    2 => format!("when {} {{ end Bad }}\n", self.event()),
                    _ => String::new(),
                };
                let body = self.block(false);
                let met = ["", "on any { }", "on No { end Bad }"][self.dice.below(3)];
                self.steps.push(name.clone());
                format!("scope {name} {{ {said}{body}{met} }}")
            }
            18 => {
                let (one, other) = ([("X0", "P0"), ("P0", "P1"), ("X0", "X1")])[self.dice.below(3)];
                let limit = if self.dice.once_in(2) { "within 1d else { end Bad }" } else { "" };
                format!("wait for any {{ when {one} {{ }} when {other} {{ end Bad }} {limit} }}")
            }
            _ if self.has_child => {
                let name = self.name();
                let met = ["", "on VBad { end Bad }", "on VBad { }"][self.dice.below(3)];
                self.steps.push(name.clone());
                format!("step {name} = run V(k) {{ {met} }}")
            }
            _ => self.step(""),
        };
        self.depth -= 1;
        text
    }

    fn parallel(&mut self) -> String {
        let n = 2 + self.dice.below(2);
        self.n_around += 1;
        let needs = match self.dice.below(6) {
            0 => "needs 1 else { end Bad }\n",
            1 => "needs 1\n",
            _ => "",
        };
        let mut branches = String::new();
        for _ in 0..n {
            if self.budget == 0 {
                branches += &self.step("");
            } else if self.dice.once_in(3) {
                let name = self.name();
                let body = self.block(false);
                let _ = write!(branches, "scope {name} {{ {body} }}");
            } else {
                branches += &self.step("");
            }
            branches.push('\n');
        }
        self.n_around -= 1;
        format!("parallel {{ {needs}{branches} }}")
    }

    fn step(&mut self, said: &str) -> String {
        let name = self.name();
        let service = self.dice.below(N_SERVICES);
        let operation = ["C", "C", "C", "Q", "U"][self.dice.below(5)];
        let retry = if self.dice.once_in(2) { "retry forever backoff 1s..1h " } else { "timeout 1s " };
        let fails =
            ["", "", "on No { end Bad }", "on No { undo all end Bad }", "on No { }", "on No { skip }"];
        let met = fails[self.dice.below(if self.n_around > 0 { 6 } else { 5 })];
        let met = if operation == "C" { met } else { "" };
        let outage = ["", "on outage { end Bad }", "on outage { }"][self.dice.below(3)];
        let outage = if retry.starts_with("retry") { "" } else { outage };
        self.steps.push(name.clone());
        format!("step {name} = S{service}.{operation}(k) {{ {said}{retry}{met} {outage} }}")
    }
}

// ---- without one --------------------------------------------------------------------------------

fn choreography(dice: &mut Dice, text: &mut String) {
    let n_sides = 2 + dice.below(2);
    let all =
        |word: &str, with: &str| (0..n_sides).map(|at| format!("{word}{at}")).collect::<Vec<_>>().join(with);
    let success = match dice.below(3) {
        0 => all("D", " and "),
        1 => all("D", " or "),
        _ => format!("D{}", dice.below(n_sides)),
    };
    let failure = if dice.once_in(3) { format!("M{}", dice.below(n_sides)) } else { all("N", " or ") };
    let limit = match dice.below(4) {
        0 => "within 5d else { publish P0(k) }\n",
        1 => "within 5d else { }\n",
        _ => "",
    };
    let _ = writeln!(
        text,
        "workflow W {{ choreographed correlated by k starts when Go\n{limit}success Ok reached by {success} owned by A\nfailure Bad reached by {failure} owned by A"
    );
    for at in 0..n_sides {
        let _ = writeln!(text, "participant S{at} {{");
        let events = ["Go", "D0", "D1", "N0", "N1", "M0", "M1", "P0"];
        let one =
            if at == 0 || dice.once_in(2) { "Go".to_string() } else { events[dice.below(8)].to_string() };
        let other = events[dice.below(8)];
        let formula = match dice.below(5) {
            0 if other != one => format!("{one} and {other}"),
            1 if other != one => format!("{one} or {other}"),
            _ => one,
        };
        let said = if dice.once_in(3) { "promises within 1d\n" } else { "" };
        let told =
            ["publish N# (k) skip", "skip", "publish M# (k)"][dice.below(3)].replace("# ", &at.to_string());
        let more = if dice.once_in(4) { format!("if k == k {{ publish M{at}(k) }} ") } else { String::new() };
        let _ = writeln!(
            text,
            "when {formula} {{ {said}step c{at} = S{at}.C(k) {{ on No {{ {told} }} }} {more}publish D{at}(k) }}"
        );
        if dice.once_in(2) {
            let event = events[1 + dice.below(7)];
            let done = if dice.once_in(2) { format!("publish M{at}(k)") } else { String::new() };
            let undo = if dice.once_in(2) { "undo all".to_string() } else { format!("undo c{at}") };
            let _ = writeln!(text, "when {event} {{ {undo} {done} }}");
        }
        if dice.once_in(4) {
            let _ = writeln!(text, "when {} {{ step q{at} = S{at}.U(k) }}", events[dice.below(8)]);
        }
        if dice.once_in(5) {
            let publishes = if dice.once_in(2) {
                format!("publish N{at}(k)")
            } else {
                format!("step w{at} = S{at}.Q(k)")
            };
            let _ = writeln!(
                text,
                "watch for D{} within 1d of {} else {{ {publishes} }}",
                dice.below(n_sides),
                events[dice.below(5)]
            );
        }
        text.push_str("}\n");
    }
    if dice.once_in(3) {
        let event = ["P0", "N0", "M0"][dice.below(3)];
        let _ = writeln!(text, "participant A {{ when {event} {{ publish P1(k) }} }}");
    }
    text.push_str("}\n");
}
