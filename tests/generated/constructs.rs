//! Every construct that a conducted workflow may use: generated, compiled, and run in memory. What each run
//! did is held against what the specification says, in `constructs/journals.rs`.

use crate::golden::{generate, root};
use crate::project::Project;
use std::collections::BTreeMap;
use std::fs;

const SPECIFICATION: &str = "tests/generated/constructs/constructs.wfc";
const JOURNALS: &str = include_str!("constructs/journals.rs");

/// Pieces of the specification, each with its workflow.
type Places = &'static [(&'static str, &'static str)];

/// Constructs as `docs/language.md` writes them, and where they are exercised: the workflow, and what stands there.
const TABLE: &[(&str, Places)] = &[
    ("`workflow N(f: T, …)`", &[("Limits", "workflow Limits(item: ItemId, closes: time)")]),
    (
        "`starts when E`, `starts every 1d`, `starts every \"…\"`",
        &[
            ("Begins", "starts when Moved v2"),
            ("ByTime", "starts every 1h30m"),
            ("ByCron", "starts every \"0 3 * * mon-fri\""),
        ],
    ),
    ("`orchestrated by S`", &[("Policies", "orchestrated by Desk")]),
    // Of the other style.
    ("`choreographed`", &[]),
    ("`correlated by f`", &[("Begins", "correlated by item")]),
    (
        "`success N(…)`, `failure N(…)`",
        &[("Runs", "success Done(slip: SlipId)"), ("Runs", "failure NotDone(why: string)")],
    ),
    // Means nothing where somebody conducts.
    ("`reached by E`, `owned by S`", &[]),
    ("`undone by S.Op(reply.f)`", &[("Keeps", "undone by Store.Take(reply.slip)")]),
    (
        "`late E { … }`",
        &[("Over", "late Stop {"), ("Over", "late Left and Right {"), ("Over", "late 2 of (")],
    ),
    ("`end N(args)`", &[("Rounds", "end Done(counts, counts.count)")]),
    ("`timeout D`", &[("Policies", "timeout 1s")]),
    (
        "`retry N times backoff A..B`, `retry forever …`",
        &[("Policies", "retry 2 times backoff 1s..4s"), ("Commits", "retry forever backoff 1s..1m")],
    ),
    ("`breaker opens after N for D`", &[("Policies", "breaker opens after 3 for 30s")]),
    ("`undone by S.Op(args)`", &[("TakesBack", "undone by Store.Take(reply.id)")]),
    ("`pivot`", &[("Commits", "pivot")]),
    (
        "`within D else { … }`",
        &[("Limits", "within 1h\n"), ("Limits", "within 1d else {"), ("Judges", "within 2d else {")],
    ),
    ("`before T else { … }`", &[("Limits", "before closes else {")]),
    ("`after D { … }`", &[("Listens", "after 1h {"), ("Judges", "after 1d {")]),
    (
        "`when E { … }`",
        &[
            ("Listens", "when Ping where"),
            ("Listens", "when Stop { undo all"),
            ("Leaves", "when Stop { skip }"),
            ("Jumps", "when Stop { then"),
        ],
    ),
    (
        "`on F or outage { … }`, `on any { … }`",
        &[("TakesBack", "on Full or Broken {"), ("TakesBack", "on any {"), ("Policies", "on outage {")],
    ),
    (
        "`step n = S.Op(args) { … }`",
        &[("Policies", "step count = Store.Look(item) {"), ("AtOnce", "carrier.Offer(item, round)")],
    ),
    (
        "`publish E(args)`",
        &[("Begins", "publish Counted v2(item, count)"), ("Tells", "publish Stocked(item)")],
    ),
    ("`notify S.Op(args)`", &[("Listens", "notify Store.Mark("), ("AtOnce", "notify carrier.Nudge(item)")]),
    (
        "`undo all`, `undo n`",
        &[("TakesBack", "undo all"), ("TakesBack", "undo both"), ("TakesBack", "undo first")],
    ),
    (
        "`give x`",
        &[
            ("Policies", "give 7"),
            ("Rounds", "give count * round"),
            ("Leaves", "give looked"),
            ("Leaves", "give 5"),
        ],
    ),
    ("`skip`", &[("Rounds", "{ skip }"), ("Leaves", "within 1m else { skip }")]),
    (
        "`then n`",
        &[
            ("Jumps", "then looked"),
            ("Jumps", "then last"),
            ("Jumps", "then cleaned"),
            ("Jumps", "then asked"),
        ],
    ),
    ("`let n = x`", &[("Reckons", "let vat =")]),
    ("`scope n { … }`", &[("TakesBack", "scope both {")]),
    (
        "`wait 1d`, `wait until t`",
        &[("Waits", "wait 1h30m"), ("Waits", "wait until opens"), ("Reckons", "wait pause")],
    ),
    ("`wait for E { … }`", &[("Limits", "wait for World.Pong {"), ("Limits", "wait for Ping\n")]),
    ("`wait for any { when … when … within … }`", &[("Waits", "wait for any {")]),
    ("`A and B`, `A or B`", &[("Waits", "Left and Right"), ("Waits", "Stop or Moved v1")]),
    ("`2 of (A, B, C)`", &[("Waits", "2 of (Ping, Other.Pong, Moved v2)")]),
    ("`E where c`", &[("Waits", "Ping where Ping.number == 3"), ("Over", "where Moved.to == \"away\"")]),
    ("`E v2`, `S.E`", &[("Waits", "Moved v2"), ("Waits", "Other.Pong")]),
    ("`if c { … } else if d { … } else { … }`", &[("Reckons", "} else if isLarge and isKnown {")]),
    ("`parallel { … }`", &[("Leaves", "parallel {")]),
    ("`for each x in xs { … }`", &[("Rounds", "  for each item in items {")]),
    ("`parallel for each x in xs { … }`", &[("AtOnce", "parallel for each carrier in carriers {")]),
    ("`repeat until c { … }`", &[("Leaves", "repeat until chosen != none {")]),
    (
        "`step n = for each …`",
        &[
            ("Rounds", "step counts = for each"),
            ("AtOnce", "step prices = parallel for each"),
            ("Leaves", "step tries = repeat"),
        ],
    ),
    ("`round`", &[("Rounds", "* round"), ("AtOnce", "(item, round)")]),
    ("`needs N else { … }`", &[("AtOnce", "needs 2 else {"), ("AtOnce", "needs 1 else {")]),
    (
        "`at most N times else { … }`",
        &[("Rounds", "at most 4 times else {"), ("Leaves", "at most 3 times else {")],
    ),
    ("`at most N at once`", &[("AtOnce", "at most 2 at once")]),
    ("`every D`", &[("Rounds", "every 10s"), ("Leaves", "every 30s")]),
    ("`or`", &[("Reckons", " or grade")]),
    ("`and`", &[("Reckons", " and not items")]),
    ("`not`", &[("Reckons", "not (due")]),
    (
        "`==` `!=` `<` `<=` `>` `>=` `in`",
        &[
            ("Reckons", "== 0"),
            ("Reckons", "!= 4"),
            ("Reckons", "< 2020"),
            ("Reckons", "<= 0"),
            ("Reckons", "> 2026"),
            ("Reckons", ">= 100"),
            ("Reckons", "in [\"EUR\""),
        ],
    ),
    ("`+` `-`", &[("Reckons", "+ 5"), ("Reckons", "- 1 / 4")]),
    ("`*` `/`", &[("Reckons", "* 0.19"), ("Reckons", "1 / 4")]),
    ("`-x`", &[("Reckons", "-vat")]),
];

