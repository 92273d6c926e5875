//! The coordinator over HTTP: runs are started, looked at, and told events and answers.

use super::problem::{KIND, Problem, refused, written};
use super::{KEY, LARGEST, is_json, listen, segment, unescaped};
use crate::driver::Happened;
use crate::engine::{Engine, Reacting, State as Standing, Unheard};
use crate::notices::NOTIFY;
use crate::services::Answer;
use crate::telemetry;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Where it listens when nothing else is said.
pub const LISTEN: &str = "127.0.0.1:8080";

/// How many runs a list has, when nothing else is said, and at most.
const PAGE: (usize, usize) = (100, 1000);

/// How often waiting runs are counted.
const COUNT: Duration = Duration::from_secs(15);

/// How long the answer to a start waits until the run is taken up.
const TAKEN_UP: Duration = Duration::from_secs(5);

type Answered = Result<Response, Problem>;

/// Opens the address, so that it is known before the runs are worked on: answers that come later are
/// brought to it.
pub async fn open(engine: &impl Engine, at: &str) -> Result<tokio::net::TcpListener, String> {
    let listener = listen::open(at).await?;
    let here = match std::env::var("COORDINATOR_URL") {
        Ok(url) if !url.is_empty() => url,
        _ => listen::url(&listener)?,
    };
    engine.desk().project().services.answers_come_to(&here);
    Ok(listener)
}

pub fn router<E: Engine>(engine: E) -> Router {
    Router::new()
        .route("/health", get(|| async { "" }))
        .route("/ready", get(ready::<E>))
        .route("/runs", get(list::<E>).post(start::<E>))
        .route("/runs/{run}", get(status::<E>))
        .route("/runs/{run}/history", get(history_of::<E>))
        .route("/runs/{run}/answers/{step}", post(answer::<E>))
        .route("/events", post(deliver::<E>))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "nothing is here") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here")
        })
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(engine)
}

fn json(status: StatusCode, body: &Value) -> Response {
    written(status, "application/json", body)
}

/// What the engine says when it does not work is not the caller's fault.
fn trouble(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "the engine does not work");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

fn missing(run: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no run {run}"))
}

/// A browser does not send JSON to another site without asking first, so a page cannot do anything here.
fn body<T: for<'de> Deserialize<'de>>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the request is not JSON"));
    }
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the request cannot be read: {error}"))
    })
}

fn key_of(headers: &HeaderMap) -> Option<String> {
    headers.get(KEY).and_then(|it| it.to_str().ok()).filter(|it| !it.is_empty()).map(unescaped)
}

async fn ready<E: Engine>(State(engine): State<E>) -> Answered {
    // Any question will do, so one about a run that is not there.
    engine.finished("ready").await.map_err(trouble)?;
    Ok(StatusCode::OK.into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    workflow: String,
    run: Option<String>,
    #[serde(default)]
    input: Value,
}

/// Starts a run. What it is called is its key, what the caller says, or the `Idempotency-Key`: the same
/// twice is one run.
async fn start<E: Engine>(State(engine): State<E>, headers: HeaderMap, bytes: Bytes) -> Answered {
    let Start { workflow, run, input } = body(&headers, &bytes)?;
    if !engine.knows(&workflow) {
        let text = format!("there is no workflow {workflow}");
        return Err(Problem::new(StatusCode::NOT_FOUND, text));
    }
    let unfit = |error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error);
    let named = engine.name_of(&workflow, &input).map_err(unfit)?;
    let run = run.or(named).or_else(|| key_of(&headers));
    let Some(run) = run.filter(|run| !run.is_empty()) else {
        let text = "`run` or the header Idempotency-Key must say what the run is called";
        return Err(Problem::new(StatusCode::BAD_REQUEST, text));
    };
    let is_new = engine.start(&workflow, &run, &input).await.map_err(trouble)?;
    if is_new {
        is_there(&engine, &run).await?;
    }
    // Somebody else may have begun it at the same moment, with something else.
    if !began_with(&engine, &run, &workflow, &input).await? {
        let text = format!("{run} is there already, and began otherwise");
        return Err(Problem::new(StatusCode::CONFLICT, text));
    }
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let at = format!("/runs/{}", segment(&run));
    let told = json!({ "run": run, "workflow": workflow });
    Ok(([(header::LOCATION, at)], json(status, &told)).into_response())
}

