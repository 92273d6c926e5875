//! What holds for every text: reading it never panics, its spans lie inside of it, and white space
//! and line ends mean nothing.

#[path = "support/sample.rs"]
mod sample;

use proptest::prelude::*;
use sample::{SAMPLE, shape, token_ranges, tokens};
use wfc::source::FileId;
use wfc::syntax::ast::Item;
use wfc::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
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

#[test]
fn the_sample_is_read_without_a_finding() {
    let parsed = read(SAMPLE);
    assert!(parsed.findings.is_empty(), "{:#?}", parsed.findings);
    assert_sound(SAMPLE);
}

#[test]
fn line_ends_mean_nothing() {
    let expected = shape(&read(SAMPLE));
    assert_eq!(shape(&read(&tokens(SAMPLE).join(" "))), expected);
    assert_eq!(shape(&read(&tokens(SAMPLE).join("\r\n\r\n"))), expected);
    assert_eq!(shape(&read(&tokens(SAMPLE).join("\n// a remark\n"))), expected);
    assert_eq!(shape(&read(&format!("\u{feff}{SAMPLE}"))), expected);
}

#[test]
fn one_word_less_costs_one_item_at_most() {
    let n_items = read(SAMPLE).ast.items.len();
    for (nth, gone) in token_ranges(SAMPLE).into_iter().enumerate().skip(1).step_by(3) {
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
        let tokens = tokens(SAMPLE);
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
        for (at, token) in tokens(SAMPLE).iter().enumerate() {
            text.push_str(token);
            text.push_str(blanks[spaces[at % spaces.len()]]);
        }
        prop_assert_eq!(shape(&read(&text)), shape(&read(SAMPLE)));
    }
}
