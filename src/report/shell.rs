//! Words as a shell takes them, for commands that are printed to be run.

/// The word as it is, or in single quotes where a shell would read more into it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/.,:_-+@%=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_what_a_shell_would_read_is_quoted() {
        assert_eq!(quoted("a/b-c.wfc:3:1"), "a/b-c.wfc:3:1");
        assert_eq!(quoted("my orders.wfc:3"), "'my orders.wfc:3'");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
    }
}
