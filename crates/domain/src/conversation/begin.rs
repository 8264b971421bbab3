//! How a conversation begins, and what the first chat's metadata says about the visitor.

use serde_json::Value;

use crate::{
    access::Assistant,
    conversation::{Channel, Conversation, ConversationStatus, KnownFacts, SessionHash, VisitorId},
    id::Id,
    lead::{Score, Utm},
    money::JsonMap,
    time::Timestamp,
};

/// The most characters that are kept of a page or a campaign.
const MOST_CHARACTERS: usize = 2_000;

impl Conversation {
    /// A conversation without messages.
    pub fn begin(
        id: Id<Self>,
        assistant: Id<Assistant>,
        visitor: VisitorId,
        session: SessionHash,
        channel: Channel,
        metadata: JsonMap,
        now: Timestamp,
    ) -> Self {
        let text = |key: &str| text_of(&metadata, key);
        Self {
            id,
            version: 0,
            assistant,
            visitor,
            session,
            lead: None,
            channel,
            status: ConversationStatus::Active,
            handoff: None,
            assigned_to: None,
            subject: String::new(),
            summary: String::new(),
            intents: Vec::new(),
            lead_score: Score::default(),
            message_count: 0,
            responses: 0,
            response_millis: 0,
            was_handed_off: false,
            language: None,
            facts: KnownFacts::default(),
            source_url: page_of(&metadata),
            utm: Utm {
                source: text("utm_source"),
                medium: text("utm_medium"),
                campaign: text("utm_campaign"),
                term: text("utm_term"),
                content: text("utm_content"),
            },
            first_message: None,
            metadata,
            started_at: now,
            last_message_at: now,
            ended_at: None,
            created_at: now,
            erased_at: None,
        }
    }
}

/// The page that a chat's metadata names.
pub(crate) fn page_of(metadata: &JsonMap) -> Option<String> {
    text_of(metadata, "page")
}

fn text_of(metadata: &JsonMap, key: &str) -> Option<String> {
    let text = metadata.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())?;
    Some(text.chars().take(MOST_CHARACTERS).collect())
}
