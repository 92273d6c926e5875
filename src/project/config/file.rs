//! What may stand in a `wfc.yaml`. The comments here are what an editor shows, by way of the schema.

use super::spanned::Spanned;
use crate::explore::{Delivery, Timers};
use crate::finding::{Confidence, Profile, Severity};
use crate::metrics::Number;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// How wfc checks the workflows of this folder and of those below it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "wfc.yaml")]
pub struct File {
    /// Files that this one builds upon, relative to it. What stands here is stronger, and of several
    /// files the later one.
    pub extends: Many<Spanned<String>>,
    /// How much to hear.
    pub profile: Option<Spanned<ProfileWord>>,
    /// From which severity on a finding makes the run fail.
    pub fail_on: Option<Spanned<SeverityWord>>,
    /// Show only what wfc is at least this sure of, whatever the profile says.
    pub min_confidence: Option<Spanned<ConfidenceWord>>,
    /// Patterns of what is left out. One with a `/` is compared with whole paths, relative to the
    /// project; one without with every single name on the way.
    pub exclude: Many<Spanned<String>>,
    /// The level of each rule that shall have another than its own.
    pub rules: Rules,
    /// Levels for some paths only. Of several that match, the last one holds.
    pub overrides: Many<Override>,
    /// The file with the findings that were there before, relative to the project.
    pub baseline: Option<Spanned<String>>,
    /// How far `wfc check` looks, and how much is too much.
    pub budgets: Budgets,
    /// By how much coupling numbers may grow beyond those of the baseline of `wfc metrics`.
    pub drift: Drift,
    /// What `wfc verify` assumes.
    pub verify: Verify,
    /// Sets of imported files that belong together.
    pub systems: Many<System>,
    /// Findings in files that cannot carry an `allow` themselves.
    pub allow: Many<Allowance>,
}

/// Levels for some paths only.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Override {
    /// Patterns of paths, as in `exclude`.
    pub paths: Many<Spanned<String>>,
    /// The level of each rule in there.
    pub rules: Rules,
}

/// How far `wfc check` looks, and how much is too much.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Budgets {
    /// States kept for each exploration of a workflow.
    pub max_states: Option<Spanned<u32>>,
    /// Services that one may need: `efferent-budget`.
    pub efferent: Option<Spanned<u32>>,
    /// Services that may need one: `afferent-budget`.
    pub afferent: Option<Spanned<u32>>,
    /// Services that one may call and wait for: `coupling-budget`.
    pub temporal: Option<Spanned<u32>>,
    /// Fields, by versions, that one may read of all others: `coupling-budget`.
    pub contract: Option<Spanned<u32>>,
    /// What one may decide of others' work: `coupling-budget`.
    pub control: Option<Spanned<u32>>,
    /// Calls between services of which each may wait for the next one: `synchronous-chain`.
    pub chain: Option<Spanned<u32>>,
    /// Calls that one outage may become: `retry-storm`.
    pub attempts: Option<Spanned<u32>>,
}

/// By how much coupling numbers may grow beyond those of the baseline of `wfc metrics`.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Drift {
    /// Services that one needs.
    pub efferent: Option<Spanned<u32>>,
    /// Services that need one.
    pub afferent: Option<Spanned<u32>>,
    /// Services that one calls and waits for.
    pub temporal: Option<Spanned<u32>>,
    /// Calls of which each waits for the next.
    pub chain: Option<Spanned<u32>>,
    /// Fields that one reads of others, by versions.
    pub contract: Option<Spanned<u32>>,
    /// What one decides of others' work.
    pub control: Option<Spanned<u32>>,
    /// Services that need each other both ways.
    pub bidirectional: Option<Spanned<u32>>,
    /// Circles of three and more services.
    pub circles: Option<Spanned<u32>>,
}

/// What `wfc verify` assumes, and how far it looks.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Verify {
    /// The order that messages come in.
    pub delivery: Option<Spanned<DeliveryWord>>,
    /// Whether limits and watches may go off while something else can still happen.
    pub timers: Option<Spanned<TimersWord>>,
    /// States of a workflow that are looked at.
    pub max_states: Option<Spanned<u32>>,
}

/// A set of imported files that belong together, as if they used each other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct System {
    /// Patterns of paths, as in `exclude`.
    pub files: Many<Spanned<String>>,
    /// Whether these files are all there are: only then "nobody takes this event" means something.
    pub world: Spanned<WorldWord>,
}

/// Findings that are accepted, for a reason, and for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allowance {
    /// The rule whose findings they are.
    #[schemars(schema_with = "super::known::schema")]
    pub rule: Spanned<String>,
    /// Patterns of the files they stand in, as in `exclude`.
    pub files: Many<Spanned<String>>,
    /// What they are about, as `wfc check --verbose` shows it: `FulfilOrder/Payments/charged`. `*`
    /// stands for any part of it. Without it, anything in these files.
    #[serde(default)]
    pub entity: Option<Spanned<String>>,
    /// Why they are accepted.
    pub because: Spanned<String>,
    /// The last day they are: `2027-06-30`.
    #[serde(default)]
    pub until: Option<Spanned<String>>,
}

impl Budgets {
    /// Where both say something of the same, this one is the stronger.
    pub fn above(self, other: Budgets) -> Budgets {
        Budgets {
            max_states: self.max_states.or(other.max_states),
            efferent: self.efferent.or(other.efferent),
            afferent: self.afferent.or(other.afferent),
            temporal: self.temporal.or(other.temporal),
            contract: self.contract.or(other.contract),
            control: self.control.or(other.control),
            chain: self.chain.or(other.chain),
            attempts: self.attempts.or(other.attempts),
        }
    }
}

