//! What went wrong, as it travels: problem details (RFC 9457). A refusal is one of a type of its own.

use super::{segment, unescaped};
use crate::contract::Raised;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The type of a refusal, before the name of the failure.
const FAILURE: &str = "wfc://failure/";

pub const KIND: &str = "application/problem+json";

/// What a server answers when it cannot do what was asked.
pub struct Problem {
    pub status: StatusCode,
    pub detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({ "title": title, "status": self.status.as_u16(), "detail": self.detail });
        written(self.status, KIND, &body)
    }
}

pub fn written(status: StatusCode, kind: &'static str, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

/// A refusal. Its detail is its fields as text, for readers that know no other members.
pub fn refusal(raised: &Raised) -> Value {
    json!({
        "type": format!("{FAILURE}{}", segment(&raised.name)),
        "title": raised.name,
        "status": 422,
        "detail": raised.fields.to_string(),
        "fields": raised.fields,
    })
}

/// The refusal that a problem is, if it is one.
pub fn refused(problem: &Value) -> Option<Raised> {
    let name = problem.get("type")?.as_str()?.strip_prefix(FAILURE)?;
    let fields = match problem.get("fields") {
        Some(fields) => fields.clone(),
        None => serde_json::from_str(problem.get("detail")?.as_str()?).ok()?,
    };
    Some(Raised { name: unescaped(name), fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_comes_out_as_it_went_in() {
        let raised = Raised { name: "Zu spät".to_string(), fields: json!({ "at": "now" }) };
        let mut problem = refusal(&raised);
        assert_eq!(refused(&problem), Some(raised.clone()));
        problem.as_object_mut().unwrap().remove("fields");
        assert_eq!(refused(&problem), Some(raised));
        assert_eq!(refused(&json!({ "title": "Not Found", "status": 404 })), None);
    }
}
