//! A conversation alone, with its messages: the union of the source's table and its sample.

use serde::Serialize;
use synaptiq_domain::{
    conversation::{Conversation, Intent, Message},
    money::JsonMap,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    number::confidence,
    v1::{chat::CitationRecord, conversation::ConversationRecord, lead::UtmRecord},
    words::{IntentWord, RoleWord},
};

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
    /// The messages asked for; absent with `includeMessages=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageRecord>>,
}

impl ConversationDetail {
    /// The detail as it stands when active conversations idle since `idle_since` have expired.
    pub fn of(conversation: &Conversation, messages: Option<&[Message]>, idle_since: Timestamp) -> Self {
        Self {
            language: conversation.language.clone(),
            source_url: conversation.source_url.clone(),
            utm: (&conversation.utm).into(),
            metadata: conversation.metadata.clone(),
            messages: messages.map(|messages| messages.iter().map(MessageRecord::from).collect()),
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
    #[schema(example = "msg_01HQ7ABC000000000000000001")]
    pub id: String,
    /// Its place in the conversation, from 1.
    #[schema(example = 1)]
    pub position: u32,
    /// `user` (the visitor), `assistant` (the AI) or `agent` (a member).
    #[schema(value_type = RoleWord)]
    pub role: &'static str,
    /// Markdown for the assistant's, plain text for others'.
    pub content: String,
    /// What the visitor's message that this one answers wants; on the assistant's messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IntentWord>)]
    pub intent: Option<&'static str>,
    /// How sure that is, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
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
    #[schema(format = "date-time")]
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
            id: id.prefixed(),
            position: *position,
            role: role.as_str(),
            content: content.clone(),
            intent: intent.map(Intent::as_str),
            confidence: sure.map(confidence),
            language: language.clone(),
            citations: citations.iter().map(CitationRecord::from).collect(),
            member_id: member.map(crate::id::v1),
            interrupted: *interrupted,
            fell_back: *fell_back,
            created_at: created_at.rfc3339_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn messages_print_as_in_the_source() {
        samples::assert_prints(
            &MessageRecord::from(&samples::question()),
            &json!({
                "id": "msg_00000000000000000000000003",
                "position": 1,
                "role": "user",
                "content": "What does Pro cost?",
                "createdAt": "2026-04-01T09:15:00.000Z",
            }),
        );
        samples::assert_prints(
            &MessageRecord::from(&samples::reply()),
            &json!({
                "id": "msg_00000000000000000000000004",
                "position": 2,
                "role": "assistant",
                "content": "Pro is **$149** a month.",
                "intent": "pricing_inquiry",
                "confidence": 0.96,
                "language": "en",
                "citations": [{"documentId": "doc_00000000000000000000000006", "title": "Plans", "quote": "Pro is $149 a month."}],
                "createdAt": "2026-04-01T09:15:02.000Z",
            }),
        );
    }

    #[test]
    fn the_detail_is_the_record_with_the_visit_and_its_messages() {
        let idle_since = samples::conversation().last_message_at;
        let messages = [samples::question(), samples::reply()];
        let detail = ConversationDetail::of(&samples::conversation(), Some(&messages), idle_since);
        let printed = serde_json::to_value(&detail).expect("prints");
        let record =
            serde_json::to_value(ConversationRecord::at(&samples::conversation(), idle_since)).expect("prints");
        for (field, value) in record.as_object().expect("an object") {
            assert_eq!(&printed[field], value, "{field}");
        }
        assert_eq!(printed["metadata"], json!({"userAgent": "Test/1.0", "referrer": "https://example.com"}));
        assert_eq!(printed["messages"][1]["position"], 2);
        let without = ConversationDetail::of(&samples::conversation(), None, idle_since);
        assert_eq!(serde_json::to_value(without).expect("prints").get("messages"), None);
    }

    #[test]
    fn v2_the_session_is_never_printed() {
        let detail = ConversationDetail::of(&samples::conversation(), None, Timestamp::default());
        let printed = serde_json::to_string(&detail).expect("prints");
        assert!(!printed.contains("session"), "{printed}");
    }
}
