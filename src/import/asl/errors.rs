//! What an error name stands for: a refusal of the business, a technical failure, or both.

/// What an entry of `ErrorEquals` covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `States.ALL`, `States.TaskFailed`: whatever goes wrong.
    Everything,
    /// An outage.
    Technical,
    /// A failure with a name of the team's own.
    Business,
}

/// Parts of names by which technical failures of services and libraries are known.
const TECHNICAL_PARTS: &[&str] = &[
    "timeout",
    "timedout",
    "throttl",
    "unavailable",
    "toomanyrequests",
    "limitexceeded",
    "throughputexceeded",
    "network",
    "connection",
    "socket",
    "internalserver",
    "internalfailure",
    "serviceexception",
    "sdkclient",
    "awslambdaexception",
    "ratelimit",
    "slowdown",
    "serviceerror",
    "internalerror",
];

pub fn kind(error: &str) -> ErrorKind {
    if matches!(error, "States.ALL" | "States.TaskFailed") {
        return ErrorKind::Everything;
    }
    if let Some(code) = error.strip_prefix("States.Http.StatusCode.") {
        let is_refusal = code.starts_with('4') && !matches!(code, "408" | "425" | "429");
        return if is_refusal { ErrorKind::Business } else { ErrorKind::Technical };
    }
    if error.starts_with("States.") || error.starts_with("Lambda.") {
        return ErrorKind::Technical;
    }
    let lower = error.to_ascii_lowercase();
    // `Glue.GlueException`: what a service's library throws when it knows no better.
    let is_base = lower.split_once('.').is_some_and(|(service, name)| {
        name == format!("{service}exception") || name == format!("amazon{service}exception")
    });
    match is_base || TECHNICAL_PARTS.iter().any(|part| lower.contains(part)) {
        true => ErrorKind::Technical,
        false => ErrorKind::Business,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(kind("States.ALL"), ErrorKind::Everything);
        assert_eq!(kind("States.Timeout"), ErrorKind::Technical);
        assert_eq!(kind("DynamoDb.ThrottlingException"), ErrorKind::Technical);
        assert_eq!(kind("DynamoDB.AmazonDynamoDBException"), ErrorKind::Technical);
        assert_eq!(kind("DynamoDB.ConditionalCheckFailedException"), ErrorKind::Business);
        assert_eq!(kind("States.Http.StatusCode.409"), ErrorKind::Business);
        assert_eq!(kind("States.Http.StatusCode.503"), ErrorKind::Technical);
        assert_eq!(kind("CardDeclined"), ErrorKind::Business);
    }
}
