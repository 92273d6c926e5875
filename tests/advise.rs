//! The advice: what the cases that the field knows come out as, what tips each answer, and that it is a
//! function of the system alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wfc::advise::{Advice, Fit, Grounds, Recommended, Sure};
use wfc::compile;
use wfc::finding::Severity;
use wfc::metrics::style::{Change, Question, Verdict, Vote};
use wfc::metrics::{Kind, Matrix};
use wfc::report::paint::Paint;
use wfc::report::{advice, metrics};
use wfc::source::{FileId, SourceFile, Sources};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.add(SourceFile::new(path.as_str(), text.as_str()));
    }
    sources
}

/// The files of a folder, or one file.
fn files(path: &str) -> Vec<(String, String)> {
    let path = root().join(path);
    let mut paths: Vec<PathBuf> = match path.is_dir() {
        true => fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect(),
        false => vec![path],
    };
    paths.retain(|path| path.extension().is_some_and(|end| end == "wfc"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), text)
    };
    paths.into_iter().map(read).collect()
}

fn advised(text: &str) -> Advice {
    let sources = sources(&[("a.wfc".to_string(), text.to_string())]);
    let mut advised = compile::advise(&sources, &[], &Grounds::default(), None);
    assert_eq!((advised.n_errors, advised.advice.len()), (0, 1), "{text}");
    advised.advice.remove(0)
}

fn of(path: &str, workflow: &str) -> Advice {
    let advised = compile::advise(&sources(&files(path)), &[], &Grounds::default(), Some(workflow));
    assert_eq!((advised.n_errors, advised.advice.len()), (0, 1), "{path} {workflow}");
    advised.advice.into_iter().next().unwrap()
}

/// `a`, `j`, `c`, `d`, `u`, `f`, `k`, as they are shown.
fn numbers(advice: &Advice) -> Vec<usize> {
    use wfc::advise::NumberOf::*;
    let shown = advice.answers.iter().flat_map(|answer| &answer.numbers);
    let number = |shown: &wfc::advise::Shown| match shown.number {
        Answers(n, _) | Joins(n) | Choices(n) | Chain(n) | Undoing(n) | Refusals(n) | Needed(n) => Some(n),
        Returns(_) | Volatility(_) | Change(_) | Owners(_) => None,
    };
    shown.filter_map(number).collect()
}

fn votes(advice: &Advice) -> Vec<Vote> {
    advice.answers.iter().map(|answer| answer.vote).collect()
}

#[test]
fn the_known_cases_come_out_as_they_are_told() {
    use Recommended::*;
    for (path, workflow, recommended, sum, fit) in [
        ("tests/systems/mortgage-orchestrated.wfc", "GrantMortgage", Orchestrate, 4, Fit::AsItIs),
        ("examples/mortgage", "BuyHome", Orchestrate, 4, Fit::AsItIs),
        ("examples/mortgage", "CloseFile", Choreograph, -4, Fit::AsItIs),
        ("tests/systems/loan-broker-repaired.wfc", "ApplyForLoan", Orchestrate, 3, Fit::AsItIs),
        ("examples/loan-broker", "ApplyForLoan", Orchestrate, 3, Fit::AsItIs),
        ("tests/systems/fulfil-order-repaired.wfc", "FulfilOrder", Choreograph, -1, Fit::AsItIs),
        ("tests/systems/fulfil-order-orchestrated.wfc", "FulfilOrder", Choreograph, -1, Fit::Other),
        ("examples/retail-order", "FulfilOrder", Choreograph, -1, Fit::AsItIs),
        ("tests/systems/pubsub-fanout.wfc", "SpreadNews", Choreograph, -4, Fit::AsItIs),
        ("tests/systems/mixed-process.wfc", "SellOrder", Segments, 0, Fit::AsItIs),
        ("tests/advise/claim.wfc", "SettleClaim", Segments, 4, Fit::Cut),
    ] {
        let advice = of(path, workflow);
        assert_eq!(
            (advice.recommended, advice.sum, advice.fit),
            (recommended, sum, fit),
            "{path} {workflow}"
        );
    }
}