/// Waits until a run that was begun has been taken up, so that from now on it is found.
async fn is_there(engine: &impl Engine, run: &str) -> Result<(), Problem> {
    let began = Instant::now();
    // Later than that it is in the database as well, and will be taken up when there is time.
    while began.elapsed() < TAKEN_UP
        && matches!(engine.state(run).await.map_err(trouble)?, Standing::Missing)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Whether a run began with this.
async fn began_with(
    engine: &impl Engine,
    run: &str,
    workflow: &str,
    input: &Value,
) -> Result<bool, Problem> {
    let head = format!("{workflow} begins with ");
    let history = engine.history(run).await.map_err(trouble)?;
    let known = history.iter().find(|(_, line)| line.contains(" begins with "));
    let known = known.map(|(_, line)| line.strip_prefix(&head).map(serde_json::from_str::<Value>));
    // One that has not begun yet says nothing against it.
    Ok(known.is_none_or(|known| known.is_some_and(|known| known.is_ok_and(|it| it == *input))))
}

async fn status<E: Engine>(State(engine): State<E>, Path(run): Path<String>) -> Answered {
    let told = match engine.state(&run).await.map_err(trouble)? {
        Standing::Missing => return Err(missing(&run)),
        Standing::Running(standing) => {
            let waiting: Vec<_> = standing
                .waiting
                .iter()
                .map(|(key, what)| json!({ "key": key, "for": what }))
                .collect();
            let troubles: Vec<_> = standing
                .troubles
                .iter()
                .map(|(key, it)| {
                    let (what, attempts, error) = (&it.what, it.attempts, &it.error);
                    json!({ "key": key, "what": what, "attempts": attempts, "error": error })
                })
                .collect();
            let journal: Vec<_> = standing
                .journal
                .iter()
                .map(|(key, status)| json!({ "key": key, "status": status }))
                .collect();
            json!({
                "run": run, "state": "running",
                "waiting": waiting, "troubles": troubles, "journal": journal,
            })
        }
        Standing::Over(finished) => {
            let journal: Vec<_> = finished
                .journal
                .iter()
                .map(|entry| {
                    let (key, status) = (&entry.key, entry.status);
                    let (step, operation) = (&entry.step, &entry.operation);
                    json!({ "key": key, "step": step, "operation": operation, "status": status })
                })
                .collect();
            json!({ "run": run, "state": "ended", "end": finished.end, "journal": journal })
        }
        Standing::BrokenOff(error) => json!({ "run": run, "state": "broken off", "error": error }),
        Standing::Reacting(it) => reacting(&run, &it),
    };
    Ok(json(StatusCode::OK, &told))
}

/// Where a run stands that nobody conducts, as each of its services sees it.
fn reacting(run: &str, it: &Reacting) -> Value {
    let (mut waiting, mut troubles, mut journal) = (Vec::new(), Vec::new(), Vec::new());
    for (service, standing) in &it.standings {
        for (key, what) in &standing.waiting {
            waiting.push(json!({ "service": service, "key": key, "for": what }));
        }
        for (key, it) in &standing.troubles {
            let (what, attempts, error) = (&it.what, it.attempts, &it.error);
            troubles.push(json!({
                "service": service, "key": key,
                "what": what, "attempts": attempts, "error": error,
            }));
        }
        for (key, status) in &standing.journal {
            journal.push(json!({ "service": service, "key": key, "status": status }));
        }
    }
    let state = if it.end.is_some() { "ended" } else { "running" };
    let end = it.end.as_ref().map(|name| json!({ "name": name }));
    json!({
        "run": run, "state": state, "end": end,
        "waiting": waiting, "troubles": troubles, "journal": journal,
    })
}

/// `?limit=` so many runs, `?after=` a run.
async fn list<E: Engine>(State(engine): State<E>, RawQuery(query): RawQuery) -> Answered {
    let (mut limit, mut after) = (PAGE.0, String::new());
    for pair in query.iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (name, value.parse::<usize>()) {
            ("limit", Ok(number)) if (1..=PAGE.1).contains(&number) => limit = number,
            ("after", _) => after = unescaped(value),
            _ => {
                let text =
                    format!("`{name}={value}` is not `after=RUN` or `limit=1` to {}", PAGE.1);
                return Err(Problem::new(StatusCode::BAD_REQUEST, text));
            }
        }
    }
    let mut all = engine.list().await.map_err(trouble)?;
    all.retain(|it| it.workflow != NOTIFY && it.run > after);
    let is_more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| is_more).map(|it| it.run.clone());
    let runs: Vec<_> = all
        .iter()
        .map(|it| json!({ "run": it.run, "workflow": it.workflow, "state": it.state }))
        .collect();
    Ok(json(StatusCode::OK, &json!({ "runs": runs, "next": next })))
}

