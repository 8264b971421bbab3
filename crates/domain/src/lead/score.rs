//! The whole numbers of scoring: scores 0–100, weights and grades in percent.

use serde::{Deserialize, Serialize};

macro_rules! percent {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        pub struct $name(u8);

        impl $name {
            /// The number, if it is 0 to 100.
            pub const fn new(value: u8) -> Option<Self> {
                if value <= 100 { Some(Self(value)) } else { None }
            }

            /// The number, moved to the nearest end of 0 to 100.
            pub const fn clamped(value: i64) -> Self {
                if value < 0 {
                    Self(0)
                } else if value > 100 {
                    Self(100)
                } else {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100 here")]
                    let value = value as u8;
                    Self(value)
                }
            }

            /// The number.
            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl TryFrom<u8> for $name {
            type Error = &'static str;

            fn try_from(value: u8) -> Result<Self, Self::Error> {
                Self::new(value).ok_or("must be 0 to 100")
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

percent! {
    /// How likely a lead is to buy, 0 to 100.
    Score
}
percent! {
    /// How much a criterion counts, in percent of the score.
    Weight
}
percent! {
    /// How well a criterion is met, in whole percent.
    Grade
}

impl Grade {
    /// The criterion is not met at all.
    pub const NONE: Self = Self(0);
    /// The criterion is met in full.
    pub const FULL: Self = Self(100);
}
