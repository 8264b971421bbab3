//! The answer of the public chat (contract § 7): app's ids, and nothing that only the team knows.
//! The request is [`crate::chat::ChatRequest`].

use serde::Serialize;
use synaptiq_domain::{
    conversation::{Citation, Handoff},
    use_cases::ChatOutcome,
};
use utoipa::ToSchema;

use crate::{
    number,
    words::{ConversationStatusWord, IntentWord, PriorityWord, RoleWord},
};

/// The assistant's answer to a visitor.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatAnswer {
    /// The answer's message; the visitor's own while a person has been asked.
    pub id: String,
    /// What to send as `sessionId` with the next message. A secret of the visitor.
    pub session_id: String,
    /// The visitor: as given, or as issued where nothing was given.
    pub visitor_id: String,
    /// Always `assistant`.
    #[schema(value_type = RoleWord)]
    pub role: &'static str,
    /// Markdown.
    pub content: String,
    /// What the visitor's message wants.
    #[schema(value_type = IntentWord)]
    pub intent: &'static str,
    /// How sure that is, 0–1.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// The language of the answer, ISO 639-1.
    pub language: String,
    /// The conversation's: `active`, `closed`, `handed_off` or `expired`.
    #[schema(value_type = ConversationStatusWord)]
    pub status: &'static str,
    /// What the answer rests on.
    pub citations: Vec<CitationRecord>,
    /// What the visitor might say next.
    pub suggested_replies: Vec<String>,
    /// That a person was asked for, if one was.
    pub handoff: Option<HandoffNotice>,
    /// There, and true, if the answer was cut short.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// When it was written.
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<&ChatOutcome> for ChatAnswer {
    fn from(outcome: &ChatOutcome) -> Self {
        let ChatOutcome {
            message,
            content,
            session,
            conversation,
            intent,
            confidence,
            language,
            citations,
            suggested_replies,
            handoff,
        } = outcome;
        Self {
            id: message.id.uuid(),
            session_id: session.clone(),
            visitor_id: conversation.visitor.as_str().to_owned(),
            role: "assistant",
            content: content.clone(),
            intent: intent.as_str(),
            confidence: number::confidence(*confidence),
            language: language.clone(),
            status: conversation.status.as_str(),
            citations: citations.iter().map(CitationRecord::from).collect(),
            suggested_replies: suggested_replies.clone(),
            handoff: handoff.as_ref().map(HandoffNotice::from),
            interrupted: message.interrupted,
            created_at: message.created_at.rfc3339_millis(),
        }
    }
}

/// A passage that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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
        Self { document_id: document.uuid(), title: title.clone(), quote: quote.clone() }
    }
}

/// That a person was asked for, as a visitor is told: the summary is the team's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandoffNotice {
    /// Why.
    pub reason: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = PriorityWord)]
    pub priority: &'static str,
    /// When.
    #[schema(format = "date-time")]
    pub at: String,
}

impl From<&Handoff> for HandoffNotice {
    fn from(handoff: &Handoff) -> Self {
        let Handoff { reason, priority, summary: _, at } = handoff;
        Self { reason: reason.as_str().to_owned(), priority: priority.as_str(), at: at.rfc3339_millis() }
    }
}

/// `event: message.start`: the answer begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageStart {
    /// The answer's message.
    pub id: String,
    /// What to send as `sessionId` with the next message.
    pub session_id: String,
}

/// `event: message.delta`: some more of the answer. All of them together are its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageDelta {
    /// The text.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn v1_a_visitor_is_told_the_answer_and_nothing_that_only_the_team_knows() {
        let mut outcome = samples::outcome();
        outcome.conversation.lead = samples::conversation().lead;
        outcome.message.fell_back = true;
        samples::assert_prints(
            &ChatAnswer::from(&outcome),
            &json!({
                "id": "00000000-0000-0000-0000-000000000004",
                "sessionId": "sess_secret",
                "visitorId": "visitor_web_1",
                "role": "assistant",
                "content": "Pro is **$149** a month.",
                "intent": "pricing_inquiry",
                "confidence": 0.96,
                "language": "en",
                "status": "handed_off",
                "citations": [{"documentId": "00000000-0000-0000-0000-000000000006", "title": "Plans", "quote": "Pro is $149 a month."}],
                "suggestedReplies": ["Show me a demo"],
                "handoff": {"reason": "human_request", "priority": "high", "at": "2026-04-01T09:18:00.000Z"},
                "createdAt": "2026-04-01T09:15:02.000Z",
            }),
        );
    }
}
