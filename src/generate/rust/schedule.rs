//! `starts every …`: a call that says so to the runtime.

use super::body::duration;
use super::cron::Cron;
use crate::generate::text;

/// From the words of the specification: `every_cron({}, "0 3 * * *")`, with the name of the workflow to
/// come. What is no rhythm is said.
pub fn schedule(written: &str) -> Result<String, String> {
    if let Some(cron) = written.split('"').nth(1) {
        return match Cron::read(cron) {
            Ok(_) => Ok(format!("every_cron({{}}, {})", text::rust(cron))),
            Err(why) => Err(format!("`{cron}`, since {why},")),
        };
    }
    let word = written.split_whitespace().last().unwrap_or_default().trim_end_matches(';');
    let milliseconds = milliseconds(word).filter(|it| *it > 0).ok_or("a start every nothing")?;
    let (unit, count) = duration(milliseconds);
    Ok(format!("every({{}}, runtime::{unit}({count}))"))
}

/// `1h30m`
fn milliseconds(word: &str) -> Option<u64> {
    let mut rest = word;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let split = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at(split);
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, after) = behind.split_at(end);
        let length = match unit {
            "w" => 7 * 86_400_000,
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1000,
            "ms" => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = after;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_becomes_a_call_and_nonsense_is_told() {
        assert_eq!(milliseconds("1h30m"), Some(5_400_000));
        assert_eq!(milliseconds("2w"), Some(14 * 86_400_000));
        assert_eq!(milliseconds("250ms"), Some(250));
        let cron = schedule("starts every \"0 3 * * *\"");
        assert_eq!(cron.as_deref(), Ok("every_cron({}, \"0 3 * * *\")"));
        assert!(schedule("starts every 1d").is_ok_and(|call| call == "every({}, runtime::days(1))"));
        assert!(schedule("starts every \"now and then\"").is_err_and(|why| why.contains("5 fields, not 3")));
        assert!(schedule("starts every 0s").is_err());
    }
}
