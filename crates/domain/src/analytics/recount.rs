//! Counters beside a count of all rows.

use crate::analytics::{CounterKey, DayFigures, Figures};

/// What a recount found, as of one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recount {
    /// How many rows were counted.
    pub rows: u64,
    /// How many counters there are.
    pub counters: u64,
    /// Every counter that is not what the rows say, in the order of keys.
    pub differences: Vec<Difference>,
}

/// A counter that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub key: CounterKey,
    /// What it says.
    pub stored: Figures,
    /// What the rows say.
    pub counted: Figures,
}

impl Difference {
    /// What has to be added to the counter to make it right.
    pub fn correction(&self) -> DayFigures {
        let mut figures = self.counted;
        figures -= &self.stored;
        DayFigures { key: self.key, figures }
    }
}
