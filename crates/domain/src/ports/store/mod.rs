//! The store: what is read, one trait per concept, and the one way to write.
//!
//! Every method takes a [`TenantScope`](crate::access::TenantScope): a foreign id is simply not
//! found (security T2, T3). The exceptions are the look-up of a credential, the operator's logins,
//! the secrets of visitors' days, and the methods of [`SystemStore`], whose rows come with a scope of their own.

mod access;
mod activity;
mod analytics;
mod commit;
mod conversations;
mod counters;
mod erasure;
mod history;
mod knowledge;
mod leads;
mod operator_sessions;
mod receipts;
mod system;
mod webhooks;

use thiserror::Error;

pub use access::{AccessStore, Credential, TenantView};
pub use activity::{ActivityStore, VisitKeyStore};
pub use analytics::AnalyticsStore;
pub use commit::UnitOfWork;
pub use conversations::{ConversationFile, ConversationStore, TurnFile, TurnKey};
pub use counters::CounterStore;
pub use erasure::ErasureStore;
pub use history::{HistoryStore, RecordSink};
pub use knowledge::{KnowledgeStore, PassageKey};
pub use leads::{LeadFile, LeadHistory, LeadKey, LeadStore};
pub use operator_sessions::OperatorSessionStore;
pub use receipts::ReceiptStore;
pub use system::{DueDelivery, Settlement, StoreHealth, SystemStore};
pub use webhooks::WebhookStore;

/// Everything a use case asks of a store.
pub trait Store:
    AccessStore
    + ActivityStore
    + AnalyticsStore
    + ConversationStore
    + CounterStore
    + ErasureStore
    + HistoryStore
    + KnowledgeStore
    + LeadStore
    + OperatorSessionStore
    + ReceiptStore
    + SystemStore
    + UnitOfWork
    + VisitKeyStore
    + WebhookStore
{
}

impl<S> Store for S where
    S: AccessStore
        + ActivityStore
        + AnalyticsStore
        + ConversationStore
        + CounterStore
        + ErasureStore
        + HistoryStore
        + KnowledgeStore
        + LeadStore
        + OperatorSessionStore
        + ReceiptStore
        + SystemStore
        + UnitOfWork
        + VisitKeyStore
        + WebhookStore
{
}

/// Why a store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Something changed since it was read: read and decide again.
    #[error("the state changed meanwhile")]
    Stale,
    /// Too much is waiting: try again later.
    #[error("the store is busy")]
    Busy,
    /// There is no room on the disk. Reads go on.
    #[error("the disk is full")]
    Full,
    /// Anything else. Logged where it is handled, never shown.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
