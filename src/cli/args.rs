//! What can be said on the command line, and the help texts for it.

mod names;

use super::colour::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use names::*;

/// wfc checks workflows that span several services: it finds hidden coupling and missing
/// compensations before they find you.
#[derive(Parser, Debug)]
#[command(name = "wfc", version, arg_required_else_help = true, after_help = FIRST_STEPS, term_width = 96)]
pub struct Arguments {
    /// When to use colours; `auto` looks at the terminal, NO_COLOR and FORCE_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// Only findings, and what went wrong: no summary, no notes.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say also what each finding is about, and what wfc goes by.
    #[arg(short, long, global = true)]
    pub verbose: bool,

    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  wfc init              write a small workflow to start from
  wfc check             check every workflow below this folder
  wfc explain RULE      what a finding means, and what to do about it
  wfc fmt               lay out every workflow below this folder

Exit codes:  0 clean   1 findings   2 wrong arguments, or a file that cannot be read or written";

#[derive(Subcommand, Debug)]
pub enum Command {
    Check(Check),
    Verify(Verify),
    Diff(Diff),
    Fmt(Fmt),
    Gen(Generate),
    Convert(Convert),
    Graph(Graph),
    Metrics(Metrics),
    Advise(Advise),
    Serve(Serve),
    Rules(Rules),
    Explain(Explain),
    Init(Init),
    Config(Config),
    Completions(Completions),
    Man(Man),
}

/// Where the configuration comes from.
#[derive(Args, Debug, Default)]
pub struct Configured {
    /// Read this configuration instead of the nearest wfc.yaml upwards.
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,

    /// Read no configuration.
    #[arg(long, conflicts_with = "config")]
    pub isolated: bool,
}

/// Check workflows and say what is wrong with them, and where.
#[derive(Args, Debug)]
#[command(after_long_help = CHECK_EXAMPLES)]
#[command(group = clap::ArgGroup::new("fixing").multiple(true))]
pub struct Check {
    /// Files and folders to check; `-` reads standard input.
    ///
    /// In a folder wfc takes every .wfc file, and every .json, .json5, .yaml and .yml file that is an
    /// Amazon States Language machine; what git ignores and what is hidden it leaves out. Files that
    /// a workflow uses are read as well.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    ///
    /// A pattern with a `/` is compared with whole paths, as `legacy/**`; one without with every
    /// single name on the way, as `target` or `*.draft.wfc`.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// The name that standard input goes by in messages, and that its `use` paths are relative to.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<String>,

    /// Having nothing to check is fine.
    #[arg(long)]
    pub allow_empty: bool,

    #[command(flatten)]
    pub configured: Configured,

    /// How much to hear; `default` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<ProfileName>,

    /// From which severity on a finding makes the run fail; `error` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityName>,

    /// Show only what wfc is at least this sure of, whatever the profile says.
    #[arg(long, value_name = "CONFIDENCE")]
    pub min_confidence: Option<ConfidenceName>,

    /// Find also what an `allow` accepts, in the text or in wfc.yaml.
    #[arg(long)]
    pub no_allows: bool,

    /// Do not fail because of findings; other trouble still fails.
    #[arg(long)]
    pub exit_zero: bool,

    #[command(flatten)]
    pub baseline: BaselineArgs,

    /// Check everything, and tell only what has to do with what changed since this git revision.
    ///
    /// That is every finding with a place in a file that differs from where this branch left REVISION, or
    /// in one that uses such a file. Files that git does not know yet have changed.
    #[arg(long, value_name = "REVISION", conflicts_with = "write_baseline")]
    pub since: Option<String>,

    /// Check again whenever a file changes, until it is interrupted.
    #[arg(long, conflicts_with_all = ["write_baseline", "prune_baseline", "fixing"])]
    pub watch: bool,

    /// Instead of the findings, say how often each rule was found.
    #[arg(long, conflicts_with = "format")]
    pub statistics: bool,

    /// How findings are written.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub format: FormatName,

    /// Write them to a file as well, in a format of its own; can be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_to)]
    pub report: Vec<ReportTo>,

    /// Mend what can only be mended in one way, and report what remains.
    #[arg(long, group = "fixing")]
    pub fix: bool,

    /// With --fix or --diff: also mend by one answer of several. Look at what it did.
    #[arg(long, requires = "fixing")]
    pub unsafe_fixes: bool,

