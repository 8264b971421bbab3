//! Work that belongs to no request.

use std::collections::BTreeMap;

use async_trait::async_trait;
use synaptiq_domain::{
    access::{ApiKey, SystemScope, Tenant, TenantScope},
    conversation::{Conversation, ConversationStatus},
    id::Id,
    ports::{
        StoreError,
        store::{DueDelivery, Settlement, StoreHealth, SystemStore},
    },
    time::Timestamp,
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

use super::{
    MemoryStore,
    rows::{QueuedDelivery, Rows},
};

#[async_trait]
impl SystemStore for MemoryStore {
    async fn claim_deliveries(
        &self,
        _system: SystemScope,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        per_endpoint: u32,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        let mut rows = self.write()?;
        let mut in_hand = rows.leased_by_endpoint(now);
        let mut claimed = Vec::new();
        for key in rows.due_deliveries(now) {
            if claimed.len() >= limit as usize {
                break;
            }
            let Some(queued) = rows.deliveries.get(&key).cloned() else { continue };
            let Some(endpoint) = rows.endpoints.get(&(key.0, queued.delivery.endpoint)).cloned() else { continue };
            let taken = in_hand.entry((key.0, endpoint.id)).or_insert(0);
            if *taken < per_endpoint {
                *taken += 1;
                let delivery = queued.delivery.clone();
                rows.deliveries.put(key, QueuedDelivery { leased_until: Some(lease_until), ..queued });
                claimed.push(DueDelivery { scope: rows.scope_of(key.0), delivery, endpoint });
            }
        }
        rows.keep();
        Ok(claimed)
    }

    async fn settle_delivery(
        &self,
        _system: SystemScope,
        scope: TenantScope,
        settlement: Settlement,
    ) -> Result<bool, StoreError> {
        let mut rows = self.write()?;
        let key = (scope.data(), settlement.delivery.id);
        if !rows.deliveries.get(&key).is_some_and(|queued| continues(queued, &settlement.delivery)) {
            return Ok(false);
        }
        let endpoint_key = (scope.data(), settlement.delivery.endpoint);
        let tried_at = settlement.delivery.attempts.last().map(|attempt| attempt.at);
        if let (Some(reason), Some(endpoint)) =
            (settlement.disable_endpoint, rows.endpoints.get(&endpoint_key).cloned())
        {
            let disabled = Endpoint {
                version: endpoint.version + 1,
                active: false,
                disabled_reason: Some(reason),
                updated_at: tried_at.unwrap_or(endpoint.updated_at),
                ..endpoint
            };
            rows.endpoints.put(endpoint_key, disabled);
        }
        rows.deliveries.put(key, QueuedDelivery { delivery: settlement.delivery, leased_until: None });
        rows.keep();
        Ok(true)
    }

    async fn next_delivery_at(&self, _system: SystemScope) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.read()?.deliveries.values().filter_map(QueuedDelivery::due_at).min())
    }

    async fn idle_conversations(
        &self,
        _system: SystemScope,
        idle_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantScope, Id<Conversation>)>, StoreError> {
        let rows = self.read()?;
        let is_idle = |conversation: &Conversation| {
            conversation.status == ConversationStatus::Active && conversation.last_message_at < idle_since
        };
        let mut idle: Vec<_> = rows.conversations.iter().filter(|(_, conversation)| is_idle(conversation)).collect();
        idle.sort_by_key(|((_, id), conversation)| (conversation.last_message_at, *id));
        Ok(idle.into_iter().take(limit as usize).map(|((tenant, id), _)| (rows.scope_of(*tenant), *id)).collect())
    }

    async fn sweep_receipts(&self, _system: SystemScope, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut rows = self.write()?;
        let old = rows.receipts.iter().filter(|(_, receipt)| receipt.created_at < before).map(|(key, _)| *key);
        let swept: Vec<_> = old.take(limit as usize).collect();
        for key in &swept {
            rows.receipts.remove(*key);
        }
        rows.keep();
        Ok(count(&swept))
    }

    async fn sweep_deliveries(
        &self,
        _system: SystemScope,
        delivered_before: Timestamp,
        failed_before: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let mut rows = self.write()?;
        let is_old = |delivery: &Delivery| {
            let last_try = delivery.attempts.last().map_or(delivery.created_at, |attempt| attempt.at);
            match delivery.status {
                DeliveryStatus::Delivered => last_try < delivered_before,
                DeliveryStatus::Failed | DeliveryStatus::Cancelled => last_try < failed_before,
                DeliveryStatus::Pending => false,
            }
        };
        let old = rows.deliveries.iter().filter(|(_, queued)| is_old(&queued.delivery)).map(|(key, _)| *key);
        let swept: Vec<_> = old.take(limit as usize).collect();
        for key in &swept {
            rows.deliveries.remove(*key);
        }
        rows.keep();
        Ok(count(&swept))
    }

    async fn list_tenants(&self, _system: SystemScope) -> Result<Vec<Tenant>, StoreError> {
        let mut tenants: Vec<_> = self.read()?.tenants.values().cloned().collect();
        tenants.sort_by_key(|tenant| (tenant.created_at, tenant.id));
        Ok(tenants)
    }

    async fn find_key(&self, _system: SystemScope, id: Id<ApiKey>) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.read()?.keys.get(&id).cloned())
    }

    async fn touch_keys(&self, _system: SystemScope, used: &[(Id<ApiKey>, Timestamp)]) -> Result<(), StoreError> {
        let mut rows = self.write()?;
        for (id, at) in used {
            if let Some(key) = rows.keys.get(id).cloned() {
                let last_used_at = key.last_used_at.max(Some(*at));
                rows.keys.put(*id, ApiKey { last_used_at, ..key });
            }
        }
        rows.keep();
        Ok(())
    }

    async fn find_setting(&self, _system: SystemScope, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.read()?.settings.get(&name.to_owned()).cloned())
    }

    async fn put_setting(&self, _system: SystemScope, name: &str, value: &str) -> Result<(), StoreError> {
        let mut rows = self.write()?;
        rows.settings.put(name.to_owned(), value.to_owned());
        rows.keep();
        Ok(())
    }

    async fn health(&self, _system: SystemScope) -> StoreHealth {
        if self.write().is_ok() { StoreHealth::Ok } else { StoreHealth::Down }
    }
}

