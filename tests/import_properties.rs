//! Whatever happens to a machine's text, importing it does not panic, and every span stays inside.

use proptest::prelude::*;
use wfc::import;
use wfc::source::{FileId, Span};
use wfc::syntax::ast::{Entry, Item};

const MACHINE: &str = r#"{"Comment": "für Bestellungen", "StartAt": "Charge", "TimeoutSeconds": 900, "States": {
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "${ChargeArn}", "Payload": {"card.$": "$.card"}},
    "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2, "BackoffRate": 1.5}],
    "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}, {"ErrorEquals": ["States.ALL"], "Next": "Undo"}],
    "Next": "Big?"},
  "Big?": {"Type": "Choice", "Choices": [{"Not": {"Variable": "$.total", "NumericLessThan": 10}, "Next": "Both"}],
    "Default": "Pause"},
  "Pause": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "Both"},
  "Both": {"Type": "Parallel", "Branches": [
    {"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
      "Parameters": {"Entries": [{"DetailType": "Charged", "Source": "shop"}]}, "End": true}}},
    {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": {
      "StartAt": "Pick", "States": {"Pick": {"Type": "Pass", "End": true}}}, "End": true}}}], "Next": "Done"},
  "Done": {"Type": "Succeed"},
  "Undo": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:refundCharge", "Next": "Refused"},
  "Refused": {"Type": "Fail", "Error": "Refused"}}}"#;

const TEMPLATE: &str = "x: &x {a: 1}\nResources:\n  Saga:\n    Properties:\n      <<: *x\n      Definition:\n        \
    StartAt: Größe\n        States:\n          Größe: {Type: Pass, Next: Ende}\n          Ende:\n            \
    Type: Task\n            Resource: !GetAtt [Hello, Arn]\n            End: true\n      DefinitionString: !Sub |\n        \
    {\"StartAt\": \"ä\", \"States\": {\"ä\": {\"Type\": \"Pass\", \"End\": true}}}\n";

/// A few edits: a piece removed, doubled, or replaced by something that matters to a reader.
fn edited(text: &'static str) -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "null",
        "\n",
        "- ",
        "  ",
        "*x",
        "&x ",
        "!Ref ",
        "<<",
        "ß",
        "\u{feff}",
        "\"End\"",
        "\"Next\"",
        "\"States\"",
        "1e400",
        "-1",
        "true",
        "$",
        "States.ALL",
        "|",
        ">",
        "#",
        "\\",
        "\u{0}",
    ]);
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, pieces, any::<bool>()), 1..5).prop_map(
        move |edits| {
            let mut letters: Vec<char> = text.chars().collect();
            for (at, length, piece, doubles) in edits {
                let start = at.index(letters.len() + 1);
                let end = (start + length).min(letters.len());
                let removed: String = letters[start..end].iter().collect();
                let new = if doubles { format!("{removed}{piece}{removed}") } else { piece.to_owned() };
                letters.splice(start..end, new.chars());
            }
            letters.into_iter().collect()
        },
    )
}

fn check(path: &str, text: &str) {
    let _ = import::detect(path, text);
    let imported = import::asl::import(FileId(0), path, text);
    let inside = |span: Span| {
        assert!(span.start <= span.end, "{span:?}");
        assert!(text.get(span.range()).is_some(), "{span:?} in {text}");
    };
    imported.findings.iter().flat_map(|finding| &finding.labels).for_each(|label| inside(label.span));
    for item in &imported.ast.items {
        match item {
            Item::Workflow(workflow) => {
                inside(workflow.name.span);
                workflow.block.entries.iter().for_each(|entry| entry_inside(entry, &inside));
            }
            Item::Service(service) => inside(service.span),
            _ => {}
        }
    }
}

fn entry_inside(entry: &Entry, inside: &dyn Fn(Span)) {
    match entry {
        Entry::Step(step) => inside(step.span),
        Entry::Scope(scope) => {
            inside(scope.span);
            scope.block.entries.iter().for_each(|entry| entry_inside(entry, inside));
        }
        Entry::Then(name, _) => inside(name.span),
        Entry::End(end) => inside(end.span),
        Entry::Parallel(parallel) => {
            parallel.block.entries.iter().for_each(|entry| entry_inside(entry, inside));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_json(text in edited(MACHINE)) {
        check("order.asl.json", &text);
        check("order.json5", &text);
        check("order.asl.yaml", &text);
    }

    #[test]
    fn damaged_yaml(text in edited(TEMPLATE)) {
        check("template.yaml", &text);
        check("order.asl.yaml", &text);
    }
}
