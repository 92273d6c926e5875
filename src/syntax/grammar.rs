//! The two parsers that pest derives from one grammar: a quick one that reads, and one whose words
//! have names, that is only asked what it expected when the quick one failed.

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
    #[test]
    fn both_forms_of_the_words_agree() {
        let rules = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with("//") && !line.is_empty());
            lines.map(|line| line.replace("= _{", "= @{")).collect()
        };
        let silent = rules(include_str!("../../grammar/words.pest"));
        let named = rules(include_str!("../../grammar/words-named.pest"));
        assert_eq!(silent, named.iter().map(|line| line.replace("= _{", "= @{")).collect::<Vec<_>>());
    }
}
