//! Notifications: sent and not waited for. Each is a run of its own, which lasts until it has arrived.

use crate::calls::Asking;
use crate::context::Cx;
use crate::contract::{Operation, Takes, Workflow};
use crate::driver::Command;
use crate::flow::{Ended, Exit, Flow, broken};
use crate::routes::run_of;
use crate::step;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// The workflow that brings a notification to where it belongs.
pub const NOTIFY: &str = "notify";

#[derive(Serialize, Deserialize)]
pub(crate) struct Notice {
    pub operation: String,
    pub step: String,
    pub key: String,
    pub instance: Option<String>,
    pub request: Value,
}

impl Cx {
    /// Sends a request and goes on. It will arrive; how it ends changes nothing here.
    pub async fn notify<O: Operation>(
        &self,
        name: &'static str,
        instance: Option<String>,
        request: O,
    ) -> Flow {
        self.open().await;
        let request = serde_json::to_value(&request).map_err(|error| broken(O::NAME, error))?;
        let key = self.key(name);
        let notice = Notice {
            operation: O::NAME.to_string(),
            step: name.to_string(),
            key: key.clone(),
            instance,
            request,
        };
        let input = serde_json::to_value(notice).map_err(|error| broken(O::NAME, error))?;
        self.run.command(Command::Start { workflow: NOTIFY.to_string(), run: key, input });
        Ok(())
    }

    /// Starts a run of another workflow and goes on.
    pub async fn start<W: Workflow>(&self, name: &'static str, input: W) -> Flow {
        self.open().await;
        let input = serde_json::to_value(&input).map_err(|error| broken(W::NAME, error))?;
        let run = run_of(W::NAME, W::CORRELATED_BY, &input).unwrap_or_else(|| self.key(name));
        self.run.command(Command::Start { workflow: W::NAME.to_string(), run, input });
        Ok(())
    }
}

/// The text of that workflow.
pub(crate) async fn bring(cx: Cx, input: Value) -> Exit {
    let notice: Notice = match serde_json::from_value(input) {
        Ok(notice) => notice,
        Err(error) => return broken("a notification", error),
    };
    let asking = Asking {
        operation: notice.operation,
        step: notice.step,
        key: notice.key,
        instance: notice.instance,
        request: notice.request,
        takes: Takes::AMoment,
        timeout: step::TIMEOUT,
        breaker: None,
        retries: None,
        backoff: (Duration::from_secs(1), Duration::from_secs(600)),
        workflow: None,
    };
    cx.tell(&asking).await;
    Exit::End(Ended { name: "Told".to_string(), success: true, fields: json!({}) })
}
