//! What is left of a conversation when its visitor is erased: when it took place, how long it was and
//! how it ended (security D6). Its rows are emptied in parts, see [`crate::erasure`].

use crate::{
    conversation::{Conversation, ConversationStatus, Handoff, HandoffReason, KnownFacts, SessionHash, VisitorId},
    lead::Utm,
    money::JsonMap,
    time::Timestamp,
};

impl Conversation {
    /// The conversation without its visitor's session, so that nothing more is said in it while it is
    /// being emptied. Who it was with is still there: an erasure that is cut short finds it again.
    #[must_use]
    pub fn shut(&self, session: SessionHash, now: Timestamp) -> Self {
        let is_open = self.status.is_open();
        Self {
            session,
            status: if is_open { ConversationStatus::Closed } else { self.status },
            ended_at: if is_open { Some(now) } else { self.ended_at },
            ..self.clone()
        }
    }

    /// The conversation without a word that was said in it, and without whoever said it. One that was
    /// erased before stays as it is.
    #[must_use]
    pub fn erased(&self, visitor: VisitorId, session: SessionHash, now: Timestamp) -> Self {
        if self.erased_at.is_some() {
            return self.clone();
        }
        let Self {
            id,
            version,
            assistant,
            visitor: _,
            session,
            lead,
            channel,
            status,
            handoff,
            assigned_to,
            subject: _,
            summary: _,
            intents,
            lead_score,
            message_count,
            responses,
            response_millis,
            was_handed_off,
            language,
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
        } = self.shut(session, now);
        Self {
            id,
            version,
            assistant,
            visitor,
            session,
            lead,
            channel,
            status,
            handoff: handoff.map(|Handoff { reason: _, priority, summary: _, at }| Handoff {
                reason: HandoffReason::erased(),
                priority,
                summary: String::new(),
                at,
            }),
            assigned_to,
            subject: String::new(),
            summary: String::new(),
            intents,
            lead_score,
            message_count,
            responses,
            response_millis,
            was_handed_off,
            language,
            facts: KnownFacts::default(),
            source_url: None,
            utm: Utm::default(),
            first_message: None,
            metadata: JsonMap::new(),
            started_at,
            last_message_at,
            ended_at,
            created_at,
            erased_at: Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        analytics::contribution_of_conversation,
        conversation::{Channel, HandoffPriority},
        id::Id,
    };

    fn visitor(name: &str) -> VisitorId {
        VisitorId::parse(name).expect("a name")
    }

    #[test]
    fn d6_an_erased_conversation_has_no_words_left_and_counts_what_it_counted() {
        let word = "zwetschgenknödel";
        let at = Timestamp::from_seconds;
        let metadata: JsonMap =
            ["page", "utm_source", "other"].into_iter().map(|key| (key.to_owned(), json!(word))).collect();
        let (id, assistant, session) = (Id::from_bits(1), Id::from_bits(2), SessionHash([1; 32]));
        let mut conversation =
            Conversation::begin(id, assistant, visitor(word), session, Channel::Slack, metadata, at(1));
        conversation.first_message = Some(word.to_owned());
        conversation.subject = word.to_owned();
        conversation.summary = word.to_owned();
        conversation.facts.name = Some(word.to_owned());
        conversation.message_count = 4;
        conversation.was_handed_off = true;
        conversation.take_over(HandoffReason::parse(word).expect("short"), HandoffPriority::High, None, at(2));
        let erased = conversation.erased(visitor("erased_1"), SessionHash([2; 32]), at(3));
        let text = serde_json::to_string(&erased).expect("a conversation prints");
        assert!(!text.contains("zwetschgen"), "{text}");
        assert_ne!(erased.session, conversation.session, "the visitor cannot go on in it");
        assert_eq!((erased.status, erased.ended_at), (ConversationStatus::Closed, Some(at(3))));
        assert_eq!(contribution_of_conversation(&erased), contribution_of_conversation(&conversation));
    }

    #[test]
    fn a_conversation_that_has_ended_is_shut_as_it_ended() {
        let at = Timestamp::from_seconds;
        let (id, assistant, session) = (Id::from_bits(1), Id::from_bits(2), SessionHash([1; 32]));
        let begun = Conversation::begin(id, assistant, visitor("v"), session, Channel::Api, JsonMap::new(), at(1));
        let expired = Conversation { status: ConversationStatus::Expired, ended_at: Some(at(2)), ..begun };
        let shut = expired.shut(SessionHash([2; 32]), at(3));
        assert_eq!(shut, Conversation { session: SessionHash([2; 32]), ..expired });
    }
}
