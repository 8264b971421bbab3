//! A visitor's own conversation (contract § 7): the messages that its page restores and follows.

use serde::Serialize;
use synaptiq_domain::{
    conversation::{ConversationStatus, Handoff, Message},
    time::Timestamp,
    use_cases::VisitorMessages,
};
use utoipa::ToSchema;

use crate::{
    app::chat::{CitationRecord, HandoffNotice},
    field::FieldError,
    query::Query,
    words::{ConversationStatusWord, RoleWord},
};

/// The messages after a position.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Transcript {
    /// Oldest first.
    pub messages: Vec<TranscriptMessage>,
    /// How the conversation stands.
    #[serde(flatten)]
    pub status: TranscriptStatus,
}

impl Transcript {
    /// The transcript as it stands when active conversations idle since `idle_since` have expired.
    pub fn of(found: &VisitorMessages, idle_since: Timestamp) -> Self {
        let VisitorMessages { conversation, messages } = found;
        Self {
            messages: messages.iter().map(TranscriptMessage::from).collect(),
            status: TranscriptStatus::of(conversation.status_at(idle_since), conversation.handoff.as_ref()),
        }
    }
}

/// A message as its visitor sees it; also the data of `event: message`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptMessage {
    /// Its id.
    pub id: String,
    /// Its place in the conversation, from 1; what to give as `after`.
    pub position: u32,
    /// `user` (the visitor), `assistant` (the AI) or `agent` (a member of the team).
    #[schema(value_type = RoleWord)]
    pub role: &'static str,
    /// Markdown for the assistant's, plain text for others'.
    pub content: String,
    /// What the assistant's answer rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<CitationRecord>,
    /// There, and true, if the answer was cut short.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// When it was written.
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<&Message> for TranscriptMessage {
    fn from(message: &Message) -> Self {
        let Message {
            id,
            conversation: _,
            position,
            role,
            content,
            // What the team alone knows.
            intent: _,
            confidence: _,
            language: _,
            citations,
            member: _,
            interrupted,
            fell_back: _,
            created_at,
        } = message;
        Self {
            id: id.uuid(),
            position: *position,
            role: role.as_str(),
            content: content.clone(),
            citations: citations.iter().map(CitationRecord::from).collect(),
            interrupted: *interrupted,
            created_at: created_at.rfc3339_millis(),
        }
    }
}

/// How a conversation stands, as its visitor sees it; also the data of `event: status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TranscriptStatus {
    /// `active`, `closed`, `handed_off` or `expired`.
    #[schema(value_type = ConversationStatusWord)]
    pub status: &'static str,
    /// That a person was asked for, if one was.
    pub handoff: Option<HandoffNotice>,
}

impl TranscriptStatus {
    /// The status at this moment.
    pub fn of(status: ConversationStatus, handoff: Option<&Handoff>) -> Self {
        Self { status: status.as_str(), handoff: handoff.map(HandoffNotice::from) }
    }
}

/// Reads `after`: the position of the last message seen, 0 before any; `None` if nothing is said.
pub fn read_after(query: &Query) -> Result<Option<u32>, FieldError> {
    let position = query.optional("after", |given| given.integer(0..=i64::from(u32::MAX)))?;
    Ok(position.and_then(|position| u32::try_from(position).ok()))
}

/// Reads `Last-Event-ID`: the position of the last message seen. Anything else starts from the beginning.
pub fn position_of_event(last_event_id: &str) -> u32 {
    last_event_id.trim().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_visitor_sees_the_words_and_not_what_the_team_knows() {
        let mut conversation = samples::conversation();
        conversation.status = ConversationStatus::HandedOff;
        conversation.handoff = Some(samples::handoff());
        let found = VisitorMessages { conversation, messages: vec![samples::question(), samples::reply()] };
        samples::assert_prints(
            &Transcript::of(&found, Timestamp::default()),
            &json!({
                "messages": [
                    {
                        "id": "00000000-0000-0000-0000-000000000003", "position": 1, "role": "user", "content": "What does Pro cost?",
                        "createdAt": "2026-04-01T09:15:00.000Z",
                    },
                    {
                        "id": "00000000-0000-0000-0000-000000000004", "position": 2, "role": "assistant",
                        "content": "Pro is **$149** a month.",
                        "citations": [{
                            "documentId": "00000000-0000-0000-0000-000000000006", "title": "Plans", "quote": "Pro is $149 a month.",
                        }],
                        "createdAt": "2026-04-01T09:15:02.000Z",
                    },
                ],
                "status": "handed_off",
                "handoff": {"reason": "human_request", "priority": "high", "at": "2026-04-01T09:18:00.000Z"},
            }),
        );
    }

    #[test]
    fn a_position_is_read_or_named() {
        assert_eq!(read_after(&Query::of("")), Ok(None));
        assert_eq!(read_after(&Query::of("after=0")), Ok(Some(0)));
        assert_eq!(read_after(&Query::of("after=7")), Ok(Some(7)));
        assert_eq!(read_after(&Query::of("after=-1")).expect_err("wrong").param, "after");
        assert_eq!((position_of_event(" 7 "), position_of_event("x")), (7, 0));
    }
}
