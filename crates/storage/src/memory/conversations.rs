//! Reading conversations.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    conversation::{Conversation, ConversationQuery, Message, MessageRange, SessionHash},
    id::Id,
    lead::Lead,
    paging::{Order, Page, Position},
    ports::{
        StoreError,
        store::{ConversationFile, ConversationStore, TurnFile, TurnKey},
    },
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn load_turn(&self, scope: TenantScope, key: &TurnKey) -> Result<TurnFile, StoreError> {
        let rows = self.read()?;
        let tenant = scope.data();
        let conversation = match (key.conversation, key.session) {
            (Some(id), _) => rows.conversations.get(&(tenant, id)),
            (None, Some(session)) => rows.conversation_of(tenant, session),
            (None, None) => None,
        };
        Ok(TurnFile {
            conversation: conversation.map(|conversation| rows.file_of(tenant, conversation, key.history)),
            by_email: key.email.as_ref().and_then(|email| rows.lead_file_by_email(tenant, email)),
        })
    }

    async fn find_conversation(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
    ) -> Result<Option<Conversation>, StoreError> {
        Ok(self.read()?.conversations.get(&(scope.data(), id)).cloned())
    }

    async fn find_session(&self, scope: TenantScope, session: SessionHash) -> Result<Option<Conversation>, StoreError> {
        Ok(self.read()?.conversation_of(scope.data(), session).cloned())
    }

    async fn list_conversations(
        &self,
        scope: TenantScope,
        query: &ConversationQuery,
    ) -> Result<Page<Conversation>, StoreError> {
        let rows = self.read()?;
        let matching = rows.conversations.of_tenant(scope.data()).filter(|row| query.matches(row)).cloned().collect();
        Ok(Page::of_all(matching, query.order, query.paging, |row| Position::new(query.sort.value_of(row), row.id)))
    }

    async fn recent_conversations(
        &self,
        scope: TenantScope,
        lead: Id<Lead>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError> {
        Ok(self.read()?.recent_conversations(scope.data(), lead, limit))
    }

    async fn list_messages(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        range: MessageRange,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = self.read()?;
        let messages = rows.messages_in(scope.data(), id).cloned();
        let (offset, limit) = (range.offset as usize, range.limit as usize);
        Ok(match range.order {
            Order::Ascending => messages.skip(offset).take(limit).collect(),
            Order::Descending => messages.rev().skip(offset).take(limit).collect(),
        })
    }

    async fn messages_after(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        position: u32,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = self.read()?;
        let later = rows.messages_in(scope.data(), id).filter(|message| message.position > position);
        Ok(later.take(limit as usize).cloned().collect())
    }
}

impl Rows {
    fn conversation_of(&self, tenant: Id<Tenant>, session: SessionHash) -> Option<&Conversation> {
        self.conversations.of_tenant(tenant).find(|conversation| conversation.session == session)
    }

    fn file_of(&self, tenant: Id<Tenant>, conversation: &Conversation, history: u32) -> ConversationFile {
        let lead = conversation.lead.and_then(|lead| self.survivor(tenant, lead)).cloned();
        let evidence = match &lead {
            Some(lead) => self.evidence_of(tenant, lead.id),
            None => self.evidence_in(tenant, conversation.id).cloned().collect(),
        };
        let mut history: Vec<_> =
            self.messages_in(tenant, conversation.id).rev().take(history as usize).cloned().collect();
        history.reverse();
        ConversationFile { conversation: conversation.clone(), lead, evidence, history }
    }
}

impl Rows {
    /// A lead's latest conversations, latest first.
    pub(super) fn recent_conversations(&self, tenant: Id<Tenant>, lead: Id<Lead>, limit: u32) -> Vec<Conversation> {
        let mut theirs: Vec<_> =
            self.conversations.of_tenant(tenant).filter(|row| row.lead == Some(lead)).cloned().collect();
        theirs.sort_by_key(|row| std::cmp::Reverse((row.last_message_at, row.id)));
        theirs.truncate(limit as usize);
        theirs
    }
}
