//! What the services of a run have written down, and whether it may be so.

use super::endings::Ending;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

pub struct Log {
    pub lines: Vec<Line>,
}

/// One line. A kill knows which steps the engine's own record calls finished at that time.
pub struct Line {
    pub at: u64,
    pub what: String,
    pub step: String,
    pub key: String,
    pub attempt: u64,
    pub operation: String,
    /// Operation, instance and request: what a double effect would have in common under two keys.
    pub deed: String,
    pub finished: BTreeSet<String>,
}

impl Log {
    pub fn read(folder: &Path) -> Log {
        let text = fs::read_to_string(folder.join("log")).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        Log { lines: lines.map(|value| Line::of(&value)).collect() }
    }

    /// What is wrong with it, if anything. `is_given_out_again` says of a key, and how often it was begun, whether the
    /// engine can prove that it had to.
    pub fn fault(&self, ending: &Ending, is_given_out_again: &dyn Fn(&str, usize) -> bool) -> Option<String> {
        self.step_begun_again()
            .or_else(|| self.step_without_cause(is_given_out_again))
            .or_else(|| self.double_effect())
            .or_else(|| self.wrong_undoing(ending))
            .or_else(|| self.wrong_telling(ending))
    }

    /// A step that the engine's record knew as finished when the process was killed.
    fn step_begun_again(&self) -> Option<String> {
        let mut finished = BTreeSet::new();
        for line in &self.lines {
            finished.extend(line.finished.iter());
            if line.what == "begin" && finished.contains(&line.key) {
                return Some(format!("{} was finished and ran again", line.key));
            }
        }
        None
    }

    /// A step that is begun twice though nothing has happened in between that asks for it.
    fn step_without_cause(&self, is_given_out_again: &dyn Fn(&str, usize) -> bool) -> Option<String> {
        let begun = |key: &str| self.lines.iter().filter(|it| it.what == "begin" && it.key == key).count();
        let mut open = BTreeSet::new();
        for line in &self.lines {
            match line.what.as_str() {
                "begin" if !open.insert(&line.key) && !is_given_out_again(&line.key, begun(&line.key)) => {
                    return Some(format!("{} began twice without a kill or an outage", line.key));
                }
                "outage" => {
                    open.remove(&line.key);
                }
                "kill" => open.clear(),
                _ => {}
            }
        }
        None
    }

    fn double_effect(&self) -> Option<String> {
        let mut keys = BTreeMap::new();
        for line in self.effects() {
            if let Some(other) = keys.insert(&line.deed, &line.key) {
                return Some(format!("{} happened as {other} and as {}", line.deed, line.key));
            }
        }
        None
    }

    pub fn effects(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.what == "effect")
    }

    pub fn compensations(&self) -> impl Iterator<Item = &Line> {
        self.effects().filter(|line| line.step.starts_with("undo "))
    }

    /// Exactly what must be undone, and no group before the one in front of it.
    fn wrong_undoing(&self, ending: &Ending) -> Option<String> {
        let told = |line: &Line| {
            format!("{} {}", line.step.strip_prefix("undo ").unwrap_or_default(), line.operation)
        };
        let undone: Vec<String> = self.compensations().map(told).collect();
        let mut rest = undone.as_slice();
        for group in ending.undone {
            let (now, later) = rest.split_at(group.len().min(rest.len()));
            if now.iter().map(String::as_str).collect::<BTreeSet<_>>() != group.iter().copied().collect() {
                return Some(format!("undone: {undone:?}, but {:?} was wanted", ending.undone));
            }
            rest = later;
        }
        if !rest.is_empty() {
            return Some(format!("undone as well: {rest:?}"));
        }
        // One that has begun must have everything in front of it behind it.
        let place = |line: &Line| {
            ending.undone.iter().position(|group| group.contains(&told(line).as_str())).unwrap_or(0)
        };
        let mut n_done = 0;
        for line in self.lines.iter().filter(|line| line.step.starts_with("undo ")) {
            let before: usize = ending.undone[..place(line)].iter().map(|group| group.len()).sum();
            match line.what.as_str() {
                "begin" if n_done < before => return Some(format!("{} began too early", line.key)),
                "effect" => n_done += 1,
                _ => {}
            }
        }
        None
    }

    fn wrong_telling(&self, ending: &Ending) -> Option<String> {
        let told: Vec<&str> = self.told().map(|line| line.operation.as_str()).collect();
        (told != ending.told).then(|| format!("told: {told:?}, but {:?} was wanted", ending.told))
    }

    pub fn told(&self) -> impl Iterator<Item = &Line> {
        self.effects().filter(|line| line.step.starts_with("notify-"))
    }

    /// For each kill, how long it takes until a service is asked again, or until the run is over. Milliseconds.
    pub fn recoveries(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().enumerate().filter(|(_, line)| line.what == "kill").map(|(at, kill)| {
            let next =
                self.lines[at + 1..].iter().find(|line| !matches!(line.what.as_str(), "life" | "kill"));
            next.map_or(0, |next| next.at.saturating_sub(kill.at))
        })
    }

    /// Steps that were begun again under the same key.
    pub fn begun_again(&self) -> usize {
        let begun: Vec<&str> =
            self.lines.iter().filter(|line| line.what == "begin").map(|line| line.key.as_str()).collect();
        begun.len() - begun.iter().collect::<BTreeSet<_>>().len()
    }

    /// How often services were asked to act, beyond the first time for each key.
    pub fn known_effects(&self) -> usize {
        self.lines.iter().filter(|line| line.what == "known").count()
    }
}

