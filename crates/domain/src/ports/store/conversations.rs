//! Reading conversations.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    conversation::{Conversation, ConversationQuery, Message, MessageRange, SessionHash},
    id::Id,
    lead::Lead,
    paging::Page,
    ports::{StoreError, store::LeadFile},
    qualification::Evidence,
    text::Email,
};

/// What a turn is found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TurnKey {
    /// The visitor's session, if they sent one.
    pub session: Option<SessionHash>,
    /// The conversation, if it is known already.
    pub conversation: Option<Id<Conversation>>,
    /// An address that the visitor's message holds.
    pub email: Option<Email>,
    /// How many of the last messages to read.
    pub history: u32,
}

/// Everything a turn decides from, as of one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnFile {
    /// The session's conversation, whatever its status.
    pub conversation: Option<ConversationFile>,
    /// The lead that has the address already.
    pub by_email: Option<LeadFile>,
}

/// A conversation with its lead and all that their score rests on, as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationFile {
    /// The conversation.
    pub conversation: Conversation,
    /// Its lead.
    pub lead: Option<Lead>,
    /// The evidence of all the lead's conversations, or of this one alone where there is no lead.
    pub evidence: Vec<Evidence>,
    /// The last messages, oldest first.
    pub history: Vec<Message>,
}

/// Reads conversations.
///
/// Promises: a session finds its conversation in its own tenant alone; lists agree with
/// [`ConversationQuery::matches`]; messages come in order of position, without gaps.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Everything for a turn, in one snapshot.
    async fn load_turn(&self, scope: TenantScope, key: &TurnKey) -> Result<TurnFile, StoreError>;

    /// One conversation alone.
    async fn find_conversation(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
    ) -> Result<Option<Conversation>, StoreError>;

    /// The conversation of a session.
    async fn find_session(&self, scope: TenantScope, session: SessionHash) -> Result<Option<Conversation>, StoreError>;

    /// A part of a list.
    async fn list_conversations(
        &self,
        scope: TenantScope,
        query: &ConversationQuery,
    ) -> Result<Page<Conversation>, StoreError>;

    /// The latest conversations of a lead, the one with the latest message first. A look-up by
    /// index, whatever their number; counts nothing.
    async fn recent_conversations(
        &self,
        scope: TenantScope,
        lead: Id<Lead>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError>;

    /// Some of a conversation's messages; empty if there is no such conversation.
    async fn list_messages(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        range: MessageRange,
    ) -> Result<Vec<Message>, StoreError>;

    /// The messages after a position, oldest first.
    async fn messages_after(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        position: u32,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;
}
