//! Reading figures.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    analytics::{CurrentOverview, DayCount, DayFigures, Recount, StatusCounts},
    event::{Activity, ActivityQuery},
    paging::Page,
    ports::StoreError,
    time::Day,
};

/// Reads figures of the scope's data tenant.
///
/// Promises: each method counts on one snapshot; absorbed leads are not counted, archived ones are;
/// the status counts add up to the overview's leads; a lead counts on the UTC day it was created on,
/// from its first instant to its last; daily figures are those of the commit before the answer and
/// equal a recount of the rows at every moment; the feed agrees with [`ActivityQuery::matches`], newest
/// first.
#[async_trait]
pub trait AnalyticsStore: Send + Sync {
    /// What leads and conversations come to now.
    async fn current_overview(&self, scope: TenantScope) -> Result<CurrentOverview, StoreError>;

    /// How many leads are in each status now.
    async fn status_counts(&self, scope: TenantScope) -> Result<StatusCounts, StoreError>;

    /// How many leads were created on each of these days, in the order asked for.
    async fn leads_created_on(&self, scope: TenantScope, days: &[Day]) -> Result<Vec<DayCount>, StoreError>;

    /// The counters of the days from `first` to `last`, both included, in the order of their keys.
    /// Counters that are zero may be left out.
    async fn daily_figures(&self, scope: TenantScope, first: Day, last: Day) -> Result<Vec<DayFigures>, StoreError>;

    /// A part of the activity feed.
    async fn list_activity(&self, scope: TenantScope, query: &ActivityQuery) -> Result<Page<Activity>, StoreError>;

    /// Counts all rows again beside the counters, as of one moment.
    async fn recount(&self, scope: TenantScope) -> Result<Recount, StoreError>;

    /// Adds to counters, which makes them right by the differences of a recount whatever was committed
    /// since.
    async fn adjust_counters(&self, scope: TenantScope, by: &[DayFigures]) -> Result<(), StoreError>;

    /// The secret that the anonymous visitors of a day are named with: 32 bytes, kept in the
    /// database alone and made of `fresh` the first time the day is asked for.
    async fn visit_key(&self, day: Day, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;

    /// Deletes the secrets of the days before this one: from then on nothing ties their anonymous
    /// visitors to anybody.
    async fn delete_visit_keys(&self, before: Day) -> Result<(), StoreError>;
}
