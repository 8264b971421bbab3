//! Reads that put more than one thing together. Everything simpler is asked of the store directly.

use crate::{
    access::TenantScope,
    conversation::{Conversation, Message, SessionHash},
    id::Id,
    lead::Lead,
    ports::store::{LeadFile, LeadHistory},
    qualification::Qualification,
    use_cases::{Services, UseCaseError},
};

/// A lead with the reasons for its score.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadDetail {
    /// The lead and its evidence.
    pub file: LeadFile,
    /// What the evidence amounts to.
    pub qualification: Qualification,
    /// Its latest conversations, latest first.
    pub conversations: Vec<Conversation>,
}

/// How many conversations a lead's detail shows.
const RECENT_CONVERSATIONS: u32 = 10;

/// A lead with the reasons for its score.
pub async fn lead_detail(services: &Services, scope: TenantScope, id: Id<Lead>) -> Result<LeadDetail, UseCaseError> {
    let view = services.view(scope).await?;
    let found = services.store.load_lead_history(scope, id, RECENT_CONVERSATIONS).await?;
    let LeadHistory { file, conversations } = found.ok_or(UseCaseError::NotFound)?;
    let qualification = Qualification::of(&file.evidence, &file.lead.adjustments, &view.tenant.settings);
    Ok(LeadDetail { file, qualification, conversations })
}

/// What a visitor may read of their own conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitorMessages {
    /// The conversation.
    pub conversation: Conversation,
    /// Messages after the position asked for, oldest first.
    pub messages: Vec<Message>,
}

/// How many messages one answer holds.
const VISITOR_MESSAGES: u32 = 200;

/// A visitor's own messages after a position. An unknown session is not found.
pub async fn visitor_messages(
    services: &Services,
    scope: TenantScope,
    session: SessionHash,
    after: u32,
) -> Result<VisitorMessages, UseCaseError> {
    let conversation = services.store.find_session(scope, session).await?.ok_or(UseCaseError::NotFound)?;
    let messages = services.store.messages_after(scope, conversation.id, after, VISITOR_MESSAGES).await?;
    Ok(VisitorMessages { conversation, messages })
}
