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
        && endpoint.profile.carries(event.kind)
        && endpoint.assistant.is_none_or(|wanted| its_assistant == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::{Assistant, Slug},
        event::EventData,
        money::Money,
        time::Timestamp,
        webhook::{Profile, SealedSecret, SignatureScheme},
    };

    fn endpoint(profile: Profile, assistant: Option<Id<Assistant>>) -> Endpoint {
        Endpoint {
            id: Id::from_bits(1),
            version: 1,
            url: "https://crm.example".to_owned(),
            description: None,
            events: vec![EventKind::LeadCreated, EventKind::LeadQualified],
            assistant,
            profile,
            signature_scheme: SignatureScheme::Body,
            secret: SealedSecret(Vec::new()),
            rotation: None,
            active: true,
            disabled_reason: None,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn event(kind: EventKind, assistant: u128) -> Event {
        let assistant = Assistant {
            id: Id::from_bits(assistant),
            version: 1,
            slug: Slug::from_name("sales").expect("a slug"),
            name: "Sales".to_owned(),
            greeting: None,
            language: "en".to_owned(),
            high_value_amount: Money::from_major(1),
            is_default: false,
            created_at: Timestamp::default(),
        };
        let data = EventData { assistant: Some(Box::new(assistant)), ..EventData::default() };
        Event { id: Id::from_bits(2), kind, lead: None, conversation: None, data, at: Timestamp::default() }
    }

    #[test]
    fn an_endpoint_gets_what_it_asks_for_of_its_assistant_as_far_as_its_profile_can_tell_it() {
        let (created, qualified) = (event(EventKind::LeadCreated, 7), event(EventKind::LeadQualified, 7));
        for (profile, of, event, expected) in [
            (Profile::Synaptiq, None, &created, true),
            (Profile::Synaptiq, Some(7), &created, true),
            (Profile::Synaptiq, Some(8), &created, false),
            (Profile::Syrus, None, &qualified, true),
            (Profile::Syrus, Some(7), &qualified, true),
            (Profile::Syrus, Some(8), &qualified, false),
            (Profile::Syrus, None, &created, false),
        ] {
            let endpoint = endpoint(profile, of.map(Id::from_bits));
            assert_eq!(wants(&endpoint, event), expected, "{profile:?} {of:?} {:?}", event.kind);
            assert!(!wants(&Endpoint { active: false, ..endpoint }, event));
        }
    }
}
