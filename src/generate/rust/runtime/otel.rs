//! Spans and metrics for OpenTelemetry, exported by OTLP over HTTP.

use crate::telemetry::{parent_of, span_of, trace_of};
use axum::body::{Body, to_bytes};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt,
    TraceFlags, TraceId, TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SdkTracer, SdkTracerProvider};
use std::cell::Cell;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;

/// While it lives, spans and metrics are exported.
pub struct Telling {
    spans: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

static TRACER: OnceLock<SdkTracer> = OnceLock::new();
static METRICS: OnceLock<Metrics> = OnceLock::new();
static BREAKERS: LazyLock<Mutex<HashMap<String, bool>>> = LazyLock::new(Mutex::default);
/// By service: messages in its outbox, and dead letters.
static LEFT: LazyLock<Mutex<HashMap<String, (u64, u64)>>> = LazyLock::new(Mutex::default);
static WAITING: LazyLock<Mutex<HashMap<String, u64>>> = LazyLock::new(Mutex::default);

struct Metrics {
    runs_started: Counter<u64>,
    runs_ended: Counter<u64>,
    run_duration: Histogram<f64>,
    step_duration: Histogram<f64>,
    attempts: Counter<u64>,
    retries: Counter<u64>,
    compensations: Counter<u64>,
}

/// Nothing when nobody said where to, or when it cannot be done, which is told.
pub fn begin(service: &str) -> Option<Telling> {
    let said = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let names = ["", "_TRACES", "_METRICS"];
    if !names.iter().any(|name| said(&format!("OTEL_EXPORTER_OTLP{name}_ENDPOINT"))) {
        return None;
    }
    match telling(service) {
        Ok(telling) => Some(telling),
        Err(error) => {
            eprintln!("nothing is exported: {error}");
            None
        }
    }
}

fn telling(service: &str) -> Result<Telling, String> {
    let text = |error: opentelemetry_otlp::ExporterBuildError| error.to_string();
    let client = Exporting {
        runtime: tokio::runtime::Handle::try_current().map_err(|error| error.to_string())?,
        client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
    };
    let spans = SpanExporter::builder().with_http().with_http_client(client.clone());
    let metrics = MetricExporter::builder().with_http().with_http_client(client);
    let resource = match std::env::var("OTEL_SERVICE_NAME") {
        Ok(_) => Resource::builder().build(),
        Err(_) => Resource::builder().with_service_name(service.to_string()).build(),
    };
    let spans = SdkTracerProvider::builder()
        .with_batch_exporter(spans.build().map_err(text)?)
        .with_id_generator(Ids)
        .with_resource(resource.clone())
        .build();
    let metrics = SdkMeterProvider::builder()
        .with_periodic_exporter(metrics.build().map_err(text)?)
        .with_resource(resource)
        .build();
    let _ = TRACER.set(spans.tracer("workflows"));
    let _ = METRICS.set(instruments(&metrics.meter("workflows")));
    Ok(Telling { spans, metrics })
}

impl Telling {
    /// The spans of attempts, and what happens inside of them.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: tracing::Subscriber
            + for<'span> tracing_subscriber::registry::LookupSpan<'span>
            + Send
            + Sync,
    {
        use tracing_subscriber::filter::{LevelFilter, Targets};
        let ours = Targets::new().with_default(LevelFilter::INFO);
        let others = ["duroxide", "hyper", "hyper_util", "h2", "opentelemetry", "sqlx", "tonic"];
        let ours = others.iter().fold(ours, |ours, it| ours.with_target(*it, LevelFilter::OFF));
        let layer = tracing_opentelemetry::layer().with_tracer(self.spans.tracer("workflows"));
        layer.with_location(false).with_threads(false).with_filter(ours)
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let _ = self.spans.shutdown_with_timeout(Duration::from_secs(5));
        let _ = self.metrics.shutdown();
    }
}

/// Exports by the runtime of the process: who exports stands in a thread without one.
#[derive(Clone, Debug)]
struct Exporting {
    runtime: tokio::runtime::Handle,
    client: Client<HttpConnector, Body>,
}

#[async_trait::async_trait]
impl HttpClient for Exporting {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let work = self.runtime.spawn(async move {
            let sent = async {
                let response = client.request(request.map(Body::from)).await?;
                let (head, body) = response.into_parts();
                let body = to_bytes(Body::new(body), 1 << 20).await?;
                Ok::<_, HttpError>(Response::from_parts(head, body))
            };
            tokio::time::timeout(Duration::from_secs(10), sent).await?
        });
        work.await?
    }
}

