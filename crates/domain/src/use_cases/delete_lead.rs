//! Deleting a lead. Its conversations stay, without it; removing a person everywhere is `erase`.

use crate::{
    access::TenantScope,
    changes::Change,
    event::{EventData, EventKind},
    id::Id,
    lead::Lead,
    ports::{StoreError, store::LeadKey},
    use_cases::{LaneKey, Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
};

/// Deletes a lead; answers with the id that was asked for.
pub async fn delete_lead(
    services: &Services,
    scope: TenantScope,
    id: Id<Lead>,
    recording: Option<&Recording<'_, Id<Lead>>>,
) -> Result<Id<Lead>, UseCaseError> {
    for _ in 0..TRIES {
        let view = services.view(scope).await?;
        let lane = LaneKey::new("lead", (scope.data().bits(), id.bits()));
        let _guard = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
        let file = services.store.load_lead(scope, &LeadKey::Id(id)).await?.ok_or(UseCaseError::NotFound)?;
        let now = services.clock.now();
        let mut outbox = Outbox::new(services, scope, &view, now);
        let data = EventData { lead: Some(Box::new(file.lead.clone())), ..EventData::default() };
        outbox.event(EventKind::LeadDeleted, Some(file.lead.id), None, data);
        outbox.changes.leads.push(Change::deleted(file.lead));
        outbox.changes.receipt = recording.map(|recording| recording.answered(&id, None, None, now));
        match outbox.commit().await {
            Ok(()) => return Ok(id),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}
