//! Fractions, exact or not at all: what does not fit is `None`, and then nothing is decided.

use std::cmp::Ordering;

/// A fraction in lowest terms, with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    over: i64,
    under: i64,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio { over: 0, under: 1 };
    pub const ONE: Ratio = Ratio { over: 1, under: 1 };

    fn new(over: i128, under: i128) -> Option<Ratio> {
        let divisor = gcd(over.unsigned_abs(), under.unsigned_abs());
        let sign = if under < 0 { -1 } else { 1 };
        let divisor = i128::try_from(divisor).ok().filter(|divisor| *divisor != 0)? * sign;
        let (over, under) = (over / divisor, under / divisor);
        let under = i64::try_from(under).ok().filter(|under| *under > 0)?;
        Some(Ratio { over: i64::try_from(over).ok()?, under })
    }

    pub fn whole(number: i64) -> Ratio {
        Ratio { over: number, under: 1 }
    }

    /// `12.5`
    pub fn parse(text: &str) -> Option<Ratio> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits: i128 = format!("{whole}{part}").parse().ok()?;
        let under = 10i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        Ratio::new(digits, under)
    }

    pub fn plus(self, other: Ratio) -> Option<Ratio> {
        let (a, b) = (i128::from(self.over), i128::from(other.over));
        let (c, d) = (i128::from(self.under), i128::from(other.under));
        Ratio::new(a * d + b * c, c * d)
    }

    pub fn times(self, other: Ratio) -> Option<Ratio> {
        Ratio::new(
            i128::from(self.over) * i128::from(other.over),
            i128::from(self.under) * i128::from(other.under),
        )
    }

    pub fn negative(self) -> Option<Ratio> {
        self.times(Ratio::whole(-1))
    }

    /// One by it; nothing for zero.
    pub fn inverse(self) -> Option<Ratio> {
        Ratio::new(i128::from(self.under), i128::from(self.over))
    }

    pub fn halfway_to(self, other: Ratio) -> Option<Ratio> {
        self.plus(other)?.times(Ratio { over: 1, under: 2 })
    }

    /// The next whole number below it, or itself.
    pub fn floor(self) -> Ratio {
        Ratio::whole(self.over.div_euclid(self.under))
    }

    pub fn is_whole(self) -> bool {
        self.under == 1
    }

    /// As it would be written: `12.5`, or `1/3`.
    pub fn words(self) -> String {
        let tens = [1i64, 10, 100, 1000, 10_000].into_iter().find(|tens| tens % self.under == 0);
        match tens {
            Some(1) => self.over.to_string(),
            Some(tens) => {
                let digits = i128::from(self.over) * i128::from(tens / self.under);
                let sign = if digits < 0 { "-" } else { "" };
                let (digits, tens) = (digits.unsigned_abs(), tens.unsigned_abs() as u128);
                let width = tens.ilog10() as usize;
                format!("{sign}{}.{:0width$}", digits / tens, digits % tens)
            }
            None => format!("{}/{}", self.over, self.under),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let (left, right) = (
            i128::from(self.over) * i128::from(other.under),
            i128::from(other.over) * i128::from(self.under),
        );
        left.cmp(&right)
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}
