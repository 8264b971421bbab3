//! Amounts of money in minor units, so that sums and comparisons are exact.

use serde::{Deserialize, Serialize};

/// An amount in the tenant's currency, in minor units (cents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// So many minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// So many whole units of the currency.
    pub const fn from_major(major: i64) -> Self {
        Self(major.saturating_mul(100))
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The amount in units of the currency, as JSON prints it.
    #[expect(clippy::cast_precision_loss, reason = "amounts beyond 2^53 cents are not deal sizes")]
    pub fn major(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// The amount in units as a JSON number: whole where it is whole.
    pub fn json(self) -> serde_json::Value {
        if self.0 % 100 == 0 { (self.0 / 100).into() } else { self.major().into() }
    }

    /// The amount of units with a fraction, rounded to the minor unit; `None` if it is not finite,
    /// negative, or beyond 10¹³ units.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
    pub fn from_units(units: f64) -> Option<Self> {
        (units.is_finite() && (0.0..=1e13).contains(&units)).then(|| Self((units * 100.0).round() as i64))
    }

    /// So many times the amount.
    #[must_use]
    pub const fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count as i64))
    }
}

/// A JSON object with its keys in the order given.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
