//! Reading the knowledge base.

use std::{
    cmp::Reverse,
    ops::Bound::{Excluded, Included},
};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    knowledge::{Document, DocumentStatus, Passage},
    ports::{
        StoreError,
        store::{KnowledgeStore, PassageKey},
    },
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl KnowledgeStore for MemoryStore {
    async fn find_document(&self, scope: TenantScope, id: Id<Document>) -> Result<Option<Document>, StoreError> {
        Ok(self.read()?.documents.get(&(scope.content(), id)).cloned())
    }

    async fn list_documents(&self, scope: TenantScope) -> Result<Vec<Document>, StoreError> {
        let rows = self.read()?;
        let bare = |document: &Document| Document { content: String::new(), ..document.clone() };
        let mut documents: Vec<_> = rows.documents.of_tenant(scope.content()).map(bare).collect();
        documents.sort_by_key(|document| Reverse((document.created_at, document.id)));
        Ok(documents)
    }

    async fn find_passages(&self, scope: TenantScope, keys: &[PassageKey]) -> Result<Vec<Passage>, StoreError> {
        let (rows, tenant) = (self.read()?, scope.content());
        let find = |(document, ordinal): &PassageKey| {
            rows.passages.get(&(tenant, *document, *ordinal)).filter(|_| rows.is_ready(tenant, *document)).cloned()
        };
        Ok(keys.iter().filter_map(find).collect())
    }

    async fn passages_after(
        &self,
        scope: TenantScope,
        after: Option<PassageKey>,
        limit: u32,
    ) -> Result<Vec<Passage>, StoreError> {
        let (rows, tenant) = (self.read()?, scope.content());
        let first = after.map_or(Included((tenant, Id::from_bits(0), 0)), |(document, ordinal)| {
            Excluded((tenant, document, ordinal))
        });
        let last = Included((tenant, Id::from_bits(u128::MAX), u32::MAX));
        let ready = rows.passages.range((first, last)).filter(|((_, document, _), _)| rows.is_ready(tenant, *document));
        Ok(ready.take(limit as usize).map(|(_, passage)| passage.clone()).collect())
    }

    async fn knowledge_generation(&self, scope: TenantScope) -> Result<u64, StoreError> {
        Ok(self.read()?.knowledge_generations.get(&scope.content()).copied().unwrap_or(0))
    }
}

impl Rows {
    fn is_ready(&self, tenant: Id<Tenant>, document: Id<Document>) -> bool {
        self.documents.get(&(tenant, document)).is_some_and(|document| document.status == DocumentStatus::Ready)
    }
}
