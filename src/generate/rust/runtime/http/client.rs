//! The calling side: a service at an address, and answers that come later.

use super::problem::{self, refused};
use super::{LARGEST, header, segment, write_call};
use crate::contract::{Operation, Raised, Takes};
use crate::services::{Answer, Call, Outage};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header as headers};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

#[cfg(not(feature = "https"))]
type Connector = HttpConnector;
#[cfg(feature = "https")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

/// How long it may take until somebody takes the call; the whole of it is limited by its step.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a service is: `http://127.0.0.1:8081/notary`. `{instance}` in it stands for which one is meant.
#[derive(Clone, Debug)]
pub struct Address {
    base: Arc<str>,
    client: Client<Connector, Body>,
}

impl Address {
    pub fn new(base: &str) -> Result<Address, String> {
        let uri: Uri = base
            .replace("{instance}", "instance")
            .parse()
            .map_err(|error| format!("{base} is not an address: {error}"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") if cfg!(feature = "https") => {}
            Some("https") => return Err(format!("{base} needs `--features https`")),
            _ => return Err(format!("{base} does not begin with http://")),
        }
        if uri.query().is_some() {
            return Err(format!("{base} has a query, which an address of a service cannot have"));
        }
        Ok(Address { base: base.trim_end_matches('/').into(), client: client() })
    }

    /// Where an operation is; `Notary.Sign` is at `/Sign`.
    fn uri(&self, operation: &str, instance: Option<&str>) -> Result<Uri, String> {
        let name = operation.split_once('.').map_or(operation, |(_, name)| name);
        let base = self.base.replace("{instance}", &segment(instance.unwrap_or_default()));
        let text = format!("{base}/{}", segment(name));
        text.parse().map_err(|error| format!("{text} is not an address: {error}"))
    }

    /// One attempt of an operation.
    pub(crate) async fn call<O: Operation>(&self, call: Call, request: Value) -> Answer {
        let uri = match self.uri(O::NAME, call.instance.as_deref()) {
            Ok(uri) => uri,
            Err(error) => return Answer::Outage(error),
        };
        let mut headers = HeaderMap::new();
        write_call(&call, &mut headers);
        match post(&self.client, uri, headers, "application/json", &request).await {
            Ok((status, body)) => read::<O>(status, &body),
            Err(error) => Answer::Outage(error),
        }
    }
}

fn client() -> Client<Connector, Body> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    connector.set_nodelay(true);
    #[cfg(feature = "https")]
    let connector = {
        connector.enforce_http(false);
        hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector)
    };
    Client::builder(TokioExecutor::new()).build(connector)
}

async fn post(
    client: &Client<Connector, Body>,
    uri: Uri,
    headers: HeaderMap,
    kind: &'static str,
    body: &Value,
) -> Result<(StatusCode, Bytes), String> {
    let mut request = Request::new(Body::from(body.to_string()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers;
    request.headers_mut().insert(headers::CONTENT_TYPE, HeaderValue::from_static(kind));
    let response = client.request(request).await.map_err(|error| {
        // What hyper says is only where it went wrong; why stands behind it.
        let why = std::error::Error::source(&error).map(|why| format!(": {why}"));
        format!("{uri}: {error}{}", why.unwrap_or_default())
    })?;
    let status = response.status();
    let body = to_bytes(Body::new(response.into_body()), LARGEST).await;
    Ok((status, body.map_err(|error| format!("{uri}: {error}"))?))
}

/// Whatever is neither a reply nor a refusal of the contract is an outage.
fn read<O: Operation>(status: StatusCode, body: &[u8]) -> Answer {
    let strange = |error: serde_json::Error| {
        Answer::Outage(format!("answered {status} with what {} does not answer: {error}", O::NAME))
    };
    let value = || match body {
        [] => Ok(Value::Null),
        body => serde_json::from_slice::<Value>(body),
    };
    match status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => match value() {
            Ok(reply) => match serde_json::from_value::<O::Reply>(reply.clone()) {
                Ok(_) => Answer::Done(reply),
                Err(error) => strange(error),
            },
            Err(error) => strange(error),
        },
        StatusCode::ACCEPTED if O::TAKES == Takes::AWhile => Answer::Accepted,
        StatusCode::UNPROCESSABLE_ENTITY => match value().map(|problem| refused(&problem)) {
            Ok(Some(raised)) => match raised.check::<O>() {
                Ok(()) => Answer::Refused(raised),
                Err(error) => strange(error),
            },
            Ok(None) => Answer::Outage(told(status, body)),
            Err(error) => strange(error),
        },
        _ => Answer::Outage(told(status, body)),
    }
}

fn told(status: StatusCode, body: &[u8]) -> String {
    let problem = serde_json::from_slice::<Value>(body).ok();
    let detail = problem.as_ref().and_then(|it| it.get("detail")?.as_str());
    match detail {
        Some(detail) => format!("answered {status}: {detail}"),
        None => format!("answered {status}"),
    }
}

/// Brings an answer to where `Call::callback` has said, and tells whether it was still waited for. An
/// outage is tried again by whoever calls this: an answer that comes twice counts once.
pub async fn answer<O: Operation>(
    callback: &str,
    answer: Result<O::Reply, O::Failure>,
) -> Result<bool, Outage> {
    let uri: Uri = callback.parse()?;
    let (kind, body) = match answer {
        Ok(reply) => ("application/json", serde_json::to_value(reply)?),
        Err(failure) => {
            let raised: Raised = serde_json::from_value(serde_json::to_value(failure)?)?;
            (problem::KIND, problem::refusal(&raised))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(super::KEY, header(callback));
    let (status, body) = post(&client(), uri, headers, kind, &body).await.map_err(Outage)?;
    match status {
        StatusCode::NOT_FOUND | StatusCode::CONFLICT => Ok(false),
        _ if status.is_success() => Ok(true),
        _ => Err(Outage(told(status, &body))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_says_stays_in_its_place_of_the_address() {
        let uri = |base: &str, instance| Address::new(base).unwrap().uri("Bank.Reserve", instance);
        let at = uri("http://gate:80/{instance}/", Some("../evil?x@y")).unwrap();
        assert_eq!(at.to_string(), "http://gate:80/..%2Fevil%3Fx%40y/Reserve");
        assert!(uri("http://{instance}.banks", Some("evil.example/")).is_err());
        assert_eq!(uri("http://bank", None).unwrap().to_string(), "http://bank/Reserve");
        assert!(Address::new("ftp://bank").is_err());
        assert!(Address::new("bank").is_err());
    }
}
