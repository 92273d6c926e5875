//! What is told about runs: logs, and with the feature `otel` spans and metrics. A run has one trace in all
//! processes that work on it: the ids of its trace and of the spans of its steps follow from its name and
//! their keys. A run is told of once, however often its engine goes through it again.

use crate::runs::Run;
use crate::services::{Answer, Call};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tracing::Span;

#[cfg(feature = "otel")]
use crate::otel;

/// What is told of others when nobody asks for more.
#[cfg(any(feature = "choreography", feature = "duroxide", feature = "http", feature = "temporal"))]
const QUIET: &str = "warn,async_nats=error,duroxide=error,sqlx=error";

/// Begins to tell, on standard error and to where OTEL_EXPORTER_OTLP_ENDPOINT says; until the guard is
/// dropped, which tells the rest.
#[cfg(any(feature = "choreography", feature = "duroxide", feature = "http", feature = "temporal"))]
pub fn begin(service: &str) -> Telling {
    use tracing_subscriber::prelude::*;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(QUIET));
    let logs = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    let all = tracing_subscriber::registry().with(logs.with_filter(filter));
    #[cfg(feature = "otel")]
    {
        let telling = otel::begin(service);
        // Who has set up tracing before goes on with that.
        let _ = all.with(telling.as_ref().map(otel::Telling::layer)).try_init();
        Telling { _otel: telling }
    }
    #[cfg(not(feature = "otel"))]
    {
        let _ = (service, all.try_init());
        Telling {}
    }
}

pub struct Telling {
    #[cfg(feature = "otel")]
    _otel: Option<otel::Telling>,
}

/// The trace of a run. Inner runs that are named after the step that runs them belong to the trace of
/// the outermost.
pub fn trace_of(run: &str) -> u128 {
    let root = run.split('/').next().unwrap_or(run);
    u128::from(hash("trace", root)) << 64 | u128::from(hash("of", root))
}

/// The span of a run, or of a step of it by its key.
pub fn span_of(kind: &str, name: &str) -> u64 {
    hash(kind, name)
}

/// The span of a step by its key. Who does it for another service knows that one's name behind the key.
pub fn span_of_step(key: &str) -> u64 {
    span_of("step", key.split(" by ").next().unwrap_or(key))
}

/// FNV-1a, and never 0, which is no id.
fn hash(kind: &str, name: &str) -> u64 {
    let bytes = kind.bytes().chain([b':']).chain(name.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The bits of short names are spread over all of it.
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).max(1)
}

/// The parent of the span of a run: the step that runs it, or the run behind which it runs.
#[cfg(any(feature = "otel", test))]
pub(crate) fn parent_of(run: &str, workflow: &str) -> Option<u64> {
    let (outer, _) = run.split_once('/')?;
    let is_beside = workflow == crate::notices::NOTIFY || run.contains("/late/");
    Some(if is_beside { span_of("run", outer) } else { span_of("step", run) })
}

/// What was told in this process of runs that are not over: when each began, and what is done.
static TOLD: LazyLock<Mutex<HashMap<String, Told>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Told {
    began: HashMap<String, SystemTime>,
    done: HashSet<String>,
    /// The spans in which events were stated that came from elsewhere, by the events' ids.
    #[cfg(feature = "choreography")]
    heard: HashMap<String, (u128, u64)>,
}

/// A run in this process: each service has its own side of one that nobody conducts.
fn name_of(run: &Run) -> String {
    run.service().map_or_else(|| run.id.clone(), |service| side_of(service, &run.id))
}

fn side_of(service: &str, run: &str) -> String {
    format!("{service} {run}")
}

fn told<T>(run: &str, change: impl FnOnce(&mut Told) -> T) -> T {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    change(told.entry(run.to_string()).or_default())
}

/// Whether something has come to pass now, and was not told before.
fn is_news(run: &Run, what: String) -> bool {
    let is_new = told(&name_of(run), |told| told.done.insert(what));
    is_new && run.is_live()
}

fn began(run: &Run, what: &str) -> bool {
    told(&name_of(run), |told| {
        let is_new = !told.began.contains_key(what);
        if run.is_live() {
            told.began.entry(what.to_string()).or_insert_with(SystemTime::now);
        }
        is_new && run.is_live()
    })
}

#[cfg(feature = "otel")]
fn time_of(run: &Run, what: &str) -> Option<SystemTime> {
    told(&name_of(run), |told| told.began.get(what).copied())
}

