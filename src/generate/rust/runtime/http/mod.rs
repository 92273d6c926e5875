//! Services over HTTP: how a call and its answer look on the wire. The same contracts, keys and names as in
//! one process; a refusal is never taken for an outage, nor an outage for a refusal.

pub mod api;
pub mod client;
pub mod listen;
pub mod problem;
pub mod service;

pub use client::answer;
pub use service::main;

use crate::services::Call;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The same for every attempt of one step.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub const RUN: HeaderName = HeaderName::from_static("workflow-run");
pub const STEP: HeaderName = HeaderName::from_static("workflow-step");
pub const ATTEMPT: HeaderName = HeaderName::from_static("workflow-attempt");
/// Which instance is meant, where several play the part.
pub const INSTANCE: HeaderName = HeaderName::from_static("workflow-instance");
/// Where the answer belongs that comes later.
pub const CALLBACK: HeaderName = HeaderName::from_static("workflow-callback");
pub const TRACE: HeaderName = HeaderName::from_static("traceparent");

/// What is larger is not read.
pub const LARGEST: usize = 1 << 20;

/// Everything that cannot stand in a header or a path as it is, as `%XX`.
pub fn escaped(text: &str, is_plain: fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            _ if is_plain(byte) => out.push(char::from(byte)),
            _ => out += &format!("%{byte:02X}"),
        }
        out
    })
}

/// A part of a path. One of dots alone would be a way up.
pub fn segment(text: &str) -> String {
    if text.bytes().all(|byte| byte == b'.') {
        return escaped(text, |_| false);
    }
    escaped(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

fn header(text: &str) -> HeaderValue {
    let text = escaped(text, |byte| byte.is_ascii_graphic() && byte != b'%');
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The text that was escaped; what is not well escaped stays as it is.
pub fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| {
        bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).map(|it| it as u8)
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A call, in the headers of a request.
fn write_call(call: &Call, headers: &mut HeaderMap) {
    headers.insert(KEY, header(&call.key));
    headers.insert(RUN, header(&call.run));
    headers.insert(STEP, header(&call.step));
    headers.insert(ATTEMPT, HeaderValue::from(call.attempt));
    if let Some(instance) = &call.instance {
        headers.insert(INSTANCE, header(instance));
    }
    // These are ASCII as they are, and whoever reads them need not know how the others are written.
    for (name, value) in [(CALLBACK, &call.around.callback), (TRACE, &call.around.traceparent)] {
        if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
}

/// The call that stands in the headers of a request; without a key there is none.
fn read_call(headers: &HeaderMap) -> Option<Call> {
    let plain = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let text = |name: &HeaderName| plain(name).map(unescaped);
    let mut call = Call {
        run: text(&RUN).unwrap_or_default(),
        step: text(&STEP).unwrap_or_default(),
        key: text(&KEY).filter(|key| !key.is_empty())?,
        attempt: text(&ATTEMPT).and_then(|text| text.parse().ok()).unwrap_or(1),
        instance: text(&INSTANCE),
        inside: Default::default(),
        around: Default::default(),
    };
    call.around.callback = plain(&CALLBACK).map(ToString::to_string);
    call.around.traceparent = plain(&TRACE).map(ToString::to_string);
    Some(call)
}

/// Whether a body says that it is JSON of some kind.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(axum::http::header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.and_then(|it| it.split(';').next()).unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_comes_out_as_it_went_in() {
        let mut call = Call {
            run: "Kauf-ä 100%\n".to_string(),
            step: "paid".to_string(),
            key: "Kauf-ä 100%\n/paid".to_string(),
            attempt: 3,
            instance: Some("bank \"1\"".to_string()),
            inside: Default::default(),
            around: Default::default(),
        };
        call.around.callback = Some("http://127.0.0.1:8080/runs/a%2Fb/answers/c".to_string());
        let mut headers = HeaderMap::new();
        write_call(&call, &mut headers);
        let read = read_call(&headers).unwrap();
        assert_eq!(format!("{read:?}"), format!("{call:?}"));
        headers.remove(KEY);
        assert!(read_call(&headers).is_none());
    }
}