async fn history_of<E: Engine>(State(engine): State<E>, Path(run): Path<String>) -> Answered {
    let lines = happened(&engine, &run).await?;
    let lines: Vec<_> =
        lines.into_iter().map(|(at, what)| json!({ "at": at, "what": what })).collect();
    Ok(json(StatusCode::OK, &json!({ "run": run, "history": lines })))
}

async fn happened(
    engine: &impl Engine,
    run: &str,
) -> Result<Vec<(jiff::Timestamp, String)>, Problem> {
    if matches!(engine.state(run).await.map_err(trouble)?, Standing::Missing) {
        return Err(missing(run));
    }
    engine.history(run).await.map_err(trouble)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    name: String,
    id: Option<String>,
    version: Option<u32>,
    #[serde(default)]
    fields: Value,
}

/// Hands an event to the runs that it belongs to. One that comes twice with one id counts once.
async fn deliver<E: Engine>(State(engine): State<E>, headers: HeaderMap, bytes: Bytes) -> Answered {
    let Told { name, id, version, fields } = body(&headers, &bytes)?;
    let id = id.or_else(|| key_of(&headers));
    let event = Happened { id: id.clone().unwrap_or_default(), name, version, fields };
    let name = &event.name;
    engine.is_heard(&event).map_err(|why| match why {
        Unheard::ByAnybody => {
            Problem::new(StatusCode::NOT_FOUND, format!("no workflow listens to {name}"))
        }
        Unheard::Keyless(key) => {
            let text = format!("{name} does not say which run it belongs to, by {key}");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text)
        }
        Unheard::Unfit(error) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error),
    })?;
    if id.is_none() {
        let text = "`id` or the header Idempotency-Key must tell this event from others";
        return Err(Problem::new(StatusCode::BAD_REQUEST, text));
    }
    let runs = engine.deliver(&event).await.map_err(trouble)?;
    Ok(json(StatusCode::ACCEPTED, &json!({ "runs": runs })))
}

