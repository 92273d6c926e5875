//! What the expressions of a specification reckon with.

use crate::flow::{Exit, Flow, broken};
use jiff::{SignedDuration, Timestamp, civil::Date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cmp::Ordering;
use std::time::Duration;

pub const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

pub const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// What is surely there: the workflow was checked to have looked.
pub fn present<T>(value: Option<T>, what: &str) -> Flow<T> {
    value.ok_or_else(|| Exit::Broken(format!("{what} is not there")))
}

/// A length of time to wait; a negative one is none.
pub fn length(time: SignedDuration) -> Duration {
    Duration::try_from(time).unwrap_or_default()
}

/// The first moment of a day.
pub fn start_of(date: Date) -> Timestamp {
    date.at(0, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map(|day| day.timestamp())
        .unwrap_or(Timestamp::MAX)
}

pub fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// A number of branches.
pub fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

/// Something that can be divided without falling over zero.
pub trait Divide<D> {
    type Quotient;
    fn divided(self, by: D) -> Option<Self::Quotient>;
}

impl Divide<Decimal> for Decimal {
    type Quotient = Decimal;
    fn divided(self, by: Decimal) -> Option<Decimal> {
        self.checked_div(by)
    }
}

impl Divide<Decimal> for SignedDuration {
    type Quotient = SignedDuration;
    fn divided(self, by: Decimal) -> Option<SignedDuration> {
        let millis = Decimal::from(i64::try_from(self.as_millis()).ok()?).checked_div(by)?;
        Some(SignedDuration::from_millis(millis.to_i64()?))
    }
}

impl Divide<SignedDuration> for SignedDuration {
    type Quotient = Decimal;
    fn divided(self, by: SignedDuration) -> Option<Decimal> {
        let millis = |time: SignedDuration| i64::try_from(time.as_millis()).ok().map(Decimal::from);
        millis(self)?.checked_div(millis(by)?)
    }
}

pub fn divide<A: Divide<B>, B>(value: A, by: B) -> Flow<A::Quotient> {
    value
        .divided(by)
        .ok_or_else(|| Exit::Broken("a division by zero, or a number too large".to_string()))
}

/// So many times as long.
pub fn times(time: SignedDuration, factor: Decimal) -> Flow<SignedDuration> {
    let millis = i64::try_from(time.as_millis()).ok().map(Decimal::from);
    let product =
        millis.and_then(|millis| millis.checked_mul(factor)).and_then(|product| product.to_i64());
    product.map(SignedDuration::from_millis).ok_or_else(too_large)
}

/// A moment, or a length of time, that so much is added to.
pub trait Later: Sized {
    type Sum;
    fn plus(self, time: SignedDuration) -> Option<Self::Sum>;
}

impl Later for Timestamp {
    type Sum = Timestamp;
    fn plus(self, time: SignedDuration) -> Option<Timestamp> {
        self.checked_add(time).ok()
    }
}

impl Later for Date {
    type Sum = Timestamp;
    fn plus(self, time: SignedDuration) -> Option<Timestamp> {
        start_of(self).checked_add(time).ok()
    }
}

impl Later for SignedDuration {
    type Sum = SignedDuration;
    fn plus(self, time: SignedDuration) -> Option<SignedDuration> {
        self.checked_add(time)
    }
}

pub fn later<L: Later>(moment: L, time: SignedDuration) -> Flow<L::Sum> {
    moment.plus(time).ok_or_else(too_large)
}

pub fn earlier<L: Later>(moment: L, time: SignedDuration) -> Flow<L::Sum> {
    moment.plus(-time).ok_or_else(too_large)
}

/// A day or a moment, as a moment.
pub trait Moment {
    fn moment(self) -> Timestamp;
}

impl Moment for Timestamp {
    fn moment(self) -> Timestamp {
        self
    }
}

impl Moment for Date {
    fn moment(self) -> Timestamp {
        start_of(self)
    }
}

/// How long it is from the second to the first.
pub fn between(end: impl Moment, start: impl Moment) -> Flow<SignedDuration> {
    Ok(end.moment().duration_since(start.moment()))
}

fn too_large() -> Exit {
    Exit::Broken("a number or a time is too large".to_string())
}

/// A value of any type.
pub fn to_any(value: &impl Serialize) -> Flow<Value> {
    serde_json::to_value(value).map_err(|error| broken("a value", error))
}

/// A value of any type as one of this type.
pub fn from_any<T: DeserializeOwned>(value: Value) -> Flow<T> {
    serde_json::from_value(value).map_err(|error| broken("a value", error))
}

/// The order of two values of any type: both numbers, or both texts.
pub fn compare(one: Value, other: Value) -> Flow<Ordering> {
    if let (Value::String(one), Value::String(other)) = (&one, &other) {
        return Ok(one.cmp(other));
    }
    let order = from_any::<Decimal>(one)?.cmp(&from_any(other)?);
    Ok(order)
}

/// A field of a value of any type; nothing where there is none.
pub fn field(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_type_have_an_order_where_they_are_alike() {
        use serde_json::json;
        assert_eq!(compare(json!(2), json!(10)).ok(), Some(Ordering::Less));
        assert_eq!(compare(json!(2.5), json!("2.5")).ok(), Some(Ordering::Equal));
        assert_eq!(compare(json!("b"), json!("a")).ok(), Some(Ordering::Greater));
        assert!(compare(json!(1), json!(null)).is_err());
    }

    #[test]
    fn nothing_falls_over_zero() {
        assert_eq!(divide(Decimal::new(6, 0), Decimal::new(4, 0)).ok(), Some(Decimal::new(15, 1)));
        assert!(divide(Decimal::ONE, Decimal::ZERO).is_err());
        let hour = SignedDuration::from_hours(1);
        assert_eq!(divide(hour, Decimal::TWO).ok(), Some(SignedDuration::from_mins(30)));
        assert_eq!(times(hour, Decimal::new(25, 1)).ok(), Some(SignedDuration::from_mins(150)));
        assert!(later(Timestamp::MAX, hour).is_err());
    }
}