pub(crate) fn run_began(run: &Run, workflow: &str) {
    if began(run, "") {
        tracing::info!(run = run.id, service = run.service(), workflow, "begins");
        // Who keeps track of a run that nobody conducts tells of it as a whole.
        #[cfg(feature = "otel")]
        if run.service().is_none() {
            otel::run_began(workflow);
        }
    }
}

pub(crate) fn run_ended(run: &Run, workflow: &str, end: &str, success: bool) {
    if is_news(run, String::new()) {
        tracing::info!(run = run.id, service = run.service(), workflow, end, success, "over");
        #[cfg(feature = "otel")]
        if run.service().is_none() {
            otel::run_ended(&run.id, workflow, end, success, time_of(run, ""));
        }
        TOLD.lock().unwrap_or_else(PoisonError::into_inner).remove(&name_of(run));
    }
}

/// A step of a run, from its beginning to its outcome.
pub(crate) struct Step {
    run: Arc<Run>,
    key: String,
    name: String,
    operation: String,
    /// The run that it runs, if it runs one.
    inner: Option<String>,
    /// The reaction that it belongs to.
    reaction: Option<u64>,
    is_done: bool,
}

impl Step {
    pub fn begin(run: &Arc<Run>, key: &str, name: &str, operation: &str) -> Step {
        if began(run, key) {
            tracing::debug!(run = run.id, step = name, operation, key, "begins");
        }
        Step {
            run: run.clone(),
            key: key.to_string(),
            name: name.to_string(),
            operation: operation.to_string(),
            inner: None,
            reaction: None,
            is_done: false,
        }
    }

    pub fn runs(mut self, inner: Option<&str>) -> Step {
        self.inner = inner.map(ToString::to_string);
        self
    }

    pub fn below(mut self, reaction: Option<u64>) -> Step {
        self.reaction = reaction;
        self
    }

    /// It has come to this; `error` where it went wrong.
    pub fn end(mut self, outcome: &'static str, error: Option<&str>) {
        self.tell(outcome, error);
    }

    pub fn answered(self, answer: &Answer) {
        let (outcome, error) = outcome(answer);
        self.end(outcome, error);
    }

    /// Each side of a run waits by itself, and may do so under the same key.
    #[cfg(feature = "otel")]
    fn span(&self) -> u64 {
        match self.run.service() {
            Some(service) if self.name == "wait" => span_of("wait", &side_of(service, &self.key)),
            _ => span_of_step(&self.key),
        }
    }

    fn tell(&mut self, outcome: &'static str, error: Option<&str>) {
        self.is_done = true;
        if !is_news(&self.run, self.key.clone()) {
            return;
        }
        let (run, step, key, operation) = (&self.run.id, &self.name, &self.key, &self.operation);
        let service = self.run.service();
        tracing::info!(run, service, step, operation, key, outcome, error, "step");
        #[cfg(feature = "otel")]
        otel::step(otel::Done {
            run,
            step,
            key,
            operation,
            outcome,
            error,
            inner: self.inner.as_deref(),
            reaction: self.reaction,
            span: self.span(),
            began: time_of(&self.run, key),
        });
        #[cfg(not(feature = "otel"))]
        let _ = (&self.inner, self.reaction);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.is_done && self.run.is_live() {
            self.tell("given up", None);
        }
    }
}

/// How an answer is called, and what is wrong with it.
fn outcome(answer: &Answer) -> (&'static str, Option<&str>) {
    match answer {
        Answer::Done(_) => ("done", None),
        Answer::Accepted => ("accepted", None),
        Answer::Refused(raised) => ("refused", Some(&raised.name)),
        Answer::Outage(error) => ("outage", Some(error)),
    }
}

/// Something will be tried again after a pause.
pub(crate) fn retry(run: &Run, key: &str, operation: &str, attempt: u32, pause: Duration) {
    if is_news(run, format!("{key} {attempt}")) {
        let pause = pause.as_millis() as u64;
        tracing::info!(run = run.id, operation, key, attempt, pause_ms = pause, "is tried again");
        #[cfg(feature = "otel")]
        otel::retry(operation);
    }
}