/// The answer to a step that somebody works on: a reply, or a refusal as problem details. The step is
/// called by its key, or by its name as far as the run is seen to wait for it. When the run is over, what was
/// done all the same is taken back by a run of its own, which is told then.
async fn answer<E: Engine>(
    State(engine): State<E>,
    Path((run, step)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answered {
    let given: Value = if bytes.is_empty() { Value::Null } else { body(&headers, &bytes)? };
    let is_problem = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.to_str().is_ok_and(|it| it.starts_with(KIND)));
    let answer = match is_problem {
        false => Answer::Done(given),
        true => Answer::Refused(refused(&given).ok_or_else(|| {
            let text = "problem details without the type wfc://failure/NAME are no refusal";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text)
        })?),
    };
    let known: Vec<String> = match engine.state(&run).await.map_err(trouble)? {
        Standing::Missing => return Err(missing(&run)),
        Standing::Running(standing) => standing.waiting.into_keys().collect(),
        Standing::Reacting(it) => return answer_reacting(&engine, &run, it, &step, answer).await,
        Standing::Over(finished) => finished.journal.into_iter().map(|entry| entry.key).collect(),
        Standing::BrokenOff(_) => return Err(nobody_waits(&run)),
    };
    let by_name = format!("/{step}");
    let key = known.into_iter().find(|key| *key == step || key.ends_with(&by_name));
    let key = key.unwrap_or(step);
    // An answer may come before the run has noted that it waits.
    let Some(operation) = asked(&happened(&engine, &run).await?, &key) else {
        let text = format!("{run} does not wait for an answer to {key}");
        return Err(Problem::new(StatusCode::CONFLICT, text));
    };
    let services = &engine.desk().project().services;
    if let Some(Err(error)) = services.fits(&operation, &answer) {
        let text = format!("{operation} does not answer so: {error}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    match engine.answer(&run, key.clone(), answer).await.map_err(trouble)? {
        Some(run) => Ok(json(StatusCode::ACCEPTED, &json!({ "run": run, "key": key }))),
        None => Err(nobody_waits(&run)),
    }
}

/// The same for a run that nobody conducts: one of its services waits for it.
async fn answer_reacting(
    engine: &impl Engine,
    run: &str,
    it: Reacting,
    step: &str,
    answer: Answer,
) -> Answered {
    let by_name = format!("/{step}");
    let mut waiting = it.standings.into_iter().flat_map(|(_, standing)| standing.waiting);
    let found = waiting.find(|(key, _)| key == step || key.ends_with(&by_name));
    let Some((key, what)) = found else {
        let text = format!("{run} does not wait for an answer to {step}");
        return Err(Problem::new(StatusCode::CONFLICT, text));
    };
    let operation = what.rsplit(' ').next().unwrap_or_default();
    if let Some(Err(error)) = engine.desk().project().services.fits(operation, &answer) {
        let text = format!("{operation} does not answer so: {error}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    let told = json!({ "run": run, "key": key });
    match engine.answer(run, key, answer).await.map_err(trouble)? {
        Some(_) => Ok(json(StatusCode::ACCEPTED, &told)),
        None => Err(missing(run)),
    }
}

fn nobody_waits(run: &str) -> Problem {
    let text = format!("{run} is over, so that nobody waits for this answer");
    Problem::new(StatusCode::CONFLICT, text)
}

/// The operation that was asked for under a key.
fn asked(history: &[(jiff::Timestamp, String)], key: &str) -> Option<String> {
    history.iter().find_map(|(_, line)| {
        let (operation, rest) = line.strip_prefix("asks ")?.split_once(" (")?;
        let rest = rest.strip_prefix(key)?;
        (rest.starts_with(')') || rest.starts_with(", attempt ")).then(|| operation.to_string())
    })
}

/// Counts for the metrics, now and then, how many runs wait and for what; for as long as it is waited for.
pub async fn count<E: Engine>(engine: E) {
    if !cfg!(feature = "otel") {
        return std::future::pending().await;
    }
    loop {
        let mut waiting = HashMap::<String, u64>::new();
        for it in engine.list().await.unwrap_or_default() {
            if it.state == "running"
                && let Ok(Standing::Running(standing)) = engine.state(&it.run).await
            {
                standing
                    .waiting
                    .into_values()
                    .for_each(|what| *waiting.entry(what).or_default() += 1);
            }
        }
        telemetry::waiting(waiting);
        tokio::time::sleep(COUNT).await;
    }
}

/// Where answers to a step of a run are brought.
pub(crate) fn callback(base: &str, run: &str, key: &str) -> String {
    format!("{}/runs/{}/answers/{}", base.trim_end_matches('/'), segment(run), segment(key))
}
