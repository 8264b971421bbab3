//! The body of profile `syrus`: what the source shows.

use serde::Serialize;
use synaptiq_domain::{
    conversation::Conversation,
    event::{Event, EventData},
    lead::{Contact, Lead},
};

use crate::syrus::{conversation::ChatbotRecord, webhook::event_word};

#[derive(Serialize)]
struct Body {
    event: &'static str,
    timestamp: String,
    chatbot: Option<ChatbotRecord>,
    lead: Option<LeadPart>,
    conversation: Option<ConversationPart>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

#[derive(Serialize)]
struct LeadPart {
    id: String,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    message: Option<String>,
    qualification_score: u8,
    source_url: Option<String>,
    utm_source: Option<String>,
    utm_campaign: Option<String>,
}

#[derive(Serialize)]
struct ConversationPart {
    id: String,
    message_count: u32,
    qualification_score: u8,
}

/// The bytes of an event's body. `chatbot` is the conversation's assistant, else the default one;
/// `conversation` is null where there is none.
pub fn syrus_body(event: &Event) -> Vec<u8> {
    let Event { id: _, kind, lead: _, conversation: _, data, at } = event;
    let EventData {
        lead,
        conversation,
        assistant,
        // The one event that syrus knows needs nothing of the rest.
        message: _,
        changes: _,
        previous_score: _,
        reason: _,
        intent: _,
        confidence: _,
        estimated_deal_size: _,
        merged_from: _,
        is_test,
    } = data;
    let body = Body {
        event: event_word(*kind),
        timestamp: at.rfc3339_seconds(),
        chatbot: assistant.as_deref().map(ChatbotRecord::from),
        lead: lead.as_deref().map(LeadPart::from),
        conversation: conversation.as_deref().map(ConversationPart::from),
        test: *is_test,
    };
    serde_json::to_vec(&body).expect("records have string keys and whole numbers, which always print")
}

impl From<&Lead> for LeadPart {
    fn from(lead: &Lead) -> Self {
        // A part of what the lists print, which name every field.
        let Contact { name, email, phone, company: _, title: _ } = &lead.contact;
        Self {
            id: crate::id::uuid(lead.id),
            name: name.clone(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            message: lead.first_message.clone(),
            qualification_score: lead.score.get(),
            source_url: lead.source_url.clone(),
            utm_source: lead.utm.source.clone(),
            utm_campaign: lead.utm.campaign.clone(),
        }
    }
}

impl From<&Conversation> for ConversationPart {
    fn from(conversation: &Conversation) -> Self {
        Self {
            id: crate::id::uuid(conversation.id),
            message_count: conversation.message_count,
            qualification_score: conversation.lead_score.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::event::EventKind;

    use super::*;
    use crate::samples;

    fn body(data: EventData) -> Value {
        serde_json::from_slice(&syrus_body(&samples::event(EventKind::LeadQualified, data))).expect("valid JSON")
    }

    fn qualified() -> EventData {
        EventData {
            lead: Some(Box::new(samples::lead())),
            conversation: Some(Box::new(samples::conversation())),
            assistant: Some(Box::new(samples::assistant())),
            ..EventData::default()
        }
    }

    #[test]
    fn a_qualified_lead_is_told_as_the_source_shows() {
        let expected = json!({
            "event": "lead_qualified",
            "timestamp": "2026-04-01T09:20:00Z",
            "chatbot": {"id": "00000000-0000-0000-0000-000000000008", "slug": "demo-bot"},
            "lead": {
                "id": "00000000-0000-0000-0000-000000000001",
                "name": "Ada Byron",
                "email": "ada@example.com",
                "phone": "+44 20 7946 0018",
                "message": "What does Pro cost?",
                "qualification_score": 82,
                "source_url": "/pricing",
                "utm_source": "newsletter",
                "utm_campaign": "spring",
            },
            "conversation": {
                "id": "00000000-0000-0000-0000-000000000002",
                "message_count": 4,
                "qualification_score": 82,
            },
        });
        let bytes = syrus_body(&samples::event(EventKind::LeadQualified, qualified()));
        let printed: Value = serde_json::from_slice(&bytes).expect("valid JSON");
        samples::assert_prints(&printed, &expected);
    }

    #[test]
    fn a_lead_who_never_chatted_is_told_with_the_default_chatbot_and_no_conversation() {
        let told = body(EventData { conversation: None, ..qualified() });
        assert_eq!(told["conversation"], json!(null));
        assert_eq!(told["chatbot"]["slug"], "demo-bot");
        assert_eq!(told.get("test"), None);
        assert_eq!(body(EventData { is_test: true, ..qualified() })["test"], true);
    }

    #[test]
    fn w2_the_same_event_gives_the_same_bytes_and_no_key_twice() {
        let event = samples::event(EventKind::LeadQualified, qualified());
        assert_eq!(syrus_body(&event), syrus_body(&event.clone()));
        crate::json::read_object(&syrus_body(&event)).expect("strict JSON: no key twice");
    }
}
