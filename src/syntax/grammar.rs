//! The two parsers that pest derives from one grammar: one that reads tidy text and is quick, and
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

pub(super) type Pair<'i> = pest::iterators::Pair<'i, Rule>;

#[cfg(test)]
mod tests {
    use super::explaining::{Explainer, Rule as Named};
    use pest::Parser;

    #[test]
    fn both_forms_of_the_words_agree() {
        // Each word and sign by its rule's name, and whether a `-` may follow at once.
        let words = |text: &str| -> Vec<(String, String)> {
            let lines = text.lines().take_while(|line| !line.starts_with("// ----"));
            let rules = lines.filter_map(|line| line.split_once(" = "));
            let rules = rules.filter(|(name, _)| !matches!(*name, "s" | "w" | "doc" | "string"));
            let rules = rules.filter(|(name, _)| !name.trim_end().ends_with("name"));
            let rules = rules.filter(|(name, _)| !matches!(name.trim_end(), "label" | "path" | "primary"));
            let literal = |body: &str| body.split('"').nth(1).unwrap().trim().to_owned();
            rules.map(|(name, body)| (name.to_owned(), literal(body))).collect()
        };
        let tidy = words(include_str!("../../grammar/words.pest"));
        let named = words(include_str!("../../grammar/words-named.pest"));
        assert!(named.len() > 80);
        assert_eq!(tidy, named);
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
