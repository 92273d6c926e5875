//! One run: brings the replies of Temporal to the workflow and its commands to Temporal. Both are asked in the
//! same order each time, since Temporal runs all of it again to find out where it stands.

use super::DECISION;
use super::acts::{self, Act};
use crate::driver::{Command, Driver, Message, Reply};
use crate::engine::{Project, text};
use crate::runs::Finished;
use futures::future::LocalBoxFuture;
use serde_json::Value;
use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};
use temporalio_common::data_converters::{
    GenericPayloadConverter, PayloadConverter, SerializationContext, SerializationContextData,
    TemporalDeserializable, WorkflowSerializationContext,
};
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use temporalio_common::{
    HasWorkflowDefinition, QueryDefinition, SignalDefinition, WorkflowDefinition,
};
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    ExecutableQuery, ExecutableSyncSignal, WorkflowDefinitionDescriptor, WorkflowError,
    WorkflowImplementation,
};
use temporalio_sdk::{
    ApplicationFailure, ChildWorkflowOptions, ParentClosePolicy, SyncWorkflowContext,
    WorkerOptions, WorkflowContext, WorkflowContextView, WorkflowIdReusePolicy,
    WorkflowTermination,
};

/// A workflow, by its name.
pub struct Kind(String);

impl Kind {
    pub fn new(name: impl Into<String>) -> Kind {
        Kind(name.into())
    }
}

impl WorkflowDefinition for Kind {
    type Input = Value;
    type Output = Value;

    fn name(&self) -> &str {
        &self.0
    }
}

impl HasWorkflowDefinition for Kind {
    type Run = Kind;
}

/// The signal that brings a message.
pub struct Inbox;

impl SignalDefinition for Inbox {
    type Workflow = Kind;
    type Input = Message;

    fn name(&self) -> &str {
        "message"
    }
}

/// The query that tells where a run stands.
pub struct Standpoint;

impl QueryDefinition for Standpoint {
    type Workflow = Kind;
    type Input = ();
    type Output = Value;

    fn name(&self) -> &str {
        "standing"
    }
}

thread_local! {
    /// The SDK knows the name of a workflow by its type, and asks for it once: when it is registered.
    static REGISTERED: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn register(options: &mut WorkerOptions, project: &Arc<Project>) -> Result<(), String> {
    for name in project.workflows.names() {
        REGISTERED.set(name.to_string());
        let project = project.clone();
        let new = move || Conductor {
            project: project.clone(),
            inbox: VecDeque::new(),
            standing: Value::Null,
        };
        options.register_workflow_with_factory::<Conductor, _>(new).map_err(text)?;
    }
    Ok(())
}

/// What its messages and queries touch of a run.
struct Conductor {
    project: Arc<Project>,
    inbox: VecDeque<Message>,
    standing: Value,
}

impl ExecutableSyncSignal<Inbox> for Conductor {
    fn handle(&mut self, _: &mut SyncWorkflowContext<Self>, message: Message) {
        self.inbox.push_back(message);
    }
}

impl ExecutableQuery<Standpoint> for Conductor {
    fn handle(
        &self,
        _: &WorkflowContextView,
        (): (),
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.standing.clone())
    }
}

type Output = Box<dyn WorkflowOutputValue>;

impl WorkflowImplementation for Conductor {
    type Run = Kind;
    const HAS_INIT: bool = false;
    const INIT_TAKES_INPUT: bool = false;

    fn name() -> &'static str {
        "run"
    }

    fn definition() -> WorkflowDefinitionDescriptor {
        WorkflowDefinitionDescriptor {
            workflow_type: REGISTERED.with_borrow(Clone::clone),
            has_init: false,
            init_takes_input: false,
            signals: vec![Inbox.name().to_string()],
            queries: vec![Standpoint.name().to_string()],
            updates: Vec::new(),
        }
    }

    fn init(_: WorkflowContextView, _: Option<Value>) -> Conductor {
        unreachable!("it is made where it is registered")
    }

    fn run(
        cx: WorkflowContext<Self>,
        input: Option<Value>,
    ) -> LocalBoxFuture<'static, Result<Output, WorkflowTermination>> {
        Box::pin(async move {
            match conduct(cx, input.unwrap_or_default()).await {
                Ok(finished) => Ok(Box::new(finished) as Output),
                Err(error) => Err(ApplicationFailure::non_retryable(error).into()),
            }
        })
    }

    fn decode_signal_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        if name != Inbox.name() {
            return Ok(None);
        }
        decode::<Message>(payloads.payloads, converter)
    }

    fn dispatch_signal(
        cx: WorkflowContext<Self>,
        _: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<(), WorkflowError>> {
        <Conductor as ExecutableSyncSignal<Inbox>>::dispatch(cx, input)
    }

    fn decode_query_input(
        name: &str,
        payloads: &Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        if name != Standpoint.name() {
            return Ok(None);
        }
        decode::<()>(payloads.payloads.clone(), converter)
    }

    fn dispatch_query(
        &self,
        cx: WorkflowContextView,
        _: &str,
        input: Box<dyn Any>,
    ) -> Result<Output, WorkflowError> {
        <Conductor as ExecutableQuery<Standpoint>>::dispatch(self, &cx, input)
    }

    fn dispatch_update(
        _: WorkflowContext<Self>,
        name: &str,
        _: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<Output, WorkflowError>> {
        let error = format!("there is no update {name}");
        Box::pin(async move { Err(WorkflowError::Execution(error.into())) })
    }

    fn validate_update(
        &self,
        _: WorkflowContextView,
        name: &str,
        _: Box<dyn Any>,
    ) -> Result<(), WorkflowError> {
        Err(WorkflowError::Execution(format!("there is no update {name}").into()))
    }
}

fn decode<T: TemporalDeserializable + 'static>(
    payloads: Vec<Payload>,
    converter: &PayloadConverter,
) -> Result<Option<Box<dyn Any>>, WorkflowError> {
    let data = SerializationContextData::Workflow(WorkflowSerializationContext::new());
    let context = SerializationContext::new(&data, converter);
    let value: T = converter.from_payloads(&context, payloads)?;
    Ok(Some(Box::new(value)))
}

