//! The findings that were there before: a project that begins to use wfc fails only for new ones.
//!
//! A line is a finding, and the lines are sorted, so that a merge of two branches is a merge of lines.

use crate::finding::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Its name, beside the configuration.
pub const NAME: &str = "wfc-baseline.jsonl";

/// Which kind of baseline this wfc reads and writes.
const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    lines: BTreeSet<Fingerprint>,
}

/// What is wrong with the text of a baseline, and in which line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub why: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "wfc-baseline")]
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    rule: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    entity: String,
    #[serde(default = "first", skip_serializing_if = "is_first")]
    occurrence: u32,
}

fn first() -> u32 {
    1
}

fn is_first(occurrence: &u32) -> bool {
    *occurrence == 1
}

/// What a run can say about a file that a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It was checked.
    At,
    /// It is there, and was not checked.
    Past,
    /// It is no longer there.
    Gone,
}

/// A baseline held against what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// For each finding, whether it was there before.
    pub known: Vec<bool>,
    /// Lines that nothing needs any more.
    pub stale: BTreeSet<Fingerprint>,
    /// Lines whose finding has another place now, and that place.
    pub moved: Vec<(Fingerprint, Fingerprint)>,
}

impl Baseline {
    pub fn new(lines: impl IntoIterator<Item = Fingerprint>) -> Baseline {
        Baseline { lines: lines.into_iter().collect() }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn lines(&self) -> impl Iterator<Item = &Fingerprint> {
        self.lines.iter()
    }

    /// The files that its lines name.
    pub fn files(&self) -> BTreeSet<&str> {
        self.lines.iter().map(|line| line.file.as_str()).collect()
    }

    pub fn read(text: &str) -> Result<Baseline, Malformed> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let malformed = |at: usize, why: &str| Malformed { line: at + 1, why: why.to_string() };
        let head = lines.next();
        let Some(head) = head.and_then(|(_, line)| serde_json::from_str::<Head>(line).ok()) else {
            return Err(malformed(head.map_or(0, |(at, _)| at), "this is no baseline"));
        };
        if head.version != VERSION {
            let why =
                format!("a baseline of version {}, where this wfc reads version {VERSION}", head.version);
            return Err(malformed(0, &why));
        }
        let mut baseline = Baseline::default();
        for (at, line) in lines {
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
                return Err(malformed(at, "a merge has left its marks here; keep the lines of both sides"));
            }
            let Ok(line) = serde_json::from_str::<Line>(line) else {
                return Err(malformed(at, "this is no line of a baseline"));
            };
            let Line { file, rule, entity, occurrence } = line;
            baseline.lines.insert(Fingerprint { file, rule, entity, occurrence });
        }
        Ok(baseline)
    }

    pub fn write(&self) -> String {
        let mut text = json(&Head { version: VERSION });
        for line in &self.lines {
            let Fingerprint { file, rule, entity, occurrence } = line.clone();
            text += &json(&Line { file, rule, entity, occurrence });
        }
        text
    }

    /// Which of `found` are known: those with a line, and those whose line speaks of a place where they no
    /// longer are. Code that moves into another file, or whose file gets another name, brings nothing back.
    pub fn hold(&self, found: &[Fingerprint], looked: impl Fn(&str) -> Looked) -> Held {
        let mut held =
            Held { known: found.iter().map(|it| self.lines.contains(it)).collect(), ..Held::default() };
        let there: BTreeSet<&Fingerprint> = found.iter().collect();
        let files = self.files();
        let mut free: BTreeMap<(&str, String), Vec<&Fingerprint>> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| !there.contains(line)).rev() {
            match looked(&line.file) {
                Looked::Past => {}
                // Without a name to go by, only a file that is gone can have taken its findings with it.
                Looked::At if line.entity.is_empty() => drop(held.stale.insert(line.clone())),
                Looked::At | Looked::Gone => free.entry(without_file(line)).or_default().push(line),
            }
        }
        for (at, finding) in found.iter().enumerate() {
            let is_nameless_elsewhere = finding.entity.is_empty() && files.contains(finding.file.as_str());
            if held.known[at] || is_nameless_elsewhere {
                continue;
            }
            if let Some(line) = free.get_mut(&without_file(finding)).and_then(Vec::pop) {
                held.known[at] = true;
                held.moved.push((line.clone(), finding.clone()));
            }
        }
        held.stale.extend(free.into_values().flatten().cloned());
        held
    }

    /// Without the lines that nothing needs, and with the moved ones where they are now.
    pub fn pruned(&self, held: &Held) -> Baseline {
        let mut pruned = self.clone();
        for line in &held.stale {
            pruned.lines.remove(line);
        }
        for (from, to) in &held.moved {
            pruned.lines.remove(from);
            pruned.lines.insert(to.clone());
        }
        pruned
    }
}

/// On a line of its own.
fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("texts and numbers have a JSON form") + "\n"
}

/// What a finding is known by when its file has changed. An imported machine is called like its file, or
/// like a folder above it, so that such a name counts as the file's.
fn without_file(print: &Fingerprint) -> (&str, String) {
    let (first, rest) = print.entity.split_once('/').unwrap_or((&print.entity, ""));
    let is_of_path = print.file.split('/').any(|part| part == first || stem(part) == first);
    let entity = if is_of_path { format!("/{rest}") } else { print.entity.clone() };
    (&print.rule, entity)
}

