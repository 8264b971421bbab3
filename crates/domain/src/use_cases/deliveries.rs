//! Deliveries asked for by hand: a replay, and a test event.

use crate::{
    access::TenantScope,
    changes::{Change, Changes},
    event::{Event, EventData},
    id::Id,
    lead::{Contact, Lead, LeadDraft},
    ports::StoreError,
    text::Email,
    use_cases::{Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

/// Sends a delivery again, at once and with the same bytes; its tries so far stay listed.
pub async fn replay_delivery(
    services: &Services,
    scope: TenantScope,
    endpoint: Id<Endpoint>,
    id: Id<Delivery>,
    recording: Option<&Recording<'_, Delivery>>,
) -> Result<Delivery, UseCaseError> {
    active_endpoint(services, scope, endpoint).await?;
    for _ in 0..TRIES {
        let before = services.store.find_delivery(scope, endpoint, id).await?.ok_or(UseCaseError::NotFound)?;
        if before.body.is_empty() {
            let message = "the person it tells of was erased, and its body with them".to_owned();
            return Err(UseCaseError::Conflict { message, existing: None });
        }
        let now = services.clock.now();
        let mut after = before.clone();
        if before.status != DeliveryStatus::Pending {
            after.status = DeliveryStatus::Pending;
            after.tries_used = 0;
            after.next_attempt_at = Some(now);
        }
        let receipt = recording.map(|recording| recording.answered(&after, after.lead, after.conversation, now));
        let deliveries = if after == before { Vec::new() } else { vec![Change::updated(before, after.clone())] };
        match services.store.commit(scope, Changes { deliveries, receipt, ..Changes::default() }).await {
            Ok(()) => {
                services.signals.deliveries_due();
                return Ok(after);
            }
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

async fn active_endpoint(services: &Services, scope: TenantScope, id: Id<Endpoint>) -> Result<Endpoint, UseCaseError> {
    let endpoint = services.store.find_endpoint(scope, id).await?.ok_or(UseCaseError::NotFound)?;
    if endpoint.active {
        Ok(endpoint)
    } else {
        Err(UseCaseError::Conflict { message: "the webhook is not active".to_owned(), existing: None })
    }
}

/// Sends a marked event of the first kind that the endpoint subscribes to, about a made-up lead.
pub async fn send_test_event(
    services: &Services,
    scope: TenantScope,
    endpoint: Id<Endpoint>,
    recording: Option<&Recording<'_, Delivery>>,
) -> Result<Delivery, UseCaseError> {
    let view = services.view(scope).await?;
    let target = active_endpoint(services, scope, endpoint).await?;
    let now = services.clock.now();
    let contact = Contact {
        email: Email::parse("test@example.com").ok(),
        name: Some("Test Lead".to_owned()),
        company: Some("Example".to_owned()),
        ..Contact::default()
    };
    let lead = Lead::create(services.ids.id(), LeadDraft { contact, ..LeadDraft::default() }, now);
    let event = Event {
        id: services.ids.id(),
        kind: *target.events.first().ok_or(UseCaseError::NotFound)?,
        lead: None,
        conversation: None,
        data: EventData {
            lead: Some(Box::new(lead)),
            assistant: Some(Box::new(view.default_assistant().clone())),
            is_test: true,
            ..EventData::default()
        },
        at: now,
    };
    let mut outbox = Outbox::new(services, scope, &view, now);
    outbox.event_for(&event, &target);
    let delivery = outbox.changes.deliveries[0].after().expect("just created").clone();
    outbox.changes.receipt = recording.map(|recording| recording.answered(&delivery, None, None, now));
    outbox.commit().await?;
    Ok(delivery)
}