#[test]
fn numbers_are_those_of_the_calibration() {
    for (path, workflow, expected) in [
        // a, j, c, d, u, f, k
        ("tests/systems/mortgage-orchestrated.wfc", "GrantMortgage", [1, 2, 1, 6, 2, 7, 7]),
        ("tests/systems/loan-broker-repaired.wfc", "ApplyForLoan", [2, 1, 1, 6, 1, 4, 4]),
        ("tests/systems/fulfil-order-repaired.wfc", "FulfilOrder", [0, 1, 0, 2, 1, 3, 3]),
        ("tests/systems/fulfil-order-orchestrated.wfc", "FulfilOrder", [0, 1, 0, 2, 1, 3, 3]),
        ("tests/systems/pubsub-fanout.wfc", "SpreadNews", [0, 0, 0, 0, 0, 0, 0]),
        ("tests/systems/mixed-process.wfc", "SellOrder", [0, 0, 0, 5, 1, 2, 4]),
        ("tests/advise/claim.wfc", "SettleClaim", [3, 1, 0, 9, 1, 5, 10]),
    ] {
        assert_eq!(numbers(&of(path, workflow)), expected, "{path}");
    }
}

#[test]
fn a_mixed_process_is_cut_where_nothing_is_undone_across() {
    let claim = of("tests/advise/claim.wfc", "SettleClaim");
    let parts: Vec<(&str, usize, Verdict, Option<i32>)> =
        claim.segments.iter().map(|it| (it.name.as_str(), it.steps.len(), it.verdict, it.sum)).collect();
    assert_eq!(
        parts,
        [
            ("CheckToRepair", 5, Verdict::Orchestrate, Some(3)),
            ("Pay", 1, Verdict::Choreograph, None),
            ("Post", 1, Verdict::Choreograph, None),
            ("ThankToTell", 3, Verdict::Choreograph, Some(-2)),
        ]
    );
    assert_eq!(claim.share, Some(0.5));
    let mixed = of("tests/systems/mixed-process.wfc", "SellOrder");
    assert_eq!((mixed.segments[0].name.as_str(), mixed.segments[0].sum), ("PriceToReserve", Some(-1)));
    assert!(mixed.segments[1..].iter().all(|segment| segment.sum.is_none()));
}

#[test]
fn a_process_is_the_same_in_both_styles() {
    let conducted = of("tests/systems/fulfil-order-orchestrated.wfc", "FulfilOrder");
    let choreographed = of("tests/systems/fulfil-order-repaired.wfc", "FulfilOrder");
    assert_eq!(numbers(&conducted), numbers(&choreographed));
    assert_eq!(votes(&conducted), votes(&choreographed));
    // What either style would cost is what it does cost where it is written in it.
    let left = &choreographed.side_by_side.orchestrated;
    assert_eq!((left.most_efferent.clone(), left.waits_for), (Some(("Shop".to_string(), 3)), 3));
    let right = &conducted.side_by_side.choreographed;
    assert_eq!((right.most_efferent.clone(), right.waits_for), (Some(("Payments".to_string(), 3)), 0));
    for (path, style) in [
        ("tests/systems/fulfil-order-orchestrated.wfc", left),
        ("tests/systems/fulfil-order-repaired.wfc", right),
    ] {
        let measured = compile::measure(&sources(&files(path)), &[]).remove(0).metrics;
        let most = measured.services.iter().map(|it| it.efferent.all).max().unwrap();
        let waits = measured.services.iter().map(|it| it.temporal.services).max().unwrap();
        assert_eq!((style.most_efferent.as_ref().unwrap().1, style.waits_for), (most, waits), "{path}");
        assert_eq!(style.dependencies, measured.system.pairs.all, "{path}");
    }
}

