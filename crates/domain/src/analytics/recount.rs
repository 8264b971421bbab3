//! Counters beside a count of all rows.

use std::collections::BTreeSet;

use crate::analytics::{CounterKey, DayFigures, Figures, Tally};

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

impl Recount {
    /// What the counters say beside what the rows say. A counter that is zero is as good as none.
    pub fn compare(stored: &Tally, rows: u64, counted: &Tally) -> Self {
        let keys: BTreeSet<&CounterKey> = stored.keys().chain(counted.keys()).collect();
        let differences = keys
            .into_iter()
            .map(|key| Difference { key: *key, stored: stored.of(key), counted: counted.of(key) })
            .filter(|difference| difference.stored != difference.counted)
            .collect();
        Self { rows, counters: stored.keys().len() as u64, differences }
    }
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
