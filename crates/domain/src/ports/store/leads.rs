//! Reading leads.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    conversation::Conversation,
    id::Id,
    lead::{Lead, LeadQuery},
    paging::Page,
    ports::StoreError,
    qualification::Evidence,
    text::Email,
};

/// What a lead is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LeadKey {
    /// Its id, or the id of a lead that it absorbed.
    Id(Id<Lead>),
    /// Its e-mail address, without case.
    Email(Email),
}

/// A lead with all that its score rests on, as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadFile {
    /// The lead; the survivor where the id names an absorbed one.
    pub lead: Lead,
    /// The evidence of all its conversations, in no particular order.
    pub evidence: Vec<Evidence>,
}

/// A lead with its latest conversations, as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadHistory {
    /// The lead and its evidence.
    pub file: LeadFile,
    /// Its latest conversations, as [`ConversationStore::recent_conversations`] gives them.
    ///
    /// [`ConversationStore::recent_conversations`]: super::ConversationStore::recent_conversations
    pub conversations: Vec<Conversation>,
}

/// Reads leads.
///
/// Promises: an absorbed lead's id finds the survivor; an address finds at most one lead; lists
/// agree with [`LeadQuery::matches`], [`LeadQuery::matches_assistants`] and [`Page::of_all`]; by cursor every row that was there at
/// the first part and whose sort value stands comes exactly once.
#[async_trait]
pub trait LeadStore: Send + Sync {
    /// One lead with its evidence.
    async fn load_lead(&self, scope: TenantScope, key: &LeadKey) -> Result<Option<LeadFile>, StoreError>;

    /// One lead with its evidence and at most `conversations` of its latest conversations, in one
    /// snapshot.
    async fn load_lead_history(
        &self,
        scope: TenantScope,
        id: Id<Lead>,
        conversations: u32,
    ) -> Result<Option<LeadHistory>, StoreError>;

    /// One lead alone.
    async fn find_lead(&self, scope: TenantScope, id: Id<Lead>) -> Result<Option<Lead>, StoreError>;

    /// A part of a list.
    async fn list_leads(&self, scope: TenantScope, query: &LeadQuery) -> Result<Page<Lead>, StoreError>;
}
