//! The words of a name, and what they say of time: the little English that rules about names know.

/// `ReserveStock`: `Reserve`, `Stock`.
pub fn words(name: &str) -> Vec<&str> {
    let starts: Vec<usize> = name
        .char_indices()
        .filter(|(at, letter)| *at == 0 || letter.is_uppercase())
        .map(|(at, _)| at)
        .chain([name.len()])
        .collect();
    starts.windows(2).map(|pair| &name[pair[0]..pair[1]]).collect()
}

/// Whether a word says that something has happened.
pub fn is_past(word: &str) -> bool {
    word.ends_with("ed") || IRREGULAR.contains(&word)
}

/// Past forms that do not end in `ed`.
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
    "Up",
    "Withdrawn",
    "Won",
    "Written",
];
