//! A text with every construct of the language, its tokens, and trees without their places.

use std::ops::Range;
use wfc::syntax::Parsed;

/// Every construct once; tokens that must stay together have no blank between them.
pub const SAMPLE: &str = r#"
use "contracts.wfc"
/// Money in one
/// currency.
record Money(amount: decimal, currency: string?, `odd name`: list of list of Line?,) { allow unused-type because "soon" }
id QuoteId { allow unused-type because "x" until 2027-06-30 }
enum Rating(Good, Fair, Poor,)
service Bank {
  external; many instances; no outbox; team "retail \"lending\""
  volatility high; latency 100ms..2s; available 99.5%
  /// Asks for an offer.
  query Offer(request: LoanRequest) -> list of Quote { fails Declined(reason: string) or Gone; latency 1s }
  command Reserve(quote: QuoteId) -> Reservation {
    fails QuoteExpired; undone by Release(reply.id); idempotent by quote, bank; answers by hand
  }
  command Release() { irreversible; undone by nothing because "gone"; answers later; publishes A v2 or B; writes Hold, Balance }
  event Moved v2(quote: QuoteId, at: time?) { replaces v1; allow unheard-event }
}
workflow Plain { choreographed; starts when A and B v1 where B.x == 1 and C
  success Done(parcel: ParcelId) reached by Shipped or Sent owned by Shop
  failure Lost reached by 2 of (A, B where not B.late, C)
  participant Shop {
    /// When it all begins.
    when Placed { promises within 15m; undo charged; publish Bank.Moved v2(order, at: now); skip }
    watch for A or B within 20m of C else { notify Mail.Send(order) }
  }
  late A or B { }
}
workflow `flight/queue`(order: OrderId, couriers: list of Courier) {
  orchestrated by Orders; correlated by order, customer
  starts every 1d; starts every "0 3 * * *"
  within 3d else { undo all; end Cancelled("too \\ slow\n") }
  undone by Payments.Refund(reply.charge)
  step charged = Payments.Charge(order, card: OrderPlaced.card) {
    timeout 5s; retry 3 times backoff 1s..10s; breaker opens after 5 for 30s; pivot
    on CardDeclined or outage { give Risk.Low } on any { then other }
    after 2d { notify run AskForReview(order) }
    before offer.validTo else { skip }
  }
  step other = run TakePayment(order) { retry forever }
  let limit = 1h30m
  if not a == b and -c * 2 + 1 > 3 or d in [1, 2h, 99.9%,] { } else if x { give none } else { end Done }
  parallel { scope night { within limit } parallel for each x in xs { needs 1 else { give false }; at most 10 at once } }
  step hired = repeat until chosen != none { every 30s; at most 5 times else { undo night }; give (round) }
  for each other in foreign "jq" ".a[]" { then hired }
  wait for any { when A { } within 30d else { } }
  wait 1d; wait until claim.closesOn; wait for FileClosed and LetterSent { before `a b`.c }
  end Done(Money(amount: 1.5, currency: "EUR"), 2026-12-31, true, [])
}
"#;

/// The tree as text, without its places.
pub fn shape(parsed: &Parsed) -> String {
    let whole = format!("{:?}", parsed.ast);
    let mut out = String::new();
    let mut rest = whole.as_str();
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').expect("a span is closed");
        rest = &rest[at + end + 1..];
    }
    out + rest
}

/// The tokens of a text without errors: white space may stand between any two of them.
pub fn tokens(text: &str) -> Vec<&str> {
    token_ranges(text).into_iter().map(|range| &text[range]).collect()
}

pub fn token_ranges(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_comment = |at: usize| bytes[at..].starts_with(b"//");
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\n' => {
                at += 1;
                continue;
            }
            _ if is_comment(at) => at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1),
            byte if b"(){}[],:;".contains(&byte) => at += 1,
            _ => {
                while at < bytes.len() && !b" \n(){}[],:;".contains(&bytes[at]) && !is_comment(at) {
                    at = if b"\"`".contains(&bytes[at]) { end_of_quoted(bytes, at) } else { at + 1 };
                }
            }
        }
        ranges.push(start..at);
    }
    ranges
}

fn end_of_quoted(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while bytes[at] != bytes[start] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}
