//! `Retry` and `Catch`.

use super::{Reader, is_dynamic, place, text_name};
use crate::import::asl::machine::{Catcher, Retrier};
use crate::import::document::{Value, ValueKind};
use crate::syntax::ast::Name;

const RETRIER: &[&str] = &[
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
];

const CATCHER: &[&str] = &["ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"];

impl Reader<'_> {
    pub(super) fn retry<'d>(&mut self, state: &'d Value) -> Vec<Retrier<'d>> {
        let entries = self.entries(state, "Retry");
        let mut retriers = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            self.unknown_fields(entry, RETRIER, "a retrier");
            let errors = self.errors(entry, at + 1 == entries.len());
            self.retry_numbers(entry);
            retriers.push(Retrier { errors, value: entry });
        }
        retriers
    }

    pub(super) fn catch(&mut self, state: &Value) -> Vec<Catcher> {
        let entries = self.entries(state, "Catch");
        let mut catchers = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            self.unknown_fields(entry, CATCHER, "a catcher");
            let errors = self.errors(entry, at + 1 == entries.len());
            let next = entry.get("Next").and_then(text_name);
            if next.is_none() {
                let span = entry.get("Next").map_or(place(entry), |next| next.span);
                let message = "a catcher needs a `Next` that names a state";
                self.broken(span, "nothing says where to go on", message);
            }
            let span = entry.get("ErrorEquals").map_or(place(entry), |errors| errors.span);
            catchers.push(Catcher { errors, next, span });
        }
        catchers
    }

    /// The objects of a list; anything else in its place is told of.
    fn entries<'d>(&mut self, state: &'d Value, field: &str) -> &'d [Value] {
        let Some(value) = state.get(field) else { return &[] };
        match value.list() {
            Some(entries) if entries.iter().all(|entry| entry.object().is_some()) => entries,
            _ => {
                let message = format!("`{field}` must be a list of objects");
                self.broken(value.span, "not a list of objects", message);
                &[]
            }
        }
    }

    fn errors(&mut self, entry: &Value, is_last: bool) -> Vec<Name> {
        let Some(list) = entry.get("ErrorEquals") else {
            self.broken(place(entry), "no `ErrorEquals`", "nothing says which errors this is for");
            return Vec::new();
        };
        let names: Vec<Name> = list.list().unwrap_or_default().iter().filter_map(text_name).collect();
        if names.is_empty() || Some(names.len()) != list.list().map(<[Value]>::len) {
            let message = "`ErrorEquals` must be a list of at least one error name";
            self.broken(list.span, "not a list of error names", message);
        }
        if let Some(all) = names.iter().find(|name| name.text == "States.ALL") {
            if names.len() > 1 {
                self.invalid(all.span, "beside others", "`States.ALL` must stand alone");
            } else if !is_last {
                self.invalid(all.span, "not the last", "`States.ALL` must be in the last entry");
            }
        }
        names
    }

    fn retry_numbers(&mut self, entry: &Value) {
        for (field, least) in [("IntervalSeconds", 1.0), ("MaxAttempts", 0.0), ("MaxDelaySeconds", 1.0)] {
            if let Some(number) = entry.get(field) {
                self.number(number, field, least, 99_999_999.0);
            }
        }
        if let Some(rate) = entry.get("BackoffRate") {
            let is_fine = rate.number().is_some_and(|rate| rate >= 1.0)
                || matches!(rate.kind, ValueKind::Object(_))
                || rate.text().is_some_and(is_dynamic);
            if !is_fine {
                self.invalid(rate.span, "not a number from 1", "the value of `BackoffRate` is not legal");
            }
        }
        if let Some(strategy) = entry.get("JitterStrategy")
            && !matches!(strategy.text(), Some("FULL" | "NONE"))
        {
            self.invalid(strategy.span, "neither `FULL` nor `NONE`", "this jitter strategy does not exist");
        }
    }
}