/// Whether `settled` is what the stored, leased delivery became by one more try. If it is not,
/// another holder settled it meanwhile, or it was cancelled or replayed.
fn continues(stored: &QueuedDelivery, settled: &Delivery) -> bool {
    let tries_before = settled.attempts.split_last().map(|(_, before)| before);
    stored.is_pending() && stored.leased_until.is_some() && tries_before == Some(&stored.delivery.attempts[..])
}

pub(super) fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).expect("no more rows than the limit, which is a u32")
}

impl Rows {
    /// How many deliveries of each endpoint someone has in hand.
    fn leased_by_endpoint(&self, now: Timestamp) -> BTreeMap<(Id<Tenant>, Id<Endpoint>), u32> {
        let mut leased = BTreeMap::new();
        for ((tenant, _), queued) in self.deliveries.iter() {
            if queued.is_pending() && queued.leased_until.is_some_and(|until| until > now) {
                *leased.entry((*tenant, queued.delivery.endpoint)).or_insert(0) += 1;
            }
        }
        leased
    }

    /// What is due and in nobody's hands, oldest first.
    fn due_deliveries(&self, now: Timestamp) -> Vec<(Id<Tenant>, Id<Delivery>)> {
        let mut due: Vec<_> = self
            .deliveries
            .iter()
            .filter(|(_, queued)| queued.due_at().is_some_and(|at| at <= now))
            .map(|(key, queued)| (queued.delivery.next_attempt_at, *key))
            .collect();
        due.sort_by_key(|(at, (_, id))| (*at, *id));
        due.into_iter().map(|(_, key)| key).collect()
    }
}
