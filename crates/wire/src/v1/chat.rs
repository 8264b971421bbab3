//! The answer to a chat in v1 (contract § 7), whole and as a stream of events. The request is
//! [`crate::chat::ChatRequest`].

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

/// Who reads an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A server with a secret key.
    Team,
    /// A visitor's page with a publishable key: it does not learn what the team knows.
    Visitor,
}

/// The assistant's answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatAnswer {
    /// The answer's message; the visitor's own while a person has been asked.
    #[schema(example = "msg_01HQ7ABC000000000000000002")]
    pub id: String,
    /// What to send as `sessionId` with the next message. A secret of the visitor.
    pub session_id: String,
    /// The conversation. Not told to publishable keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// The site's name for the visitor.
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
    #[schema(minimum = 0, maximum = 1, example = 0.96)]
    pub confidence: f64,
    /// The language of the answer, ISO 639-1.
    pub language: String,
    /// The lead, or null before there is one. Not told to publishable keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub lead_id: Option<Option<String>>,
    /// The score, also before there is a lead. Not told to publishable keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_score: Option<u8>,
    /// The conversation's: `active`, `closed`, `handed_off` or `expired`.
    #[schema(value_type = ConversationStatusWord)]
    pub status: &'static str,
    /// What the answer rests on.
    pub citations: Vec<CitationRecord>,
    /// What the visitor might say next.
    pub suggested_replies: Vec<String>,
    /// That a person was asked for, if one was.
    pub handoff: Option<HandoffRecord>,
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

impl ChatAnswer {
    /// The answer as `audience` may read it.
    pub fn of(outcome: &ChatOutcome, audience: Audience) -> Self {
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
        let for_team = audience == Audience::Team;
        Self {
            id: message.id.prefixed(),
            session_id: session.clone(),
            conversation_id: for_team.then(|| conversation.id.prefixed()),
            visitor_id: conversation.visitor.as_str().to_owned(),
            role: "assistant",
            content: content.clone(),
            intent: intent.as_str(),
            confidence: number::confidence(*confidence),
            language: language.clone(),
            lead_id: for_team.then(|| conversation.lead.map(crate::id::v1)),
            lead_score: for_team.then(|| conversation.lead_score.get()),
            status: conversation.status.as_str(),
            citations: citations.iter().map(CitationRecord::from).collect(),
            suggested_replies: suggested_replies.clone(),
            handoff: handoff.as_ref().map(HandoffRecord::from),
            interrupted: message.interrupted,
            fell_back: message.fell_back,
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
        Self { document_id: document.prefixed(), title: title.clone(), quote: quote.clone() }
    }
}

/// That a person was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Handoff)]
pub struct HandoffRecord {
    /// Why, as a word (`human_request`, `taken_over`) or in the words of whoever asked.
    pub reason: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = PriorityWord)]
    pub priority: &'static str,
    /// The conversation so far, for whoever takes it.
    pub summary: String,
    /// When.
    #[schema(format = "date-time")]
    pub at: String,
}

impl From<&Handoff> for HandoffRecord {
    fn from(handoff: &Handoff) -> Self {
        let Handoff { reason, priority, summary, at } = handoff;
        Self {
            reason: reason.as_str().to_owned(),
            priority: priority.as_str(),
            summary: summary.clone(),
            at: at.rfc3339_millis(),
        }
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

/// Names of the events of a streamed answer. `message.end` carries the whole [`ChatAnswer`],
/// `error` the dialect's error body.
pub mod event {
    /// The answer begins.
    pub const START: &str = "message.start";
    /// Some more of it.
    pub const DELTA: &str = "message.delta";
    /// The whole of it.
    pub const END: &str = "message.end";
    /// There will be none.
    pub const ERROR: &str = "error";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn the_answer_prints_every_documented_field() {
        samples::assert_prints(
            &ChatAnswer::of(&samples::outcome(), Audience::Team),
            &json!({
                "id": "msg_00000000000000000000000004",
                "sessionId": "sess_secret",
                "conversationId": "conv_00000000000000000000000002",
                "visitorId": "visitor_web_1",
                "role": "assistant",
                "content": "Pro is **$149** a month.",
                "intent": "pricing_inquiry",
                "confidence": 0.96,
                "language": "en",
                "leadId": null,
                "leadScore": 12,
                "status": "handed_off",
                "citations": [{"documentId": "doc_00000000000000000000000006", "title": "Plans", "quote": "Pro is $149 a month."}],
                "suggestedReplies": ["Show me a demo"],
                "handoff": {
                    "reason": "human_request", "priority": "high", "summary": "Asked about Pro.", "at": "2026-04-01T09:18:00.000Z",
                },
                "createdAt": "2026-04-01T09:15:02.000Z",
            }),
        );
    }

    #[test]
    fn v1_a_visitor_is_not_told_what_the_team_knows() {
        let mut outcome = samples::outcome();
        outcome.conversation.lead = samples::conversation().lead;
        outcome.message.interrupted = true;
        let printed = serde_json::to_value(ChatAnswer::of(&outcome, Audience::Visitor)).expect("prints");
        for hidden in ["conversationId", "leadId", "leadScore"] {
            assert_eq!(printed.get(hidden), None, "{hidden}");
        }
        assert_eq!(printed["interrupted"], json!(true));
    }
}
