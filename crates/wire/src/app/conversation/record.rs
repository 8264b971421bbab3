//! A conversation as app's lists print it.

use serde::Serialize;
use synaptiq_domain::{
    conversation::{Conversation, ConversationStatus, Handoff, Intent},
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::words::{AppConversationStatusWord, ChannelWord, IntentWord, PriorityWord};

/// app's word for a status: whether the conversation goes on.
pub const fn status_word(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Active | ConversationStatus::HandedOff => "active",
        ConversationStatus::Closed | ConversationStatus::Expired => "completed",
    }
}

/// One part of a lead's conversations.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConversationsAnswer {
    /// The conversations, the one with the latest message first.
    pub conversations: Vec<ConversationRecord>,
}

impl ConversationsAnswer {
    /// The conversations as they stand when active ones idle since `idle_since` have expired.
    pub fn of(conversations: &[Conversation], idle_since: Timestamp) -> Self {
        let record = |conversation| ConversationRecord::at(conversation, idle_since);
        Self { conversations: conversations.iter().map(record).collect() }
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationRecord {
    /// Its id.
    #[schema(example = "660e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// The lead, once there is one.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub lead_id: Option<String>,
    /// The site's name for the visitor.
    pub visitor_id: String,
    /// Where it takes place: `web_chat`, `api`, `whatsapp` or `slack`.
    #[schema(value_type = ChannelWord)]
    pub channel: &'static str,
    /// `active` or `completed`.
    #[schema(value_type = AppConversationStatusWord)]
    pub status: &'static str,
    /// What it is about.
    pub subject: String,
    /// What happened so far.
    #[schema(example = "Prospect asked about pricing and integration.")]
    pub summary: String,
    /// What the visitor wanted, in order of appearance.
    #[schema(value_type = Vec<IntentWord>)]
    pub intents: Vec<&'static str>,
    /// The lead's score at the last turn, 0–100.
    #[schema(maximum = 100)]
    pub qualification_score: u8,
    /// Messages of both sides.
    pub message_count: u32,
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
            id: id.uuid(),
            lead_id: lead.map(crate::id::uuid),
            visitor_id: visitor.as_str().to_owned(),
            channel: channel.as_str(),
            status: status_word(conversation.status_at(idle_since)),
            subject: subject.clone(),
            summary: summary.clone(),
            intents: intents.iter().copied().map(Intent::as_str).collect(),
            qualification_score: lead_score.get(),
            message_count: *message_count,
            assigned_to: assigned_to.map(crate::id::uuid),
            handoff: handoff.as_ref().map(HandoffRecord::from),
            started_at: started_at.rfc3339_millis(),
            last_message_at: last_message_at.rfc3339_millis(),
            ended_at: ended_at.map(Timestamp::rfc3339_millis),
            created_at: created_at.rfc3339_millis(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn four_statuses_are_shown_as_two() {
        let words: Vec<_> = ConversationStatus::ALL.map(|status| (status.as_str(), status_word(status))).into();
        assert_eq!(
            words,
            [("active", "active"), ("closed", "completed"), ("handed_off", "active"), ("expired", "completed")]
        );
        let last = samples::conversation().last_message_at;
        let later = Timestamp::from_micros(last.micros() + 1);
        let printed = ConversationsAnswer::of(&[samples::conversation()], later);
        assert_eq!(printed.conversations[0].status, "completed", "an idle one, before the sweeper says so");
    }
}
