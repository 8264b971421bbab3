//! Finding passages by words.

use async_trait::async_trait;
use thiserror::Error;

use crate::{access::TenantScope, knowledge::ScoredPassage, ports::StoreError};

/// Why a search failed.
#[derive(Debug, Error)]
pub enum IndexError {
    /// The store behind it failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The index itself failed; the next search builds it anew.
    #[error("the index failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Finds passages of the content tenant's ready documents.
///
/// Promises: a search sees every commit that was answered before it; it returns the store's own
/// passages, best first, ties by document and ordinal; a deleted document is never found; no other
/// tenant's passage is found or moves a score; a query without words finds nothing; it never fails
/// because of what a query contains; built from nothing it gives the same ranks.
#[async_trait]
pub trait PassageIndex: Send + Sync {
    /// The best `limit` passages for `query` in any language.
    async fn search(&self, scope: TenantScope, query: &str, limit: usize) -> Result<Vec<ScoredPassage>, IndexError>;
}
