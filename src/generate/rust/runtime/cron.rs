//! The words of cron: `minute hour day month weekday`.

/// When something is done again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<bool>,
    hours: Vec<bool>,
    days: Vec<bool>,
    months: Vec<bool>,
    weekdays: Vec<bool>,
    /// Where both a day and a weekday are named, either is enough, as cron has always had it.
    either_day: bool,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Cron {
    /// Reads five fields, or a word such as `@daily`.
    pub fn read(text: &str) -> Result<Cron, String> {
        let text = match text.trim() {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            text => text,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(format!("cron has 5 fields, not {}", fields.len()));
        };
        // Sunday is 0 and 7.
        let mut week = field(weekdays, 0, 7, &WEEKDAYS)?;
        week[0] |= week[7];
        Ok(Cron {
            minutes: field(minutes, 0, 59, &[])?,
            hours: field(hours, 0, 23, &[])?,
            days: field(days, 1, 31, &[])?,
            months: field(months, 1, 12, &MONTHS)?,
            weekdays: week,
            either_day: !days.starts_with('*') && !weekdays.starts_with('*'),
        })
    }

    /// Whether a day counts: its month and day from 1, its weekday from Sunday, 0.
    pub fn is_day(&self, month: usize, day: usize, weekday: usize) -> bool {
        let has = |list: &[bool], at: usize| list.get(at).copied().unwrap_or(false);
        let (by_day, by_weekday) = (has(&self.days, day), has(&self.weekdays, weekday));
        let is_day = if self.either_day { by_day || by_weekday } else { by_day && by_weekday };
        has(&self.months, month) && is_day
    }

    /// The first minute of a day that counts, at or behind this one.
    pub fn minute_from(&self, minute: usize) -> Option<usize> {
        (minute..24 * 60).find(|at| self.hours[at / 60] && self.minutes[at % 60])
    }
}

/// `*`, `5`, `1-5`, `*/15`, `mon-fri`, and several of them with commas.
fn field(text: &str, least: usize, most: usize, names: &[&str]) -> Result<Vec<bool>, String> {
    let mut found = vec![false; most + 1];
    for part in text.split(',') {
        let wrong = || format!("`{part}` is no part of cron");
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().map_err(|_| wrong())?),
            None => (part, 1),
        };
        let position = |text: &str| names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let number = |text: &str| match position(text) {
            Some(at) => Ok(at + least),
            None => text.parse::<usize>().map_err(|_| wrong()),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        if step == 0 || from < least || to > most || from > to {
            return Err(wrong());
        }
        (from..=to).step_by(step).for_each(|at| found[at] = true);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Cron;

    #[test]
    fn fields_are_read_as_cron_reads_them() {
        let cron = Cron::read("*/15 9-17 * jan,mar-apr mon-fri").expect("this is cron");
        assert_eq!(cron.minute_from(0), Some(9 * 60));
        assert_eq!(cron.minute_from(17 * 60 + 31), Some(17 * 60 + 45));
        assert_eq!(cron.minute_from(17 * 60 + 46), None);
        assert!(cron.is_day(3, 1, 1) && !cron.is_day(2, 1, 1) && !cron.is_day(3, 1, 0));
        let either = Cron::read("0 0 13 * 5").expect("this is cron");
        assert!(either.is_day(1, 13, 1) && either.is_day(1, 2, 5) && !either.is_day(1, 2, 4));
        let sunday = Cron::read("0 0 * * 7").expect("this is cron");
        assert!(sunday.is_day(1, 1, 0) && !sunday.is_day(1, 1, 1));
        assert_eq!(Cron::read("@daily"), Cron::read("0 0 * * *"));
        assert_eq!(Cron::read("5/20 * * * *").expect("this is cron").minute_from(6), Some(25));
    }

    #[test]
    fn what_is_not_cron_is_said() {
        for text in ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "x * * * *"] {
            assert!(Cron::read(text).is_err(), "{text}");
        }
        for text in ["*/0 * * * *", "5-1 * * * *", "* * * 13 *", "* * * * 8", "1,,2 * * * *"] {
            assert!(Cron::read(text).is_err(), "{text}");
        }
    }
}
