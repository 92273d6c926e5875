//! Workflows that begin by the clock: each moment begins one run, whoever serves then. Moments are counted
//! in UTC, and a run is called after its moment, so that it begins once.

use crate::cron::Cron;
use crate::values::start_of;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// When a workflow begins.
#[derive(Clone, Debug)]
pub enum Every {
    /// Each time so much has passed, counted from the beginning of 1970.
    Time(Duration),
    Cron(Cron),
}

/// How many moments that nobody served begin a run afterwards; of more, the newest.
const CATCH_UP: usize = 100;

/// Looked for no further than this: the 29th of February may be eight years away.
const DAYS: i64 = 366 * 9;

impl Every {
    /// By the words of cron.
    pub fn cron(text: &str) -> Result<Every, String> {
        Cron::read(text).map(Every::Cron)
    }

    /// The first moment behind this one.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Every::Time(time) => {
                let step = i64::try_from(time.as_millis()).ok().filter(|step| *step > 0)?;
                let passed = after.as_millisecond().div_euclid(step);
                Timestamp::from_millisecond(passed.checked_add(1)?.checked_mul(step)?).ok()
            }
            Every::Cron(cron) => {
                let from = after
                    .checked_add(SignedDuration::from_mins(1))
                    .ok()?
                    .to_zoned(jiff::tz::TimeZone::UTC);
                let (today, time) = (from.date(), from.time());
                let minute =
                    usize::try_from(i16::from(time.hour()) * 60 + i16::from(time.minute())).ok()?;
                (0..DAYS).find_map(|ahead| {
                    let day = today.checked_add(jiff::Span::new().days(ahead)).ok()?;
                    let at = |number: i8| usize::try_from(number).unwrap_or_default();
                    let weekday = at(day.weekday().to_sunday_zero_offset());
                    if !cron.is_day(at(day.month()), at(day.day()), weekday) {
                        return None;
                    }
                    let minute = cron.minute_from(if ahead == 0 { minute } else { 0 })?;
                    start_of(day)
                        .checked_add(SignedDuration::from_mins(i64::try_from(minute).ok()?))
                        .ok()
                })
            }
        }
    }

    /// The moments behind one, up to another.
    pub fn between(&self, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let mut found = Vec::new();
        let mut last = after;
        while let Some(next) = self.next(last).filter(|next| *next <= until) {
            found.push(next);
            last = next;
            if found.len() > 2 * CATCH_UP {
                found.drain(..CATCH_UP);
            }
        }
        found.split_off(found.len().saturating_sub(CATCH_UP))
    }
}

/// What the run of a moment is called.
pub fn run_at(workflow: &str, moment: Timestamp) -> String {
    format!("{workflow}-{moment}")
}

/// The last moment that has begun a run, going by their names.
pub fn last_of<'r>(workflow: &str, runs: impl Iterator<Item = &'r String>) -> Option<Timestamp> {
    let moments =
        runs.filter_map(|run| run.strip_prefix(workflow)?.strip_prefix('-')?.parse().ok());
    moments.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("this is a moment")
    }

    #[test]
    fn the_next_moment_is_found() {
        let nightly = Every::cron("0 3 * * *").expect("this is cron");
        assert_eq!(nightly.next(at("2027-02-28T03:00:00Z")), Some(at("2027-03-01T03:00:00Z")));
        assert_eq!(nightly.next(at("2027-02-28T02:59:59Z")), Some(at("2027-02-28T03:00:00Z")));
        let leap = Every::cron("30 12 29 2 *").expect("this is cron");
        assert_eq!(leap.next(at("2097-01-01T00:00:00Z")), Some(at("2104-02-29T12:30:00Z")));
        let never = Every::cron("0 0 31 2 *").expect("this is cron");
        assert_eq!(never.next(at("2027-01-01T00:00:00Z")), None);
        let daily = Every::Time(Duration::from_secs(86_400));
        assert_eq!(daily.next(at("2027-01-01T00:00:00Z")), Some(at("2027-01-02T00:00:00Z")));
        assert_eq!(Every::Time(Duration::ZERO).next(at("2027-01-01T00:00:00Z")), None);
    }

    #[test]
    fn moments_that_nobody_served_begin_afterwards_and_not_all_of_them() {
        let hourly = Every::cron("@hourly").expect("this is cron");
        let runs = [
            "W-2027-01-01T03:00:00Z".to_string(),
            "W-x".to_string(),
            "V-2028-01-01T00:00:00Z".to_string(),
        ];
        let last = last_of("W", runs.iter()).expect("there was one");
        let missed = hourly.between(last, at("2027-01-01T05:30:00Z"));
        assert_eq!(missed, [at("2027-01-01T04:00:00Z"), at("2027-01-01T05:00:00Z")]);
        let many = hourly.between(last, at("2028-01-01T00:00:00Z"));
        assert_eq!((many.len(), many.last()), (CATCH_UP, Some(&at("2028-01-01T00:00:00Z"))));
        assert_eq!(run_at("W", last), runs[0]);
    }
}
