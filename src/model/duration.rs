//! Durations as they are written in the language.

/// `1h30m` of so many milliseconds.
pub fn duration(milliseconds: u64) -> String {
    let mut rest = milliseconds;
    let mut text = String::new();
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if rest >= length {
            text += &format!("{}{unit}", rest / length);
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_written_as_in_the_language() {
        let written = [3 * 86_400_000, 5_400_000, 200, 0].map(duration);
        assert_eq!(written, ["3d", "1h30m", "200ms", "0s"]);
    }
}