    /// Show what --fix would change, and write nothing.
    #[arg(long, group = "fixing", conflicts_with_all = ["write_baseline", "prune_baseline", "statistics"])]
    pub diff: bool,
}

/// `sarif=wfc.sarif`
#[derive(Clone, Debug)]
pub struct ReportTo {
    pub format: FormatName,
    pub path: String,
}

fn report_to(text: &str) -> Result<ReportTo, String> {
    let names = || {
        let names = FormatName::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|name| name.get_name().to_string()).collect::<Vec<_>>().join(", ")
    };
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or("a format and a file are wanted, such as `json=findings.json`")?;
    let format = FormatName::from_str(name, false)
        .map_err(|_| format!("there is no format `{name}`; there are {}", names()))?;
    Ok(ReportTo { format, path: path.to_string() })
}

/// The findings that were there before.
#[derive(Args, Debug, Default)]
pub struct BaselineArgs {
    /// Keep the findings of this run in a file, and fail only for new ones from then on.
    ///
    /// The file is wfc-baseline.jsonl beside wfc.yaml, or where the repository begins; it is read by
    /// itself when it is there. With another FILE, name it with --baseline or in wfc.yaml.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(conflicts_with_all = ["no_baseline", "prune_baseline", "baseline"])]
    pub write_baseline: Option<String>,

    /// Drop from the baseline what is no longer found.
    #[arg(long, conflicts_with = "no_baseline")]
    pub prune_baseline: bool,

    /// Read this baseline.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<String>,

    /// Read no baseline: tell what was there before as well.
    #[arg(long)]
    pub no_baseline: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  wfc check                                   everything below this folder
  wfc check orders.wfc shipping/              one file and one folder
  wfc check --exclude 'legacy/**'             all but the old ones
  wfc check --profile strict                  also what is only worth knowing
  wfc check --fail-on warning                 in CI: warnings fail as well
  wfc check --since origin/main               only what this branch touches
  wfc check --format concise                  one line a finding, for editors and grep
  wfc check --write-baseline                  from now on fail only for what is new
  wfc check --report sarif=wfc.sarif          for people here, for code scanning in a file
  wfc check --fix                             mend what can only be mended in one way
  wfc check --diff --unsafe-fixes             see what else wfc could write
  cat a.wfc | wfc check - --stdin-filename a.wfc

Exit codes:
  0  nothing at or above --fail-on
  1  at least one such finding; with --diff, something that would change
  2  wrong arguments or configuration, or a file that cannot be read or written";

/// Follow every run of every workflow: which ends are reached, and where runs get stuck.
#[derive(Args, Debug)]
#[command(after_long_help = VERIFY_EXAMPLES)]
pub struct Verify {
    /// Files and folders whose workflows are explored; `-` reads standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub configured: Configured,

    /// The order that messages come in; `bag` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "MODEL")]
    pub delivery: Option<DeliveryName>,

    /// Whether limits and watches may go off while something else can still happen; `patient` unless
    /// wfc.yaml says otherwise.
    #[arg(long, value_name = "WHEN")]
    pub timers: Option<TimersName>,

    /// How many states of a workflow are looked at before the answer is that there are too many;
    /// 1000000 unless wfc.yaml says otherwise.
    #[arg(long, value_name = "N")]
    pub max_states: Option<usize>,

    /// How the answer is written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  wfc verify                                  every workflow below this folder
  wfc verify orders.wfc --timers both         also when limits pass too early
  wfc verify orders.wfc --delivery fifo-pair  with messages in order between two services
  wfc verify orders.wfc --format json         for programs

Exit codes:
  0  every run ends, every success can be reached, no run reaches a success and a failure
  1  something of that does not hold, or there are more states than --max-states
  2  wrong arguments, or a file that cannot be read or has errors";

/// Compare two versions: what came and went, and what that does to runs, orders and coupling.
///
/// A version is a file, a folder, or a revision of git: `main` means the other version's path as it was
/// there, `main:specs` a path from the root of the repository, `main:./specs` one from here. What is there on
/// the disk goes before a revision of the same name; `main:` is always the revision.
#[derive(Args, Debug)]
#[command(after_long_help = DIFF_EXAMPLES)]
pub struct Diff {
    /// The old version.
    #[arg(value_name = "OLD")]
    pub old: String,