impl Drift {
    /// Where both say something of the same, this one is the stronger.
    pub fn above(self, other: Drift) -> Drift {
        Drift {
            efferent: self.efferent.or(other.efferent),
            afferent: self.afferent.or(other.afferent),
            temporal: self.temporal.or(other.temporal),
            chain: self.chain.or(other.chain),
            contract: self.contract.or(other.contract),
            control: self.control.or(other.control),
            bidirectional: self.bidirectional.or(other.bidirectional),
            circles: self.circles.or(other.circles),
        }
    }

    /// What is written of a number.
    pub fn written(&self, number: Number) -> Option<Spanned<u32>> {
        match number {
            Number::Efferent => self.efferent,
            Number::Afferent => self.afferent,
            Number::Temporal => self.temporal,
            Number::Chain => self.chain,
            Number::Contract => self.contract,
            Number::Control => self.control,
            Number::Bidirectional => self.bidirectional,
            Number::Circles => self.circles,
        }
    }

    /// By how much the number may grow; nothing: by any. Who needs more than before has to be looked at;
    /// who is needed more, and who reads and decides more, is a matter of size.
    pub fn limit(&self, number: Number) -> Option<usize> {
        let usual = match number {
            Number::Efferent | Number::Temporal | Number::Chain | Number::Bidirectional | Number::Circles => {
                Some(0)
            }
            Number::Afferent | Number::Contract | Number::Control => None,
        };
        self.written(number).map(|written| written.value as usize).or(usual)
    }
}

impl Verify {
    /// Where both say something of the same, this one is the stronger.
    pub fn above(self, other: Verify) -> Verify {
        Verify {
            delivery: self.delivery.or(other.delivery),
            timers: self.timers.or(other.timers),
            max_states: self.max_states.or(other.max_states),
        }
    }
}

// ---- words ---------------------------------------------------------------------------------------

/// What a finding of a rule counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Off,
    Info,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileWord {
    /// What is surely or probably wrong.
    Default,
    /// Also what is only worth knowing.
    Strict,
    /// Also what is only a suspicion.
    Audit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityWord {
    Error,
    Warning,
    Info,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConfidenceWord {
    High,
    Medium,
    Low,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorldWord {
    /// There is nobody else.
    Closed,
    /// Others may publish to them and listen to them.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryWord {
    /// In any order, each at least once.
    Bag,
    /// From one service to another in order.
    FifoPair,
    /// In an order that cause and effect allow.
    Causal,
    /// To each service in one queue.
    Inbox,
    /// From each service in one queue.
    Outbox,
    /// All in one queue.
    Fifo,
    /// One at a time.
    Rendezvous,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimersWord {
    /// Only when nothing else can happen: everybody reacts in time.
    #[default]
    Patient,
    /// At any time.
    Hasty,
    /// First the one, then the other.
    Both,
}

impl Level {
    /// Nothing for `off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Info => Some(Severity::Info),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

impl From<ProfileWord> for Profile {
    fn from(word: ProfileWord) -> Profile {
        match word {
            ProfileWord::Default => Profile::Default,
            ProfileWord::Strict => Profile::Strict,
            ProfileWord::Audit => Profile::Audit,
        }
    }
}

impl From<SeverityWord> for Severity {
    fn from(word: SeverityWord) -> Severity {
        match word {
            SeverityWord::Error => Severity::Error,
            SeverityWord::Warning => Severity::Warning,
            SeverityWord::Info => Severity::Info,
        }
    }
}

impl From<ConfidenceWord> for Confidence {
    fn from(word: ConfidenceWord) -> Confidence {
        match word {
            ConfidenceWord::High => Confidence::High,
            ConfidenceWord::Medium => Confidence::Medium,
            ConfidenceWord::Low => Confidence::Low,
        }
    }
}

impl From<DeliveryWord> for Delivery {
    fn from(word: DeliveryWord) -> Delivery {
        match word {
            DeliveryWord::Bag => Delivery::Bag,
            DeliveryWord::FifoPair => Delivery::FifoPair,
            DeliveryWord::Causal => Delivery::Causal,
            DeliveryWord::Inbox => Delivery::Inbox,
            DeliveryWord::Outbox => Delivery::Outbox,
            DeliveryWord::Fifo => Delivery::Fifo,
            DeliveryWord::Rendezvous => Delivery::Rendezvous,
        }
    }
}

impl TimersWord {
    pub fn timers(self) -> &'static [Timers] {
        match self {
            TimersWord::Patient => &[Timers::Patient],
            TimersWord::Hasty => &[Timers::Hasty],
            TimersWord::Both => &[Timers::Patient, Timers::Hasty],
        }
    }
}

impl fmt::Display for TimersWord {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            TimersWord::Patient => "patient",
            TimersWord::Hasty => "hasty",
            TimersWord::Both => "both",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.severity() {
            Some(severity) => severity.fmt(out),
            None => out.write_str("off"),
        }
    }
}

impl fmt::Display for WorldWord {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            WorldWord::Closed => "closed",
            WorldWord::Open => "open",
        })
    }
}

// ---- lists and rules -----------------------------------------------------------------------------

/// A list; a single value stands for a list of one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Many<T> {
        Many(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for Many<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Many_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

/// `rule: level`, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(pub Vec<(Spanned<String>, Spanned<Level>)>);

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rules, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Rules;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("rules and their levels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rules, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Rules(pairs))
    }
}

impl JsonSchema for Rules {
    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let level = generator.subschema_for::<Level>();
        let names: Vec<&str> = super::known::rules().collect();
        json_schema!({
            "type": "object",
            "propertyNames": { "enum": names },
            "additionalProperties": level,
        })
    }
}
