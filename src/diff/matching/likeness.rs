//! How much two names, or two sets of things, have in common: from 0 to 100.

use std::collections::BTreeSet;

/// By the pairs of letters that stand beside each other, without regard to case.
pub fn of_names(a: &str, b: &str) -> u32 {
    if a == b {
        return 100;
    }
    of_sets(&bigrams(a), &bigrams(b))
}

/// Twice what is in both, of all there is; nothing in common where both are empty.
pub fn of_sets<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> u32 {
    (200 * a.intersection(b).count()).checked_div(a.len() + b.len()).unwrap_or(0) as u32
}

fn bigrams(name: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).map(|two| (two[0], two[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike_is_alike() {
        assert_eq!(of_names("Charge", "Charge"), 100);
        assert!(of_names("Charge", "ChargeCard") > 70);
        assert!(of_names("orderPlaced", "order_placed") > 99);
        assert!(of_names("Charge", "Ship") < 20);
        assert_eq!(of_names("a", "b"), 0);
    }
}
