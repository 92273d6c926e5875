//! Names for what has happened, made from names of what is asked for: `CreateDirectDebit` becomes
//! `DirectDebitCreated`.

/// `ReserveStock`: `Reserve`, `Stock`.
fn words(name: &str) -> Vec<&str> {
    let starts: Vec<usize> = name
        .char_indices()
        .filter(|(at, letter)| *at == 0 || letter.is_uppercase())
        .map(|(at, _)| at)
        .chain([name.len()])
        .collect();
    starts.windows(2).map(|pair| &name[pair[0]..pair[1]]).collect()
}

/// The verb of an operation in the past, and what it is done to.
pub(super) fn happened(operation: &str) -> (String, String) {
    let words = words(operation);
    let Some((verb, object)) = words.split_first() else { return (past(operation), String::new()) };
    match object {
        // `PayOut`: `PaidOut`
        [small] if SMALL.contains(small) => (format!("{}{small}", past(verb)), String::new()),
        _ => (past(verb), object.concat()),
    }
}

/// `charge`: `Charge`.
pub(super) fn upper(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a name says of itself that something has happened: `CardDeclined`.
pub(super) fn tells_the_past(name: &str) -> bool {
    let words = words(name);
    words.len() > 1
        && words.iter().any(|word| word.ends_with("ed") || PAST.iter().any(|(_, past)| past == word))
}

/// `Ship`: `Shipped`; a number behind the verb stays behind it.
fn past(verb: &str) -> String {
    let bare = verb.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let rest = &verb[bare.len()..];
    if let Some((_, past)) = PAST.iter().find(|(now, _)| *now == bare) {
        return format!("{past}{rest}");
    }
    let letters: Vec<char> = bare.chars().collect();
    let is_vowel = |letter: char| "aeiouAEIOU".contains(letter);
    let past = match letters.as_slice() {
        [.., 'e'] => format!("{bare}d"),
        [head @ .., before, 'y'] if !is_vowel(*before) => {
            format!("{}{before}ied", head.iter().collect::<String>())
        }
        _ if DOUBLED.contains(&bare) || is_short(&letters) => {
            let last = letters.last().copied().unwrap_or_default();
            format!("{bare}{last}ed")
        }
        _ => format!("{bare}ed"),
    };
    format!("{past}{rest}")
}

/// One syllable that ends in a single consonant behind a single vowel: `Ship`, `Plan`, and not `Book` or `Pack`.
fn is_short(letters: &[char]) -> bool {
    let is_vowel = |letter: &char| "aeiouyAEIOUY".contains(*letter);
    let [head @ .., vowel, last] = letters else { return false };
    is_vowel(vowel)
        && last.is_lowercase()
        && !is_vowel(last)
        && !matches!(last, 'w' | 'x')
        && !head.iter().any(is_vowel)
        && !head.is_empty()
}

/// What belongs to the verb before it.
const SMALL: &[&str] = &["Back", "Down", "In", "Off", "On", "Out", "Up"];

/// Verbs of more than one syllable that double their last letter.
const DOUBLED: &[&str] = &[
    "Cancel", "Refer", "Transfer", "Label", "Travel", "Commit", "Submit", "Admit", "Permit", "Model",
    "Signal", "Total",
];

/// Verbs whose past does not end in `ed`.
const PAST: &[(&str, &str)] = &[
    ("Begin", "Begun"),
    ("Bind", "Bound"),
    ("Break", "Broken"),
    ("Bring", "Brought"),
    ("Build", "Built"),
    ("Buy", "Bought"),
    ("Choose", "Chosen"),
    ("Deal", "Dealt"),
    ("Do", "Done"),
    ("Draw", "Drawn"),
    ("Drive", "Driven"),
    ("Find", "Found"),
    ("Give", "Given"),
    ("Hear", "Heard"),
    ("Hide", "Hidden"),
    ("Hold", "Held"),
    ("Keep", "Kept"),
    ("Know", "Known"),
    ("Lay", "Laid"),
    ("Leave", "Left"),
    ("Lend", "Lent"),
    ("Let", "Let"),
    ("Lose", "Lost"),
    ("Make", "Made"),
    ("Meet", "Met"),
    ("Pay", "Paid"),
    ("Put", "Put"),
    ("Read", "Read"),
    ("Run", "Run"),
    ("Say", "Said"),
    ("See", "Seen"),
    ("Sell", "Sold"),
    ("Send", "Sent"),
    ("Set", "Set"),
    ("Show", "Shown"),
    ("Shut", "Shut"),
    ("Spend", "Spent"),
    ("Split", "Split"),
    ("Take", "Taken"),
    ("Tell", "Told"),
    ("Undo", "Undone"),
    ("Win", "Won"),
    ("Withdraw", "Withdrawn"),
    ("Withhold", "Withheld"),
    ("Write", "Written"),
    ("Un", "Undone"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_has_happened() {
        let shown = |name: &str| {
            let (verb, object) = happened(name);
            format!("{object}{verb}")
        };
        let names = [
            "CreateDirectDebit",
            "Pack",
            "Ship",
            "Book",
            "Cancel",
            "Notify",
            "PayOut",
            "Sign",
            "Do3",
            "FileDeed",
        ];
        let past = names.map(shown);
        assert_eq!(
            past,
            [
                "DirectDebitCreated",
                "Packed",
                "Shipped",
                "Booked",
                "Cancelled",
                "Notified",
                "PaidOut",
                "Signed",
                "Done3",
                "DeedFiled"
            ]
        );
    }

    #[test]
    fn some_names_tell_the_past_already() {
        assert!(tells_the_past("CardDeclined") && tells_the_past("OfferLost"));
        assert!(!tells_the_past("NoSeat") && !tells_the_past("Full"));
    }
}
