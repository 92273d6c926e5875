//! The coupling numbers that were there before: `wfc-metrics.jsonl`. A line is a number or a dependency,
//! and the lines are sorted, so that a merge of two branches is a merge of lines.

use crate::metrics::{Edge, Edges, Figures, Kind, Metrics, Number, Subject};
use serde::{Deserialize, Serialize};

/// Its name, beside the configuration.
pub const NAME: &str = "wfc-metrics.jsonl";

/// Which kind this wfc reads and writes.
const VERSION: u32 = 1;

/// Numbers, noughts left out, and dependencies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    pub figures: Figures,
    pub edges: Edges,
}

/// What is wrong with the text, and in which line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub why: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "wfc-metrics")]
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Number {
        of: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        number: String,
        value: usize,
    },
    Edge {
        from: String,
        to: String,
        kind: String,
        what: String,
    },
}

impl Measures {
    /// The numbers of several systems. One name stands for one service in the whole project: where two
    /// systems have it, the larger number counts; what is counted of a whole system, is added up.
    pub fn of<'m>(all: impl IntoIterator<Item = &'m Metrics>) -> Measures {
        let mut measures = Measures::default();
        for metrics in all {
            for ((subject, number), value) in metrics.figures() {
                let is_system = subject == Subject::System;
                let known = measures.figures.entry((subject, number)).or_default();
                *known = if is_system { *known + value } else { (*known).max(value) };
            }
            measures.edges.extend(metrics.edges());
        }
        measures
    }

    pub fn len(&self) -> usize {
        self.figures.values().filter(|value| **value > 0).count() + self.edges.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn read(text: &str) -> Result<Measures, Malformed> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let malformed = |at: usize, why: &str| Malformed { line: at + 1, why: why.to_string() };
        let head = lines.next();
        let Some(head) = head.and_then(|(_, line)| serde_json::from_str::<Head>(line).ok()) else {
            return Err(malformed(head.map_or(0, |(at, _)| at), "these are no numbers of wfc"));
        };
        if head.version != VERSION {
            let why = format!("numbers of version {}, where this wfc reads version {VERSION}", head.version);
            return Err(malformed(0, &why));
        }
        let mut measures = Measures::default();
        for (at, line) in lines {
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
                return Err(malformed(at, "a merge has left its marks here; keep the lines of one side"));
            }
            let line = serde_json::from_str::<Line>(line).ok();
            line.and_then(|line| measures.add(line))
                .ok_or_else(|| malformed(at, "this is no line of such numbers"))?;
        }
        Ok(measures)
    }

    fn add(&mut self, line: Line) -> Option<()> {
        match line {
            Line::Number { of, name, number, value } => {
                let subject = match of.as_str() {
                    "system" => Subject::System,
                    "service" => Subject::Service(name),
                    "workflow" => Subject::Workflow(name),
                    _ => return None,
                };
                self.figures.insert((subject, Number::from_name(&number)?), value);
            }
            Line::Edge { from, to, kind, what } => {
                let kind = KINDS.iter().find(|(_, name)| *name == kind)?.0;
                self.edges.insert(Edge { from, to, kind, what });
            }
        }
        Some(())
    }

    pub fn write(&self) -> String {
        let mut text = json(&Head { version: VERSION });
        for ((subject, number), value) in self.figures.iter().filter(|(_, value)| **value > 0) {
            let (of, name) = match subject {
                Subject::System => ("system", String::new()),
                Subject::Service(name) => ("service", name.clone()),
                Subject::Workflow(name) => ("workflow", name.clone()),
            };
            let (of, number) = (of.to_string(), number.name().to_string());
            text += &json(&Line::Number { of, name, number, value: *value });
        }
        for Edge { from, to, kind, what } in self.edges.clone() {
            let kind = KINDS.iter().find(|(of, _)| *of == kind).map_or("", |(_, name)| name).to_string();
            text += &json(&Line::Edge { from, to, kind, what });
        }
        text
    }
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Command, "command"), (Kind::Query, "query"), (Kind::Event, "event"), (Kind::Notify, "told")];

/// On a line of its own.
fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("texts and numbers have a JSON form") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut measures = Measures::default();
        measures.figures.insert((Subject::System, Number::Circles), 1);
        measures.figures.insert((Subject::Service("A \"ä\"".to_string()), Number::Efferent), 3);
        measures.figures.insert((Subject::Workflow("W".to_string()), Number::Chain), 2);
        let (from, to, what) = ("A".to_string(), "B".to_string(), "Ask".to_string());
        measures.edges.insert(Edge { from, to, kind: Kind::Notify, what });
        let text = measures.write();
        assert_eq!(
            text,
            "{\"wfc-metrics\":1}\n\
             {\"of\":\"system\",\"number\":\"circles\",\"value\":1}\n\
             {\"of\":\"service\",\"name\":\"A \\\"ä\\\"\",\"number\":\"efferent\",\"value\":3}\n\
             {\"of\":\"workflow\",\"name\":\"W\",\"number\":\"chain\",\"value\":2}\n\
             {\"from\":\"A\",\"to\":\"B\",\"kind\":\"told\",\"what\":\"Ask\"}\n"
        );
        assert_eq!(Measures::read(&text), Ok(measures));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let head = "{\"wfc-metrics\":1}\n";
        for (text, line, why) in [
            (String::new(), 1, "these are no numbers of wfc"),
            ("{\"wfc-baseline\":1}\n".to_string(), 1, "these are no numbers of wfc"),
            ("{\"wfc-metrics\":2}\n".to_string(), 1, "numbers of version 2, where this wfc reads version 1"),
            (format!("{head}=======\n"), 2, "a merge has left its marks here; keep the lines of one side"),
            (
                format!("{head}{{\"of\":\"service\",\"name\":\"A\",\"number\":\"luck\",\"value\":1}}\n"),
                2,
                "this is no line of such numbers",
            ),
        ] {
            assert_eq!(Measures::read(&text), Err(Malformed { line, why: why.to_string() }), "{text}");
        }
    }
}
