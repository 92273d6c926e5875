//! The run that proves a finding, as a picture.

use super::super::About;
use super::{Item, MessageKind, NoteKind, Over, Sequence, Side};
use crate::diagram::ids::Ids;
use crate::diagram::label::{listed, wrapped};
use crate::finding::happening::{Answer, Call, Happening, Sent, Undone};
use crate::finding::{Finding, WitnessStep};
use crate::source::Span;
use std::collections::BTreeMap;

/// How wide the text of a message may get.
const WIDTH: usize = 30;
/// How wide a note may get over one side.
const WIDTH_OF_NOTE: usize = 24;
/// How much wider a note over all sides may get for each side after the first.
const WIDTH_OF_SIDE: usize = 27;
/// More names than these are counted.
const MOST: usize = 6;

/// Draws the witness of a finding; `None` where it tells of nothing between sides. `text` gives what a
/// span covers, where that is worth showing.
pub fn of_finding(finding: &Finding, text: &dyn Fn(Span) -> Option<String>) -> Option<Sequence> {
    if !finding.can_be_drawn() {
        return None;
    }
    let mut drawing = Drawing::new(&finding.witness, text);
    drawing.coordinators_first();
    for at in 0..finding.witness.len() {
        drawing.step(at);
    }
    drawing.at = Some(finding.span());
    if !finding.left.is_empty() {
        drawing.note(Over::All, &format!("left behind: {}", listed(&finding.left, "and", MOST)));
    }
    drawing.noted(Over::All, NoteKind::Verdict, &without_ticks(&finding.message));
    Some(drawing.out.with_wide_notes())
}

/// Draws a run that nothing is wrong with.
pub fn of_run(steps: &[WitnessStep], text: &dyn Fn(Span) -> Option<String>) -> Sequence {
    let mut drawing = Drawing::new(steps, text);
    drawing.coordinators_first();
    for at in 0..steps.len() {
        drawing.step(at);
    }
    drawing.out.with_wide_notes()
}

struct Drawing<'f> {
    text: &'f dyn Fn(Span) -> Option<String>,
    steps: &'f [WitnessStep],
    ids: Ids,
    /// Of the sides, as they are called in the text.
    names: Vec<&'f str>,
    /// Who has published an event, and how often.
    published: BTreeMap<&'f str, (&'f str, usize)>,
    /// How often a side has taken an event.
    taken: BTreeMap<(&'f str, &'f str), usize>,
    /// Where the step that is drawn is written.
    at: Option<Span>,
    out: Sequence,
}

