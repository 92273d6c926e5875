//! Whatever is left of a program after words were dropped, doubled and swapped, it can be lowered, and
//! every finding points into the text.

use super::*;
use proptest::prelude::*;

const PROGRAM: &str = r#"use "shop.wfc"
workflow W(order: OrderId, lines: list of Line, depots: list of Depot, total: decimal) {
  orchestrated by Shop
  correlated by order
  within 3d else { undo all; end Failed("late") }
  success Done(parcel: ParcelId)
  failure Failed(reason: string)
  when OrderClosed { undo all; end Failed("closed") }
  parallel {
    step charged = Payments.Charge(order, total) { timeout 5s; retry 3 times backoff 1s..10s }
    step rated = Warehouse.Rate(order) { on outage { give Rating.Fair } }
  }
  if rated == Rating.Poor and not (total > 3) { undo charged; end Failed("poor") }
  step best = repeat until found != none {
    every 30s
    at most 5 times else { undo all; end Failed("nobody") }
    step found = parallel for each depot in depots {
      needs 1 else { give none }
      at most 10 at once
      step n = depot.Look(order) { on outage { skip } }
      wait for any {
        when PaymentTaken where PaymentTaken.order == order { give depot }
        within 3h else { undo n; skip }
      }
    }
    give found
  }
  step packed = Warehouse.Pack(order, lines) { pivot; on OutOfStock { then packed } }
  for each line in lines { notify Mail.Send(order, line.article + "x") }
  wait for 1 of (Settled v1, Settled v2) { before now + 3d else { } }
  publish OrderClosed(order)
  end Done(packed)
  on CardDeclined { end Failed(CardDeclined.reason) }
  late OrderClosed { notify Mail.Send(order, "late") }
}
workflow C {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Done reached by OrderClosed owned by Shop
  failure Lost reached by Shop.Ping where true
  participant Payments {
    when OrderPlaced {
      promises within 15m
      step charged = Payments.Charge(order, OrderPlaced.total) { on CardDeclined { publish Ping(); skip } }
      publish PaymentTaken(order)
    }
    when OrderClosed where charged != none { undo charged }
  }
  participant Shop {
    watch for PaymentTaken within 20m of OrderPlaced else { notify Mail.Send(order, none) }
    when PaymentTaken { publish OrderClosed(order) }
  }
}
"#;

/// Words and signs, so that what is mutated is still nearly a program.
fn pieces() -> Vec<&'static str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, sign) in PROGRAM.char_indices() {
        let is_word = sign.is_alphanumeric() || sign == '_';
        let before = PROGRAM[..at].chars().next_back();
        if at > start && !(is_word && before.is_some_and(|it| it.is_alphanumeric() || it == '_')) {
            pieces.push(&PROGRAM[start..at]);
            start = at;
        }
    }
    pieces.push(&PROGRAM[start..]);
    pieces
}

#[test]
fn the_program_itself_is_right() {
    says(found(PROGRAM), &[]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(changes in prop::collection::vec((0usize..2000, 0u8..3, 0usize..2000), 1..6)) {
        let mut pieces = pieces();
        for (at, change, other) in changes {
            let (at, other) = (at % pieces.len(), other % pieces.len());
            match change {
                0 => { pieces.remove(at); }
                1 => pieces.swap(at, other),
                _ => { let piece = pieces[other]; pieces.insert(at, piece); }
            }
        }
        let text = pieces.concat();
        let asts = [syntax::parse(FileId(0), &text).ast, read(1, SHOP)];
        let mut links = Links::default();
        links.add(FileId(0), "shop.wfc", FileId(1));
        let mut sources = Sources::default();
        sources.add(SourceFile::new("main.wfc", text.as_str()));
        sources.add(SourceFile::new("shop.wfc", SHOP));
        for finding in lower(&asts, &links).findings {
            for label in &finding.labels {
                let file = sources.get(label.span.file);
                prop_assert!(file.text.get(label.span.range()).is_some(), "{finding:?}");
            }
            prop_assert!(!finding.message.is_empty() && !finding.entity.is_empty(), "{finding:?}");
        }
    }
}
