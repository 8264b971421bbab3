//! The one way to write.

use async_trait::async_trait;

use crate::{access::TenantScope, changes::Changes, ports::StoreError};

/// Commits changes.
///
/// Promises: all or nothing; answered only when it is on disk; an aggregate whose stored version is
/// not the one read is [`StoreError::Stale`], and so is anything that breaks a unique rule
/// (a lead's e-mail and a receipt's key in a tenant, a key's hash, a position in a conversation);
/// a receipt that is older than [`RECEIPT_LIFETIME`](crate::receipt::RECEIPT_LIFETIME) when the
/// next with its key begins gives way to that one; a key, which has no version, is stale unless its
/// stored hash and revocation are those read;
/// what is written is what was given, with the version of each changed aggregate one higher; events
/// and deliveries are written in the same commit; touching keys, settings, endpoints or knowledge
/// raises the generation.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Commits. Leads, conversations, messages, events, deliveries, endpoints and the receipt go to
    /// the scope's data tenant; assistants, members, documents and passages to its content tenant;
    /// tenants and keys to the one they name.
    async fn commit(&self, scope: TenantScope, changes: Changes) -> Result<(), StoreError>;
}
