//! Random choreographies as text: services that hear earlier events, do one thing, and publish what
//! came of it or why it was refused; one success, a failure for every refusal, perhaps somebody who
//! watches. Small enough to be explored whole, and each of them is legal.

use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write;

/// How a reaction hears its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    All,
    Any,
}

/// One service's reaction: what it hears, and what may come of it.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// Whose side it stands on, by number.
    pub service: usize,
    /// The outcomes of earlier reactions, by number; 0 is the trigger.
    pub hears: Vec<usize>,
    pub how: How,
    /// Whether it is a command; else a query.
    pub writes: bool,
    /// Whether it may be refused, which is published as well.
    pub refuses: bool,
    pub promises: bool,
    /// Whether the owner of the ends asks for it by a command, and takes the reply.
    pub asked: bool,
}

/// A timer of the owner: armed by the trigger, until an outcome has come.
#[derive(Clone, Debug)]
pub struct Watch {
    pub until: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Choreography {
    pub n_services: usize,
    pub reactions: Vec<Reaction>,
    pub watch: Option<Watch>,
    pub has_limit: bool,
}

/// The event that reaction `at` publishes when it succeeds; 0 is the trigger.
pub fn outcome(at: usize) -> String {
    format!("Came{at}")
}

/// Between two and six reactions on two to four services.
pub fn choreographies() -> impl Strategy<Value = Choreography> {
    (2usize..=4, 1usize..=5).prop_flat_map(|(n_services, n_reactions)| {
        let reactions: Vec<_> = (1..=n_reactions).map(|at| reaction(at, n_services)).collect();
        let watch = proptest::option::of(vec(1..=n_reactions, 1..=2).prop_map(|until| Watch { until }));
        (reactions, watch, any::<bool>()).prop_map(move |(reactions, watch, has_limit)| Choreography {
            n_services,
            reactions,
            watch,
            has_limit,
        })
    })
}

fn reaction(at: usize, n_services: usize) -> impl Strategy<Value = Reaction> {
    let how = prop_oneof![Just(How::All), Just(How::Any)];
    (0..n_services, vec(0..at, 1..=2), how, any::<[bool; 3]>()).prop_map(
        |(service, mut hears, how, [writes, refuses, promises])| {
            hears.sort_unstable();
            hears.dedup();
            Reaction { service, hears, how, writes, refuses, promises, asked: false }
        },
    )
}

impl Choreography {
    /// As a file. The last reaction's outcome is the success, and every refusal reaches the failure.
    pub fn text(&self) -> String {
        let mut text = String::from("id PlayId\n\n");
        for service in 0..self.n_services {
            self.write_service(&mut text, service);
        }
        text += "service Support {\n  command OpenCase(play: PlayId) { idempotent by play }\n}\n\n";
        text += "workflow Play {\n  choreographed\n  correlated by play\n  starts when Came0\n";
        if self.has_limit {
            text += "  within 3d else { notify Support.OpenCase(play) }\n";
        }
        let _ = writeln!(text, "\n  success Won reached by {} owned by S0", outcome(self.reactions.len()));
        let refused: Vec<String> = self.refusing().map(|at| format!("Refused{at}")).collect();
        if !refused.is_empty() {
            let _ = writeln!(text, "  failure Lost reached by {} owned by S0", refused.join(" or "));
        }
        for service in 0..self.n_services {
            self.write_participant(&mut text, service);
        }
        text += "}\n";
        text
    }

    fn refusing(&self) -> impl Iterator<Item = usize> {
        self.reactions.iter().enumerate().filter(|(_, it)| it.refuses).map(|(at, _)| at + 1)
    }

    fn of(&self, service: usize) -> impl Iterator<Item = (usize, &Reaction)> {
        let numbered = self.reactions.iter().enumerate().map(|(at, it)| (at + 1, it));
        numbered.filter(move |(_, it)| it.service == service)
    }

    fn on_the_side_of(&self, service: usize) -> impl Iterator<Item = (usize, &Reaction)> {
        let numbered = self.reactions.iter().enumerate().map(|(at, it)| (at + 1, it));
        numbered.filter(move |(_, it)| if it.asked { service == 0 } else { it.service == service })
    }

    fn write_service(&self, text: &mut String, service: usize) {
        let _ = writeln!(text, "service S{service} {{");
        if service == 0 {
            text.push_str("  event Came0(play: PlayId)\n");
        }
        for (at, reaction) in self.of(service) {
            let fails = if reaction.refuses { format!("fails No{at}; ") } else { String::new() };
            if reaction.writes {
                let _ = writeln!(
                    text,
                    "  command Do{at}(play: PlayId) {{ {fails}undone by Undo{at}(play); idempotent by play }}"
                );
                let _ = writeln!(text, "  command Undo{at}(play: PlayId) {{ idempotent by play }}");
            } else {
                let _ = writeln!(text, "  query Do{at}(play: PlayId) {{ {fails}}}");
            }
        }
        for (at, reaction) in self.on_the_side_of(service) {
            let _ = writeln!(text, "  event {}(play: PlayId)", outcome(at));
            if reaction.refuses {
                let _ = writeln!(text, "  event Refused{at}(play: PlayId)");
            }
        }
        text.push_str("}\n\n");
    }

    fn write_participant(&self, text: &mut String, service: usize) {
        let watch = self.watch.as_ref().filter(|_| service == 0);
        if self.on_the_side_of(service).next().is_none() && watch.is_none() {
            return;
        }
        let _ = writeln!(text, "\n  participant S{service} {{");
        for (at, reaction) in self.on_the_side_of(service) {
            let word = if reaction.how == How::All { " and " } else { " or " };
            let heard: Vec<String> = reaction.hears.iter().map(|at| outcome(*at)).collect();
            let _ = writeln!(text, "    when {} {{", heard.join(word));
            if reaction.promises {
                text.push_str("      promises within 1d\n");
            }
            let refused = match reaction.refuses {
                true => format!(" {{ on No{at} {{ publish Refused{at}(play); skip }} }}"),
                false => String::new(),
            };
            let _ = writeln!(text, "      step done{at} = S{}.Do{at}(play){refused}", reaction.service);
            let _ = writeln!(text, "      publish {}(play)\n    }}", outcome(at));
        }
        if let Some(watch) = watch {
            let mut until: Vec<String> = watch.until.iter().map(|at| outcome(*at)).collect();
            until.sort();
            until.dedup();
            let _ = writeln!(
                text,
                "    watch for {} within 1d of Came0 else {{ notify Support.OpenCase(play) }}",
                until.join(" or ")
            );
        }
        text.push_str("  }\n");
    }
}
