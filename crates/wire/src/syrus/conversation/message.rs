//! A message as syrus prints it.

use serde::Serialize;
use synaptiq_domain::conversation::{Citation, Intent, Message};
use utoipa::ToSchema;

use crate::{
    number::confidence,
    words::{IntentWord, RoleWord},
};

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
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
    #[schema(format = "date-time", example = "2026-04-19T12:34:56Z")]
    pub created_at: String,
}

/// What an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Citation)]
pub struct CitationRecord {
    /// The document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// The document's own words.
    pub quote: String,
}

impl From<&Citation> for CitationRecord {
    fn from(citation: &Citation) -> Self {
        let Citation { document, title, quote } = citation;
        Self { document_id: crate::id::uuid(*document), title: title.clone(), quote: quote.clone() }
    }
}

impl From<&Message> for MessageRecord {
    fn from(message: &Message) -> Self {
        let Message {
            id,
            // It is printed inside of it.
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
            id: crate::id::uuid(*id),
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
            created_at: created_at.rfc3339_seconds(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_message_prints_what_is_known_of_it() {
        samples::assert_prints(
            &MessageRecord::from(&samples::question()),
            &json!({
                "id": "00000000-0000-0000-0000-000000000003",
                "position": 1,
                "role": "user",
                "content": "What does Pro cost?",
                "created_at": "2026-04-01T09:15:00Z",
            }),
        );
        samples::assert_prints(
            &MessageRecord::from(&samples::reply()),
            &json!({
                "id": "00000000-0000-0000-0000-000000000004",
                "position": 2,
                "role": "assistant",
                "content": "Pro is **$149** a month.",
                "intent": "pricing_inquiry",
                "confidence": 0.96,
                "language": "en",
                "citations": [{
                    "document_id": "00000000-0000-0000-0000-000000000006",
                    "title": "Plans",
                    "quote": "Pro is $149 a month.",
                }],
                "created_at": "2026-04-01T09:15:02Z",
            }),
        );
    }
}
