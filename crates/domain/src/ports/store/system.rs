//! Work that belongs to no request: deliveries, sweeping, tenants, settings of the installation.

use async_trait::async_trait;

use crate::{
    access::{ApiKey, SystemScope, Tenant, TenantScope},
    conversation::Conversation,
    id::Id,
    ports::StoreError,
    time::Timestamp,
    webhook::{Delivery, Endpoint},
};

/// A delivery that is due, leased to whoever claimed it.
#[derive(Debug, Clone, PartialEq)]
pub struct DueDelivery {
    /// Whose it is.
    pub scope: TenantScope,
    /// The delivery.
    pub delivery: Delivery,
    /// Where it goes.
    pub endpoint: Endpoint,
}

/// How a claimed delivery ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The delivery with its new try, status and next time: the tries that were claimed, and one more.
    pub delivery: Delivery,
    /// Why its endpoint is switched off (the receiver answered 410).
    pub disable_endpoint: Option<String>,
}

/// How a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreHealth {
    /// It takes writes.
    Ok,
    /// It answers reads alone.
    ReadOnly,
    /// It answers nothing.
    Down,
}

/// Work across tenants. A [`SystemScope`] is made in `app` alone.
///
/// Promises: a claimed delivery is claimed by no one else until its lease ends; one endpoint that
/// hangs does not keep others from being claimed; a settlement after the lease was lost, or after
/// the delivery was cancelled, changes nothing and says so.
#[async_trait]
pub trait SystemStore: Send + Sync {
    /// Leases up to `limit` due deliveries, oldest first, at most `per_endpoint` of one endpoint,
    /// counting those of it that are leased already.
    async fn claim_deliveries(
        &self,
        system: SystemScope,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        per_endpoint: u32,
    ) -> Result<Vec<DueDelivery>, StoreError>;

    /// Ends a lease. `false` if it was lost or the delivery was cancelled meanwhile.
    async fn settle_delivery(
        &self,
        system: SystemScope,
        scope: TenantScope,
        settlement: Settlement,
    ) -> Result<bool, StoreError>;

    /// When the next pending delivery is due, leases included.
    async fn next_delivery_at(&self, system: SystemScope) -> Result<Option<Timestamp>, StoreError>;

    /// Active conversations whose last message is before `idle_since`, oldest first.
    async fn idle_conversations(
        &self,
        system: SystemScope,
        idle_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantScope, Id<Conversation>)>, StoreError>;

    /// Deletes up to `limit` receipts begun before an instant; says how many.
    async fn sweep_receipts(&self, system: SystemScope, before: Timestamp, limit: u32) -> Result<u32, StoreError>;

    /// Deletes up to `limit` deliveries delivered before one instant, or failed or cancelled before
    /// another, by their last try; says how many.
    async fn sweep_deliveries(
        &self,
        system: SystemScope,
        delivered_before: Timestamp,
        failed_before: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError>;

    /// Every tenant that is not a sandbox, oldest first.
    async fn list_tenants(&self, system: SystemScope) -> Result<Vec<Tenant>, StoreError>;

    /// A key by its id, in any tenant.
    async fn find_key(&self, system: SystemScope, id: Id<ApiKey>) -> Result<Option<ApiKey>, StoreError>;

    /// Notes when keys were last used, best effort.
    async fn touch_keys(&self, system: SystemScope, used: &[(Id<ApiKey>, Timestamp)]) -> Result<(), StoreError>;

    /// A value of the installation: the admin token's hash, the secret key's check value.
    async fn find_setting(&self, system: SystemScope, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a value of the installation, and raises the generation.
    async fn put_setting(&self, system: SystemScope, name: &str, value: &str) -> Result<(), StoreError>;

    /// How the store is: tries a write.
    async fn health(&self, system: SystemScope) -> StoreHealth;
}
