//! The two parsers that pest derives from one grammar: one that reads letters and is quick, and
//! one that reads text as it is written and whose words have names. The second is only asked where
//! the first failed, and what it expected there.

pub(super) mod reading {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/wfc.pest"]
    #[grammar = "../grammar/words.pest"]
    pub struct Reader;
}

pub(super) mod explaining {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/wfc.pest"]
    #[grammar = "../grammar/words-named.pest"]
    pub struct Explainer;
}

pub(super) use reading::{Reader, Rule};

#[cfg(test)]
mod tests {
    use super::explaining::{Explainer, Rule as Named};
    use pest::Parser;
    use std::collections::BTreeSet;

    #[test]
    fn both_forms_of_the_words_agree() {
        let words = |text: &str| -> BTreeSet<String> {
            let names =
                text.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim_end());
            names.filter(|name| name.starts_with("k_") || name.starts_with("e_")).map(str::to_owned).collect()
        };
        let named_text = include_str!("../../grammar/words-named.pest");
        let named = words(named_text);
        let letters = words(include_str!("../../grammar/words.pest"));
        assert!(named.len() > 80);
        assert_eq!(named.difference(&letters).next(), None);
        // A rule for one word is called like the word.
        for rule in &named {
            let word = &rule[2..];
            assert!(named_text.contains(&format!("{rule} = @{{ \"{word}\" ~ !w ~ s }}")), "{rule}");
        }
        // A letter for a word that nobody writes would do harm to those who use it as a name.
        for rule in letters.difference(&named) {
            assert!(named_text.contains(&format!("\"{}\"", &rule[2..])), "{rule}");
        }
    }

    #[test]
    fn reserved_words_are_those_of_the_grammar() {
        let words = include_str!("../../grammar/words-named.pest").split('"').skip(1).step_by(2);
        let parts: Vec<&str> = words
            .filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
            .collect();
        // Any two or three literals of the grammar, one behind the other, make up a reserved word.
        let pairs = parts.iter().flat_map(|one| parts.iter().map(move |two| format!("{one}{two}")));
        let triples = ["and", "any", "foreign", "notify", "none", "now", "not"].map(str::to_owned);
        for word in parts.iter().map(|word| (*word).to_owned()).chain(pairs).chain(triples) {
            let is_name = Explainer::parse(Named::name, &word).is_ok_and(|pairs| pairs.as_str() == word);
            assert_eq!(super::super::build::is_reserved(&word), !is_name, "{word}");
        }
    }
}
