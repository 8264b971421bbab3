//! Rates and averages in steps of a power of ten.
//!
//! They are rounded in integers, so that no figure depends on how a fraction is held, and a figure that is
//! made of a rounded one is made of exactly what was printed.

use std::fmt;

/// A number with so many decimal places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    steps: i64,
    places: u32,
}

impl Decimal {
    /// Nothing, with so many places.
    pub const fn zero(places: u32) -> Self {
        Self { steps: 0, places }
    }

    /// `part ÷ whole`, rounded to so many places, halves away from zero; `None` over zero.
    pub fn quotient(part: impl Into<i128>, whole: impl Into<i128>, places: u32) -> Option<Self> {
        let (part, whole) = (part.into(), whole.into());
        if whole == 0 {
            return None;
        }
        let (part, size) = (part * whole.signum(), whole.abs());
        let twice = 2 * part * 10_i128.pow(places);
        let steps = (twice + part.signum() * size) / (2 * size);
        let beyond = if steps < 0 { i64::MIN } else { i64::MAX };
        Some(Self { steps: i64::try_from(steps).unwrap_or(beyond), places })
    }

    /// How many steps of the last place it is: 751 for 0.0751 with four places.
    pub const fn steps(self) -> i64 {
        self.steps
    }

    /// The same share in percent: 7.51 for 0.0751.
    #[must_use]
    pub const fn percent(self) -> Self {
        match self.places {
            0 => Self { steps: self.steps.saturating_mul(100), places: 0 },
            1 => Self { steps: self.steps.saturating_mul(10), places: 0 },
            places => Self { steps: self.steps, places: places - 2 },
        }
    }

    /// The nearest floating-point number, which prints with these very digits.
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^53")]
    pub fn value(self) -> f64 {
        self.steps as f64 / 10_i64.pow(self.places) as f64
    }
}

/// All of its places: `0.620`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size, one) =
            (if self.steps < 0 { "-" } else { "" }, self.steps.unsigned_abs(), 10_u64.pow(self.places));
        let (whole, rest, places) = (size / one, size % one, self.places as usize);
        if places == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{rest:0places$}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_rounded_half_away_from_zero() {
        for (part, whole, places, printed, value) in [
            (67, 892, 4, "0.0751", 0.0751),
            (62, 100, 3, "0.620", 0.62),
            (62, 18_420, 5, "0.00337", 0.003_37),
            (1, 8, 2, "0.13", 0.13),
            (-1, 8, 2, "-0.13", -0.13),
            (-1, 3, 2, "-0.33", -0.33),
            (1, -3, 2, "-0.33", -0.33),
            (0, 5, 4, "0.0000", 0.0),
            (7, 2, 0, "4", 4.0),
            (i64::MAX, 1, 1, "922337203685477580.7", 922_337_203_685_477_600.0),
        ] {
            let quotient = Decimal::quotient(part, whole, places).expect("a divisor");
            assert_eq!((quotient.to_string().as_str(), quotient.value()), (printed, value), "{part} ÷ {whole}");
        }
        assert_eq!(Decimal::quotient(5, 0, 2), None);
    }

    #[test]
    fn a_share_in_percent_has_two_places_fewer() {
        for (places, share, percent) in [(4, "0.0751", "7.51"), (2, "0.08", "8"), (1, "0.1", "10"), (0, "0", "0")] {
            let quotient = Decimal::quotient(67, 892, places).expect("a divisor");
            assert_eq!((quotient.to_string().as_str(), quotient.percent().to_string().as_str()), (share, percent));
        }
    }
}
