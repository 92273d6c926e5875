//! A specification as plugins see it. Its shape is a promise, so it stands by itself: the model may
//! change without it.

use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Specification {
    pub types: Vec<TypeDeclaration>,
    pub services: Vec<Service>,
    pub events: Vec<Event>,
    pub workflows: Vec<Workflow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TypeDeclaration {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    #[serde(flatten)]
    pub kind: TypeKind,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TypeKind {
    Record {
        fields: Vec<Field>,
    },
    /// An opaque key.
    Id,
    Enum {
        values: Vec<String>,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Field {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    #[serde(rename = "type")]
    pub ty: Type,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Type {
    /// Anything.
    Any,
    Text,
    Int,
    Decimal,
    Bool,
    Date,
    Time,
    Duration,
    Percent,
    /// A declared one.
    Named {
        name: String,
    },
    /// The address of an instance of a service.
    Service {
        name: String,
    },
    List {
        of: Box<Type>,
    },
    Optional {
        of: Box<Type>,
    },
    /// No value.
    Nothing,
    /// The values of a finished workflow.
    Fields {
        fields: Vec<Field>,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Service {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Whether somebody else runs it.
    pub external: bool,
    pub many_instances: bool,
    /// Whether what it writes and what it publishes are one transaction.
    pub outbox: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    pub operations: Vec<Operation>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Operation {
    pub name: String,
    pub kind: OperationKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    pub fields: Vec<Field>,
    pub reply: Type,
    pub failures: Vec<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undone>,
    pub irreversible: bool,
    /// The fields of the idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_by: Option<Vec<String>>,
    /// Names of events, one of which comes some time after the reply.
    pub publishes: Vec<String>,
    pub writes: Vec<String>,
    pub answers: Answers,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    Command,
    Query,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    OnTheLine,
    Later,
    ByHand,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Failure {
    pub name: String,
    pub fields: Vec<Field>,
}

/// What takes a finished step or workflow back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Undone {
    Operation { service: String, operation: String, arguments: Vec<Argument> },
    Nothing { because: String },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The one that publishes it.
    pub service: String,
    pub fields: Vec<Field>,
    /// The event that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Workflow {
    pub name: String,
    /// Whether it is to be generated.
    pub wanted: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    pub at: Place,
    /// The service that conducts it; none where services react to each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orchestrated_by: Option<String>,
    pub starts: Start,
    pub parameters: Vec<Field>,
    pub correlation: Vec<String>,
    pub goals: Vec<Goal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undone>,
    pub body: Block,
    pub participants: Vec<Participant>,
    pub late: Vec<Reaction>,
}

/// Where something stands in the specification, from 1.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Place {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Start {
    Call,
    Events {
        formula: Formula,
    },
    /// As it is written: `every 1d`.
    Schedule {
        text: String,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Goal {
    pub name: String,
    pub kind: GoalKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_by: Option<Formula>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoalKind {
    Success,
    Failure,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Participant {
    pub service: String,
    pub reactions: Vec<Reaction>,
    pub watches: Vec<Watch>,
}

/// What is done when events have arrived.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reaction {
    pub when: Formula,
    pub block: Block,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Watch {
    pub expected: Formula,
    pub within: Expression,
    /// The event from which on it is watched for.
    pub armed_by: String,
    pub otherwise: Block,
}

/// Events that are waited for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Formula {
    /// How many of them are wanted.
    pub n_wanted: u32,
    pub events: Vec<Term>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Term {
    pub event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expression>,
}

/// Statements, and what holds for them as a whole. All durations are milliseconds.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Block {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Box<Needs>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interrupts: Vec<Reaction>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<Handler>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Breaker>,
    #[serde(skip_serializing_if = "is_false")]
    pub pivot: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promises: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Box<Expression>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Box<AtMost>>,
    /// How many rounds run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    pub statements: Vec<Statement>,
}

fn is_false(it: &bool) -> bool {
    !it
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Limit {
    pub kind: LimitKind,
    pub bound: Expression,
    /// Without it, its passing counts as an outage of the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Block>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    Within,
    Before,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Needs {
    pub count: Expression,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Block>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Reminder {
    pub delay: Expression,
    pub block: Block,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Handler {
    /// Names of failures.
    pub failures: Vec<String>,
    pub outage: bool,
    /// Every failure, and the outage.
    pub any: bool,
    pub block: Block,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Retry {
    /// Without it, for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_pause: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_pause: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Breaker {
    pub outages: u32,
    pub pause: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AtMost {
    pub count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Block>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Statement {
    pub at: Place,
    #[serde(flatten)]
    pub kind: StatementKind,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StatementKind {
    /// Calls an operation; its answer goes by `name`.
    Step {
        name: String,
        service: String,
        operation: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Option<Expression>,
        arguments: Vec<Argument>,
        block: Block,
    },
    /// Runs a workflow as a step.
    Run {
        name: String,
        workflow: String,
        arguments: Vec<Argument>,
        block: Block,
    },
    Let {
        name: String,
        value: Expression,
    },
    Scope {
        name: String,
        block: Block,
    },
    If {
        branches: Vec<Branch>,
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<Block>,
    },
    /// Each statement of the block is a branch; with `each`, each round of it.
    Parallel {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        each: Option<Each>,
        block: Block,
    },
    ForEach {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        each: Each,
        block: Block,
    },
    Repeat {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        until: Expression,
        block: Block,
    },
    WaitTime {
        time: Expression,
    },
    WaitUntil {
        time: Expression,
    },
    WaitFor {
        formula: Formula,
        block: Block,
    },
    /// The first of the interrupts of the block, or its limit.
    WaitAny {
        block: Block,
    },
    Publish {
        event: String,
        arguments: Vec<Argument>,
    },
    /// Calls an operation and does not wait.
    Notify {
        service: String,
        operation: String,
        arguments: Vec<Argument>,
    },
    /// Starts a workflow and does not wait.
    NotifyWorkflow {
        workflow: String,
        arguments: Vec<Argument>,
    },
    Give {
        value: Expression,
    },
    Skip,
    /// Without a name, everything that was done so far.
    Undo {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    Then {
        name: String,
    },
    End {
        goal: String,
        arguments: Vec<Argument>,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Branch {
    pub condition: Expression,
    pub block: Block,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Each {
    pub variable: String,
    pub list: Expression,
}

/// A value, with the field it is for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Argument {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub value: Expression,
}

/// An expression with its type.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Expression {
    #[serde(flatten)]
    pub kind: ExpressionKind,
    #[serde(rename = "type")]
    pub ty: Type,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ExpressionKind {
    /// In decimal digits, so that nothing is lost.
    Number {
        digits: String,
    },
    /// A share of one hundred.
    Percent {
        digits: String,
    },
    Milliseconds {
        milliseconds: u64,
    },
    Date {
        date: String,
    },
    Text {
        text: String,
    },
    Bool {
        value: bool,
    },
    None,
    Now,
    /// The number of the round of the loop around it.
    Round,
    /// A parameter, step, `let` or loop variable, and the fields read from it.
    Value {
        name: String,
        fields: Vec<String>,
    },
    Event {
        event: String,
        fields: Vec<String>,
    },
    Failure {
        failure: String,
        fields: Vec<String>,
    },
    /// What the operation that is undone has answered.
    Reply {
        fields: Vec<String>,
    },
    /// What it was called with.
    Request {
        fields: Vec<String>,
    },
    EnumValue {
        name: String,
        value: String,
    },
    Make {
        name: String,
        arguments: Vec<Argument>,
    },
    List {
        items: Vec<Expression>,
    },
    Count {
        of: Box<Expression>,
    },
    Not {
        of: Box<Expression>,
    },
    Negative {
        of: Box<Expression>,
    },
    Binary {
        operator: Operator,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// A piece of another language.
    Foreign {
        language: String,
        code: String,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
}
