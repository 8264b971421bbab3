//! Reading figures.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    analytics::{CurrentOverview, DayCount, StatusCounts},
    id::Id,
    lead::Lead,
    ports::{StoreError, store::AnalyticsStore},
    time::Day,
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl AnalyticsStore for MemoryStore {
    async fn current_overview(&self, scope: TenantScope) -> Result<CurrentOverview, StoreError> {
        let rows = self.read()?;
        let conversations = || rows.conversations.of_tenant(scope.data());
        Ok(CurrentOverview {
            leads: rows.counted(scope.data()).count() as u64,
            ever_qualified: rows.counted(scope.data()).filter(|lead| lead.qualified_at.is_some()).count() as u64,
            conversations: conversations().count() as u64,
            messages: conversations().map(|conversation| u64::from(conversation.message_count)).sum(),
        })
    }

    async fn status_counts(&self, scope: TenantScope) -> Result<StatusCounts, StoreError> {
        Ok(self.read()?.counted(scope.data()).map(|lead| (lead.status, 1)).collect())
    }

    async fn leads_created_on(&self, scope: TenantScope, days: &[Day]) -> Result<Vec<DayCount>, StoreError> {
        let rows = self.read()?;
        let created_on = |day| rows.counted(scope.data()).filter(|lead| lead.created_at.day() == day).count() as u64;
        Ok(days.iter().map(|day| DayCount { day: *day, count: created_on(*day) }).collect())
    }
}

impl Rows {
    /// The leads that figures count: all but the absorbed ones.
    pub(super) fn counted(&self, tenant: Id<Tenant>) -> impl Iterator<Item = &Lead> {
        self.leads.of_tenant(tenant).filter(|lead| lead.merged_into.is_none())
    }
}
