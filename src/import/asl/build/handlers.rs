//! `Catch` and `Retry`: named errors are failures, all others an outage.

use super::Builder;
use super::level::Level;
use crate::import::asl::errors::{ErrorKind, kind};
use crate::import::asl::expression::seconds;
use crate::import::asl::losses::Loss;
use crate::import::asl::machine::{Catcher, Retrier, State};
use crate::import::document::Value;
use crate::source::Span;
use crate::syntax::ast::{Block, Entry, If, Name, On, Retry, Trouble, Troubles};
use std::collections::HashSet;

/// What the service does when a retrier does not say.
const ATTEMPTS: f64 = 3.0;
const INTERVAL: f64 = 1.0;
const RATE: f64 = 2.0;

impl Builder<'_> {
    /// The ways out of a state that went wrong; `fails` tells which failures can arise in it.
    pub(super) fn handlers(
        &mut self,
        catch: &[Catcher],
        level: &Level,
        fails: &HashSet<smol_str::SmolStr>,
    ) -> Vec<Entry> {
        let mut handlers = Vec::new();
        let mut partly: Vec<&Catcher> = Vec::new();
        let mut wholly = None;
        let mut met = HashSet::new();
        for catcher in catch {
            let named: Vec<Name> = catcher
                .errors
                .iter()
                .filter(|error| fails.contains(&error.text) && met.insert(error.text.clone()))
                .cloned()
                .collect();
            if !named.is_empty() {
                let troubles = named.into_iter().map(Trouble::Failure).collect();
                handlers.push(self.on(Troubles::Named(troubles), catcher, level));
            }
            if catcher.is_whole() {
                wholly = Some(catcher);
                break;
            }
            if catcher.errors.iter().any(|error| !fails.contains(&error.text)) {
                partly.push(catcher);
            }
        }
        if let Some(outage) = self.outage(&partly, wholly, level) {
            handlers.push(outage);
        }
        if let Some(catcher) = wholly {
            handlers.push(self.on(Troubles::Any(catcher.span), catcher, level));
        }
        handlers
    }

    /// What meets an outage before the catcher of everything does.
    fn outage(&mut self, partly: &[&Catcher], wholly: Option<&Catcher>, level: &Level) -> Option<Entry> {
        let target = |catcher: &Catcher| catcher.next.as_ref().map(|next| next.text.clone());
        let (first, others) = partly.split_first()?;
        let rest = others.iter().copied().chain(wholly);
        if rest.clone().all(|other| target(other) == target(first)) {
            return match wholly {
                Some(_) => None,
                None => Some(self.on(Troubles::Named(vec![Trouble::Outage(first.span)]), first, level)),
            };
        }
        self.losses.note(Loss::HandlersByError, first.span);
        let last = rest.last().unwrap_or(first);
        let mut entries = Vec::new();
        for catcher in partly.iter().filter(|catcher| !std::ptr::eq(**catcher, last)) {
            let names: Vec<&str> = catcher.errors.iter().map(|error| error.text.as_str()).collect();
            let condition =
                self.foreign.expression("asl", &format!("ErrorEquals {}", names.join(", ")), catcher.span);
            let block = self.goto_block(catcher.next.as_ref(), catcher.span, level);
            entries.push(Entry::If(If {
                branches: vec![(condition, block)],
                otherwise: None,
                span: catcher.span,
            }));
        }
        entries.extend(self.goto_block(last.next.as_ref(), last.span, level).entries);
        let troubles = Troubles::Named(vec![Trouble::Outage(first.span)]);
        Some(Entry::On(On { troubles, block: Block { entries, span: first.span }, span: first.span }))
    }

    fn on(&mut self, troubles: Troubles, catcher: &Catcher, level: &Level) -> Entry {
        let block = self.goto_block(catcher.next.as_ref(), catcher.span, level);
        Entry::On(On { troubles, block, span: catcher.span })
    }

    /// How often an outage is retried. Of several retriers the widest one speaks for all.
    pub(super) fn retry(&mut self, state: &State) -> Option<Retry> {
        for retrier in &state.retry {
            let all_business = retrier.errors.iter().all(|error| kind(&error.text) == ErrorKind::Business);
            if all_business && attempts(retrier) > 0 && !retrier.errors.is_empty() {
                self.losses.note(Loss::RefusalRetried, errors_span(retrier));
            }
        }
        let covering = state.retry.iter().filter(|retrier| {
            attempts(retrier) > 0
                && retrier.errors.iter().any(|error| kind(&error.text) != ErrorKind::Business)
        });
        let widest = covering.max_by_key(|retrier| {
            let is_wide = retrier.errors.iter().any(|error| kind(&error.text) == ErrorKind::Everything);
            (is_wide, attempts(retrier))
        })?;
        Some(policy(widest))
    }
}

fn attempts(retrier: &Retrier) -> u32 {
    number(retrier, "MaxAttempts", ATTEMPTS).clamp(0.0, 1e6) as u32
}

fn policy(retrier: &Retrier) -> Retry {
    let span = errors_span(retrier);
    let place = |field: &str| retrier.value.get(field).map_or(span, |value| value.span);
    let times = attempts(retrier);
    let interval = number(retrier, "IntervalSeconds", INTERVAL).max(1.0);
    let rate = number(retrier, "BackoffRate", RATE).max(1.0);
    let longest = interval * rate.powi(times.saturating_sub(1).min(1_000) as i32);
    let most = number(retrier, "MaxDelaySeconds", 31_622_400.0);
    let longest = longest.min(most).round();
    let upper = (longest > interval).then(|| seconds(longest, place("MaxDelaySeconds")));
    let backoff = Some((seconds(interval, place("IntervalSeconds")), upper));
    Retry { times: Some(times), backoff, span }
}

fn number(retrier: &Retrier, field: &str, otherwise: f64) -> f64 {
    let written = retrier.value.get(field).and_then(Value::number);
    // What is not legal is told; it does not turn the retry off as well.
    written.filter(|number| field == "BackoffRate" || number.fract() == 0.0).unwrap_or(otherwise)
}

fn errors_span(retrier: &Retrier) -> Span {
    retrier.value.get("ErrorEquals").map_or(retrier.value.span, |errors| errors.span)
}
