//! What a run asks for outside of itself: each operation of a service is an activity under its own name.

use super::Engine;
use crate::engine::{self, LEASE, text};
use crate::events::PUBLISH;
use crate::services::Attempt;
use crate::undo::GIVE_UP;
use futures::future::BoxFuture;
use serde_json::Value;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;
use temporalio_common::{ActivityDefinition, RetryPolicy};
use temporalio_sdk::activities::{
    ActivityContext, ActivityDefinitions, ActivityError, ActivityImplementer, ExecutableActivity,
};
use temporalio_sdk::{ActivityOptions, ApplicationFailure, WorkerOptions};

/// How long an answer may be on its way behind the time that its service has.
const ON_THE_WAY: Duration = Duration::from_secs(5);

/// An activity, by its name.
pub struct Act(String);

impl Act {
    pub fn new(name: impl Into<String>) -> Act {
        Act(name.into())
    }
}

impl ActivityDefinition for Act {
    type Input = Value;
    type Output = Value;

    fn name(&self) -> &str {
        &self.0
    }
}

thread_local! {
    /// The SDK knows the name of an activity by its type, and asks for it once: when it is registered.
    static REGISTERED: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn register(options: &mut WorkerOptions, engine: &Engine) {
    options.register_activities(engine.clone());
}

impl ActivityImplementer for Engine {
    fn register_all(self: Arc<Self>, activities: &mut ActivityDefinitions) {
        let operations = self.desk.project().services.names().map(String::as_str);
        for name in operations.chain([PUBLISH, GIVE_UP]) {
            REGISTERED.set(name.to_string());
            activities.register_activity::<Act>(self.clone());
        }
    }
}

impl ExecutableActivity for Act {
    type Implementer = Engine;
    const REQUIRES_INSTANCE: bool = true;

    fn definition() -> Act {
        Act(REGISTERED.with_borrow(Clone::clone))
    }

    fn execute(
        engine: Option<Arc<Engine>>,
        cx: ActivityContext,
        input: Value,
    ) -> BoxFuture<'static, Result<Value, ActivityError>> {
        Box::pin(async move {
            let engine = engine.ok_or_else(|| failure("there is no engine"))?;
            let acting = act(&engine, &cx.info().activity_type, input);
            tokio::pin!(acting);
            loop {
                tokio::select! {
                    done = &mut acting => return done.map_err(|error| failure(&error)),
                    () = tokio::time::sleep(LEASE / 3) => cx.record_heartbeat(()).await?,
                }
            }
        })
    }
}

fn failure(error: &str) -> ActivityError {
    ActivityError::application(ApplicationFailure::new(error))
}

async fn act(engine: &Engine, name: &str, input: Value) -> Result<Value, String> {
    match name {
        PUBLISH => engine::publish(engine, input).await,
        GIVE_UP => engine::give_up(engine, &input).await,
        operation => {
            let attempt = serde_json::from_value(input).map_err(text)?;
            engine.desk.attempt(operation, attempt).await
        }
    }
}

/// How an act is kept. A worker that has died is known by its silence, and its act is done again then; how
/// often a service is asked after an outage is for the run to say, and an outage is no failure here.
pub fn options(input: &Value) -> ActivityOptions {
    let attempt = serde_json::from_value::<Attempt>(input.clone()).ok();
    let time = attempt.as_ref().map_or(crate::step::TIMEOUT, |attempt| attempt.timeout);
    let again = RetryPolicy::builder()
        .initial_interval(Duration::from_millis(200))
        .maximum_interval(Duration::from_secs(10))
        .build();
    ActivityOptions::with_start_to_close_timeout(time.saturating_add(ON_THE_WAY))
        .heartbeat_timeout(LEASE)
        .retry_policy(again)
        .maybe_summary(attempt.map(|attempt| attempt.call.key))
        .build()
}