impl<'f> Drawing<'f> {
    fn new(steps: &'f [WitnessStep], text: &'f dyn Fn(Span) -> Option<String>) -> Drawing<'f> {
        Drawing {
            text,
            steps,
            ids: Ids::default(),
            names: Vec::new(),
            published: BTreeMap::new(),
            taken: BTreeMap::new(),
            at: None,
            out: Sequence::default(),
        }
    }

    fn about(&self) -> About {
        About::new("", self.at)
    }

    fn coordinators_first(&mut self) {
        for step in self.steps {
            if let Some(Happening::Starts { at: Some(at), .. }) = &step.happening {
                self.side(at);
            }
        }
    }

    fn step(&mut self, at: usize) {
        let step = &self.steps[at];
        let words = without_ticks(&step.text);
        self.at = step.span;
        match &step.happening {
            None => self.note(Over::All, &words),
            Some(Happening::Starts { at, events, .. }) => {
                if let Some(at) = at {
                    self.take(at, events, events.len());
                }
                let who = at.as_deref().or(events.first().map(|sent| sent.from.as_str()));
                let over = who.map_or(Over::All, |who| Over::One(self.side(who)));
                self.note(over, &words);
            }
            Some(Happening::Calls(call)) => self.call(call),
            Some(Happening::Publishes(sent)) => self.publish(at, sent),
            Some(Happening::Takes { by, events, wanted }) => self.take(by, events, *wanted),
            Some(Happening::Undoes { by, undone }) => self.undo(by.as_deref(), undone, &words),
            Some(Happening::Waits { at } | Happening::Chooses { at }) => {
                let what = step.span.and_then(self.text);
                let words = what.map_or(words.clone(), |what| format!("{words}: {what}"));
                let over = at.as_deref().map_or(Over::All, |who| Over::One(self.side(who)));
                self.note(over, &words);
            }
            Some(Happening::Ends { .. }) => self.note(Over::All, &words),
        }
    }

    fn call(&mut self, call: &'f Call) {
        let from = self.side(&call.from);
        let to = call.to.as_deref().map_or(from, |to| self.side(to));
        let what = format!("{} = {}", call.step, call.what);
        match &call.answer {
            Answer::Nothing => {
                self.message(from, to, MessageKind::Lost, &what);
                self.note(Over::Two(from, to), "no answer: done or not?");
            }
            Answer::Untold => self.message(from, to, MessageKind::Call, &what),
            Answer::Done => {
                self.message(from, to, MessageKind::Call, &what);
                if from != to {
                    self.message(to, from, MessageKind::Reply, "done");
                }
            }
            Answer::Refused(failure) => {
                self.message(from, to, MessageKind::Call, &what);
                self.message(to, from, MessageKind::Refusal, &format!("refuses with {failure}"));
            }
        }
        if call.is_pivot && matches!(call.answer, Answer::Done | Answer::Untold) {
            self.noted(Over::All, NoteKind::Pivot, "point of no return");
        }
    }

    /// An event is drawn where it is taken; one that nobody takes in this run is noted.
    fn publish(&mut self, at: usize, sent: &'f Sent) {
        let from = self.side(&sent.from);
        self.published.entry(&sent.event).or_insert((&sent.from, 0)).1 += 1;
        let is_taken = self.steps[at + 1..].iter().any(|later| match &later.happening {
            Some(Happening::Takes { events, .. } | Happening::Starts { at: Some(_), events, .. }) => {
                events.iter().any(|other| other.event == sent.event)
            }
            _ => false,
        });
        if !is_taken {
            self.note(Over::One(from), &format!("publishes {}", sent.event));
        }
    }

    /// Draws the events that are there and new to the side; a path may begin with taking them.
    fn take(&mut self, by: &'f str, events: &'f [Sent], wanted: usize) {
        let is_new = |sent: &&Sent| {
            let times = self.published.get(sent.event.as_str()).map_or(0, |(_, times)| *times);
            times > self.taken.get(&(by, sent.event.as_str())).copied().unwrap_or(0)
        };
        let mut drawn: Vec<&Sent> = events.iter().filter(is_new).take(wanted).collect();
        if drawn.is_empty() {
            drawn = events.iter().take(wanted).collect();
        }
        for sent in drawn {
            *self.taken.entry((by, &sent.event)).or_default() += 1;
            let publisher =
                self.published.get(sent.event.as_str()).map_or(sent.from.as_str(), |(who, _)| who);
            let (from, to) = (self.side(publisher), self.side(by));
            self.message(from, to, MessageKind::Event, &sent.event);
        }
    }

    fn undo(&mut self, by: Option<&'f str>, undone: &'f [Undone], words: &str) {
        let Some(from) = by.map(|by| self.side(by)) else { return self.note(Over::All, words) };
        if undone.is_empty() {
            self.note(Over::One(from), "nothing to undo");
        }
        for step in undone {
            let to = step.to.as_deref().map_or(from, |to| self.side(to));
            self.message(from, to, MessageKind::Call, &format!("undo {} by {}", step.step, step.what));
            if from != to {
                self.message(to, from, MessageKind::Reply, "undone");
            }
        }
    }

    /// The position of a side, which is added where it appears first.
    fn side(&mut self, name: &'f str) -> usize {
        if let Some(known) = self.names.iter().position(|known| *known == name) {
            return known;
        }
        self.names.push(name);
        let (id, about) = (self.ids.of("side", name), About::new(name, []));
        self.out.sides.push(Side { id, title: wrapped(name, WIDTH), about });
        self.names.len() - 1
    }

    fn message(&mut self, from: usize, to: usize, kind: MessageKind, text: &str) {
        let about = self.about();
        self.out.items.push(Item::Message { from, to, kind, lines: wrapped(text, WIDTH), about });
    }

    fn note(&mut self, over: Over, text: &str) {
        self.noted(over, NoteKind::Plain, text);
    }

    fn noted(&mut self, over: Over, kind: NoteKind, text: &str) {
        // One that lies over all sides is broken when it is known how many there are.
        let lines = match over {
            Over::One(_) | Over::Two(..) => wrapped(text, WIDTH_OF_NOTE),
            Over::All => vec![text.to_string()],
        };
        let about = self.about();
        self.out.items.push(Item::Note { over, kind, lines, about });
    }
}

impl Sequence {
    fn with_wide_notes(mut self) -> Sequence {
        let width = WIDTH_OF_NOTE.max(self.sides.len().saturating_sub(1) * WIDTH_OF_SIDE);
        for item in &mut self.items {
            if let Item::Note { over: Over::All, lines, .. } = item {
                *lines = wrapped(&lines.join(" "), width);
            }
        }
        self
    }
}

/// Backticks mark names in sentences; in a picture they would only be noise.
fn without_ticks(words: &str) -> String {
    words.replace('`', "")
}
