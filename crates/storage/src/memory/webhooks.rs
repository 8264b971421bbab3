//! Reading endpoints and deliveries.

use std::cmp::Reverse;

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    paging::{Order, Page, Position},
    ports::{StoreError, store::WebhookStore},
    webhook::{Delivery, DeliveryQuery, Endpoint},
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl WebhookStore for MemoryStore {
    async fn find_endpoint(&self, scope: TenantScope, id: Id<Endpoint>) -> Result<Option<Endpoint>, StoreError> {
        Ok(self.read()?.endpoints.get(&(scope.data(), id)).cloned())
    }

    async fn list_endpoints(&self, scope: TenantScope) -> Result<Vec<Endpoint>, StoreError> {
        Ok(self.read()?.endpoints_of(scope.data()))
    }

    async fn find_delivery(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        id: Id<Delivery>,
    ) -> Result<Option<Delivery>, StoreError> {
        let rows = self.read()?;
        let found = rows.deliveries.get(&(scope.data(), id)).map(|queued| &queued.delivery);
        Ok(found.filter(|delivery| delivery.endpoint == endpoint).cloned())
    }

    async fn list_deliveries(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        query: &DeliveryQuery,
    ) -> Result<Page<Delivery>, StoreError> {
        let rows = self.read()?;
        let matches = |delivery: &&Delivery| {
            delivery.endpoint == endpoint && query.status.is_none_or(|status| delivery.status == status)
        };
        let all = rows.deliveries.of_tenant(scope.data()).map(|queued| &queued.delivery);
        let matching = all.filter(matches).cloned().collect();
        // Newest first by id alone: the sort value is the same for all, so that the id decides.
        Ok(Page::of_all(matching, Order::Descending, query.paging, |delivery| Position::new(0, delivery.id)))
    }
}

impl Rows {
    /// A tenant's endpoints, newest first.
    pub(super) fn endpoints_of(&self, tenant: Id<Tenant>) -> Vec<Endpoint> {
        let mut endpoints: Vec<_> = self.endpoints.of_tenant(tenant).cloned().collect();
        endpoints.sort_by_key(|endpoint| Reverse((endpoint.created_at, endpoint.id)));
        endpoints
    }
}