/// What has no row in a table of the page.
const BESIDE: Places = &[
    ("Runs", "step kept = run Keeps(item) {"),
    ("Runs", "notify run Tells(item)"),
    ("Reckons", "foreign \"jq\""),
    ("Reckons", "Money(amount:"),
    ("Reckons", "[\"a"),
    ("Reckons", ".count"),
    ("Reckons", "99.5%"),
    ("Reckons", "now"),
    ("Reckons", "2026-12-31"),
    ("Leaves", "none"),
];

/// The sections of the page whose tables speak of conducted workflows.
const SECTIONS: &[&str] =
    &["Workflows", "Orchestrated", "Waiting and time", "Loops and branches", "Expressions"];

#[test]
fn every_construct_of_the_language_is_exercised() {
    let text = fs::read_to_string(root().join(SPECIFICATION)).unwrap();
    let workflows: BTreeMap<&str, &str> = text
        .split("\nworkflow ")
        .skip(1)
        .map(|piece| (piece.split(['(', ' ']).next().unwrap_or_default(), piece))
        .collect();
    let all = TABLE.iter().flat_map(|(_, places)| *places).chain(BESIDE);
    for (workflow, snippet) in all {
        let piece = workflows.get(workflow).unwrap_or_else(|| panic!("there is no workflow {workflow}"));
        assert!(format!("workflow {piece}").contains(snippet), "{workflow} has no `{snippet}`");
    }
    for workflow in workflows.keys() {
        let is_run =
            JOURNALS.contains(&format!("\"{workflow}\"")) || text.contains(&format!("run {workflow}("));
        assert!(is_run, "{workflow} is never run");
    }
    let page = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let mut n_rows = 0;
    for section in
        page.split("\n## ").filter(|section| SECTIONS.contains(&section.lines().next().unwrap_or("")))
    {
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        for cell in rows.map(|row| row.trim_start_matches("| ").split(" |").next().unwrap_or_default()) {
            n_rows += 1;
            assert!(TABLE.iter().any(|(known, _)| *known == cell), "nothing exercises {cell}");
        }
    }
    assert_eq!(n_rows, TABLE.len(), "some construct is not in the page any more");
}

#[test]
fn what_the_page_of_the_language_shows_can_be_generated() {
    let page = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let blocks = page.split("```wfc\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut n_generated = 0;
    for block in blocks.filter(|block| block.contains("orchestrated by")) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.wfc");
        fs::write(&file, block).unwrap();
        generate(file.to_str().unwrap(), "", &[], &folder.path().join("out"));
        n_generated += 1;
    }
    assert!(n_generated >= 7, "{n_generated}");
}

#[test]
fn every_construct_does_what_the_language_says() {
    let project = Project::new("constructs", SPECIFICATION, "");
    project.write("crates/coordinator/tests/journals.rs", JOURNALS);
    let foreign = project.read("crates/foreign/src/lib.rs");
    assert!(foreign.contains("unwritten(\"jq_total_currency\")"), "{foreign}");
    project.write("crates/foreign/src/lib.rs", FOREIGN);
    project.cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let output = project.cargo(&["test", "--workspace"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("test reckons ... ok"), "{told}");
}

/// What a user writes for the pieces of another language.
const FOREIGN: &str = "//! Written by hand.

use runtime::Flow;
use serde_json::Value;

pub fn jq_items_length_1(known: &Value) -> Flow<Value> {
    Ok(known[\"items\"].as_array().is_some_and(|items| items.len() == 1).into())
}

pub fn jq_total_currency(known: &Value) -> Flow<Value> {
    Ok(known[\"total\"][\"currency\"].clone())
}
";