/// A span about one call: a name of its own in the program, and the operation for who looks at traces.
macro_rules! span_of_call {
    ($name:literal, $kind:literal, $operation:expr, $call:expr) => {
        tracing::info_span!(
            $name,
            "otel.name" = $operation,
            "otel.kind" = $kind,
            "otel.status_code" = tracing::field::Empty,
            run = $call.run,
            step = $call.step,
            operation = $operation,
            key = $call.key,
            attempt = $call.attempt,
            instance = $call.instance,
            outcome = tracing::field::Empty,
            error = tracing::field::Empty,
        )
    };
}

/// The span of one attempt, below its step.
pub(crate) fn attempt(operation: &str, call: &Call) -> Span {
    let span = span_of_call!("attempt", "client", operation, call);
    #[cfg(feature = "otel")]
    otel::below(&span, trace_of(&call.run), span_of_step(&call.key));
    span
}

/// How an attempt ended, inside of its span.
pub(crate) fn attempted(operation: &str, answer: &Answer) {
    let (outcome, error) = outcome(answer);
    let span = Span::current();
    span.record("outcome", outcome);
    if let Some(error) = error {
        span.record("error", error).record("otel.status_code", "ERROR");
    }
    match answer {
        Answer::Done(_) => tracing::info!("done"),
        Answer::Accepted => tracing::info!("accepted"),
        Answer::Refused(raised) => tracing::info!(failure = raised.name, "refused"),
        Answer::Outage(error) => tracing::warn!(error, "outage"),
    }
    #[cfg(feature = "otel")]
    otel::attempted(operation, outcome);
    #[cfg(not(feature = "otel"))]
    let _ = operation;
}

/// The span in which a service answers to a call that came over the wire.
#[cfg(feature = "http")]
pub(crate) fn served(operation: &str, call: &Call) -> Span {
    let span = span_of_call!("serve", "server", operation, call);
    #[cfg(feature = "otel")]
    if let Some((trace, parent)) = call.around.traceparent.as_deref().and_then(read_traceparent) {
        otel::below(&span, trace, parent);
    }
    span
}

/// How a service has answered, inside of that span.
#[cfg(feature = "http")]
pub(crate) fn answered(answer: &Answer) {
    let (outcome, error) = outcome(answer);
    let span = Span::current();
    span.record("outcome", outcome);
    match answer {
        Answer::Outage(error) => {
            span.record("error", error).record("otel.status_code", "ERROR");
            tracing::warn!(error, "outage");
        }
        _ => tracing::info!(outcome, failure = error, "answered"),
    }
}

/// The trace context of an attempt (W3C): its span where there is one, or else what its key says.
pub(crate) fn traceparent(span: &Span, call: &Call) -> String {
    #[cfg(feature = "otel")]
    if let Some((trace, span)) = otel::ids(span) {
        return written(trace, span);
    }
    let _ = span;
    let attempt = format!("{} {}", call.key, call.attempt);
    written(trace_of(&call.run), span_of("attempt", &attempt))
}

fn written(trace: u128, span: u64) -> String {
    format!("00-{trace:032x}-{span:016x}-01")
}

