//! Which conversations a list shows, and which of a conversation's messages.

use crate::{
    conversation::{Channel, Conversation, ConversationStatus, VisitorId},
    id::Id,
    lead::Lead,
    paging::{Order, Paging},
    time::Timestamp,
};

/// What a list of conversations is sorted by. Ties are broken by id, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConversationSort {
    /// When it began.
    StartedAt,
    /// When its last message was written.
    #[default]
    LastMessageAt,
    /// How many messages it has.
    MessageCount,
}

impl ConversationSort {
    /// The sort value of a conversation, as cursors carry it.
    pub fn value_of(self, conversation: &Conversation) -> i64 {
        match self {
            Self::StartedAt => conversation.started_at.micros(),
            Self::LastMessageAt => conversation.last_message_at.micros(),
            Self::MessageCount => i64::from(conversation.message_count),
        }
    }
}

/// Which conversations to list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConversationQuery {
    /// Only of this lead.
    pub lead: Option<Id<Lead>>,
    /// Only of this visitor.
    pub visitor: Option<VisitorId>,
    /// Only of this assistant.
    pub assistant: Option<Id<crate::access::Assistant>>,
    /// Only in this status, as it is at `now`: an idle conversation is expired before the sweeper says so.
    pub status: Option<ConversationStatus>,
    /// Only through this channel.
    pub channel: Option<Channel>,
    /// Begun at or after.
    pub started_after: Option<Timestamp>,
    /// Begun at or before.
    pub started_before: Option<Timestamp>,
    /// Last written in at or after.
    pub last_message_after: Option<Timestamp>,
    /// Active conversations whose last message is before this instant count as expired.
    pub idle_since: Timestamp,
    /// What to sort by.
    pub sort: ConversationSort,
    /// In which direction.
    pub order: Order,
    /// Which part of the list.
    pub paging: Paging,
}

impl ConversationQuery {
    /// Whether a conversation is in the list. Stores that filter by themselves must agree with this.
    pub fn matches(&self, conversation: &Conversation) -> bool {
        self.lead.is_none_or(|lead| conversation.lead == Some(lead))
            && self.visitor.as_ref().is_none_or(|visitor| conversation.visitor == *visitor)
            && self.assistant.is_none_or(|assistant| conversation.assistant == assistant)
            && self.status.is_none_or(|status| conversation.status_at(self.idle_since) == status)
            && self.channel.is_none_or(|channel| conversation.channel == channel)
            && self.started_after.is_none_or(|at| conversation.started_at >= at)
            && self.started_before.is_none_or(|at| conversation.started_at <= at)
            && self.last_message_after.is_none_or(|at| conversation.last_message_at >= at)
    }
}

/// Which of a conversation's messages to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageRange {
    /// Skip this many, from the end that comes first.
    pub offset: u32,
    /// At most this many.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}
