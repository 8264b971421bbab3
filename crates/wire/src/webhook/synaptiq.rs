//! The body of profile `synaptiq`: a superset that satisfies the receivers of both sources.
//!
//! `data` has the lead's fields in app's shape, flat, and beside them the v1 records `lead`,
//! `conversation` and `message` and what else the event tells. Where an event concerns no lead the
//! flat fields are absent.

use serde::Serialize;
use serde_json::{Map, Number, Value};
use synaptiq_domain::{
    conversation::Intent,
    event::{Event, EventData, EventKind, FieldChange},
    lead::Score,
    money::JsonMap,
};

use crate::{
    app,
    number::{confidence, major_units},
    v1::{
        chat::HandoffRecord,
        conversation::{ConversationRecord, MessageRecord},
        lead::LeadRecord,
    },
};

/// The version of the body's shape.
pub const API_VERSION: &str = "2026-01-15";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    id: String,
    r#type: EventKind,
    event: EventKind,
    api_version: &'static str,
    created_at: String,
    timestamp: String,
    data: Data,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    #[serde(flatten)]
    flat: Option<app::lead::LeadRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<LeadRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<ConversationRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff: Option<HandoffRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageRecord>,
    /// Absent where the flat lead prints it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    qualification_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// Absent where the flat lead prints it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_deal_size: Option<Number>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    changes: JsonMap,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_score: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_from: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// The bytes of an event's body.
pub fn synaptiq_body(event: &Event) -> Vec<u8> {
    let Event { id, kind, lead: _, conversation: _, data, at } = event;
    let at = at.rfc3339_millis();
    let envelope = Envelope {
        id: id.prefixed(),
        r#type: *kind,
        event: *kind,
        api_version: API_VERSION,
        created_at: at.clone(),
        timestamp: at,
        data: Data::of(*kind, data),
    };
    serde_json::to_vec(&envelope).expect("records have string keys and finite numbers, which always print")
}

impl Data {
    fn of(kind: EventKind, data: &EventData) -> Self {
        let EventData {
            lead,
            conversation,
            // Told by the conversation's place alone; syrus prints it.
            assistant: _,
            message,
            changes,
            previous_score,
            reason,
            intent,
            confidence: sure,
            estimated_deal_size,
            merged_from,
            is_test,
        } = data;
        let mut flat = lead.as_deref().map(app::lead::LeadRecord::from);
        let mut record = lead.as_deref().map(LeadRecord::from);
        // The event's own figure is the one of its moment; the lead's stands where there is none.
        let deal_size = estimated_deal_size.map(major_units);
        if let (Some(flat), Some(record), Some(_)) = (&mut flat, &mut record, &deal_size) {
            flat.estimated_deal_size.clone_from(&deal_size);
            record.estimated_deal_size.clone_from(&deal_size);
        }
        let qualified = kind == EventKind::LeadQualified;
        let (qualification_reason, reason) = if qualified { (reason.clone(), None) } else { (None, reason.clone()) };
        // As the deal's size, the reason is the event's own where it has one, and printed once.
        let qualification_reason = match &mut flat {
            Some(flat) => {
                flat.qualification_reason = qualification_reason.or_else(|| flat.qualification_reason.take());
                None
            }
            None => qualification_reason,
        };
        let handoff = conversation.as_ref().and_then(|conversation| conversation.handoff.as_ref());
        Self {
            handoff: handoff.map(HandoffRecord::from),
            conversation: conversation.as_deref().map(ConversationRecord::as_committed),
            message: message.as_deref().map(MessageRecord::from),
            qualification_reason,
            reason,
            intent: intent.map(Intent::as_str),
            confidence: sure.map(confidence),
            estimated_deal_size: deal_size.filter(|_| flat.is_none()),
            changes: changes.iter().map(change).collect(),
            previous_score: previous_score.map(Score::get),
            merged_from: merged_from.map(crate::id::v1),
            test: *is_test,
            flat,
            lead: record,
        }
    }
}