#[cfg(any(feature = "choreography", feature = "otel", test))]
fn read_traceparent(text: &str) -> Option<(u128, u64)> {
    let mut parts = text.split('-');
    let (_version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = trace.len() == 32 && span.len() == 16;
    let (trace, span) =
        (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?);
    (is_whole && trace != 0 && span != 0).then_some((trace, span))
}

/// How a breaker stands.
pub(crate) fn breaker(address: &str, is_open: bool) {
    #[cfg(feature = "otel")]
    otel::breaker(address, is_open);
    let _ = (address, is_open);
}

/// How many runs wait, by what they wait for.
#[cfg(feature = "http")]
pub(crate) fn waiting(runs: HashMap<String, u64>) {
    #[cfg(feature = "otel")]
    otel::waiting(runs);
    #[cfg(not(feature = "otel"))]
    let _ = runs;
}

/// What is told of runs that nobody conducts.
#[cfg(feature = "choreography")]
pub(crate) mod sides {
    use super::*;
    use crate::driver::Happened;

    /// The trace context in which something is stated: an event, or a command.
    pub fn stated(run: &str, id: &str) -> String {
        written(trace_of(run), span_of_step(id))
    }

    /// Somebody else has traced what led to this event.
    pub fn heard(service: &str, run: &str, id: &str, traceparent: &str) {
        if let Some(span) = read_traceparent(traceparent)
            && span != publication(id)
        {
            told(&side_of(service, run), |told| told.heard.insert(id.to_string(), span));
        }
    }

    /// The span of a publication, whose event is named after the run that states it.
    fn publication(id: &str) -> (u128, u64) {
        (trace_of(id), span_of_step(id))
    }

    /// A reaction begins; gives its span.
    pub fn reaction_began(run: &Run, reaction: &str, events: &[Happened]) -> u64 {
        let key = key(reaction, events);
        if began(run, &key) {
            tracing::debug!(run = run.id, service = run.service(), reaction, "reacts");
        }
        span_of("reaction", &format!("{} {key}", name_of(run)))
    }

    /// A reaction has come to this.
    pub fn reacted(run: &Run, reaction: &str, events: &[Happened], outcome: &'static str) {
        let key = key(reaction, events);
        if !is_news(run, key.clone()) {
            return;
        }
        tracing::info!(run = run.id, service = run.service(), reaction, outcome, "reaction");
        #[cfg(feature = "otel")]
        {
            let causes = events.iter().map(|event| {
                let elsewhere = told(&name_of(run), |told| told.heard.get(&event.id).copied());
                elsewhere.unwrap_or_else(|| publication(&event.id))
            });
            otel::reaction(otel::Reacted {
                run: &run.id,
                service: run.service().unwrap_or_default(),
                reaction,
                id: span_of("reaction", &format!("{} {key}", name_of(run))),
                causes: causes.collect(),
                outcome,
                began: time_of(run, &key),
            });
        }
    }

    fn key(reaction: &str, events: &[Happened]) -> String {
        let ids: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
        format!("{reaction} {}", ids.join(" "))
    }

    /// An event is stated from outside.
    pub fn stated_from_outside(run: &str, event: &str, id: &str) {
        tracing::info!(run, event, id, "is stated");
        #[cfg(feature = "otel")]
        otel::step(otel::Done {
            run,
            step: event,
            key: id,
            operation: crate::events::PUBLISH,
            outcome: "done",
            error: None,
            inner: None,
            reaction: None,
            span: span_of_step(id),
            began: None,
        });
    }

    /// A notification has arrived.
    pub fn notified(call: &Call, operation: &str) {
        tracing::info!(run = call.run, step = call.step, operation, "notified");
        #[cfg(feature = "otel")]
        otel::step(otel::Done {
            run: &call.run,
            step: &call.step,
            key: &call.key,
            operation,
            outcome: "done",
            error: None,
            inner: None,
            reaction: None,
            span: span_of_step(&call.key),
            began: None,
        });
    }

    /// Who keeps track has heard of a new run.
    pub fn run_began(run: &str, workflow: &str) {
        tracing::info!(run, workflow, "begins");
        #[cfg(feature = "otel")]
        otel::run_began(workflow);
    }

    /// Who keeps track has heard of the first end of a run, which began at this time.
    pub fn run_ended(run: &str, workflow: &str, end: &str, success: bool, began: i64) {
        tracing::info!(run, workflow, end, success, "over");
        #[cfg(feature = "otel")]
        {
            let since = Duration::from_millis(u64::try_from(began).unwrap_or_default());
            let began = SystemTime::UNIX_EPOCH.checked_add(since);
            otel::run_ended(run, workflow, end, success, began);
        }
        #[cfg(not(feature = "otel"))]
        let _ = began;
    }

    /// A run is not kept in memory any more.
    pub fn forget(service: &str, run: &str) {
        TOLD.lock().unwrap_or_else(PoisonError::into_inner).remove(&side_of(service, run));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_trace_and_its_inner_runs_with_it() {
        assert_eq!(trace_of("Sell-1"), trace_of("Sell-1/packed"));
        assert_ne!(trace_of("Sell-1"), trace_of("Sell-2"));
        assert_eq!(parent_of("Sell-1/packed", "Pack"), Some(span_of("step", "Sell-1/packed")));
        assert_eq!(parent_of("Sell-1/late/e-1", "Sell late"), Some(span_of("run", "Sell-1")));
        assert_eq!(parent_of("Sell-1", "Sell"), None);
        let (trace, span) = (trace_of("Sell-1"), span_of("step", "Sell-1/paid"));
        assert_eq!(read_traceparent(&written(trace, span)), Some((trace, span)));
        assert_eq!(read_traceparent("00-0-0-01"), None);
    }
}