    /// The new version.
    #[arg(value_name = "NEW", default_value = ".")]
    pub new: String,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub configured: Configured,

    /// How much to hear; `default` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<ProfileName>,

    /// From which severity on a finding makes the run fail; `error` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityName>,

    /// Show only what wfc is at least this sure of, whatever the profile says.
    #[arg(long, value_name = "CONFIDENCE")]
    pub min_confidence: Option<ConfidenceName>,

    /// Find also what an `allow` of the new version accepts.
    #[arg(long)]
    pub no_allows: bool,

    /// Do not fail because of findings; other trouble still fails.
    #[arg(long)]
    pub exit_zero: bool,

    /// How it is written; `markdown` fits into a comment of a pull request.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub format: FormatName,

    /// Write it to a file as well, in a format of its own; can be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_to)]
    pub report: Vec<ReportTo>,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  wfc diff main                               this folder, and as it is in main
  wfc diff HEAD~1 orders.wfc                  one file, and what it uses
  wfc diff main:specs feature:specs           one folder in two branches
  wfc diff v1/ v2/                            two folders
  wfc diff origin/main --format markdown      for a comment of a pull request

Exit codes:
  0  nothing at or above --fail-on; also when the two are the same
  1  at least one such finding
  2  wrong arguments, a revision that there is not, or a version that has errors";

/// Write workflows in their one canonical layout.
///
/// There are no options to choose from. Comments stay where they belong. A file with mistakes in its
/// language is left as it is.
#[derive(Args, Debug)]
#[command(after_long_help = FMT_EXAMPLES)]
pub struct Fmt {
    /// Files and folders to format; `-` formats standard input to standard output.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,

    /// Write nothing; list the files that would change, and fail if there are any.
    #[arg(long, conflicts_with = "diff")]
    pub check: bool,

    /// Write nothing; show what would change, and fail if anything would.
    #[arg(long)]
    pub diff: bool,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub configured: Configured,

    /// The name that standard input goes by in messages.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<String>,

    /// Having nothing to format is fine.
    #[arg(long)]
    pub allow_empty: bool,
}

const FMT_EXAMPLES: &str = "\
Examples:
  wfc fmt                                     everything below this folder
  wfc fmt --check                             in CI: fail when something is not formatted
  wfc fmt --diff orders.wfc                   only show what would change
  wfc fmt - < orders.wfc                      for editors

Exit codes:
  0  all of it is formatted now
  1  --check or --diff found a difference
  2  wrong arguments, a file with errors, or one that cannot be read or written";

/// Draw a workflow, or the services and what connects them.
#[derive(Args, Debug)]
#[command(after_long_help = GRAPH_EXAMPLES)]
pub struct Graph {
    /// The file or folder to draw.
    #[arg(value_name = "PATH")]
    pub path: String,

    #[command(flatten)]
    pub configured: Configured,

    /// What to draw; without it the steps, or with --finding the run that proves it.
    #[arg(long, value_name = "VIEW")]
    pub view: Option<ViewName>,

    /// Of the sequence: the run in which this goes wrong, and nothing else. A business failure, an `outage`,
    /// or a failure of the workflow.
    #[arg(long, value_name = "NAME")]
    pub failure: Option<String>,

    /// Draw only what proves the findings of this rule, or the one with this fingerprint.
    #[arg(long, value_name = "RULE|FINGERPRINT", conflicts_with_all = ["no_findings", "failure"])]
    pub finding: Option<String>,

    /// Leave out what was found.
    #[arg(long)]
    pub no_findings: bool,

    /// Draw what was found before as well: what the baseline knows.
    #[arg(long, conflicts_with = "no_findings")]
    pub no_baseline: bool,

    /// Draw only what is called so, and what is near it.
    #[arg(long, value_name = "NAME")]
    pub focus: Option<String>,

    /// With --focus: how many arrows away something may be.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "focus")]
    pub depth: usize,

    /// Draw as one box: each of the `workflows`, of the `teams` or `services`, or the frame called NAME.
    #[arg(long, value_name = "WHAT")]
    pub collapse: Option<String>,

    /// Of the steps of a conducted workflow: each in the lane of the service that does it. `auto` draws lanes in
    /// SVG, PNG and pages, for one workflow with up to six services and no scopes.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub lanes: LanesName,