/// `order.asl.json` as `order`.
fn stem(file: &str) -> &str {
    file.split('.').next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(file: &str, entity: &str, occurrence: u32) -> Fingerprint {
        Fingerprint { file: file.to_string(), rule: "r".to_string(), entity: entity.to_string(), occurrence }
    }

    fn held(before: &[Fingerprint], now: &[Fingerprint], looked: Looked) -> (Vec<bool>, usize, usize) {
        let held = Baseline::new(before.to_vec()).hold(now, |_| looked);
        (held.known, held.stale.len(), held.moved.len())
    }

    #[test]
    fn what_is_written_is_read_again_sorted_and_one_line_a_finding() {
        let baseline = Baseline::new([line("b", "W/s", 2), line("a", "", 1), line("a \"ä\\", "x", 1)]);
        let text = baseline.write();
        assert_eq!(
            text,
            "{\"wfc-baseline\":1}\n\
             {\"file\":\"a\",\"rule\":\"r\"}\n\
             {\"file\":\"a \\\"ä\\\\\",\"rule\":\"r\",\"entity\":\"x\"}\n\
             {\"file\":\"b\",\"rule\":\"r\",\"entity\":\"W/s\",\"occurrence\":2}\n"
        );
        assert_eq!(Baseline::read(&text), Ok(baseline));
    }

    #[test]
    fn what_is_wrong_with_a_baseline_is_told_with_its_line() {
        for (text, line, why) in [
            ("", 1, "this is no baseline"),
            ("[]", 1, "this is no baseline"),
            ("\n{\"runs\": []}", 2, "this is no baseline"),
            ("{\"wfc-baseline\":2}\n", 1, "a baseline of version 2, where this wfc reads version 1"),
            (
                "{\"wfc-baseline\":1}\n<<<<<<< ours\n",
                2,
                "a merge has left its marks here; keep the lines of both sides",
            ),
            ("{\"wfc-baseline\":1}\n{\"file\":\"a\"}\n", 2, "this is no line of a baseline"),
            ("{\"wfc-baseline\":1}\n{\"file\":\"a\",\"ru", 2, "this is no line of a baseline"),
        ] {
            assert_eq!(Baseline::read(text), Err(Malformed { line, why: why.to_string() }), "{text}");
        }
    }

    #[test]
    fn of_many_alike_only_those_beyond_the_lines_are_new() {
        let before = [line("a", "W", 1), line("a", "W", 2)];
        let now = [line("a", "W", 1), line("a", "W", 2), line("a", "W", 3)];
        assert_eq!(held(&before, &now, Looked::At), (vec![true, true, false], 0, 0));
        assert_eq!(held(&before, &now[..1], Looked::At), (vec![true], 1, 0));
    }

    #[test]
    fn a_finding_moves_with_its_entity() {
        let (before, now) = ([line("a", "W", 1)], [line("b", "W", 1)]);
        assert_eq!(held(&before, &now, Looked::At), (vec![true], 0, 1));
        assert_eq!(held(&before, &now, Looked::Gone), (vec![true], 0, 1));
        assert_eq!(held(&before, &now, Looked::Past), (vec![false], 0, 0));
        let two = [line("b", "W", 1), line("c", "W", 1)];
        assert_eq!(held(&before, &two, Looked::At), (vec![true, false], 0, 1), "one line is for one finding");
    }

    #[test]
    fn a_machine_called_like_its_file_moves_with_it() {
        let (before, now) = ([line("x/a.asl.json", "a/s", 1)], [line("x/b.asl.json", "b/s", 1)]);
        assert_eq!(held(&before, &now, Looked::Gone), (vec![true], 0, 1));
        assert_eq!(held(&before, &[line("x/b.asl.json", "b/t", 1)], Looked::Gone), (vec![false], 1, 0));
        // Who starts wfc in the folder itself does not see its name.
        let (before, now) = ([line("x/a.asl.json", "x/s", 1)], [line("x/a.asl.json", "a/s", 1)]);
        assert_eq!(held(&before, &now, Looked::At), (vec![true], 0, 1));
    }

    #[test]
    fn what_has_no_name_moves_only_into_a_file_of_another_name() {
        let before = [line("a", "", 1), line("c", "W", 1)];
        assert_eq!(held(&before[..1], &[line("b", "", 1)], Looked::At), (vec![false], 1, 0));
        assert_eq!(held(&before[..1], &[line("b", "", 1)], Looked::Gone), (vec![true], 0, 1));
        assert_eq!(held(&before, &[line("c", "", 1)], Looked::Gone), (vec![false], 2, 0));
    }

    #[test]
    fn pruning_keeps_what_is_needed_where_it_is_now() {
        let baseline = Baseline::new([line("a", "W", 1), line("a", "V", 1), line("c", "U", 1)]);
        let held =
            baseline.hold(&[line("b", "W", 1)], |file| if file == "c" { Looked::Past } else { Looked::Gone });
        assert_eq!(baseline.pruned(&held), Baseline::new([line("b", "W", 1), line("c", "U", 1)]));
    }
}