fn change(change: &FieldChange) -> (String, Value) {
    let FieldChange { field, from, to } = change;
    let pair = [("from".to_owned(), from.clone()), ("to".to_owned(), to.clone())];
    (field.clone(), Value::Object(Map::from_iter(pair)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::{id::Id, money::Money};

    use super::*;
    use crate::samples;

    fn body(kind: EventKind, data: EventData) -> Value {
        serde_json::from_slice(&synaptiq_body(&samples::event(kind, data))).expect("valid JSON")
    }

    fn of_lead() -> EventData {
        EventData { lead: Some(Box::new(samples::lead())), ..EventData::default() }
    }

    #[test]
    fn the_envelope_satisfies_both_sources() {
        let body = body(EventKind::LeadCreated, of_lead());
        let flat = serde_json::to_value(app::lead::LeadRecord::from(&samples::lead())).expect("prints");
        let lead = serde_json::to_value(LeadRecord::from(&samples::lead())).expect("prints");
        let mut data = flat.as_object().expect("an object").clone();
        data.insert("lead".to_owned(), lead);
        assert_eq!(
            body,
            json!({
                "id": "evt_00000000000000000000000009",
                "type": "lead.created",
                "event": "lead.created",
                "apiVersion": "2026-01-15",
                "createdAt": "2026-04-01T09:20:00.500Z",
                "timestamp": "2026-04-01T09:20:00.500Z",
                "data": data,
            })
        );
    }

    #[test]
    fn the_published_receiver_finds_what_it_reads() {
        let created = body(EventKind::LeadCreated, of_lead());
        for field in ["name", "email", "company"] {
            assert!(created["data"]["lead"][field].is_string(), "{field} of the v1 receiver");
        }
        for field in ["id", "name", "email", "company", "status"] {
            assert!(created["data"][field].is_string(), "{field} of the app envelope");
        }
        assert_eq!(created["data"]["qualificationScore"], 82);

        let reason = Some("need (+30)".to_owned());
        let qualified = body(EventKind::LeadQualified, EventData { reason, ..of_lead() });
        assert_eq!(qualified["data"]["qualificationReason"], "need (+30)");
        assert_eq!(created["data"]["qualificationReason"], "budget “we have 30k” (+25)");

        let mut conversation = samples::conversation();
        conversation.handoff = Some(samples::handoff());
        let handoff = EventData { conversation: Some(Box::new(conversation)), ..EventData::default() };
        let handoff = body(EventKind::ConversationHandoff, handoff);
        assert_eq!(handoff["data"]["handoff"]["reason"], "human_request");
        assert_eq!(handoff["data"]["handoff"]["priority"], "high");
        assert_eq!(handoff["data"]["conversation"]["id"], "conv_00000000000000000000000002");
        assert_eq!(handoff["data"].get("id"), None, "without a lead there is no flat one");

        let high = EventData {
            intent: Some(Intent::EnterprisePricing),
            confidence: Some(0.914),
            estimated_deal_size: Some(Money::from_major(30_000)),
            ..EventData::default()
        };
        let high = body(EventKind::IntentHighValue, high);
        assert_eq!(
            high["data"],
            json!({"intent": "enterprise_pricing", "confidence": 0.91, "estimatedDealSize": 30_000})
        );
    }

    #[test]
    fn the_events_own_deal_size_is_the_one_of_its_moment_and_printed_once() {
        let data = EventData { estimated_deal_size: Some(Money::from_minor(123_450)), ..of_lead() };
        let event = samples::event(EventKind::IntentHighValue, data);
        let text = String::from_utf8(synaptiq_body(&event)).expect("UTF-8");
        assert_eq!(text.matches("\"estimatedDealSize\":1234.5").count(), 2, "flat and in `lead`");
        assert_eq!(text.matches("estimatedDealSize").count(), 2);
    }

    #[test]
    fn an_update_tells_what_changed_and_what_was_absorbed() {
        let change = |field: &str, from, to| FieldChange { field: field.to_owned(), from, to };
        let data = EventData {
            changes: vec![
                change("status", json!("new"), json!("contacted")),
                change("customFields", json!({}), json!({"a": [1]})),
            ],
            previous_score: Score::new(40),
            reason: Some("student".to_owned()),
            merged_from: Some(Id::from_bits(11)),
            message: Some(Box::new(samples::reply())),
            is_test: true,
            ..of_lead()
        };
        let body = body(EventKind::LeadUpdated, data);
        assert_eq!(
            body["data"]["changes"],
            json!({"status": {"from": "new", "to": "contacted"}, "customFields": {"from": {}, "to": {"a": [1]}}})
        );
        assert_eq!(body["data"]["previousScore"], 40);
        assert_eq!(body["data"]["reason"], "student");
        assert_eq!(body["data"]["mergedFrom"], "lead_0000000000000000000000000B");
        assert_eq!(body["data"]["message"]["content"], "Pro is **$149** a month.");
        assert_eq!(body["data"]["test"], true);
    }

    #[test]
    fn w2_the_same_event_gives_the_same_bytes_and_no_key_twice() {
        let mut conversation = samples::conversation();
        conversation.handoff = Some(samples::handoff());
        let data = EventData {
            conversation: Some(Box::new(conversation)),
            message: Some(Box::new(samples::question())),
            intent: Some(Intent::DemoRequest),
            confidence: Some(0.5),
            estimated_deal_size: Some(Money::from_major(1)),
            ..of_lead()
        };
        for kind in EventKind::ALL {
            let event = samples::event(*kind, data.clone());
            let bytes = synaptiq_body(&event);
            assert_eq!(bytes, synaptiq_body(&event.clone()));
            let read = crate::json::read_object(&bytes).expect("strict JSON: no key twice");
            assert_eq!(read["type"], kind.as_str());
            assert_eq!(read["event"], kind.as_str());
        }
    }
}
