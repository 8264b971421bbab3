//! Reading endpoints and deliveries.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    id::Id,
    paging::Page,
    ports::StoreError,
    webhook::{Delivery, DeliveryQuery, Endpoint},
};

/// Reads endpoints and deliveries.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// One endpoint.
    async fn find_endpoint(&self, scope: TenantScope, id: Id<Endpoint>) -> Result<Option<Endpoint>, StoreError>;

    /// Every endpoint, newest first.
    async fn list_endpoints(&self, scope: TenantScope) -> Result<Vec<Endpoint>, StoreError>;

    /// One delivery of an endpoint.
    async fn find_delivery(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        id: Id<Delivery>,
    ) -> Result<Option<Delivery>, StoreError>;

    /// A part of an endpoint's deliveries, newest first (by id).
    async fn list_deliveries(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        query: &DeliveryQuery,
    ) -> Result<Page<Delivery>, StoreError>;
}
