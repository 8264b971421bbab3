//! Reading figures.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    analytics::{CurrentOverview, DayCount, StatusCounts},
    ports::StoreError,
    time::Day,
};

/// Reads figures of the scope's data tenant.
///
/// Promises: each method counts on one snapshot; absorbed leads are not counted, archived ones are;
/// the status counts add up to the overview's leads; a lead counts on the UTC day it was created on,
/// from its first instant to its last.
#[async_trait]
pub trait AnalyticsStore: Send + Sync {
    /// What leads and conversations come to now.
    async fn current_overview(&self, scope: TenantScope) -> Result<CurrentOverview, StoreError>;

    /// How many leads are in each status now.
    async fn status_counts(&self, scope: TenantScope) -> Result<StatusCounts, StoreError>;

    /// How many leads were created on each of these days, in the order asked for.
    async fn leads_created_on(&self, scope: TenantScope, days: &[Day]) -> Result<Vec<DayCount>, StoreError>;
}
