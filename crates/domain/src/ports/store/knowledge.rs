//! Reading the knowledge base. It belongs to the scope's content tenant.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    id::Id,
    knowledge::{Document, Passage},
    ports::StoreError,
};

/// What names a passage: its document and its ordinal.
pub type PassageKey = (Id<Document>, u32);

/// Reads the knowledge base.
///
/// Promises: passages of documents that are not ready are not returned by any method here; a
/// deleted document's passages are gone with it.
#[async_trait]
pub trait KnowledgeStore: Send + Sync {
    /// One document.
    async fn find_document(&self, scope: TenantScope, id: Id<Document>) -> Result<Option<Document>, StoreError>;

    /// Every document, newest first, without its content.
    async fn list_documents(&self, scope: TenantScope) -> Result<Vec<Document>, StoreError>;

    /// The passages with these names that still exist, in the order asked for.
    async fn find_passages(&self, scope: TenantScope, keys: &[PassageKey]) -> Result<Vec<Passage>, StoreError>;

    /// The passages after a name in the order of names (`None` starts), at most `limit`.
    async fn passages_after(
        &self,
        scope: TenantScope,
        after: Option<PassageKey>,
        limit: u32,
    ) -> Result<Vec<Passage>, StoreError>;

    /// A number that is raised by every commit that touches the tenant's documents.
    async fn knowledge_generation(&self, scope: TenantScope) -> Result<u64, StoreError>;
}
