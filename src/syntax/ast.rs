//! The syntax tree: what somebody wrote, entry by entry and in that order, with the span of each piece.
//!
//! Nothing is resolved or judged here; doubled and misplaced entries are kept for lowering to report.
//! Importers build the same tree, with spans that point into the foreign file.

use crate::source::{FileId, Span};
use smol_str::SmolStr;

/// A word with its place: an identifier without its backticks, or the content of a string.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub text: SmolStr,
    pub span: Span,
}

/// `/// …` lines above an entry, joined by line breaks; empty when there are none.
pub type Doc = SmolStr;

/// In which format a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Wfc,
    AmazonStatesLanguage,
}

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    pub file: FileId,
    pub format: Format,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Use(Use),
    Record(Record),
    Id(IdType),
    Enumeration(Enumeration),
    Service(Service),
    Workflow(Workflow),
    /// What could not be read; a finding says why.
    Bad(Span),
}

impl Item {
    pub fn span(&self) -> Span {
        match self {
            Item::Use(it) => it.span,
            Item::Record(it) => it.span,
            Item::Id(it) => it.span,
            Item::Enumeration(it) => it.span,
            Item::Service(it) => it.span,
            Item::Workflow(it) => it.span,
            Item::Bad(span) => *span,
        }
    }
}

/// `use "contracts.wfc"`
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// What stands between the quotes.
    pub path: Name,
    pub span: Span,
}

/// `record Money(amount: decimal, currency: string)`
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub doc: Doc,
    pub name: Name,
    pub fields: Vec<Field>,
    pub allows: Vec<Allow>,
    pub span: Span,
}

/// `id QuoteId`
#[derive(Clone, Debug, PartialEq)]
pub struct IdType {
    pub doc: Doc,
    pub name: Name,
    pub allows: Vec<Allow>,
    pub span: Span,
}

/// `enum Rating(Good, Fair, Poor)`
#[derive(Clone, Debug, PartialEq)]
pub struct Enumeration {
    pub doc: Doc,
    pub name: Name,
    pub values: Vec<Name>,
    pub allows: Vec<Allow>,
    pub span: Span,
}

/// `amount: decimal`
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub doc: Doc,
    pub name: Name,
    pub ty: TypeRef,
    pub span: Span,
}

/// `list of Bank`, `time?`
#[derive(Clone, Debug, PartialEq)]
pub struct TypeRef {
    /// How often `list of` stands before the name.
    pub lists: u32,
    pub name: Name,
    /// A `?` behind the name: the innermost element may be absent.
    pub optional: bool,
    pub span: Span,
}

// ---- services -----------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub doc: Doc,
    pub name: Name,
    pub entries: Vec<ServiceEntry>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ServiceEntry {
    /// `external`
    External(Span),
    /// `many instances`
    ManyInstances(Span),
    /// `team "retail-lending"`
    Team(Name, Span),
    /// `no outbox`
    NoOutbox(Span),
    Operation(Box<Operation>),
    Event(Box<Event>),
    Annotation(Annotation),
    Allow(Allow),
    Bad(Span),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    Command,
    Query,
}

/// `command Reserve(quote: QuoteId) -> Reservation { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub doc: Doc,
    pub kind: OperationKind,
    pub name: Name,
    pub fields: Vec<Field>,
    pub reply: Option<TypeRef>,
    pub contract: Vec<ContractEntry>,
    pub span: Span,
}

/// `event MoneyArrived v2(quote: QuoteId) { replaces v1 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub doc: Doc,
    pub name: Name,
    pub version: Option<Version>,
    pub fields: Vec<Field>,
    pub contract: Vec<ContractEntry>,
    pub span: Span,
}

/// `v2`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Version {
    pub number: u32,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ContractEntry {
    /// `fails QuoteExpired or LimitReached`
    Fails(Vec<Failure>, Span),
    Undone(Undone),
    /// `irreversible`
    Irreversible(Span),
    /// `idempotent by order, text`
    IdempotentBy(Vec<Name>, Span),
    /// `publishes MoneyArrived or MoneyReturned`
    Publishes(Vec<EventName>, Span),
    /// `writes Balance, Hold`
    Writes(Vec<Name>, Span),
    Answers(Answers, Span),
    /// `replaces v1`
    Replaces(Version, Span),
    Annotation(Annotation),
    Allow(Allow),
    Bad(Span),
}

/// `Declined(reason: string)`
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub name: Name,
    pub fields: Vec<Field>,
    pub span: Span,
}

/// `answers later`, `answers by hand`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    Later,
    ByHand,
}