thread_local! {
    /// The ids of the span that is written next in this thread.
    static NEXT: Cell<Option<(u128, u64)>> = const { Cell::new(None) };
}

/// Ids that follow from names where a span was given a name, and chance elsewhere.
#[derive(Debug)]
struct Ids;

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        match NEXT.get() {
            Some((trace, _)) => TraceId::from(trace),
            None => RandomIdGenerator::default().new_trace_id(),
        }
    }

    fn new_span_id(&self) -> SpanId {
        match NEXT.get() {
            Some((_, span)) => SpanId::from(span),
            None => RandomIdGenerator::default().new_span_id(),
        }
    }
}

fn remote(trace: u128, span: u64) -> SpanContext {
    let (trace, span) = (TraceId::from(trace), SpanId::from(span));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::default())
}

/// Puts a span below another one.
pub fn below(span: &Span, trace: u128, parent: u64) {
    // A span that nobody exports has no parent.
    let _ = span.set_parent(Context::new().with_remote_span_context(remote(trace, parent)));
}

/// The ids of a span that is exported.
pub fn ids(span: &Span) -> Option<(u128, u64)> {
    let outer = span.context();
    let span = outer.span();
    let context = span.span_context();
    context.is_valid().then(|| {
        let trace = u128::from_be_bytes(context.trace_id().to_bytes());
        (trace, u64::from_be_bytes(context.span_id().to_bytes()))
    })
}

/// A span that is over when it is written.
struct Written {
    name: String,
    trace: u128,
    id: u64,
    parent: Option<u64>,
    began: Option<SystemTime>,
    /// Now, where nothing is said.
    ended: Option<SystemTime>,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
    error: Option<String>,
}

fn write(span: Written) {
    let Some(tracer) = TRACER.get() else { return };
    let now = span.ended.unwrap_or_else(SystemTime::now);
    let parent = match span.parent {
        Some(parent) => Context::new().with_remote_span_context(remote(span.trace, parent)),
        None => Context::new(),
    };
    NEXT.set(Some((span.trace, span.id)));
    let builder = SpanBuilder::from_name(span.name)
        .with_kind(SpanKind::Internal)
        .with_start_time(span.began.unwrap_or(now))
        .with_attributes(span.attributes)
        .with_links(span.links);
    let mut written = tracer.build_with_context(builder, &parent);
    NEXT.set(None);
    if let Some(error) = span.error {
        written.set_status(Status::error(error));
    }
    written.end_with_timestamp(now);
}

fn since(began: Option<SystemTime>) -> Option<f64> {
    began.and_then(|began| began.elapsed().ok()).map(|time| time.as_secs_f64())
}

pub fn run_began(workflow: &str) {
    let Some(metrics) = METRICS.get() else { return };
    metrics.runs_started.add(1, &[KeyValue::new("workflow", workflow.to_string())]);
}

pub fn run_ended(run: &str, workflow: &str, end: &str, success: bool, began: Option<SystemTime>) {
    let attributes = vec![
        KeyValue::new("workflow", workflow.to_string()),
        KeyValue::new("end", end.to_string()),
        KeyValue::new("success", success),
    ];
    let mut all = attributes.clone();
    all.push(KeyValue::new("run", run.to_string()));
    let span = Written {
        name: workflow.to_string(),
        trace: trace_of(run),
        id: span_of("run", run),
        parent: parent_of(run, workflow),
        began,
        ended: None,
        attributes: all,
        links: Vec::new(),
        error: (!success).then(|| end.to_string()),
    };
    beginning(run, None, span, move |span| {
        if let Some(metrics) = METRICS.get() {
            metrics.runs_ended.add(1, &attributes);
            if let Some(time) = since(span.began) {
                metrics.run_duration.record(time, &attributes);
            }
        }
        write(span);
    });
}

/// What has happened in a run, as its engine kept it.
pub type Happened = Pin<Box<dyn Future<Output = Vec<(jiff::Timestamp, String)>> + Send>>;
type History = Box<dyn Fn(String) -> Happened + Send + Sync>;

