//! Daily counters, and the count of all rows that proves them.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    analytics::{
        CounterKey, DayFigures, Figures, Recount, Tally, contribution_of_conversation, contribution_of_lead,
        contribution_of_visit,
    },
    id::Id,
    ports::{StoreError, store::CounterStore},
    time::Day,
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl CounterStore for MemoryStore {
    async fn daily_figures(&self, scope: TenantScope, first: Day, last: Day) -> Result<Vec<DayFigures>, StoreError> {
        let rows = self.read()?;
        Ok(rows.counters_of(scope.data()).filter(|counter| (first..=last).contains(&counter.key.day)).collect())
    }

    async fn recount(&self, scope: TenantScope) -> Result<Recount, StoreError> {
        let rows = self.read()?;
        let stored: Tally = rows.counters_of(scope.data()).collect();
        let mut counted = Tally::default();
        let mut number = 0;
        for conversation in rows.conversations.of_tenant(scope.data()) {
            counted.add(&contribution_of_conversation(conversation));
            number += 1;
        }
        for lead in rows.counted(scope.data()) {
            counted.extend(contribution_of_lead(lead));
            number += 1;
        }
        for visit in rows.visits_of(scope.data()) {
            counted.add(&contribution_of_visit(visit));
            number += 1;
        }
        Ok(Recount::compare(&stored, number, &counted))
    }

    async fn adjust_counters(&self, scope: TenantScope, by: &[DayFigures]) -> Result<(), StoreError> {
        let mut rows = self.write()?;
        rows.add_to_counters(scope.data(), by);
        rows.keep();
        Ok(())
    }
}

impl Rows {
    /// Adds to the counters of a tenant. Part of the commit whose changes these figures count.
    pub(super) fn add_to_counters(&mut self, tenant: Id<Tenant>, deltas: &[DayFigures]) {
        for delta in deltas {
            let key = (tenant, delta.key);
            let mut figures = self.daily_counters.get(&key).copied().unwrap_or_default();
            figures += &delta.figures;
            self.daily_counters.put(key, figures);
        }
    }

    /// The counters of a tenant in the order of their keys.
    fn counters_of(&self, tenant: Id<Tenant>) -> impl Iterator<Item = DayFigures> {
        let first = (tenant, CounterKey { day: Day(i32::MIN), channel: None, source: None });
        let counter =
            |(key, figures): (&(Id<Tenant>, CounterKey), &Figures)| DayFigures { key: key.1, figures: *figures };
        self.daily_counters.range(first..).take_while(move |((owner, _), _)| *owner == tenant).map(counter)
    }
}
