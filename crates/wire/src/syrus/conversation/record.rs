//! A conversation as syrus prints it, in lists and alone.

use serde::Serialize;
use synaptiq_domain::{
    access::Assistant,
    conversation::{Conversation, Handoff, Intent, Message},
    lead::Utm,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    syrus::conversation::MessageRecord,
    words::{ChannelWord, ConversationStatusWord, IntentWord, PriorityWord},
};

/// A chatbot: an assistant, by id and slug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Chatbot)]
pub struct ChatbotRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// Its name in addresses and filters.
    #[schema(example = "demo-bot")]
    pub slug: String,
}

impl From<&Assistant> for ChatbotRecord {
    fn from(assistant: &Assistant) -> Self {
        let Assistant {
            id,
            version: _,
            slug,
            // How it speaks is told nowhere in syrus.
            name: _,
            greeting: _,
            language: _,
            high_value_amount: _,
            is_default: _,
            created_at: _,
        } = assistant;
        Self { id: crate::id::uuid(*id), slug: slug.to_string() }
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
            at: at.rfc3339_seconds(),
        }
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// The chatbot; null if it is gone.
    pub chatbot: Option<ChatbotRecord>,
    /// The lead, once there is one.
    pub lead_id: Option<String>,
    /// The site's name for the visitor.
    pub visitor_id: String,
    /// Where it takes place: `web_chat`, `api`, `whatsapp` or `slack`.
    #[schema(value_type = ChannelWord)]
    pub channel: &'static str,
    /// `active`, `closed`, `handed_off` or `expired`.
    #[schema(value_type = ConversationStatusWord)]
    pub status: &'static str,
    /// What it is about.
    pub subject: String,
    /// What happened so far.
    pub summary: String,
    /// What the visitor wanted, in order of appearance.
    #[schema(value_type = Vec<IntentWord>)]
    pub intents: Vec<&'static str>,
    /// Messages of both sides.
    #[schema(example = 8)]
    pub message_count: u32,
    /// The score at the last turn, 0–100.
    #[schema(maximum = 100, example = 95)]
    pub qualification_score: u8,
    /// The language of the visitor's last message, ISO 639-1.
    pub language: Option<String>,
    /// The page it began on.
    pub source_url: Option<String>,
    /// `utm_source` of that page.
    pub utm_source: Option<String>,
    /// `utm_campaign` of that page.
    pub utm_campaign: Option<String>,
    /// The member it is assigned to, if it was handed off to one.
    pub assigned_to: Option<String>,
    /// That a person was asked for, if one was.
    pub handoff: Option<HandoffRecord>,
    /// When the first message was written.
    #[schema(format = "date-time", example = "2026-04-19T12:34:56Z")]
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
    pub fn at(conversation: &Conversation, chatbot: Option<&Assistant>, idle_since: Timestamp) -> Self {
        let Conversation {
            id,
            version: _,
            // Printed with its slug.
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
            language,
            facts: _,
            source_url,
            utm: Utm { source: utm_source, campaign: utm_campaign, medium: _, term: _, content: _ },
            // The lead prints it.
            first_message: _,
            metadata: _,
            started_at,
            last_message_at,
            ended_at,
            created_at,
            erased_at: _,
        } = conversation;
        Self {
            id: crate::id::uuid(*id),
            chatbot: chatbot.map(ChatbotRecord::from),
            lead_id: lead.map(crate::id::uuid),
            visitor_id: visitor.as_str().to_owned(),
            channel: channel.as_str(),
            status: conversation.status_at(idle_since).as_str(),
            subject: subject.clone(),
            summary: summary.clone(),
            intents: intents.iter().copied().map(Intent::as_str).collect(),
            message_count: *message_count,
            qualification_score: lead_score.get(),
            language: language.clone(),
            source_url: source_url.clone(),
            utm_source: utm_source.clone(),
            utm_campaign: utm_campaign.clone(),
            assigned_to: assigned_to.map(crate::id::uuid),
            handoff: handoff.as_ref().map(HandoffRecord::from),
            started_at: started_at.rfc3339_seconds(),
            last_message_at: last_message_at.rfc3339_seconds(),
            ended_at: ended_at.map(Timestamp::rfc3339_seconds),
            created_at: created_at.rfc3339_seconds(),
        }
    }
}

/// A conversation with its messages.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConversationDetail {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: ConversationRecord,
    /// The messages asked for, of `message_count` in all; absent with `include_messages=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageRecord>>,
}

impl ConversationDetail {
    /// The detail as it stands when active conversations idle since `idle_since` have expired.
    pub fn of(
        conversation: &Conversation,
        chatbot: Option<&Assistant>,
        messages: Option<&[Message]>,
        idle_since: Timestamp,
    ) -> Self {
        Self {
            conversation: ConversationRecord::at(conversation, chatbot, idle_since),
            messages: messages.map(|messages| messages.iter().map(MessageRecord::from).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_conversation_prints_what_the_other_dialects_know_in_its_own_words() {
        let mut conversation = samples::conversation();
        conversation.handoff = Some(samples::handoff());
        let last = conversation.last_message_at;
        samples::assert_prints(
            &ConversationRecord::at(&conversation, Some(&samples::assistant()), last),
            &json!({
                "id": "00000000-0000-0000-0000-000000000002",
                "chatbot": {"id": "00000000-0000-0000-0000-000000000008", "slug": "demo-bot"},
                "lead_id": "00000000-0000-0000-0000-000000000001",
                "visitor_id": "visitor_web_1",
                "channel": "web_chat",
                "status": "active",
                "subject": "Pricing inquiry",
                "summary": "Asked about Pro.",
                "intents": ["pricing_inquiry", "demo_request"],
                "message_count": 4,
                "qualification_score": 82,
                "language": "en",
                "source_url": "/pricing",
                "utm_source": null,
                "utm_campaign": null,
                "assigned_to": null,
                "handoff": {
                    "reason": "human_request",
                    "priority": "high",
                    "summary": "Asked about Pro.",
                    "at": "2026-04-01T09:18:00Z",
                },
                "started_at": "2026-04-01T09:15:00Z",
                "last_message_at": "2026-04-01T09:20:00Z",
                "ended_at": null,
                "created_at": "2026-04-01T09:15:00Z",
            }),
        );
    }

    #[test]
    fn an_idle_conversation_is_printed_as_expired_before_the_sweeper_says_so() {
        let last = samples::conversation().last_message_at;
        let later = Timestamp::from_micros(last.micros() + 1);
        assert_eq!(ConversationRecord::at(&samples::conversation(), None, later).status, "expired");
    }

    #[test]
    fn v2_the_session_is_never_printed_and_messages_are_there_only_if_asked_for() {
        let last = samples::conversation().last_message_at;
        let messages = [samples::question(), samples::reply()];
        let with = ConversationDetail::of(&samples::conversation(), None, Some(&messages), last);
        let printed = serde_json::to_value(&with).expect("prints");
        assert_eq!(printed["messages"].as_array().map(Vec::len), Some(2));
        assert!(!printed.to_string().contains("sess"), "{printed}");
        let without = ConversationDetail::of(&samples::conversation(), None, None, last);
        assert_eq!(serde_json::to_value(&without).expect("prints").get("messages"), None);
    }
}