    /// From so many steps on draw an overview and parts; 0 draws everything in one picture.
    #[arg(long, value_name = "N")]
    pub split: Option<usize>,

    /// Write nothing, and end with 1 where the files are not what would be written, or where parts of an
    /// earlier picture are left over.
    #[arg(long, requires = "output")]
    pub check: bool,

    /// As the reader's system wants it, or light or dark: of SVG and PNG always, of a page until its reader
    /// switches. A PNG knows no reader and is light, unless it is to be dark.
    #[arg(long, value_name = "THEME", default_value = "auto")]
    pub theme: ThemeName,

    /// Of PNG: how many dots a unit of the picture has; 2 is sharp on most screens.
    #[arg(long, value_name = "N", default_value = "2", value_parser = scale)]
    pub scale: f32,

    /// In which language; without it, the name given to -o decides, else it is mermaid.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<PictureName>,

    /// Which workflow; needed only where several have nothing to do with each other.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Write to this file, or into this folder, instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
}

fn scale(text: &str) -> Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| "a number is wanted, such as `1.5`".to_string())?;
    if (0.1..=20.0).contains(&number) { Ok(number) } else { Err("it is from 0.1 to 20".to_string()) }
}

const GRAPH_EXAMPLES: &str = "\
Examples:
  wfc graph orders.wfc                        on a terminal a drawing of letters, else Mermaid
  wfc graph orders.wfc -o orders.svg          a picture, because the file's name says so
  wfc graph orders.wfc -o orders.png          a picture in dots
  wfc graph . -o system.html                  every view on one page, to click through
  wfc graph . --view services -o docs/        an overview and its parts in a folder
  wfc graph . --view services --focus Payments --depth 2
  wfc graph orders.wfc --view sequence --failure CardDeclined
  wfc graph orders.wfc --finding missing-compensation
  wfc graph orders.wfc -o orders.svg --check  in CI: is the committed picture current?
  wfc graph orders.wfc --format dot | dot -Tsvg > orders.svg";

/// Show a page with every view of your workflows, drawn anew whenever a file is saved.
///
/// The page is there for this machine alone, at 127.0.0.1, until the command is interrupted.
#[derive(Args, Debug)]
#[command(after_long_help = SERVE_EXAMPLES)]
pub struct Serve {
    /// The file or folder to show.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: String,

    #[command(flatten)]
    pub configured: Configured,

    /// Which view is seen first.
    #[arg(long, value_name = "VIEW", default_value = "flow")]
    pub view: ViewName,

    /// Only this workflow.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Where on this machine; 0 takes any free port.
    #[arg(long, value_name = "PORT", default_value = "4280")]
    pub port: u16,

    /// Whether to open it in the browser; `auto` does where wfc was started in a terminal.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub open: OpenName,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  wfc serve                                   everything below this folder
  wfc serve orders.wfc --view services
  wfc serve --port 0 --open no                on a free port, for you to open

Exit codes:
  0  it was interrupted
  2  wrong arguments or configuration, nothing to show, or the port is taken";

/// Generate a project, or the same workflow in another format.
///
/// Nothing is generated from a specification with errors. Generated files are written anew each time,
/// unless somebody has edited them; your own are written once.
#[derive(Args, Debug)]
#[command(after_long_help = GEN_EXAMPLES)]
#[command(group = clap::ArgGroup::new("looking"))]
pub struct Generate {
    /// The file or folder to generate from.
    #[arg(value_name = "SPEC", required_unless_present_any = ["export_templates", "plugin_schema"])]
    pub path: Option<String>,

    /// The folder of the generated project; nothing is written outside of it.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["export_templates", "plugin_schema"])]
    pub out: Option<String>,

    /// What to generate; `rust` without it.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<TargetName>,

    /// What keeps the runs of a generated coordinator.
    #[arg(long, value_name = "ENGINE", default_value = "embedded")]
    pub engine: EngineName,

    /// Generate the workflows in this style, whatever style they are written in.
    ///
    /// What is generated is what `wfc convert` prints. A workflow that has no other style keeps anything
    /// from being generated, with the reason.
    #[arg(long, value_name = "STYLE")]
    pub style: Option<StyleName>,

    /// Only this workflow, and those that it runs.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Write nothing; list what would change, and fail if anything would.
    #[arg(long, group = "looking")]
    pub check: bool,