/// Each row changes one fact of the order and tips the answer to one question, and no other.
#[test]
fn one_fact_tips_one_answer() {
    let text = &files("tests/systems/fulfil-order-orchestrated.wfc")[0].1;
    let before = votes(&advised(text));
    let screen = "query Screen(order: OrderId, amount: decimal) { fails Suspicious }";
    for (question, from, vote, changes) in [
        (
            Question::Communication,
            Vote::Choreograph,
            Vote::Orchestrate,
            vec![
                ("success Fulfilled", "success Fulfilled(order: OrderId)"),
                ("end Fulfilled", "end Fulfilled(order)"),
            ],
        ),
        (
            Question::Prerequisites,
            Vote::Neither,
            Vote::Orchestrate,
            vec![("  step packed", "  if amount > 1000 { wait 1d }\n  step packed")],
        ),
        (
            Question::Compensation,
            Vote::Neither,
            Vote::Orchestrate,
            vec![(
                screen,
                "command Screen(order: OrderId, amount: decimal) { fails Suspicious; undone by Forget(order); \
                 idempotent by order }\n  command Forget(order: OrderId) { idempotent by order }",
            )],
        ),
        (
            Question::Volatility,
            Vote::Neither,
            Vote::Orchestrate,
            vec![("  success Fulfilled", "  volatility high\n  success Fulfilled")],
        ),
        (
            Question::Volatility,
            Vote::Neither,
            Vote::Choreograph,
            vec![("  success Fulfilled", "  volatility low\n  success Fulfilled")],
        ),
        (
            Question::Responsibility,
            Vote::Neither,
            Vote::Orchestrate,
            vec![
                (
                    "service Warehouse",
                    "service Labels { command Print(order: OrderId) { idempotent by order } }\nservice Warehouse",
                ),
                (
                    "    step screened",
                    "    step label = Labels.Print(order) { retry forever }\n    step screened",
                ),
            ],
        ),
    ] {
        let mut changed = text.clone();
        for (from, to) in changes {
            assert!(changed.contains(from), "{from}");
            changed = changed.replace(from, to);
        }
        let after = votes(&advised(&changed));
        for (at, asked) in Question::ALL.into_iter().enumerate() {
            let expected = if asked == question { vote } else { before[at] };
            assert_eq!(after[at], expected, "{question:?}: {asked:?}\n{changed}");
        }
        assert_eq!(before[Question::ALL.iter().position(|it| *it == question).unwrap()], from);
    }
}

/// Whatever is said to tip the balance, does: the specification is changed accordingly and asked again.
#[test]
fn what_is_said_to_tip_it_tips_it() {
    let text = &files("tests/systems/fulfil-order-orchestrated.wfc")[0].1;
    let advice = advised(text);
    let tips: Vec<String> = advice
        .tipping
        .tips
        .iter()
        .flat_map(|tip| &tip.shifts)
        .map(|shift| format!("{:?}", shift.key))
        .collect();
    assert_eq!(tips, ["Answers", "Returns", "Joins", "Choices"]);
    let returns = text
        .replace("success Fulfilled", "success Fulfilled(order: OrderId)")
        .replace("end Fulfilled", "end Fulfilled(order)");
    let choice = text.replace("  step packed", "  if amount > 1000 { wait 1d }\n  step packed");
    for (key, changed) in [("Returns", returns), ("Choices", choice)] {
        let tip = advice.tipping.tips.iter().find(|tip| format!("{:?}", tip.shifts[0].key) == key).unwrap();
        let after = advised(&changed);
        assert_eq!(after.sum, tip.sum, "{key}");
        assert_eq!((tip.verdict, after.recommended), (Verdict::Either, Recommended::Either), "{key}");
    }
}

#[test]
fn what_nobody_has_said_lowers_how_sure_it_is() {
    let text = &files("tests/systems/fulfil-order-orchestrated.wfc")[0].1;
    assert_eq!(advised(text).confidence.sure, Sure::Low);
    let said = text.replace("  success Fulfilled", "  volatility medium\n  success Fulfilled");
    assert_eq!(advised(&said).confidence.sure, Sure::Medium);
    let low = text.replace("  success Fulfilled", "  volatility low\n  success Fulfilled");
    assert_eq!(advised(&low).confidence.sure, Sure::High);
}

#[test]
fn history_speaks_where_nothing_is_declared() {
    let text = &files("tests/systems/fulfil-order-orchestrated.wfc")[0].1;
    let ask = |text: &str, n_changes| {
        let sources = sources(&[("a.wfc".to_string(), text.to_string())]);
        let mut grounds = Grounds::default();
        grounds.history.insert(FileId(0), Change { n_changes, months: 4.0 });
        compile::advise(&sources, &[], &grounds, None).advice.remove(0).answers[3].vote
    };
    assert_eq!((ask(text, 7), ask(text, 8)), (Vote::Neither, Vote::Orchestrate));
    let said = text.replace("  success Fulfilled", "  volatility low\n  success Fulfilled");
    assert_eq!(ask(&said, 80), Vote::Choreograph);
}

