//! `wfc metrics`: its baseline, what counts as drift, and what it does with bad input.

use crate::folder::{Folder, Run};
use std::fs;

const SHOP: &str = "\
id K
service Shop { team \"shop\" }
service Pay { command Charge(k: K) { idempotent by k } }
service Mail { command Send(k: K) { idempotent by k } }
workflow Sell(k: K) {
  orchestrated by Shop
  success Sold
  step paid = Pay.Charge(k) { retry forever }
  end Sold
}
";

fn with_mail() -> String {
    SHOP.replace("  end Sold", "  step sent = Mail.Send(k) { retry forever }\n  end Sold")
}

#[test]
fn numbers_stand_in_tables() {
    let run = Folder::new(&[("a.wfc", &with_mail())]).wfc(&["metrics"]);
    let expected = "\
\x20         needs                 needed by                          waits for
service   Ce cmd qry evt told   Ca cmd qry evt told   Ce/(Ce+Ca)   temporal chain   contract  control  both ways
Mail       ·   ·   ·   ·    ·    1   1   ·   ·    ·         0.00          ·     ·          ·        ·          ·
Pay        ·   ·   ·   ·    ·    1   1   ·   ·    ·         0.00          ·     ·          ·        ·          ·
Shop       2   2   ·   ·    ·    ·   ·   ·   ·    ·         1.00          2     1          ·        ·          ·

                    pairs                  most    waits for                                       to undo
workflow  style     all cmd qry evt told   Ce Ca   temporal chain   contract  control  both ways   steps events pairs
Sell      by Shop     2   2   ·   ·    ·    2  1          2     1          ·        ·          ·       ·      ·     ·
";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, expected, ""), "{}", run.stdout);
}

#[test]
fn what_grows_past_its_limit_fails_with_the_edges_that_are_new() {
    let folder = Folder::new(&[("a.wfc", SHOP), ("wfc.yaml", "")]);
    let run = folder.wfc(&["metrics", "--write-baseline"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:#?}");
    assert_eq!(
        run.stderr,
        "9 lines in wfc-metrics.jsonl now; from here on wfc metrics tells what has grown\n"
    );
    let same = folder.wfc(&["metrics"]);
    assert_eq!(same.code, 0);
    assert!(same.stdout.ends_with("nothing has changed since the baseline\n"), "{same:#?}");

    folder.write("a.wfc", with_mail());
    let grown = folder.wfc(&["metrics"]);
    assert_eq!(grown.code, 1, "{grown:#?}");
    let told = "\
since the baseline  number    before     after   may grow by
`Mail`              afferent       0  →      1   any
`Shop`              efferent       1  →      2   0            too much
`Shop`              temporal       1  →      2   0            too much
`Sell`              efferent       1  →      2   0            too much
`Sell`              temporal       1  →      2   0            too much
+ Shop → Mail  command Send
";
    assert!(grown.stdout.ends_with(told), "{}", grown.stdout);

    folder.write("wfc.yaml", "drift: {efferent: 1, temporal: 1}\n");
    assert_eq!(folder.wfc(&["metrics"]).code, 0);
    folder.write("wfc.yaml", "drift: {efferent: 1, temporal: 1, afferent: 0}\n");
    assert_eq!(folder.wfc(&["metrics"]).code, 1);
    assert_eq!(folder.wfc(&["metrics", "--no-baseline"]).code, 0);

    // What goes is told, and fails nothing.
    folder.write("wfc.yaml", "");
    folder.wfc(&["metrics", "--write-baseline"]);
    folder.write("a.wfc", SHOP);
    let fallen = folder.wfc(&["metrics"]);
    assert_eq!(fallen.code, 0);
    assert!(fallen.stdout.contains("- Shop → Mail  command Send"), "{fallen:#?}");
}

#[test]
fn a_part_of_the_project_says_nothing_of_the_rest() {
    let other = SHOP.replace("Sell", "Buy").replace("Shop", "Store").replace("Pay", "Bank");
    let folder = Folder::new(&[("a.wfc", SHOP), ("b.wfc", &other), ("wfc.yaml", "")]);
    folder.wfc(&["metrics", "--write-baseline"]);
    let run = folder.wfc(&["metrics", "a.wfc"]);
    assert!(run.code == 0 && run.stdout.ends_with("nothing has changed since the baseline\n"), "{run:#?}");
}

#[test]
fn drift_is_in_the_document_too_and_follows_the_schema() {
    let folder = Folder::new(&[("a.wfc", SHOP), ("wfc.yaml", "")]);
    folder.wfc(&["metrics", "--write-baseline=numbers.jsonl"]);
    folder.write("a.wfc", with_mail());
    let run = folder.wfc(&["metrics", "--baseline", "numbers.jsonl", "--format", "json"]);
    assert_eq!(run.code, 1);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/metrics.json");
    let schema = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    assert!(jsonschema::is_valid(&schema, &document), "{document}");
    let drift = &document["drift"];
    assert_eq!(drift["past_limit"], true);
    assert_eq!(drift["came"][0]["to"], "Mail");
    assert!(drift["numbers"].as_array().unwrap().iter().any(|it| {
        it["name"] == "Shop" && it["number"] == "efferent" && it["before"] == 1 && it["after"] == 2
    }));
}

#[test]
fn bad_input_is_trouble() {
    let folder = Folder::new(&[("a.wfc", SHOP), ("bad.wfc", "workflow"), ("notes.md", ""), ("sub/x.md", "")]);
    let trouble = |arguments: &[&str], what: &str| {
        let run: Run = folder.wfc(arguments);
        assert!(run.code == 2 && run.stderr.contains(what), "{arguments:?} {run:#?}");
    };
    trouble(&["metrics", "bad.wfc"], "some text has errors, so that numbers may be too small");
    trouble(&["metrics", "sub"], "no workflow files in this folder");
    trouble(&["metrics", "gone.wfc"], "gone.wfc");
    trouble(&["metrics", "a.wfc", "--baseline", "gone.jsonl"], "there is no such baseline");
    trouble(&["metrics", "--write-baseline"], "the baseline stays as it is");
    assert!(!folder.at("wfc-metrics.jsonl").exists());
    folder.write("wfc-metrics.jsonl", "{\"wfc-metrics\":1}\n<<<<<<< ours\n");
    trouble(&["metrics", "a.wfc"], "wfc-metrics.jsonl:2: a merge has left its marks here");
    folder.write("wfc.yaml", "drift: {luck: 1}\n");
    trouble(&["metrics", "a.wfc"], "luck");
}