    /// Write nothing; list what would change.
    #[arg(long, group = "looking")]
    pub dry_run: bool,

    /// Write nothing; show what would change, and fail if anything would.
    #[arg(long, group = "looking")]
    pub diff: bool,

    /// Overwrite generated files that somebody has edited, and generate into a folder that is not empty.
    #[arg(long)]
    pub force: bool,

    /// Use the templates in this folder instead of those of the same name that wfc brings.
    #[arg(long, value_name = "DIR", conflicts_with = "plugin")]
    pub template_dir: Option<String>,

    /// Write the templates that wfc brings to this folder, and generate nothing.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["path", "out", "template_dir", "plugin"])]
    pub export_templates: Option<String>,

    /// Let this program generate: it reads the specification as JSON and answers with files as JSON.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "target")]
    pub plugin: Option<String>,

    /// An argument for the plugin; can be given several times.
    #[arg(long, value_name = "ARGUMENT", requires = "plugin", allow_hyphen_values = true)]
    pub plugin_arg: Vec<String>,

    /// How many seconds the plugin may take.
    #[arg(long, value_name = "SECONDS", requires = "plugin", default_value = "60")]
    pub plugin_timeout: u64,

    /// Print the JSON Schema of what a plugin reads and writes, and generate nothing.
    #[arg(long, conflicts_with_all = ["path", "out", "plugin", "export_templates"])]
    pub plugin_schema: bool,

    /// How much to hear about what the target cannot express; `default` unless wfc.yaml says otherwise.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<ProfileName>,

    #[command(flatten)]
    pub configured: Configured,
}

const GEN_EXAMPLES: &str = "\
Examples:
  wfc gen orders.wfc --out orders             a Cargo workspace
  wfc gen orders.wfc --out orders --engine temporal
  wfc gen orders.wfc --out orders --style choreography
  wfc gen orders.wfc --out orders --diff      what generating again would change
  wfc gen orders.wfc --out orders --check     in CI: fail when it would change anything
  wfc gen orders.wfc --out docs --plugin ./docs.py

Exit codes:
  0  the project is as the specification wants it
  1  the specification has errors, somebody has edited a generated file, or with --check or --diff
     something would change
  2  wrong arguments, or a file that cannot be read or written";

/// Measure what couples the services: who needs whom by what, who waits, who reads and who decides.
#[derive(Args, Debug)]
#[command(after_long_help = METRICS_EXAMPLES)]
pub struct Metrics {
    /// Files and folders whose services are measured.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub configured: Configured,

    /// Keep the numbers of this run in a file, and fail when they grow too much from then on.
    ///
    /// The file is wfc-metrics.jsonl beside wfc.yaml, or where the repository begins; it is read by itself
    /// when it is there. `drift` in wfc.yaml says by how much each number may grow.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(conflicts_with_all = ["no_baseline", "baseline"])]
    pub write_baseline: Option<String>,

    /// Compare with the numbers in this file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<String>,

    /// Compare with nothing.
    #[arg(long)]
    pub no_baseline: bool,

    /// How the numbers are written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

const METRICS_EXAMPLES: &str = "\
Examples:
  wfc metrics                                 tables of services and workflows
  wfc metrics orders.wfc --format json        for programs; docs/schema/metrics.json says what is in it
  wfc metrics --write-baseline                from now on fail when coupling grows
  wfc metrics --no-baseline                   only the numbers

Exit codes:
  0  measured; nothing grew by more than it may
  1  a number grew too much since the baseline
  2  wrong arguments, or a file that cannot be read or has errors";

/// Orchestrate, choreograph, or cut into segments? Five questions about each workflow, answered from its
/// steps, with what either style costs and what would tip the balance.
#[derive(Args, Debug)]
#[command(after_long_help = ADVISE_EXAMPLES)]
pub struct Advise {
    /// Files and folders whose workflows are looked at.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,

    /// Leave out what matches, besides what wfc.yaml leaves out; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub configured: Configured,

    /// Only the workflows of this name.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Where no volatility is declared, count how often git knows each file to have changed.
    #[arg(long)]
    pub history: bool,