#[test]
fn the_same_system_gets_the_same_words_whatever_the_order_of_its_files() {
    let written = |files: &[(String, String)]| {
        let sources = sources(files);
        let advised = compile::advise(&sources, &[], &Grounds::default(), None);
        let measured = compile::measure(&sources, &[]);
        [
            advice::text(&advised.advice, &sources, &Paint::plain()),
            advice::document(&advised.advice, &sources),
            advice::markdown(&advised.advice, &sources),
            metrics::text(&measured, &sources, None, &Paint::plain()),
            metrics::document(&measured, &sources, None),
        ]
    };
    let mut all = files("examples/mortgage");
    all.extend(files("examples/loan-broker"));
    all.extend(files("examples/retail-order-careless"));
    let first = written(&all);
    for turn in 1..all.len() {
        all.rotate_left(1);
        if turn % 3 == 0 {
            all.reverse();
        }
        assert!(first == written(&all), "after {turn} turns");
    }
}

/// Table, document and drawing show one set of numbers.
#[test]
fn numbers_are_the_same_in_every_form() {
    for path in [
        "examples/mortgage",
        "examples/loan-broker",
        "examples/retail-order",
        "tests/systems/mixed-process.wfc",
        "tests/systems/three-need-each-other.wfc",
    ] {
        let sources = sources(&files(path));
        let measured = compile::measure(&sources, &[]);
        let text = metrics::text(&measured, &sources, None, &Paint::plain());
        let json: serde_json::Value =
            serde_json::from_str(&metrics::document(&measured, &sources, None)).unwrap();
        let system = &json["systems"][0];
        for service in system["services"].as_array().unwrap() {
            let name = service["name"].as_str().unwrap();
            let row = text.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
            let shown: Vec<&str> = row.split_whitespace().skip(1).collect();
            let number = |value: &serde_json::Value| match value.as_u64().unwrap() {
                0 => "·".to_string(),
                n => n.to_string(),
            };
            let kinds = |of: &serde_json::Value| {
                ["all", "command", "query", "event", "told"].map(|kind| number(&of[kind])).to_vec()
            };
            assert_eq!(shown[..5], kinds(&service["efferent"]), "{path} {name}");
            assert_eq!(shown[5..10], kinds(&service["afferent"]), "{path} {name}");
            let rest: Vec<String> =
                ["contract", "control", "bidirectional"].map(|it| number(&service[it])).to_vec();
            assert_eq!(shown[13..16], rest, "{path} {name}");
            // The cells of a row of the matrix are whom the service needs.
            let matrix = &system["matrix"];
            let order: Vec<&str> =
                matrix["services"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
            let at = order.iter().position(|it| *it == name).unwrap() as u64;
            let cells = matrix["cells"].as_array().unwrap().iter();
            let needs = cells.filter(|cell| {
                let kinds = cell["kinds"].as_object().unwrap();
                cell["row"] == at && kinds.keys().any(|kind| kind != "told")
            });
            assert_eq!(needs.count() as u64, service["efferent"]["all"].as_u64().unwrap(), "{path} {name}");
        }
        // An edge in the picture of the services is a coupling, and the other way round.
        let coupled: BTreeSet<(String, String, &str)> = measured[0]
            .metrics
            .couplings
            .iter()
            .map(|it| (it.from.clone(), it.to.clone(), colour(it.kind)))
            .collect();
        assert_eq!(drawn(&sources), coupled, "{path}");
    }
}

/// The matrix of `wfc graph` and that of `wfc metrics` have the same cells, in every system without errors. A
/// picture shows also what can never happen, which nobody is coupled by.
#[test]
fn both_matrices_have_the_same_cells() {
    let mut paths: Vec<String> = ["mortgage", "loan-broker", "retail-order", "retail-order-careless"]
        .map(|it| format!("examples/{it}"))
        .to_vec();
    for entry in fs::read_dir(root().join("tests/systems")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "wfc") {
            paths.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
    let mut n_cells = 0;
    for path in paths {
        let sources = sources(&files(&path));
        let found = compile::check(&sources, compile::Settings::default()).findings;
        let measured = compile::measure(&sources, &[]);
        if found.iter().all(|finding| finding.severity != Severity::Error)
            && let [system] = &measured[..]
            && let Some(drawn) = drawn_matrix(&sources)
        {
            let matrix = Matrix::new(&system.metrics);
            let name = |at: &usize| matrix.services[*at].clone();
            let cells = matrix.cells.iter().flat_map(|((row, column), cell)| {
                cell.by_kind
                    .iter()
                    .map(move |(kind, n)| ((name(row), name(column), colour(*kind)), *n as u64))
            });
            let counted: BTreeMap<_, u64> = cells.collect();
            n_cells += counted.len();
            assert_eq!(drawn, counted, "{path}");
        }
    }
    assert!(n_cells > 200, "only {n_cells} cells");
}

/// By services and kind, as the picture's document has it.
fn drawn_matrix(sources: &Sources) -> Option<BTreeMap<(String, String, &'static str), u64>> {
    use wfc::compile::{Picture, Pictured, Wanted};
    let Pictured::Drawing { drawing, .. } = compile::draw(sources, &Wanted::of(wfc::diagram::View::Matrix))
    else {
        return None;
    };
    let document: serde_json::Value =
        serde_json::from_str(&compile::written(&drawing, Picture::Json, sources)).unwrap();
    let mut cells = BTreeMap::new();
    for cell in document["matrix"]["cells"].as_array().unwrap() {
        for pair in cell["kinds"].as_array().unwrap() {
            let kind = match pair[0].as_str().unwrap() {
                // To run a workflow is to command its conductor.
                "C" | "R" => "command",
                "Q" => "query",
                "E" => "event",
                "n" => "told",
                letter => panic!("{letter}"),
            };
            let service = |member: &str| cell[member].as_str().unwrap().to_string();
            *cells.entry((service("needs"), service("of"), kind)).or_default() += pair[1].as_u64().unwrap();
        }
    }
    Some(cells)
}

/// In which the picture of the services draws it.
fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Command => "command",
        Kind::Query => "query",
        Kind::Event => "event",
        Kind::Notify => "told",
    }
}