static HISTORY: OnceLock<History> = OnceLock::new();

/// From now on it can be found out when something began in another process.
pub fn remember(history: impl Fn(String) -> Happened + Send + Sync + 'static) {
    // All engines of a process keep the same runs.
    let _ = HISTORY.set(Box::new(history));
}

/// Finds out when a run, or a step of it, began, where this process does not know it.
fn beginning(
    run: &str,
    key: Option<&str>,
    span: Written,
    then: impl FnOnce(Written) + Send + 'static,
) {
    let (None, Some(history), Ok(runtime)) =
        (span.began, HISTORY.get(), tokio::runtime::Handle::try_current())
    else {
        return then(span);
    };
    let (asked, key, now) =
        (history(run.to_string()), key.map(ToString::to_string), SystemTime::now());
    runtime.spawn(async move {
        let lines = asked.await;
        let first = match &key {
            None => lines.first(),
            Some(key) => lines.iter().find(|(_, line)| is_beginning(line, key)),
        };
        let began = first.map(|(at, _)| SystemTime::from(*at));
        then(Written { began, ended: Some(now), ..span });
    });
}

/// Whether a line of a history says that a step with this key begins.
fn is_beginning(line: &str, key: &str) -> bool {
    let rest = line.strip_prefix("asks ").and_then(|line| line.split_once(" ("));
    let asked = rest.and_then(|(_, rest)| rest.strip_prefix(key)).is_some_and(|rest| rest == ")");
    asked || line.strip_prefix("runs ").is_some_and(|line| line.ends_with(&format!(" as {key}")))
}

/// A step that has come to something.
pub struct Done<'a> {
    pub run: &'a str,
    pub step: &'a str,
    pub key: &'a str,
    pub operation: &'a str,
    pub outcome: &'static str,
    pub error: Option<&'a str>,
    pub inner: Option<&'a str>,
    /// The reaction that it belongs to, where nobody conducts.
    pub reaction: Option<u64>,
    pub span: u64,
    pub began: Option<SystemTime>,
}

pub fn step(done: Done) {
    let is_compensation = done.step.starts_with("undo ");
    let counted = [
        KeyValue::new("operation", done.operation.to_string()),
        KeyValue::new("outcome", done.outcome),
    ];
    let trace = trace_of(done.run);
    // An inner run with a key of its own has a trace of its own.
    let elsewhere = done.inner.filter(|inner| trace_of(inner) != trace);
    let links = elsewhere
        .map(|inner| Link::with_context(remote(trace_of(inner), span_of("run", inner))))
        .into_iter()
        .collect();
    let mut attributes = vec![
        KeyValue::new("run", done.run.to_string()),
        KeyValue::new("step", done.step.to_string()),
        KeyValue::new("key", done.key.to_string()),
        KeyValue::new("operation", done.operation.to_string()),
        KeyValue::new("outcome", done.outcome),
        KeyValue::new("compensation", is_compensation),
    ];
    attributes.extend(done.error.map(|error| KeyValue::new("error", error.to_string())));
    let span = Written {
        name: done.step.to_string(),
        trace,
        id: done.span,
        parent: Some(done.reaction.unwrap_or_else(|| span_of("run", done.run))),
        began: done.began,
        ended: None,
        attributes,
        links,
        error: done.error.map(ToString::to_string),
    };
    beginning(done.run, Some(done.key), span, move |span| {
        if let Some(metrics) = METRICS.get() {
            if let Some(time) = since(span.began) {
                metrics.step_duration.record(time, &counted);
            }
            if is_compensation {
                metrics.compensations.add(1, &counted);
            }
        }
        write(span);
    });
}

/// A reaction of a service that has come to something.
#[cfg(feature = "choreography")]
pub struct Reacted<'a> {
    pub run: &'a str,
    pub service: &'a str,
    pub reaction: &'a str,
    pub id: u64,
    /// Trace and span of each event that it reacts to.
    pub causes: Vec<(u128, u64)>,
    pub outcome: &'static str,
    pub began: Option<SystemTime>,
}

