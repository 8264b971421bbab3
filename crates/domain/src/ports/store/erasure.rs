//! Finding everything that tells of a person. It is emptied by [`Changes`](crate::changes::Changes).

use async_trait::async_trait;

use crate::{
    access::{SystemScope, TenantScope},
    conversation::Conversation,
    erasure::{Erasure, Person, PersonTraces, Trace},
    id::Id,
    lead::Lead,
    ports::StoreError,
    time::Timestamp,
};

/// Finds a person's traces in the scope's data tenant, and what is old enough to be emptied by itself.
///
/// Promises: a person is found by every word that [`Person`] can be read as, until the last row that holds
/// it is emptied, so that an erasure that was cut short can be gone on with; traces are named until they
/// are emptied and never after; what is old comes oldest first and once it is emptied never again.
#[async_trait]
pub trait ErasureStore: Send + Sync {
    /// Where a person's traces are: their leads by address, number, id or visitor's id, with those that
    /// were absorbed; the conversations of these leads; the conversations of these visitors that belong to
    /// no other lead; and conversations without a lead in which a visitor wrote the address.
    async fn find_person(&self, scope: TenantScope, person: &Person) -> Result<PersonTraces, StoreError>;

    /// Up to `limit` rows of each kind that still tell of something. Visits are named after their visitor;
    /// their new names are the caller's to give.
    async fn traces(&self, scope: TenantScope, of: &Trace, limit: u32) -> Result<Erasure, StoreError>;

    /// Leads that were last active before an instant and are neither emptied nor absorbed.
    async fn leads_inactive_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Lead>>, StoreError>;

    /// The leads that a lead absorbed, and that these absorbed, the deepest first.
    async fn absorbed_leads(&self, scope: TenantScope, into: Id<Lead>) -> Result<Vec<Lead>, StoreError>;

    /// Conversations whose last message is before an instant and that have ended or wait for a person, not
    /// emptied yet.
    async fn conversations_silent_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Conversation>>, StoreError>;

    /// Makes sure that no file of the store holds bytes of what was emptied or deleted before. Takes as long
    /// as reading the store; writes go on meanwhile.
    async fn wipe(&self, system: SystemScope) -> Result<(), StoreError>;
}
