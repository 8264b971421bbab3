//! A conversation as v1's lists and webhooks print it.

use serde::Serialize;
use synaptiq_domain::{
    conversation::{Conversation, ConversationStatus, Intent},
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    v1::chat::HandoffRecord,
    words::{ChannelWord, ConversationStatusWord, IntentWord},
};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationRecord {
    /// Its id.
    #[schema(example = "conv_01HQ7ABC2DEF3GH14JK15MN06P")]
    pub id: String,
    /// The lead, once there is one.
    pub lead_id: Option<String>,
    /// The site's name for the visitor.
    #[schema(example = "visitor_8f3a2b1c")]
    pub visitor_id: String,
    /// Where it takes place: `web_chat`, `api`, `whatsapp` or `slack`.
    #[schema(value_type = ChannelWord)]
    pub channel: &'static str,
    /// `active`, `closed`, `handed_off` or `expired`.
    #[schema(value_type = ConversationStatusWord)]
    pub status: &'static str,
    /// What it is about.
    pub subject: String,
    /// Messages of both sides.
    #[schema(example = 12)]
    pub message_count: u32,
    /// What happened so far.
    pub summary: String,
    /// What the visitor wanted, in order of appearance.
    #[schema(value_type = Vec<IntentWord>)]
    pub intents: Vec<&'static str>,
    /// The score at the last turn, 0–100.
    #[schema(maximum = 100, example = 87)]
    pub lead_score: u8,
    /// The member it is assigned to, if it was handed off to one.
    pub assigned_to: Option<String>,
    /// That a person was asked for, if one was.
    pub handoff: Option<HandoffRecord>,
    /// When the first message was written.
    #[schema(format = "date-time")]
    pub started_at: String,
    /// When the last message was written.
    #[schema(format = "date-time")]
    pub last_message_at: String,
    /// When it ended, if it has.
    #[schema(format = "date-time")]
    pub ended_at: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl ConversationRecord {
    /// The conversation as it stands when active ones idle since `idle_since` have expired.
    pub fn at(conversation: &Conversation, idle_since: Timestamp) -> Self {
        Self::with_status(conversation, conversation.status_at(idle_since))
    }

    /// The conversation as it was committed: what an event tells of its moment.
    pub fn as_committed(conversation: &Conversation) -> Self {
        Self::with_status(conversation, conversation.status)
    }

    fn with_status(conversation: &Conversation, status: ConversationStatus) -> Self {
        let Conversation {
            id,
            version: _,
            assistant: _,
            visitor,
            // The session is the visitor's secret, and its hash is no one's business.
            session: _,
            lead,
            channel,
            status: _,
            handoff,
            assigned_to,
            subject,
            summary,
            intents,
            lead_score,
            message_count,
            // For figures alone.
            responses: _,
            response_millis: _,
            was_handed_off: _,
            // The detail tells the rest.
            language: _,
            facts: _,
            source_url: _,
            utm: _,
            first_message: _,
            metadata: _,
            started_at,
            last_message_at,
            ended_at,
            created_at,
            erased_at: _,
        } = conversation;
        Self {
            id: id.prefixed(),
            lead_id: lead.map(crate::id::v1),
            visitor_id: visitor.as_str().to_owned(),
            channel: channel.as_str(),
            status: status.as_str(),
            subject: subject.clone(),
            message_count: *message_count,
            summary: summary.clone(),
            intents: intents.iter().copied().map(Intent::as_str).collect(),
            lead_score: lead_score.get(),
            assigned_to: assigned_to.map(crate::id::v1),
            handoff: handoff.as_ref().map(HandoffRecord::from),
            started_at: started_at.rfc3339_millis(),
            last_message_at: last_message_at.rfc3339_millis(),
            ended_at: ended_at.map(Timestamp::rfc3339_millis),
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
    fn a_conversation_prints_every_documented_field() {
        samples::assert_prints(
            &ConversationRecord::as_committed(&samples::conversation()),
            &json!({
                "id": "conv_00000000000000000000000002",
                "leadId": "lead_00000000000000000000000001",
                "visitorId": "visitor_web_1",
                "channel": "web_chat",
                "status": "active",
                "subject": "Pricing inquiry",
                "messageCount": 4,
                "summary": "Asked about Pro.",
                "intents": ["pricing_inquiry", "demo_request"],
                "leadScore": 82,
                "assignedTo": null,
                "handoff": null,
                "startedAt": "2026-04-01T09:15:00.000Z",
                "lastMessageAt": "2026-04-01T09:20:00.000Z",
                "endedAt": null,
                "createdAt": "2026-04-01T09:15:00.000Z",
            }),
        );
    }

    #[test]
    fn an_idle_conversation_is_printed_as_expired_before_the_sweeper_says_so() {
        let last = samples::conversation().last_message_at;
        assert_eq!(ConversationRecord::at(&samples::conversation(), last).status, "active");
        let later = Timestamp::from_micros(last.micros() + 1);
        assert_eq!(ConversationRecord::at(&samples::conversation(), later).status, "expired");
    }
}
