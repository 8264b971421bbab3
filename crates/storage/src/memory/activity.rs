//! The feed of what happened, who visited on a day, and the secrets of days.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    analytics::{Visit, VisitNote, contribution_of_visit},
    event::{Activity, ActivityQuery},
    id::Id,
    paging::{Order, Page, Position},
    ports::{
        StoreError,
        store::{ActivityStore, VisitKeyStore},
    },
    time::Day,
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl ActivityStore for MemoryStore {
    async fn list_activity(&self, scope: TenantScope, query: &ActivityQuery) -> Result<Page<Activity>, StoreError> {
        let rows = self.read()?;
        let found = rows.events.of_tenant(scope.data()).filter(|activity| query.matches(activity)).cloned().collect();
        Ok(Page::of_all(found, Order::Descending, query.paging, |activity: &Activity| {
            Position::new(activity.at.micros(), activity.id)
        }))
    }
}

#[async_trait]
impl VisitKeyStore for MemoryStore {
    async fn visit_key(&self, day: Day, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let mut rows = self.write()?;
        if let Some(key) = rows.visit_keys.get(&day) {
            return Ok(*key);
        }
        rows.visit_keys.put(day, fresh);
        rows.keep();
        Ok(fresh)
    }

    async fn delete_visit_keys(&self, before: Day) -> Result<(), StoreError> {
        let mut rows = self.write()?;
        rows.visit_keys.remove_if(|day, _| *day < before);
        rows.keep();
        Ok(())
    }
}

impl Rows {
    /// Everybody who was seen in a tenant, by day.
    pub(super) fn visits_of(&self, tenant: Id<Tenant>) -> impl Iterator<Item = &Visit> {
        let all = self.visits.iter().skip_while(move |((owner, _, _), _)| *owner < tenant);
        all.take_while(move |((owner, _, _), _)| *owner == tenant).map(|(_, visit)| visit)
    }

    /// Notes a visit, and counts it if its visitor was not seen on its day before.
    pub(super) fn note_visit(&mut self, tenant: Id<Tenant>, note: VisitNote) {
        let VisitNote { visit, takes_over } = note;
        let day = visit.at.day();
        let key = (tenant, day, visit.visitor.clone());
        if self.visits.contains(&key) {
            return;
        }
        let anonymous = takes_over.map(|anonymous| (tenant, day, anonymous));
        if let Some((anonymous, first)) = anonymous.and_then(|key| Some((key.clone(), self.visits.get(&key)?.clone())))
        {
            self.visits.remove(anonymous);
            // The channel stays that of the first sight, in whose figures the visitor is counted.
            self.visits.put(key, Visit { channel: first.channel, ..visit });
            return;
        }
        self.add_to_counters(tenant, &[contribution_of_visit(&visit)]);
        self.visits.put(key, visit);
    }
}