type Waiting = LocalBoxFuture<'static, Option<Reply>>;

async fn conduct(cx: WorkflowContext<Conductor>, input: Value) -> Result<Finished, String> {
    let view = cx.info();
    let (workflow, run) = (view.workflow_type(), view.workflow_id());
    let project = cx.state(|it| it.project.clone());
    let mut driver = Driver::new(&project.workflows, workflow, run, input)
        .ok_or_else(|| format!("there is no workflow {workflow}"))?;
    let mut waiting: Vec<(u64, Waiting)> = Vec::new();
    let mut starting: Vec<Waiting> = Vec::new();
    let mut over: Option<Finished> = None;
    poll_fn(|context| {
        driver.replays(cx.is_replaying());
        loop {
            starting.retain_mut(|future| future.as_mut().poll(context).is_pending());
            if over.is_some() {
                break;
            }
            let mut replied = Vec::new();
            waiting.retain_mut(|(id, future)| match future.as_mut().poll(context) {
                Poll::Ready(reply) => {
                    replied.extend(reply.map(|reply| (*id, reply)));
                    false
                }
                Poll::Pending => true,
            });
            let mut is_news = !replied.is_empty();
            for (id, reply) in replied {
                driver.reply(id, reply);
            }
            if cx.state(|it| !it.inbox.is_empty()) {
                for message in cx.state_mut(|it| std::mem::take(&mut it.inbox)) {
                    driver.message(message);
                }
                is_news = true;
            }
            over = driver.go_on();
            let standing = driver.standing();
            if cx.state(|it| it.standing != standing) {
                cx.state_mut(|it| it.standing = standing);
            }
            let commands = driver.commands();
            if commands.is_empty() && !is_news {
                break;
            }
            for (id, command) in commands {
                match command {
                    Command::Start { .. } => starting.push(ask(&cx, command)),
                    // What a run that is over has asked for at last is for nobody.
                    _ if over.is_none() => waiting.push((id, ask(&cx, command))),
                    _ => {}
                }
            }
        }
        // Who starts another run has to be there until it is started.
        if over.is_some() && starting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    over.ok_or_else(|| "it came to no end".to_string())
}

/// Hands a command to Temporal; what has a reply is waited for.
fn ask(cx: &WorkflowContext<Conductor>, command: Command) -> Waiting {
    let cx = cx.clone();
    Box::pin(async move {
        Some(match command {
            Command::Act { name, input } => {
                let options = acts::options(&input);
                let done = cx.execute_activity(Act::new(name), input, options).await;
                Reply::Value(done.map_err(text))
            }
            Command::Sleep(time) => {
                cx.timer(time.max(Duration::from_millis(1))).await;
                Reply::Fired
            }
            Command::Now => {
                let since = cx.workflow_time().and_then(|now| now.duration_since(UNIX_EPOCH).ok());
                let now = since.and_then(|since| i64::try_from(since.as_millis()).ok());
                let now = now.and_then(|now| jiff::Timestamp::from_millisecond(now).ok());
                Reply::Time(now.unwrap_or_default())
            }
            Command::Child { workflow, run, input } => {
                let started = cx.start_child_workflow(Kind::new(workflow), input, child(run)).await;
                Reply::Value(match started {
                    Ok(started) => started.result().await.map_err(text),
                    Err(error) => Err(text(error)),
                })
            }
            Command::Start { workflow, run, input } => {
                let started = cx.start_child_workflow(Kind::new(workflow), input, child(run)).await;
                if let Err(error) = started {
                    tracing::warn!(%error, "is not started");
                }
                return None;
            }
        })
    })
}

/// A run that another one starts is a run like any other, and goes on by itself.
fn child(run: String) -> ChildWorkflowOptions {
    ChildWorkflowOptions::builder()
        .workflow_id(run)
        .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
        .parent_close_policy(ParentClosePolicy::Abandon)
        .task_timeout(DECISION)
        .build()
}