/// `undone by Release(reply.id)`, `undone by nothing because "…"`
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    pub by: UndoneBy,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UndoneBy {
    Call(Call),
    Nothing { because: Name },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    pub kind: AnnotationKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AnnotationKind {
    /// `volatility high`
    Volatility(Volatility),
    /// `latency 100ms..2s`
    Latency(Duration, Option<Duration>),
    /// `available 99.5%`: the number before the sign, as written.
    Available(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    Low,
    Medium,
    High,
}

/// `allow unheard-event because "the ledger team reads it" until 2027-06-30`
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    pub rule: Name,
    pub because: Option<Name>,
    /// `2027-06-30`, as written.
    pub until: Option<Name>,
    pub span: Span,
}

/// `1h30m`
#[derive(Clone, Debug, PartialEq)]
pub struct Duration {
    pub milliseconds: u64,
    /// As written.
    pub text: SmolStr,
    pub span: Span,
}

// ---- workflows ----------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    pub doc: Doc,
    pub name: Name,
    /// `None` without parentheses.
    pub parameters: Option<Vec<Field>>,
    pub block: Block,
    pub span: Span,
}

/// `{ … }`: the same wherever it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub entries: Vec<Entry>,
    /// With its braces.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    // What a workflow says about itself.
    /// `orchestrated by S`
    Orchestrated(Name, Span),
    Choreographed(Span),
    /// `correlated by order`
    Correlated(Vec<Name>, Span),
    Starts(Starts),
    Goal(Box<Goal>),
    Participant(Participant),
    Late(Late),
    // What is said about a block.
    Within(Limit),
    Before(Limit),
    Needs(Needs),
    After(After),
    When(When),
    On(On),
    /// `timeout 5s`
    Timeout(Duration, Span),
    Retry(Retry),
    Breaker(Breaker),
    Pivot(Span),
    Undone(Undone),
    /// `promises within 15m`
    Promises(Duration, Span),
    /// `every 30s`
    Every(Expr, Span),
    AtMost(AtMost),
    Annotation(Annotation),
    Allow(Allow),
    // Statements.
    Step(Box<Step>),
    /// `let limit = 45s`
    Let(Let),
    Scope(Scope),
    If(If),
    Parallel(Parallel),
    ForEach(ForEach),
    Repeat(Repeat),
    Wait(Box<Wait>),
    Watch(Box<Watch>),
    Publish(Publish),
    Notify(Notify),
    /// `give chosen`
    Give(Expr, Span),
    Skip(Span),
    Undo(Undo),
    /// `then escalated`
    Then(Name, Span),
    /// `end Cancelled("too slow")`
    End(End),
    Bad(Span),
}

/// `starts when OrderPlaced`, `starts every 1d`, `starts every "0 3 * * *"`
#[derive(Clone, Debug, PartialEq)]
pub struct Starts {
    pub kind: StartsKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StartsKind {
    When(Events),
    Every(Duration),
    Cron(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalKind {
    Success,
    Failure,
}

/// `success Fulfilled(parcel: ParcelId) reached by OrderShipped owned by Shop`
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub doc: Doc,
    pub kind: GoalKind,
    pub name: Name,
    pub fields: Vec<Field>,
    pub reached_by: Option<Events>,
    pub owner: Option<Name>,
    pub span: Span,
}

/// `participant Payments { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    pub doc: Doc,
    pub service: Name,
    pub block: Block,
    pub span: Span,
}

/// `late OrderBlocked or OrderCleared { }`
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    pub events: Events,
    pub block: Block,
    pub span: Span,
}

/// `within 3d else { … }`, `before offer.validTo else { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub bound: Expr,
    pub otherwise: Option<Block>,
    pub span: Span,
}

/// `needs 1 else { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    pub count: Expr,
    pub otherwise: Option<Block>,
    pub span: Span,
}

/// `after 2d { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct After {
    pub delay: Expr,
    pub block: Block,
    pub span: Span,
}

/// `when OrderPlaced and PaymentTaken { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub doc: Doc,
    pub events: Events,
    pub block: Block,
    pub span: Span,
}

/// `on CardDeclined or outage { … }`, `on any { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct On {
    pub troubles: Troubles,
    pub block: Block,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Troubles {
    Any(Span),
    Named(Vec<Trouble>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    Outage(Span),
    Failure(Name),
}

/// `retry 3 times backoff 1s..10s`, `retry forever`
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// `None`: for ever.
    pub times: Option<u32>,
    pub backoff: Option<(Duration, Option<Duration>)>,
    pub span: Span,
}

