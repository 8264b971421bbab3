//! Which endpoints get which event.

use crate::{
    event::{Event, EventKind},
    id::Id,
    ports::{DeliveryRenderer, Ids},
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

/// The deliveries of one event: one for every active endpoint that subscribes to its kind and to
/// its assistant, each with its body's bytes.
pub fn fan_out(event: &Event, endpoints: &[Endpoint], renderer: &dyn DeliveryRenderer, ids: &dyn Ids) -> Vec<Delivery> {
    endpoints
        .iter()
        .filter(|endpoint| wants(endpoint, event))
        .map(|endpoint| Delivery {
            id: Id::from_bits(ids.next()),
            endpoint: endpoint.id,
            event: event.id,
            kind: event.kind,
            lead: event.lead,
            conversation: event.conversation,
            body: renderer.render(event, endpoint),
            status: DeliveryStatus::Pending,
            attempts: Vec::new(),
            tries_used: 0,
            next_attempt_at: Some(event.at),
            created_at: event.at,
        })
        .collect()
}

/// Whether any endpoint wants events of this kind: `message.*` events are not stored otherwise.
pub(crate) fn anyone_wants(endpoints: &[Endpoint], kind: EventKind) -> bool {
    endpoints.iter().any(|endpoint| endpoint.active && endpoint.events.contains(&kind))
}

fn wants(endpoint: &Endpoint, event: &Event) -> bool {
    let its_assistant = event.data.assistant.as_ref().map(|assistant| assistant.id);
    endpoint.active
        && endpoint.events.contains(&event.kind)
        && endpoint.assistant.is_none_or(|wanted| its_assistant == Some(wanted))
}
