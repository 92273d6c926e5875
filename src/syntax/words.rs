//! The letter that stands for each word of the language, as `grammar/words.pest` has it.

/// Where the letters of words begin. Names have letters below.
const FIRST: u16 = 0x100;

/// The letter of a word; none if it is no word of the language.
pub(super) fn letter(word: &[u8]) -> Option<char> {
    if word.len() < 2 || word.len() > LONGEST || !word[0].is_ascii_lowercase() {
        return None;
    }
    let mut slot = slot(word);
    loop {
        match TABLE[slot] {
            0 => return None,
            entry => {
                let known = &WORDS[usize::from(entry) - 1];
                if known.name == word {
                    return char::from_u32(u32::from(known.letter));
                }
            }
        }
        slot = (slot + 1) % N_SLOTS;
    }
}

#[derive(Clone, Copy)]
struct Word {
    name: &'static [u8],
    letter: u16,
}

const GRAMMAR: &[u8] = include_bytes!("../../grammar/words.pest");

/// Far more than there are words, so that most names meet an empty place at once.
const N_SLOTS: usize = 1024;

const N_WORDS: usize = words().1;

static WORDS: [Word; N_WORDS] = {
    let (found, n) = words();
    let mut all = [Word { name: b"", letter: 0 }; N_WORDS];
    let mut at = 0;
    while at < n {
        all[at] = found[at];
        at += 1;
    }
    all
};

const LONGEST: usize = {
    let (found, n) = words();
    let mut longest = 0;
    let mut at = 0;
    while at < n {
        if found[at].name.len() > longest {
            longest = found[at].name.len();
        }
        at += 1;
    }
    longest
};

/// The number of each word, counted from 1, at its place or at the next that was free.
static TABLE: [u8; N_SLOTS] = {
    let (found, n) = words();
    let mut table = [0; N_SLOTS];
    let mut at = 0;
    while at < n {
        let mut slot = slot(found[at].name);
        while table[slot] != 0 {
            slot = (slot + 1) % N_SLOTS;
        }
        at += 1;
        table[slot] = at as u8;
    }
    table
};

const fn slot(word: &[u8]) -> usize {
    let first = word[0] as usize;
    let second = word[1] as usize;
    let last = word[word.len() - 1] as usize;
    (word.len() * 131 + first * 35 + second * 11 + last * 71) % N_SLOTS
}

/// The words that the grammar has: what stands behind `k_` or `e_` at the beginning of a line. So many
/// that a number of one byte tells them apart.
const fn words() -> ([Word; 255], usize) {
    let mut all = [Word { name: b"", letter: 0 }; 255];
    let mut n = 0;
    let mut at = 0;
    while at + 2 < GRAMMAR.len() {
        let begins_line = at == 0 || GRAMMAR[at - 1] == b'\n';
        if begins_line && matches!(GRAMMAR[at], b'k' | b'e') && GRAMMAR[at + 1] == b'_' {
            let (name, end) = until(at + 2, b' ');
            let (_, brace) = until(end, b'{');
            // The first brace is the rule's, the second that of the letter.
            let (digits, end) = until(until(brace + 1, b'{').1 + 1, b'}');
            all[n] = Word { name, letter: hexadecimal(digits) };
            assert!(all[n].letter >= FIRST);
            n += 1;
            at = end;
        }
        at += 1;
    }
    (all, n)
}

const fn until(from: usize, stop: u8) -> (&'static [u8], usize) {
    let mut end = from;
    while GRAMMAR[end] != stop {
        end += 1;
    }
    (GRAMMAR.split_at(end).0.split_at(from).1, end)
}

const fn hexadecimal(digits: &[u8]) -> u16 {
    let mut value = 0;
    let mut at = 0;
    while at < digits.len() {
        // Anything but a small hexadecimal digit is too small, and does not compile.
        let digit = if digits[at].is_ascii_digit() { digits[at] - b'0' } else { digits[at] - b'a' + 10 };
        value = value * 16 + digit as u16;
        at += 1;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_letter_of_its_own() {
        let mut letters: Vec<u16> = WORDS.iter().map(|word| word.letter).collect();
        for word in &WORDS {
            assert_eq!(letter(word.name), char::from_u32(u32::from(word.letter)));
            // So that a grammar can ask for the first letter of a word.
            assert_eq!((word.letter - FIRST) / 32, u16::from(word.name[0] - b'a'));
        }
        letters.dedup();
        assert_eq!(letters.len(), N_WORDS);
        assert!(letters.is_sorted() && N_WORDS > 90);
    }

    #[test]
    fn other_names_have_none() {
        for name in ["", "x", "stepp", "ste", "Step", "order", "irreversibles", "_"] {
            assert_eq!(letter(name.as_bytes()), None, "{name}");
        }
    }
}
