//! The coupling numbers: of the cases that `docs/metrics.md` tells of, and what must hold of any system.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use wfc::compile::{self, Measured};
use wfc::metrics::{Degree, Kind, Matrix, Metrics, Number, Subject, compare};
use wfc::source::{SourceFile, Sources};

fn measured(text: &str) -> Metrics {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("a.wfc", text));
    let mut measured = compile::measure(&sources, &[]);
    assert_eq!(measured.len(), 1);
    measured.remove(0).metrics
}

fn system(name: &str) -> Metrics {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems").join(name);
    measured(&std::fs::read_to_string(path).unwrap())
}

#[test]
fn conductors_need_those_they_call() {
    let mortgage = system("mortgage-orchestrated.wfc");
    let lender = mortgage.service("Lender").unwrap();
    assert_eq!(lender.efferent, Degree { command: 4, query: 4, event: 0, notify: 0, all: 7 });
    assert_eq!((lender.temporal.services, lender.temporal.chain.len()), (7, 1));
    let broker = system("loan-broker-repaired.wfc");
    let broker = broker.service("LoanBroker").unwrap().efferent;
    assert_eq!((broker.all, broker.command, broker.query), (4, 3, 2));
    let shop = system("fulfil-order-orchestrated.wfc");
    let shop = shop.service("Shop").unwrap();
    assert_eq!((shop.efferent.all, shop.temporal.services), (3, 3));
}

#[test]
fn a_choreography_is_coupled_by_events_alone() {
    let retail = system("fulfil-order-repaired.wfc");
    let most = retail.services.iter().max_by_key(|service| service.efferent.all).unwrap();
    assert_eq!((most.name.as_str(), most.efferent.event, most.efferent.all), ("Payments", 3, 3));
    assert!(retail.services.iter().all(|service| service.temporal.services == 0));
    // Payments and Warehouse hear each other.
    let pair = &retail.system.bidirectional[0];
    assert_eq!(pair.services, ("Payments".to_string(), "Warehouse".to_string()));
    assert!(!pair.is_hard);
    // What Payments said is refused after all, and it reacts.
    assert_eq!(retail.service("Payments").unwrap().control, 1);
}

