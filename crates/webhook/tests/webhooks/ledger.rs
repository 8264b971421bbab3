//! A store of deliveries in memory that fails when told to. It keeps the promises of
//! [`SystemStore`] as strictly as a real one: a settlement must continue what is stored.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{ApiKey, SystemScope, Tenant, TenantScope},
    conversation::Conversation,
    id::Id,
    ports::{
        StoreError,
        store::{DueDelivery, Settlement, StoreHealth, SystemStore},
    },
    time::Timestamp,
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

/// Deliveries and their endpoints.
#[derive(Default)]
pub(crate) struct Ledger {
    rows: Mutex<BTreeMap<Id<Delivery>, Row>>,
    endpoints: Mutex<BTreeMap<Id<Endpoint>, Endpoint>>,
    /// So many of the next calls fail.
    pub(crate) failures: AtomicU32,
    /// So many of the next settlements fail.
    pub(crate) unsettled: AtomicU32,
    /// How often someone looked when the next delivery is due.
    pub(crate) looks: AtomicU32,
    /// How many claims there were.
    pub(crate) claims: AtomicU32,
}

struct Row {
    delivery: Delivery,
    leased_until: Option<Timestamp>,
}

impl Ledger {
    pub(crate) fn put_endpoint(&self, endpoint: Endpoint) {
        self.endpoints.lock().unwrap().insert(endpoint.id, endpoint);
    }

    pub(crate) fn put(&self, delivery: Delivery) {
        self.rows.lock().unwrap().insert(delivery.id, Row { delivery, leased_until: None });
    }

    pub(crate) fn endpoint(&self, id: Id<Endpoint>) -> Endpoint {
        self.endpoints.lock().unwrap()[&id].clone()
    }

    pub(crate) fn delivery(&self, id: Id<Delivery>) -> Delivery {
        self.rows.lock().unwrap()[&id].delivery.clone()
    }

    pub(crate) fn cancel(&self, id: Id<Delivery>) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(&id).unwrap();
        row.delivery.status = DeliveryStatus::Cancelled;
        row.delivery.next_attempt_at = None;
    }

    fn fail(counter: &AtomicU32) -> Result<(), StoreError> {
        let failing = counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if failing { Err(StoreError::Failed("told to".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl SystemStore for Ledger {
    async fn claim_deliveries(
        &self,
        _: SystemScope,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        per_endpoint: u32,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        Self::fail(&self.failures)?;
        self.claims.fetch_add(1, Ordering::SeqCst);
        let (mut rows, endpoints) = (self.rows.lock().unwrap(), self.endpoints.lock().unwrap());
        let mut taken: BTreeMap<Id<Endpoint>, u32> = BTreeMap::new();
        for row in rows.values().filter(|row| row.leased_until.is_some_and(|until| until > now)) {
            *taken.entry(row.delivery.endpoint).or_default() += 1;
        }
        let mut claimed = Vec::new();
        for row in rows.values_mut() {
            let due = row.delivery.status == DeliveryStatus::Pending
                && row.delivery.next_attempt_at.is_some_and(|at| at <= now)
                && row.leased_until.is_none_or(|until| until <= now);
            let taken = taken.entry(row.delivery.endpoint).or_default();
            if due && *taken < per_endpoint && claimed.len() < limit as usize {
                *taken += 1;
                row.leased_until = Some(lease_until);
                let endpoint = endpoints[&row.delivery.endpoint].clone();
                let scope = TenantScope::live(Id::from_bits(1));
                claimed.push(DueDelivery { scope, delivery: row.delivery.clone(), endpoint });
            }
        }
        Ok(claimed)
    }

    async fn settle_delivery(&self, _: SystemScope, _: TenantScope, given: Settlement) -> Result<bool, StoreError> {
        Self::fail(&self.unsettled)?;
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(&given.delivery.id).unwrap();
        let (stored, settled) = (&row.delivery.attempts, &given.delivery.attempts);
        let continues = settled.len() == stored.len() + 1 && settled.starts_with(stored);
        if row.delivery.status != DeliveryStatus::Pending || row.leased_until.is_none() || !continues {
            return Ok(false);
        }
        if let Some(reason) = given.disable_endpoint {
            let mut endpoints = self.endpoints.lock().unwrap();
            let endpoint = endpoints.get_mut(&given.delivery.endpoint).unwrap();
            endpoint.active = false;
            endpoint.disabled_reason = Some(reason);
        }
        *row = Row { delivery: given.delivery, leased_until: None };
        Ok(true)
    }

    async fn next_delivery_at(&self, _: SystemScope) -> Result<Option<Timestamp>, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        let rows = self.rows.lock().unwrap();
        let pending = rows.values().filter(|row| row.delivery.status == DeliveryStatus::Pending);
        Ok(pending.filter_map(|row| row.leased_until.max(row.delivery.next_attempt_at)).min())
    }

    async fn idle_conversations(
        &self,
        _: SystemScope,
        _: Timestamp,
        _: u32,
    ) -> Result<Vec<(TenantScope, Id<Conversation>)>, StoreError> {
        Ok(Vec::new())
    }

    async fn sweep_receipts(&self, _: SystemScope, _: Timestamp, _: u32) -> Result<u32, StoreError> {
        Ok(0)
    }

    async fn sweep_deliveries(&self, _: SystemScope, _: Timestamp, _: Timestamp, _: u32) -> Result<u32, StoreError> {
        Ok(0)
    }

    async fn list_tenants(&self, _: SystemScope) -> Result<Vec<Tenant>, StoreError> {
        Ok(Vec::new())
    }

    async fn find_key(&self, _: SystemScope, _: Id<ApiKey>) -> Result<Option<ApiKey>, StoreError> {
        Ok(None)
    }

    async fn touch_keys(&self, _: SystemScope, _: &[(Id<ApiKey>, Timestamp)]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find_setting(&self, _: SystemScope, _: &str) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    async fn put_setting(&self, _: SystemScope, _: &str, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn health(&self, _: SystemScope) -> StoreHealth {
        StoreHealth::Ok
    }
}
