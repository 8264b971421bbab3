//! Figures kept per day.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    analytics::{DayFigures, Recount},
    ports::StoreError,
    time::Day,
};

/// Reads the daily counters of the scope's data tenant, and proves them.
///
/// Promises: the counters are those of the last commit before the answer; at every moment they equal
/// a count of all rows, whatever was committed: creations, late scores, transitions, merges, deletions,
/// history added in any order.
#[async_trait]
pub trait CounterStore: Send + Sync {
    /// The counters of the days from `first` to `last`, both included, in the order of their keys.
    /// Counters that are zero may be left out.
    async fn daily_figures(&self, scope: TenantScope, first: Day, last: Day) -> Result<Vec<DayFigures>, StoreError>;

    /// Counts all rows again beside the counters, as of one moment.
    async fn recount(&self, scope: TenantScope) -> Result<Recount, StoreError>;

    /// Adds to counters, which makes them right by the differences of a recount whatever was committed
    /// since.
    async fn adjust_counters(&self, scope: TenantScope, by: &[DayFigures]) -> Result<(), StoreError>;
}
