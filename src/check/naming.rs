//! The words of a name, and what they say of time: the little English that rules about names know.

use std::iter;

/// `ReserveStock`: `Reserve`, `Stock`.
pub fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    iter::from_fn(move || {
        let mut behind_first = rest.char_indices().skip(1);
        let end = behind_first.find(|(_, letter)| letter.is_uppercase()).map_or(rest.len(), |(at, _)| at);
        let (word, more) = rest.split_at(end);
        rest = more;
        Some(word).filter(|word| !word.is_empty())
    })
}

/// Whether a word says that something has happened.
pub fn is_past(word: &str) -> bool {
    word.ends_with("ed") || IRREGULAR.binary_search(&word).is_ok()
}

/// Past forms that do not end in `ed`, sorted.
const IRREGULAR: &[&str] = &[
    "Begun",
    "Born",
    "Bought",
    "Bound",
    "Broken",
    "Brought",
    "Built",
    "Chosen",
    "Come",
    "Dealt",
    "Done",
    "Drawn",
    "Driven",
    "Due",
    "Fallen",
    "Fell",
    "Found",
    "Given",
    "Gone",
    "Heard",
    "Held",
    "Hidden",
    "Kept",
    "Known",
    "Laid",
    "Left",
    "Lent",
    "Let",
    "Lost",
    "Made",
    "Met",
    "Out",
    "Over",
    "Paid",
    "Put",
    "Read",
    "Risen",
    "Run",
    "Said",
    "Seen",
    "Sent",
    "Set",
    "Shown",
    "Shut",
    "Sold",
    "Spent",
    "Split",
    "Sunk",
    "Taken",
    "Told",
    "Undone",
    "Up",
    "Withdrawn",
    "Withheld",
    "Won",
    "Written",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_large_letters() {
        let split = |name| words(name).collect::<Vec<_>>();
        assert_eq!(split("ReserveStock"), ["Reserve", "Stock"]);
        assert_eq!(split("aBC"), ["a", "B", "C"]);
        assert_eq!(split("\u{c9}tatX"), ["\u{c9}tat", "X"]);
        assert!(split("").is_empty());
    }

    #[test]
    fn irregular_forms_are_found() {
        assert!(IRREGULAR.is_sorted());
        assert!(is_past("Paid") && is_past("Shipped") && !is_past("Pay"));
    }
}