impl Line {
    fn of(value: &Value) -> Line {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_string();
        let finished = value["finished"].as_array().into_iter().flatten();
        Line {
            at: value["at"].as_u64().unwrap_or_default(),
            what: text("what"),
            step: text("step"),
            key: text("key"),
            attempt: value["attempt"].as_u64().unwrap_or_default(),
            operation: text("operation"),
            deed: format!("{} {} {}", text("operation"), value["instance"], value["request"]),
            finished: finished.filter_map(|key| key.as_str().map(ToString::to_string)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Line, Log};
    use serde_json::json;

    const UNDONE: &[&[&str]] = &[&["b Undo", "c Undo"], &["a Undo"]];

    /// Lines as `what key` or, for a kill, `kill finished`.
    fn fault(lines: &[&str]) -> Option<String> {
        fault_unless(lines, |_, _| false)
    }

    fn fault_unless(lines: &[&str], is_given_out_again: fn(&str, usize) -> bool) -> Option<String> {
        let line = |(at, line): (usize, &&str)| {
            let (what, key) = line.split_once(' ').unwrap_or((line, ""));
            let (step, same) = key.split_once('=').unwrap_or((key, key));
            let step =
                step.strip_suffix("/undo").map(|step| format!("undo {step}")).unwrap_or(step.to_string());
            let operation = if step.starts_with("undo ") { "Undo" } else { "Do" };
            Line::of(&json!({
                "at": at, "what": what, "key": key, "step": step, "operation": operation, "request": same,
                "finished": [key],
            }))
        };
        let mut lines: Vec<Line> = lines.iter().enumerate().map(line).collect();
        lines.iter_mut().filter(|line| line.what != "kill").for_each(|line| line.finished.clear());
        Log { lines }.fault(&Ending { undone: UNDONE, ..Ending::default() }, &is_given_out_again)
    }

    const UNDOING: [&str; 6] =
        ["begin b/undo", "begin c/undo", "effect c/undo", "effect b/undo", "begin a/undo", "effect a/undo"];

    #[test]
    fn sees_what_must_not_be() {
        assert_eq!(fault(&UNDOING), None);
        let after = |lines: &[&str]| fault(&[lines, &UNDOING].concat()).unwrap_or_default();
        assert_eq!(after(&["begin a", "kill", "begin a", "outage a", "begin a"]), "");
        assert_eq!(after(&["begin a", "effect a", "kill a", "begin a"]), "a was finished and ran again");
        assert_eq!(after(&["begin a", "begin a"]), "a began twice without a kill or an outage");
        let twice = [&["begin a", "begin a"], &UNDOING[..]].concat();
        assert_eq!(fault_unless(&twice, |key, begun| (key, begun) == ("a", 2)), None);
        let double = after(&["begin a=1", "effect a=1", "kill", "begin b=1", "effect b=1"]);
        assert!(double.contains("happened as a=1 and as b=1"), "{double}");
    }

    #[test]
    fn sees_what_must_be_undone_and_when() {
        let without = |left_out: &str| {
            let rest: Vec<_> = UNDOING.into_iter().filter(|line| *line != left_out).collect();
            fault(&rest).unwrap_or_default()
        };
        assert!(without("effect b/undo").starts_with("undone: "));
        assert!(without("effect a/undo").starts_with("undone: "));
        let swapped = [
            "begin b/undo",
            "begin c/undo",
            "effect c/undo",
            "begin a/undo",
            "effect b/undo",
            "effect a/undo",
        ];
        assert_eq!(fault(&swapped).as_deref(), Some("a/undo began too early"));
        let more = [&UNDOING[..], &["begin d/undo", "effect d/undo"]].concat();
        assert!(fault(&more).is_some_and(|fault| fault.starts_with("undone as well")));
        let told = [&["begin notify-x", "effect notify-x"], &UNDOING[..]].concat();
        assert!(fault(&told).is_some_and(|fault| fault.starts_with("told: ")));
    }
}