/// `breaker opens after 5 for 30s`
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    pub outages: u32,
    pub pause: Duration,
    pub span: Span,
}

/// `at most 5 times else { … }`, `at most 10 at once`
#[derive(Clone, Debug, PartialEq)]
pub struct AtMost {
    pub count: u32,
    pub what: AtMostWhat,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AtMostWhat {
    Times(Option<Block>),
    AtOnce,
}

// ---- statements ---------------------------------------------------------------------------------

/// `step charged = Payments.Charge(order) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub doc: Doc,
    pub name: Name,
    pub source: StepSource,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StepSource {
    Call(Call, Option<Block>),
    Run(Run, Option<Block>),
    Parallel(Parallel),
    ForEach(ForEach),
    Repeat(Repeat),
}

/// `Payments.Charge(order, card: c)`: the last part of the path is the operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub path: Vec<Name>,
    pub arguments: Vec<Argument>,
    pub span: Span,
}

/// `run TakePayment(order)`, without a block of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub workflow: Name,
    pub arguments: Vec<Argument>,
    pub span: Span,
}

/// `order`, `card: c`
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Option<Name>,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Name,
    pub value: Expr,
    pub span: Span,
}

/// `scope deal { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    pub doc: Doc,
    pub name: Name,
    pub block: Block,
    pub span: Span,
}

/// `if c { … } else if d { … } else { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// At least one.
    pub branches: Vec<(Expr, Block)>,
    pub otherwise: Option<Block>,
    pub span: Span,
}

/// `parallel { … }`, `parallel for each bank in banks { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    pub each: Option<(Name, Expr)>,
    pub block: Block,
    pub span: Span,
}

/// `for each bank in banks { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct ForEach {
    pub variable: Name,
    pub list: Expr,
    pub block: Block,
    pub span: Span,
}

/// `repeat until c { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    pub until: Expr,
    pub block: Block,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    pub kind: WaitKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum WaitKind {
    /// `wait 1d`
    Time(Expr),
    /// `wait until claim.closesOn`
    Until(Expr),
    /// `wait for A and B { … }`
    For(Events, Option<Block>),
    /// `wait for any { when A { … } when B { … } }`
    Any(Block),
}

/// `watch for OrderShipped within 3d of PaymentTaken else { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    pub expected: Events,
    pub within: Expr,
    pub armed_by: EventName,
    pub otherwise: Block,
    pub span: Span,
}

/// `publish OrderShipped(order, packed)`
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    pub event: EventName,
    pub arguments: Vec<Argument>,
    pub span: Span,
}

/// `notify Mail.Send(order)`, `notify run AskForReview(order)`
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    pub what: Notified,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Notified {
    Call(Call),
    Run(Run),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Undo {
    /// `None`: `undo all`.
    pub target: Option<Name>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub goal: Name,
    /// `None` without parentheses.
    pub arguments: Option<Vec<Argument>>,
    pub span: Span,
}

// ---- events -------------------------------------------------------------------------------------

/// `A and B`, `A or B`, `2 of (A, B, C)`, each `A where c`
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    pub how: HowMany,
    /// At least one.
    pub refs: Vec<EventRef>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    All,
    Any,
    Some(u32),
}

/// `PayoutReturned where PayoutReturned.amount > 0`
#[derive(Clone, Debug, PartialEq)]
pub struct EventRef {
    pub event: EventName,
    pub condition: Option<Expr>,
    pub span: Span,
}

/// `MoneyArrived v2`, `Bank.MoneyArrived`
#[derive(Clone, Debug, PartialEq)]
pub struct EventName {
    /// One part, or the service and the event.
    pub path: Vec<Name>,
    pub version: Option<Version>,
    pub span: Span,
}

// ---- expressions --------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `12.5`, as written.
    Number(SmolStr),
    /// `99.9%`, with the sign.
    Percent(SmolStr),
    Duration(Duration),
    /// `2026-12-31`
    Date(SmolStr),
    /// The content of a string, unescaped.
    Text(String),
    Bool(bool),
    None,
    Now,
    Round,
    /// `charged`, `OrderPlaced.total`, `Risk.High`
    Path(Vec<Name>),
    /// `Money(amount: 1, currency: "EUR")`
    Make(Vec<Name>, Vec<Argument>),
    List(Vec<Expr>),
    /// `(a + b)`
    Group(Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    /// `foreign "jq" "…"`
    Foreign {
        language: Name,
        code: Name,
    },
    /// What could not be read; a finding says why.
    Bad,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
