//! What the shape of a configuration cannot say: rules that exist, patterns that are some, days of the
//! calendar, reasons that say something.

use super::file::{Allowance, File, Many, Rules};
use super::known;
use super::mistake::Mistake;
use super::spanned::Spanned;
use crate::project::patterns::Patterns;

pub fn check(file: &File) -> Vec<Mistake> {
    let mut found = Vec::new();
    patterns(&file.exclude, &mut found);
    rules(&file.rules, &mut found);
    for part in &file.overrides.0 {
        patterns(&part.paths, &mut found);
        rules(&part.rules, &mut found);
    }
    for system in &file.systems.0 {
        patterns(&system.files, &mut found);
    }
    for allowance in &file.allow.0 {
        allow(allowance, &mut found);
    }
    at_least_one(file.budgets.max_states, "at least one state must be kept", &mut found);
    at_least_one(file.verify.max_states, "at least one state must be looked at", &mut found);
    at_least_one(file.budgets.attempts, "at least one call must be allowed", &mut found);
    found
}

fn at_least_one(number: Option<Spanned<u32>>, message: &str, found: &mut Vec<Mistake>) {
    if let Some(number) = number.filter(|number| number.value == 0) {
        found.push(Mistake::new(number.span, message));
    }
}

fn patterns(patterns: &Many<Spanned<String>>, found: &mut Vec<Mistake>) {
    for pattern in &patterns.0 {
        if let Err(wrong) = Patterns::new([pattern.value.as_str()]) {
            let message = format!("`{}` is no pattern of paths: {}", pattern.value, wrong.why);
            found.push(Mistake::new(pattern.span, message));
        }
    }
}

fn rules(rules: &Rules, found: &mut Vec<Mistake>) {
    found.extend(rules.0.iter().filter_map(|(name, _)| known::mistake(name)));
}

fn allow(allow: &Allowance, found: &mut Vec<Mistake>) {
    found.extend(known::mistake(&allow.rule));
    patterns(&allow.files, found);
    if allow.because.value.trim().is_empty() {
        let mistake = Mistake::new(allow.because.span, "the reason says nothing");
        found.push(mistake.help("write why this is accepted"));
    }
    if let Some(until) = allow.until.as_ref().filter(|until| !is_day(&until.value)) {
        let mistake = Mistake::new(until.span, format!("`{}` is no day", until.value));
        found.push(mistake.help("a day is written like this: 2027-06-30"));
    }
}

/// `2027-06-30`
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, length: usize| {
        let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=length).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for day in ["2027-06-30", "2028-02-29", "2000-02-29"] {
            assert!(is_day(day), "{day}");
        }
        for day in ["2027-06-31", "2027-02-29", "1900-02-29", "2027-13-01", "27-06-30", "2027-6-3", "soon"] {
            assert!(!is_day(day), "{day}");
        }
    }
}