/// Who needs whom in the DOT picture of the services, and by what.
fn drawn(sources: &Sources) -> BTreeSet<(String, String, &'static str)> {
    use wfc::compile::{Picture, Pictured, Wanted};
    let wanted = Wanted::of(wfc::diagram::View::Services);
    let Pictured::Drawing { drawing, .. } = compile::draw(sources, &wanted) else {
        return BTreeSet::new();
    };
    let text = compile::written(&drawing, Picture::Dot, sources);
    let id = |word: &str| word.trim_matches('"').trim_start_matches("service_").to_string();
    let mut edges = BTreeSet::new();
    for line in text.lines().filter(|line| line.contains("->")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let label = line.split("label=<").nth(1).unwrap();
        let kind = match label {
            _ if line.contains("style=dashed") => "told",
            label if label.starts_with("hears") => "event",
            label if label.starts_with("asks") => "query",
            // To run a workflow is to command its conductor.
            label if ["sends", "runs", "undoes"].iter().any(|verb| label.starts_with(verb)) => "command",
            label => panic!("{label}"),
        };
        edges.insert((id(words[0]), id(words[2]), kind));
    }
    edges
}

fn hold_schema(name: &str, schema: &str) -> jsonschema::Validator {
    let path = root().join("docs/schema").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, schema).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == schema, "{} is another schema: BLESS=1 writes it anew", path.display());
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

#[test]
fn every_document_follows_its_published_schema() {
    let of_advice = hold_schema("advice.json", &advice::schema());
    let of_metrics = hold_schema("metrics.json", &metrics::schema());
    let mut n_workflows = 0;
    for folder in ["tests/systems", "tests/advise", "tests/import"] {
        let mut open = vec![root().join(folder)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let sources = sources(&[(path.to_string_lossy().into_owned(), text)]);
            let advised = compile::advise(&sources, &[], &Grounds::default(), None);
            n_workflows += advised.advice.len();
            let measured = compile::measure(&sources, &[]);
            for (validator, document) in [
                (&of_advice, advice::document(&advised.advice, &sources)),
                (&of_metrics, metrics::document(&measured, &sources, None)),
            ] {
                let document = serde_json::from_str(&document).unwrap();
                let errors: Vec<String> = validator.iter_errors(&document).map(|it| it.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            }
        }
    }
    assert!(n_workflows > 150, "{n_workflows}");
}
