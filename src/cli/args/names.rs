//! The words that stand for a choice, as `--format` takes them.

use crate::cli::colour::ColorChoice;
use crate::convert::Style;
use crate::diagram::{Theme, View};
use crate::explore::{Delivery, Timers};
use crate::finding::{Confidence, Profile, Severity};
use crate::generate::{Engine, Target};
use crate::report::Format;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ProfileName {
    /// What is surely or probably wrong.
    Default,
    /// Also what is only worth knowing; and defaults count as written.
    Strict,
    /// Also what is only a suspicion.
    Audit,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Profile {
        match name {
            ProfileName::Default => Profile::Default,
            ProfileName::Strict => Profile::Strict,
            ProfileName::Audit => Profile::Audit,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SeverityName {
    Error,
    Warning,
    Info,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Severity {
        match name {
            SeverityName::Error => Severity::Error,
            SeverityName::Warning => Severity::Warning,
            SeverityName::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ConfidenceName {
    High,
    Medium,
    Low,
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Confidence {
        match name {
            ConfidenceName::High => Confidence::High,
            ConfidenceName::Medium => Confidence::Medium,
            ConfidenceName::Low => Confidence::Low,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatName {
    /// With the source, the proof, and what to do.
    Full,
    /// One line each: `path:line:col: severity[rule] message`.
    Concise,
    /// One document for programs; docs/schema/findings.json says what is in it.
    Json,
    /// The same, one finding a line, and a line that sums up.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// JUnit XML, for everything that shows test results.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// A page for a pull request or the summary of a job.
    Markdown,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Format {
        match name {
            FormatName::Full => Format::Full,
            FormatName::Concise => Format::Concise,
            FormatName::Json => Format::Json,
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Sarif => Format::Sarif,
            FormatName::Github => Format::Github,
            FormatName::Gitlab => Format::Gitlab,
            FormatName::Junit => Format::Junit,
            FormatName::Rdjson => Format::Rdjson,
            FormatName::Markdown => Format::Markdown,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DeliveryName {
    /// In any order, each at least once; kept until somebody asks.
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

impl From<DeliveryName> for Delivery {
    fn from(name: DeliveryName) -> Delivery {
        match name {
            DeliveryName::Bag => Delivery::Bag,
            DeliveryName::FifoPair => Delivery::FifoPair,
            DeliveryName::Causal => Delivery::Causal,
            DeliveryName::Inbox => Delivery::Inbox,
            DeliveryName::Outbox => Delivery::Outbox,
            DeliveryName::Fifo => Delivery::Fifo,
            DeliveryName::Rendezvous => Delivery::Rendezvous,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TimersName {
    /// Only when nothing else can happen: everybody reacts in time.
    Patient,
    /// At any time.
    Hasty,
    /// First the one, then the other.
    Both,
}

impl TimersName {
    pub fn timers(self) -> &'static [Timers] {
        match self {
            TimersName::Patient => &[Timers::Patient],
            TimersName::Hasty => &[Timers::Hasty],
            TimersName::Both => &[Timers::Patient, Timers::Hasty],
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ViewName {
    /// The steps of the workflows.
    Flow,
    /// The services and what connects them.
    Services,
    /// One run: all goes well, or what --failure names goes wrong.
    Sequence,
    /// Who publishes what, and who does something about it.
    Events,
    /// What is undone, in which order, and from where.
    Compensation,
    /// Services by services, with the kinds of coupling.
    Matrix,
}

impl From<ViewName> for View {
    fn from(name: ViewName) -> View {
        match name {
            ViewName::Flow => View::Flow,
            ViewName::Services => View::Services,
            ViewName::Sequence => View::Sequence,
            ViewName::Events => View::Events,
            ViewName::Compensation => View::Compensation,
            ViewName::Matrix => View::Matrix,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OpenName {
    Auto,
    Yes,
    No,
}

/// When steps stand in lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LanesName {
    Auto,
    Yes,
    No,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ThemeName {
    Auto,
    Light,
    Dark,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Theme {
        match name {
            ThemeName::Auto => Theme::Auto,
            ThemeName::Light => Theme::Light,
            ThemeName::Dark => Theme::Dark,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PictureName {
    /// For pages that show it as a picture.
    Mermaid,
    /// For Graphviz.
    Dot,
    D2,
    Plantuml,
    /// For programs, with the place of everything.
    Json,
    /// Boxes of letters, as wide as the terminal.
    #[value(alias = "ascii")]
    Text,
    /// A picture.
    Svg,
    /// A picture in dots.
    Png,
    /// A page with every view, to look at, search and click through.
    Html,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StyleName {
    /// One service moves the run along.
    #[value(alias = "orchestrator")]
    Orchestrated,
    /// Each service reacts to events.
    #[value(alias = "choreography")]
    Choreographed,
}

impl From<StyleName> for Style {
    fn from(name: StyleName) -> Style {
        match name {
            StyleName::Orchestrated => Style::Orchestrated,
            StyleName::Choreographed => Style::Choreographed,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TargetName {
    /// A Cargo workspace that conducts the workflows.
    Rust,
    /// State machines in the Amazon States Language.
    Asl,
    /// Documents in Serverless Workflow 1.0.
    ServerlessWorkflow,
    /// Documents in AsyncAPI 3.0, one for each service and one for all.
    #[value(name = "asyncapi")]
    AsyncApi,
}

impl From<TargetName> for Target {
    fn from(name: TargetName) -> Target {
        match name {
            TargetName::Rust => Target::Rust,
            TargetName::Asl => Target::Asl,
            TargetName::ServerlessWorkflow => Target::ServerlessWorkflow,
            TargetName::AsyncApi => Target::AsyncApi,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EngineName {
    /// In the coordinator itself, with a database.
    Embedded,
    /// A Temporal server.
    Temporal,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Engine {
        match name {
            EngineName::Embedded => Engine::Embedded,
            EngineName::Temporal => Engine::Temporal,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AdviceFormat {
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PageFormat {
    Text,
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Template {
    /// One service conducts.
    Orchestrated,
    /// The services react to each other's events.
    Choreographed,
}

/// `--color` of arguments that could not be understood as a whole.
pub fn color_of_bare_arguments() -> ColorChoice {
    let words: Vec<String> = std::env::args().collect();
    let after = |at: usize| words.get(at + 1).map(String::as_str);
    let said = words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--color") {
        Some("") => after(at),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    said.and_then(|word| ColorChoice::from_str(word, false).ok()).unwrap_or(ColorChoice::Auto)
}
