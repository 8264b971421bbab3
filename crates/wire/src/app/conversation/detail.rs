//! A conversation alone, with its messages.

use serde::Serialize;
use synaptiq_domain::{
    conversation::{Conversation, Intent, Message},
    money::JsonMap,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    app::{chat::CitationRecord, conversation::ConversationRecord, lead::UtmRecord},
    number::confidence,
    words::{IntentWord, RoleWord},
};

/// The answer about one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConversationAnswer {
    /// The conversation.
    pub conversation: ConversationDetail,
}

/// A conversation with what is known of the visit, and its messages.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationDetail {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: ConversationRecord,
    /// The language of the visitor's last message, ISO 639-1.
    pub language: Option<String>,
    /// The page it began on.
    pub source_url: Option<String>,
    /// The campaign that brought the visitor.
    pub utm: UtmRecord,
    /// Whatever the first chat sent along, and the user agent.
    #[schema(value_type = Object)]
    pub metadata: JsonMap,
    /// Its messages, oldest first.
    pub messages: Vec<MessageRecord>,
}

impl ConversationDetail {
    /// The detail as it stands when active conversations idle since `idle_since` have expired.
    pub fn of(conversation: &Conversation, messages: &[Message], idle_since: Timestamp) -> Self {
        Self {
            language: conversation.language.clone(),
            source_url: conversation.source_url.clone(),
            utm: (&conversation.utm).into(),
            metadata: conversation.metadata.clone(),
            messages: messages.iter().map(MessageRecord::from).collect(),
            conversation: ConversationRecord::at(conversation, idle_since),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Message)]
pub struct MessageRecord {
    /// Its id.
    pub id: String,
    /// Its place in the conversation, from 1.
    #[schema(example = 1)]
    pub position: u32,
    /// `user` (the visitor), `assistant` (the AI) or `agent` (a member).
    #[schema(value_type = RoleWord)]
    pub role: &'static str,
    /// Markdown for the assistant's, plain text for others'.
    #[schema(example = "Hey there! What brings you here today?")]
    pub content: String,
    /// What the visitor's message that this one answers wants; on the assistant's messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IntentWord>)]
    pub intent: Option<&'static str>,
    /// How sure that is, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The language of the content, ISO 639-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the assistant's answer rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<CitationRecord>,
    /// The member who wrote it, for `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_id: Option<String>,
    /// There, and true, if the answer was cut short.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// There, and true, if a configured model failed and the built-in assistant answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fell_back: bool,
    /// When it was written.
    #[schema(format = "date-time", example = "2026-04-01T14:30:01.000Z")]
    pub created_at: String,
}

impl From<&Message> for MessageRecord {
    fn from(message: &Message) -> Self {
        let Message {
            id,
            conversation: _,
            position,
            role,
            content,
            intent,
            confidence: sure,
            language,
            citations,
            member,
            interrupted,
            fell_back,
            created_at,
        } = message;
        Self {
            id: id.uuid(),
            position: *position,
            role: role.as_str(),
            content: content.clone(),
            intent: intent.map(Intent::as_str),
            confidence: sure.map(confidence),
            language: language.clone(),
            citations: citations.iter().map(CitationRecord::from).collect(),
            member_id: member.map(crate::id::uuid),
            interrupted: *interrupted,
            fell_back: *fell_back,
            created_at: created_at.rfc3339_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::samples;

    #[test]
    fn a_conversation_prints_every_field_that_the_others_print() {
        let mut conversation = samples::conversation();
        conversation.handoff = Some(samples::handoff());
        conversation.assigned_to = Some(Id::from_bits(5));
        let messages = [samples::question(), samples::reply()];
        let detail = ConversationDetail::of(&conversation, &messages, conversation.last_message_at);
        samples::assert_prints(
            &ConversationAnswer { conversation: detail },
            &json!({"conversation": {
                "id": "00000000-0000-0000-0000-000000000002",
                "leadId": "00000000-0000-0000-0000-000000000001",
                "visitorId": "visitor_web_1",
                "channel": "web_chat",
                "status": "active",
                "subject": "Pricing inquiry",
                "summary": "Asked about Pro.",
                "intents": ["pricing_inquiry", "demo_request"],
                "qualificationScore": 82,
                "messageCount": 4,
                "assignedTo": "00000000-0000-0000-0000-000000000005",
                "handoff": {
                    "reason": "human_request", "priority": "high", "summary": "Asked about Pro.",
                    "at": "2026-04-01T09:18:00.000Z",
                },
                "startedAt": "2026-04-01T09:15:00.000Z",
                "lastMessageAt": "2026-04-01T09:20:00.000Z",
                "endedAt": null,
                "createdAt": "2026-04-01T09:15:00.000Z",
                "language": "en",
                "sourceUrl": "/pricing",
                "utm": {"source": null, "medium": null, "campaign": null, "term": null, "content": null},
                "metadata": {"userAgent": "Test/1.0", "referrer": "https://example.com"},
                "messages": [
                    {
                        "id": "00000000-0000-0000-0000-000000000003", "position": 1, "role": "user",
                        "content": "What does Pro cost?", "createdAt": "2026-04-01T09:15:00.000Z",
                    },
                    {
                        "id": "00000000-0000-0000-0000-000000000004", "position": 2, "role": "assistant",
                        "content": "Pro is **$149** a month.", "intent": "pricing_inquiry", "confidence": 0.96,
                        "language": "en",
                        "citations": [{
                            "documentId": "00000000-0000-0000-0000-000000000006", "title": "Plans",
                            "quote": "Pro is $149 a month.",
                        }],
                        "createdAt": "2026-04-01T09:15:02.000Z",
                    },
                ],
            }}),
        );
    }

    #[test]
    fn v2_the_session_is_never_printed() {
        let detail = ConversationDetail::of(&samples::conversation(), &[], Timestamp::default());
        let printed = serde_json::to_string(&detail).expect("prints");
        assert!(!printed.contains("session"), "{printed}");
    }
}
