//! The called side: one service in a process of its own.

use super::problem::{self, Problem, written};
use super::{LARGEST, is_json, listen, read_call};
use crate::services::{Answer, Services};
use crate::telemetry;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use std::process::ExitCode;
use std::sync::Arc;
use tracing::Instrument;

struct Served {
    service: String,
    services: Services,
}

/// Where a process listens when nothing else is said.
const LISTEN: &str = "127.0.0.1:8081";

/// Does what `service NAME [--listen ADDRESS]` asks for; nothing when that was not asked for.
pub fn main(service: impl Fn(&str) -> Option<Services>) -> Option<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (name, at) = match wanted(&words)? {
        Ok(wanted) => wanted,
        Err(usage) => return Some(trouble(usage)),
    };
    let Some(services) = service(name) else {
        return Some(trouble(&format!("there is no service {name}")));
    };
    let done = tokio::runtime::Runtime::new().map_err(|error| error.to_string()).and_then(|it| {
        it.block_on(async {
            let _telling = telemetry::begin(name);
            serve(name, at, services).await
        })
    });
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => trouble(&error),
    })
}

/// The service that these words ask for, and where it listens; nothing when they do not.
pub(crate) fn wanted(words: &[String]) -> Option<Result<(&str, &str), &'static str>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(match words[..] {
        ["service", name] => Ok((name, LISTEN)),
        ["service", name, "--listen", at] | ["service", "--listen", at, name] => Ok((name, at)),
        ["service", ..] => Err("service NAME [--listen ADDRESS]"),
        _ => return None,
    })
}

/// Is that service until somebody stops it.
pub(crate) async fn serve(name: &str, at: &str, services: Services) -> Result<(), String> {
    let listener = listen::open(at).await?;
    println!("{name} listens at {}", listen::url(&listener)?);
    listen::serve(listener, router(name, services)).await
}

fn trouble(error: &str) -> ExitCode {
    eprintln!("coordinator: {error}");
    ExitCode::from(2)
}

/// The operations of a service: `POST /Sign` is `Notary.Sign`.
pub fn router(service: &str, services: Services) -> Router {
    Router::new()
        .route("/{operation}", post(operate))
        .route("/health", get(|| async { "" }))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "nothing is here") })
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Arc::new(Served { service: service.to_string(), services }))
}

async fn operate(
    State(served): State<Arc<Served>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let name = format!("{}.{operation}", served.service);
    let unknown = || Problem::new(StatusCode::NOT_FOUND, format!("there is no {name}"));
    let wrong = |text: String| Problem::new(StatusCode::BAD_REQUEST, text);
    if !is_json(&headers) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the request is not JSON"));
    }
    let call =
        read_call(&headers).ok_or_else(|| wrong("there is no Idempotency-Key".to_string()))?;
    let request: Value = serde_json::from_slice(&body)
        .map_err(|error| wrong(format!("the request cannot be read: {error}")))?;
    served.services.reads(&name, &request).ok_or_else(unknown)?.map_err(wrong)?;
    let span = telemetry::served(&name, &call);
    let answer = served.services.ask(&name, call, request).instrument(span.clone()).await;
    let answer = answer.ok_or_else(unknown)?;
    span.in_scope(|| telemetry::answered(&answer));
    Ok(match answer {
        Answer::Done(reply) => written(StatusCode::OK, "application/json", &reply),
        Answer::Accepted => StatusCode::ACCEPTED.into_response(),
        Answer::Refused(raised) => {
            let problem = problem::refusal(&raised);
            written(StatusCode::UNPROCESSABLE_ENTITY, problem::KIND, &problem)
        }
        Answer::Outage(error) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, error).into_response()
        }
    })
}