    /// How the advice is written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: AdviceFormat,
}

const ADVISE_EXAMPLES: &str = "\
Examples:
  wfc advise                                  every workflow below this folder
  wfc advise orders.wfc --workflow FulfilOrder
  wfc advise --history                        with how often the files have changed
  wfc advise --format markdown                for a pull request or a decision record
  wfc advise --format json                    for programs; docs/schema/advice.json says what is in it

Exit codes:
  0  advised, whatever the advice
  2  wrong arguments, or a file that cannot be read or has errors";

/// Write a workflow in the other style: conducted, or by events.
///
/// The result reaches the same ends and leaves the same effects undone. What has no counterpart in the other
/// style is a finding, and then nothing is written.
#[derive(Args, Debug)]
#[command(after_long_help = CONVERT_EXAMPLES)]
pub struct Convert {
    /// The file or folder with the workflow.
    #[arg(value_name = "SPEC")]
    pub path: String,

    /// The style that is wanted.
    #[arg(long, value_name = "STYLE")]
    pub style: StyleName,

    /// Which workflow; without it, the only one that is not in that style yet.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Write to this file, or below this folder, instead of to standard output.
    ///
    /// Events belong to services, so that a workflow whose services stand in other files changes those as
    /// well. Then a folder is needed, `-o DIR/`: it gets all files of the system. On standard
    /// output each changed file stands behind a line `// file: PATH`.
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<String>,

    #[command(flatten)]
    pub configured: Configured,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  wfc convert orders.wfc --style choreographed
  wfc convert shop --style orchestrated --workflow FulfilOrder -o converted/

Exit codes:
  0  converted; what means less now is said on standard error
  1  the specification has errors, or something has no counterpart: nothing is written
  2  wrong arguments, or a file that cannot be read or written";

/// List every rule with what it reports.
#[derive(Args, Debug)]
pub struct Rules {
    /// How the list is written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// Explain a rule: what it reports, why that hurts, an example, and what to do. Or draw the run that
/// proves a finding.
#[derive(Args, Debug)]
#[command(after_long_help = EXPLAIN_EXAMPLES)]
pub struct Explain {
    /// The rule's name, as a finding shows it in brackets.
    #[arg(value_name = "RULE")]
    pub rule: String,

    /// How the page is written.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "run")]
    pub format: PageFormat,

    /// Instead of the page, draw the run that proves the finding of this rule in FILE, as Mermaid.
    ///
    /// The line and the column are needed where the file has several findings of the rule;
    /// `wfc check` prints them below each finding that has a run.
    #[arg(long, value_name = "FILE[:LINE[:COLUMN]]")]
    pub run: Option<String>,

    /// Write the drawing to this file instead of standard output.
    #[arg(short, long, value_name = "FILE", requires = "run")]
    pub output: Option<String>,

    #[command(flatten)]
    pub configured: Configured,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  wfc explain dead-end                               what it means, and what to do
  wfc explain dead-end --run orders.wfc              the run that shows it, as Mermaid
  wfc explain dead-end --run orders.wfc:27 -o run.mmd";

/// Write a small commented workflow to start from. Nothing is overwritten.
#[derive(Args, Debug)]
pub struct Init {
    /// The folder to write it to.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: String,

    /// Which kind of coordination it shows.
    #[arg(long, value_name = "TEMPLATE", default_value = "orchestrated")]
    pub template: Template,
}

/// What wfc.yaml says, and what may stand in it.
#[derive(Args, Debug)]
pub struct Config {
    #[command(subcommand)]
    pub what: ConfigCommand,
}

#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Show what applies in this folder, each value with the file and line it comes from.
    Show(Configured),
    /// Print the JSON Schema of wfc.yaml, for editors.
    Schema,
}

/// Print what makes a shell complete the arguments of wfc.
#[derive(Args, Debug)]
#[command(after_help = COMPLETIONS)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

const COMPLETIONS: &str = "\
Where it belongs:
  bash         wfc completions bash > ~/.local/share/bash-completion/completions/wfc
  zsh          wfc completions zsh > a folder of $fpath/_wfc
  fish         wfc completions fish > ~/.config/fish/completions/wfc.fish
  elvish       wfc completions elvish >> ~/.config/elvish/rc.elv
  powershell   wfc completions powershell >> $PROFILE";

/// Print the manual page, or write the pages of all commands into a folder.
#[derive(Args, Debug)]
pub struct Man {
    /// The folder to write wfc.1, wfc-check.1 and the others to.
    #[arg(long, value_name = "DIR")]
    pub out: Option<String>,
}

// ---- words for the library's choices ------------------------------------------------------------