/// It stands below who has published the first event, where that is in the same trace, and is linked to the others.
#[cfg(feature = "choreography")]
pub fn reaction(reacted: Reacted) {
    let trace = trace_of(reacted.run);
    let parent = reacted.causes.first().filter(|(of, _)| *of == trace).map(|(_, span)| *span);
    let others = reacted.causes.iter().skip(usize::from(parent.is_some()));
    write(Written {
        name: reacted.reaction.to_string(),
        trace,
        id: reacted.id,
        parent: Some(parent.unwrap_or_else(|| span_of("run", reacted.run))),
        began: reacted.began,
        ended: None,
        attributes: vec![
            KeyValue::new("run", reacted.run.to_string()),
            KeyValue::new("service", reacted.service.to_string()),
            KeyValue::new("reaction", reacted.reaction.to_string()),
            KeyValue::new("outcome", reacted.outcome),
        ],
        links: others.map(|(trace, span)| Link::with_context(remote(*trace, *span))).collect(),
        error: (reacted.outcome == "broken").then(|| "see `dead`".to_string()),
    });
}

/// What waits in a service: messages that the broker has not got yet, and dead letters.
#[cfg(feature = "choreography")]
pub fn left(service: &str, outbox: u64, dead: u64) {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.insert(service.to_string(), (outbox, dead));
}

pub fn attempted(operation: &str, outcome: &'static str) {
    let Some(metrics) = METRICS.get() else { return };
    let operation = KeyValue::new("operation", operation.to_string());
    metrics.attempts.add(1, &[operation, KeyValue::new("outcome", outcome)]);
}

pub fn retry(operation: &str) {
    let Some(metrics) = METRICS.get() else { return };
    metrics.retries.add(1, &[KeyValue::new("operation", operation.to_string())]);
}

pub fn breaker(address: &str, is_open: bool) {
    let mut breakers = BREAKERS.lock().unwrap_or_else(PoisonError::into_inner);
    breakers.insert(address.to_string(), is_open);
}

pub fn waiting(runs: HashMap<String, u64>) {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    // What nobody waits for any more is told as 0.
    waiting.values_mut().for_each(|count| *count = 0);
    waiting.extend(runs);
}

fn instruments(meter: &Meter) -> Metrics {
    let open = || BREAKERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    meter
        .u64_observable_gauge("workflow.breaker.open")
        .with_description("1 while calls to this address fail at once")
        .with_callback(move |observer| {
            for (address, is_open) in open() {
                observer.observe(u64::from(is_open), &[KeyValue::new("address", address)]);
            }
        })
        .build();
    meter
        .u64_observable_gauge("workflow.runs.waiting")
        .with_description("Runs that wait for people or events, by what they wait for")
        .with_callback(|observer| {
            let waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (what, count) in waiting {
                observer.observe(count, &[KeyValue::new("for", what)]);
            }
        })
        .build();
    let left = || LEFT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    meter
        .u64_observable_gauge("workflow.outbox.waiting")
        .with_description("Messages that the broker has not got yet, by service")
        .with_callback(move |observer| {
            for (service, (outbox, _)) in left() {
                observer.observe(outbox, &[KeyValue::new("service", service)]);
            }
        })
        .build();
    meter
        .u64_observable_gauge("workflow.dead_letters")
        .with_description("What was put aside, by service")
        .with_callback(move |observer| {
            for (service, (_, dead)) in left() {
                observer.observe(dead, &[KeyValue::new("service", service)]);
            }
        })
        .build();
    let counter = |name: &'static str, what: &'static str| {
        meter.u64_counter(name).with_description(what).build()
    };
    let seconds = |name: &'static str, what: &'static str| {
        meter.f64_histogram(name).with_unit("s").with_description(what).build()
    };
    Metrics {
        runs_started: counter("workflow.runs.started", "Runs that have begun"),
        runs_ended: counter("workflow.runs.ended", "Runs that are over, by their end"),
        run_duration: seconds("workflow.run.duration", "From the beginning of a run to its end"),
        step_duration: seconds("workflow.step.duration", "From a step's beginning to its outcome"),
        attempts: counter("workflow.attempts", "Attempts, by their outcome"),
        retries: counter("workflow.retries", "Attempts that were followed by another one"),
        compensations: counter("workflow.compensations", "Steps that were taken back"),
    }
}
