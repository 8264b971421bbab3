//! Numbers as JSON prints them.

use serde_json::Number;
use synaptiq_domain::money::Money;

/// An amount in units of the currency: an integer when whole, else with at most two decimals.
pub fn major_units(money: Money) -> Number {
    let minor = money.minor();
    if minor % 100 == 0 {
        Number::from(minor / 100)
    } else {
        Number::from_f64(money.major()).unwrap_or_else(|| Number::from(minor / 100))
    }
}

/// How sure an intent is, to two decimals.
pub fn confidence(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_amounts_are_integers_and_others_have_their_cents() {
        assert_eq!(major_units(Money::from_major(30_000)).to_string(), "30000");
        assert_eq!(major_units(Money::from_minor(123_450)).to_string(), "1234.5");
        assert_eq!(major_units(Money::from_minor(-5)).to_string(), "-0.05");
        assert_eq!(major_units(Money::default()).to_string(), "0");
    }

    #[test]
    fn confidence_has_two_decimals() {
        assert!((confidence(0.956_1) - 0.96).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn every_amount_that_can_be_given_reads_back(minor in 0i64..1_000_000_000_000) {
            let printed = major_units(Money::from_minor(minor));
            prop_assert_eq!(printed.as_f64().and_then(Money::from_units), Some(Money::from_minor(minor)));
        }
    }
}
