//! What holds for every text: reading it never panics, its spans lie inside of it, and white space
//! and line ends mean nothing.

use proptest::prelude::*;
use std::ops::Range;
use wfc::source::FileId;
use wfc::syntax::ast::Item;
use wfc::syntax::{Parsed, parse};

/// Every construct once; tokens that must stay together have no blank between them.
const SAMPLE: &str = r#"
use "contracts.wfc"
/// Money in one
/// currency.
record Money(amount: decimal, currency: string?, `odd name`: list of list of Line?,) { allow unused-type because "soon" }
id QuoteId { allow unused-type because "x" until 2027-06-30 }
enum Rating(Good, Fair, Poor,)
service Bank {
  external; many instances; team "retail \"lending\""
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

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// The tree as text, without its places.
fn shape(parsed: &Parsed) -> String {
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

/// Every place in the tree and the findings, as byte offsets.
fn places(parsed: &Parsed) -> Vec<(usize, usize)> {
    let whole =
        format!("{:?} {:?}", parsed.ast, parsed.findings.iter().map(|f| &f.labels).collect::<Vec<_>>());
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    let mut places = Vec::new();
    for piece in whole.split("Span { file: FileId(0), start: ").skip(1) {
        let end = piece.split_once(", end: ").map_or("", |(_, end)| end);
        // A text in the tree may look like a span; then the numbers do not parse.
        if let (Some(start), Some(end)) = (number(piece), number(end)) {
            places.push((start, end));
        }
    }
    places
}

fn assert_sound(text: &str) {
    let parsed = read(text);
    for (start, end) in places(&parsed) {
        assert!(start <= end && end <= text.len(), "{start}..{end} of {} in {text:?}", text.len());
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{start}..{end} in {text:?}");
    }
    for finding in &parsed.findings {
        assert!(
            !finding.message.is_empty() && finding.message.chars().count() <= 80,
            "{:?}",
            finding.message
        );
        assert!(!finding.labels.is_empty());
        let span = finding.span();
        assert!(span.start < span.end, "an empty label in {text:?}: {finding:?}");
    }
    let again = read(text);
    assert_eq!(parsed.ast, again.ast);
    assert_eq!(format!("{:?}", parsed.findings), format!("{:?}", again.findings));
    let has_bad = shape(&parsed).contains("Bad");
    assert!(!has_bad || !parsed.findings.is_empty(), "something is left out in silence: {text:?}");
}

/// The sample's tokens: white space may stand between any two of them.
fn tokens() -> Vec<&'static str> {
    token_ranges().into_iter().map(|range| &SAMPLE[range]).collect()
}

fn token_ranges() -> Vec<Range<usize>> {
    let bytes = SAMPLE.as_bytes();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\n' => {
                at += 1;
                continue;
            }
            b'/' => at += SAMPLE[at..].find('\n').expect("a comment ends") + 1,
            byte if b"(){}[],:;".contains(&byte) => at += 1,
            _ => {
                while !b" \n(){}[],:;".contains(&bytes[at]) {
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

#[test]
fn the_sample_is_read_without_a_finding() {
    let parsed = read(SAMPLE);
    assert!(parsed.findings.is_empty(), "{:#?}", parsed.findings);
    assert_sound(SAMPLE);
}

#[test]
fn line_ends_mean_nothing() {
    let expected = shape(&read(SAMPLE));
    assert_eq!(shape(&read(&tokens().join(" "))), expected);
    assert_eq!(shape(&read(&tokens().join("\r\n\r\n"))), expected);
    assert_eq!(shape(&read(&tokens().join("\n// a remark\n"))), expected);
    assert_eq!(shape(&read(&format!("\u{feff}{SAMPLE}"))), expected);
}

#[test]
fn one_word_less_costs_one_item_at_most() {
    let n_items = read(SAMPLE).ast.items.len();
    for (nth, gone) in token_ranges().into_iter().enumerate().skip(1).step_by(3) {
        let text = [&SAMPLE[..gone.start], &SAMPLE[gone.end..]].concat();
        // Holding every one of them to soundness would take a minute.
        if nth % 16 == 1 {
            assert_sound(&text);
        }
        let parsed = read(&text);
        let is_bad = |item: &&Item| matches!(item, Item::Bad(_));
        let n_read = parsed.ast.items.len() - parsed.ast.items.iter().filter(is_bad).count();
        let word = &SAMPLE[gone.clone()];
        assert!(n_read + 1 >= n_items, "{n_read} of {n_items} items without {word:?} at {gone:?}");
        assert!(parsed.findings.len() <= 3, "{word:?} at {gone:?}: {:#?}", parsed.findings);
    }
}

/// The time this thread has worked, as far as the system tells: waiting for a busy machine does not
/// count. Short texts are read by one thread.
fn worked() -> u128 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0)
}

fn microseconds(text: &str) -> u128 {
    let start = worked();
    let parsed = read(text);
    let elapsed = worked().saturating_sub(start) / 1_000;
    drop(parsed);
    elapsed
}

/// Fifteen times the text must not take two hundred times as long, whatever it is made of.
#[test]
fn time_grows_with_the_text() {
    let nested = |open: &str, close: &str, n: usize| {
        format!("workflow W {{\n{}{}\n}}\n", open.repeat(n), close.repeat(n))
    };
    let many = |head: &str, one: &str, tail: &str, n: usize| format!("{head}{}{tail}", one.repeat(n));
    type Make<'a> = Box<dyn Fn(usize) -> String + 'a>;
    let makes: Vec<(&str, Make)> = vec![
        ("lines", Box::new(|n| many("workflow W {\n", "  step a = B.Go(x) { timeout 1s }\n", "}\n", n))),
        ("items", Box::new(|n| many("", "id A\nservice B { event C(a: int) }\n", "", n))),
        ("ifs", Box::new(|n| many("workflow W { ", "if a { } ", "}", n))),
        ("bare ifs", Box::new(|n| many("workflow W { ", "if ", "}", n))),
        ("else ifs", Box::new(|n| many("workflow W { if a { }", " else if a { }", "}", n))),
        ("nots", Box::new(|n| many("workflow W { let a = ", "not ", "b }", n))),
        ("minuses", Box::new(|n| many("workflow W { let a = ", "-", "b }", n))),
        ("sums", Box::new(|n| many("workflow W { let a = b", " + b", " }", n))),
        ("lists of", Box::new(|n| many("record R(a: ", "list of ", "b)", n))),
        ("deep 64", Box::new(|n| many("", &nested("if a { ", "} ", 60), "", n / 60))),
        ("blocks", Box::new(|n| nested("if a {\n", "}\n", n))),
        ("round", Box::new(|n| nested("let a = (", ")", n))),
        ("open round", Box::new(|n| many("workflow W { let a = ", "(", " ", n))),
        ("open blocks", Box::new(|n| many("", "workflow W { if a {\n", "", n))),
        ("open services", Box::new(|n| many("", "service A {\n  command B() {\n", "", n))),
        ("closing", Box::new(|n| many("id A ", "} ", "", n))),
        ("quotes", Box::new(|n| many("id A ", "\"a\n", "", n))),
        ("one line", Box::new(|n| many("service A { ", "event B(a: int) ", "junk }", n))),
        ("errors", Box::new(|n| many("workflow W {\n", "  step a B.Go(x) { timeout 1 }\n", "}\n", n))),
        ("errors in a line", Box::new(|n| many("workflow W { ", "step a on when if timeout 1 ", "}", n))),
        ("junk items", Box::new(|n| many("", "id A junk\nworkflo B { }\n", "", n))),
        ("near items", Box::new(|n| many("use \"a\" ", "idd A ", "", n))),
        ("docs", Box::new(|n| many("service A {\n", "/// a\n", "", n))),
        ("NUL", Box::new(|n| many("workflow W { ", "\0", " }", n))),
        ("holes", Box::new(|n| many("workflow W { ", "\u{1}", " }", n))),
        ("commas", Box::new(|n| many("record R(a: int", ",", ")", n))),
        ("dots", Box::new(|n| many("workflow W { let a = b", ".b", " }", n))),
        ("letters", Box::new(|n| many("workflow W { ", "ä", " }", n))),
    ];
    for (name, make) in makes {
        let (small, large) = (make(100), make(1_500));
        assert_sound(&small);
        let (short, long) = (microseconds(&small).max(1_000), microseconds(&large));
        assert!(
            long < 300_000 || long < short * 100,
            "{name}: {short} us for one, {long} us for fifteen times"
        );
    }
}

fn mutation() -> impl Strategy<Value = (usize, usize, u8, usize)> {
    (any::<usize>(), 0usize..12, 0u8..5, any::<usize>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        assert_sound(&text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        assert_sound(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn words_in_any_order_are_survived(order in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let tokens = tokens();
        let words: Vec<&str> = order.iter().map(|at| *at.get(&tokens)).collect();
        assert_sound(&words.join(" "));
        assert_sound(&format!("workflow W {{ {} }}", words.join("\n")));
    }

    #[test]
    fn damaged_text_is_survived(mutations in prop::collection::vec(mutation(), 1..6)) {
        let mut text = SAMPLE.to_owned();
        for (at, length, kind, from) in mutations {
            let boundary = |at: usize| text.floor_char_boundary(at % (text.len() + 1));
            let start = boundary(at);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let other = boundary(from);
            let piece = text[other..text.floor_char_boundary((other + length).min(text.len()))].to_owned();
            match kind {
                0 => text.replace_range(start..end, ""),
                1 => text.insert_str(start, &piece),
                2 => text.replace_range(start..end, &piece),
                3 => text.insert(start, *b"{}()[]\";`\n\x01".get(from % 11).unwrap_or(&b' ') as char),
                _ => text.truncate(start),
            }
        }
        assert_sound(&text);
    }

    #[test]
    fn white_space_means_nothing(spaces in prop::collection::vec(0usize..6, 600)) {
        let blanks = [" ", "\n", "\t", "\r\n  ", " // remark\n", "\n\n   "];
        let mut text = String::new();
        for (at, token) in tokens().iter().enumerate() {
            text.push_str(token);
            text.push_str(blanks[spaces[at % spaces.len()]]);
        }
        prop_assert_eq!(shape(&read(&text)), shape(&read(SAMPLE)));
    }
}