const CHAIN: &str = "id K
service Portal { team \"p\" }
service Loans { available 99.5% }
service Scoring { available 99% }
service Bureau { available 99%; query History(k: K) -> int { latency 100ms..2s } }
workflow Ask(k: K) {
  orchestrated by Portal
  success Answered
  step offer = run Offer(k)
  end Answered
}
workflow Offer(k: K) {
  orchestrated by Loans
  success Offered
  step score = run Score(k)
  end Offered
}
workflow Score(k: K) {
  orchestrated by Scoring
  success Scored(score: int)
  step history = Bureau.History(k) { retry 3 times }
  end Scored(history)
  on outage { end Scored(0) }
}
";

#[test]
fn a_chain_multiplies_what_it_is_there_and_adds_what_it_takes() {
    let chain = &measured(CHAIN).service("Portal").unwrap().temporal.chain.clone();
    let called: Vec<&str> = chain.calls.iter().map(|call| call.what.as_str()).collect();
    assert_eq!(called, ["runs `Offer`", "runs `Score`", "calls `Bureau.History`"]);
    let available = chain.available().unwrap();
    assert_eq!(available.n_calls, 3);
    assert!((available.value - 0.995 * 0.99 * 0.99).abs() < 1e-12);
    let latency = chain.latency().unwrap();
    assert_eq!((latency.value, latency.n_calls), (2000, 1));
}

#[test]
fn fields_count_for_each_version_that_is_read() {
    let both = "id K
service A { event Said v1(k: K, x: int) event Said v2(k: K, x: int, y: int) { replaces v1 } }
service B { query Look(k: K, n: int) event Done(k: K) }
workflow W {
  choreographed
  correlated by k
  starts when Said v1 or Said v2
  success Over reached by Done owned by B
  participant B {
    when Said v1 { step one = B.Look(k, `Said v1`.x) publish Done(k) }
    when Said v2 { step two = B.Look(k, 1) publish Done(k) }
  }
}
";
    let one = both.replace("    when Said v2 { step two = B.Look(k, 1) publish Done(k) }\n", "");
    let weight = |text: &str| {
        let metrics = measured(text);
        metrics.system.contracts.iter().map(|it| it.weight).sum::<usize>()
    };
    assert_eq!((weight(&one), weight(both)), (1, 2));
}

#[test]
fn an_order_of_services_puts_what_is_needed_first() {
    for name in ["mortgage-orchestrated.wfc", "fulfil-order-repaired.wfc", "three-need-each-other.wfc"] {
        let metrics = system(name);
        let matrix = Matrix::new(&metrics);
        assert_eq!(matrix.services.len(), metrics.services.len());
        for ((row, column), cell) in &matrix.cells {
            let is_need = cell.by_kind.keys().any(|kind| *kind != Kind::Notify);
            let circled = |at: &usize| matrix.circles.iter().any(|(from, to)| (from..=to).contains(&at));
            assert!(!is_need || row > column || (circled(row) && circled(column)), "{name}: {row} {column}");
        }
    }
    assert_eq!(Matrix::new(&system("three-need-each-other.wfc")).circles.len(), 1);
}

#[test]
fn two_versions_differ_by_numbers_and_edges() {
    let before = system("mortgage-orchestrated.wfc");
    let after = {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems/mortgage-orchestrated.wfc");
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.replace(
            "service Notary {",
            "service Police { query Check(application: ApplicationId) { fails Wanted } }\nservice Notary {",
        );
        let check =
            "  step checked = Police.Check(application) { retry 3 times; on Wanted { end Rejected } }\n";
        measured(&text.replace("  step reserved", &format!("{check}  step reserved")))
    };
    let difference = compare((&before.figures(), &before.edges()), (&after.figures(), &after.edges()));
    let came: Vec<String> =
        difference.came.iter().map(|it| format!("{} {} {}", it.from, it.to, it.what)).collect();
    assert_eq!((came, difference.went.len()), (vec!["Lender Police Check".to_string()], 0));
    let efferent = difference
        .changes
        .iter()
        .find(|it| it.subject == Subject::Service("Lender".to_string()) && it.number == Number::Efferent)
        .unwrap();
    assert_eq!((efferent.before, efferent.after), (7, 8));
    let none = compare((&before.figures(), &before.edges()), (&before.figures(), &before.edges()));
    assert!(none.changes.is_empty() && none.came.is_empty() && none.went.is_empty());
}

/// Over every system of the tests: sums agree, whatever way they are taken.
#[test]
fn both_ends_of_an_edge_are_counted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems");
    let mut n_coupled = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut sources = Sources::default();
        sources.add(SourceFile::new(path.to_string_lossy(), std::fs::read_to_string(&path).unwrap()));
        for Measured { metrics, .. } in compile::measure(&sources, &[]) {
            let (out, into): (Vec<Degree>, Vec<Degree>) =
                metrics.services.iter().map(|it| (it.efferent, it.afferent)).unzip();
            let kinds: [fn(&Degree) -> usize; 5] =
                [|it| it.all, |it| it.command, |it| it.query, |it| it.event, |it| it.notify];
            for kind in kinds {
                let sum = |all: &[Degree]| all.iter().map(kind).sum::<usize>();
                assert_eq!(sum(&out), sum(&into), "{}", path.display());
                assert_eq!(sum(&out), kind(&metrics.system.pairs), "{}", path.display());
            }
            let weights: usize = metrics.system.contracts.iter().map(|it| it.weight).sum();
            assert_eq!(weights, metrics.services.iter().map(|it| it.contract).sum::<usize>());
            n_coupled += metrics.system.pairs.all;
        }
    }
    assert!(n_coupled > 100);
}
