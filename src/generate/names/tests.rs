use super::*;
use proptest::prelude::*;

type Spell = fn(&str) -> String;

/// Every way to spell a name, with the characters that it may use beside letters and digits.
const STYLES: &[(&str, Spell, &str)] = &[
    ("type", rust_type, ""),
    ("name", rust_name, "_"),
    ("constant", rust_constant, "_"),
    ("crate", crate_name, "-"),
    ("sql", sql_name, "_"),
    ("plain", plain, ""),
];

/// What somebody may put between backticks to make trouble.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "\"",
        "\n",
        "\r\n",
        "\0",
        "\u{202e}",
        "\u{200b}",
        "🚀",
        "🏳️‍🌈",
        "../",
        "..\\",
        "/etc",
        "C:",
        "nul",
        "con",
        "self",
        "Self",
        "type",
        "async",
        "r#",
        "Option",
        "fn",
        "select",
        "--",
        "*/",
        "<!--",
        "${x}",
        "$(x)",
        "{{",
        "%}",
        " ",
        "_",
        "__",
        "-",
        "1",
        "2",
        "a",
        "A",
        "Ab",
        "aB",
        "order",
        "Order",
        "Straße",
        "日本",
        "Пётр",
        "é",
        "e\u{301}",
        "İ",
        "ı",
        "K",
        "\u{fb01}",
        "𝒜",
        "std",
        "test",
        "build",
        ";",
        "#",
        "\\",
        "`",
        "(",
        "=",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()),
        ".{0,40}",
        "[a-z]{250,320}",
        "\\PC{0,60}",
    ]
}

fn is_legal(name: &str, others: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
        && name.len() <= LONGEST + 6
}

proptest! {
    #[test]
    fn every_name_becomes_a_legal_one(name in hostile()) {
        for (style, spell, others) in STYLES {
            let spelled = spell(&name);
            prop_assert!(is_legal(&spelled, others), "{style}: {name:?} is {spelled:?}");
            prop_assert_eq!(&spelled, &spell(&name));
        }
        prop_assert!(!RUST_WORDS.contains(&rust_name(&name).as_str()));
        prop_assert!(!RUST_TYPES.contains(&rust_type(&name).as_str()));
        prop_assert!(!CRATES.contains(&crate_name(&name).as_str()));
        prop_assert!(!SQL_WORDS.contains(&sql_name(&name).as_str()));
    }

    #[test]
    fn names_in_one_scope_differ(names in prop::collection::vec(hostile(), 0..12)) {
        for (style, spell, others) in STYLES {
            let mut taken = Taken::reserving(&["order", "Order"]);
            let spelled: Vec<String> = names.iter().map(|name| taken.take(name, *spell)).collect();
            let distinct: BTreeSet<String> = spelled.iter().map(|name| name.to_lowercase()).collect();
            prop_assert_eq!(distinct.len(), names.len(), "{}: {:?}", style, spelled);
            for name in &spelled {
                prop_assert!(is_legal(name, others), "{style}: {name:?}");
                prop_assert!(!name.eq_ignore_ascii_case("order"));
            }
            let mut again = Taken::reserving(&["order", "Order"]);
            let same: Vec<String> = names.iter().map(|name| again.take(name, *spell)).collect();
            prop_assert_eq!(spelled, same);
        }
    }
}

#[test]
fn words_are_found_as_people_see_them() {
    let spelled = |name: &str| (rust_type(name), rust_name(name), crate_name(name));
    let all = |a: &str, b: &str, c: &str| (a.to_string(), b.to_string(), c.to_string());
    assert_eq!(spelled("OrderLine"), all("OrderLine", "order_line", "order-line"));
    assert_eq!(spelled("HTTPServer"), all("HttpServer", "http_server", "http-server"));
    assert_eq!(spelled("flight/queue"), all("FlightQueue", "flight_queue", "flight-queue"));
    assert_eq!(spelled("order_2_go"), all("Order2Go", "order_2_go", "order-2-go"));
    assert_eq!(spelled("v1.2"), all("V1N2", "v1_2", "v1-2"));
    assert_eq!(spelled("2nd try"), all("N2ndTry", "n_2nd_try", "n-2nd-try"));
    assert_eq!(spelled("Straße"), all("Strasse", "strasse", "strasse"));
    assert_eq!(spelled("🚀"), all("Rocket", "rocket", "rocket"));
    assert_eq!(spelled("../.."), all("Unnamed", "unnamed", "unnamed"));
    assert_eq!(spelled("self"), all("SelfType", "self_", "self-crate"));
    assert_eq!(sql_name("Order"), "order_");
    assert_eq!(rust_constant("maxTries"), "MAX_TRIES");
}

#[test]
fn a_second_name_keeps_its_ending_when_others_come_and_go() {
    let mut taken = Taken::new();
    let first = [taken.take("a b", rust_type), taken.take("a-b", rust_type), taken.take("a.b", rust_type)];
    let mut taken = Taken::new();
    let second = [taken.take("a b", rust_type), taken.take("a.b", rust_type)];
    assert_eq!(first[0], "AB");
    assert_eq!([&first[0], &first[2]], [&second[0], &second[1]]);
    // The same name twice in one scope still gives two.
    assert_ne!(taken.take("a b", rust_type), taken.take("a b", rust_type));
}
