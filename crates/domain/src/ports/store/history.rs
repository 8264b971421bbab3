//! Moving a tenant's history in and out.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    history::{Record, RecordOutcome},
    ports::StoreError,
};

/// Takes records as they are read, in batches; `false` ends the reading.
pub type RecordSink = Box<dyn FnMut(Vec<Record>) -> bool + Send>;

/// Adds and reads the history of the scope's data tenant.
///
/// Promises: a batch is added in one commit, record by record, and its counters in the same commit; a
/// record whose id is there already changes nothing, so that adding a batch twice is adding it once; a
/// refused record keeps no other from being added; no event is told and no delivery is made; a lead's
/// first conversation is the earliest of those that name it, whichever came first; a visitor of a day
/// who was seen on it already changes nothing. A conversation that names an absorbed lead is the
/// survivor's; meetings follow their lead into a merge, and go with it.
///
/// An activity that follows from a record ([`derived_activities`](crate::history::derived_activities)) gives way
/// to a given one of the same kind, subject and time, whichever came first; an activity of a lead that was
/// refused in the same batch is refused with it.
///
/// Reading shows one moment, whatever is written meanwhile: leads, then conversations, visits, meetings and
/// activities, each by id (visits by day and visitor), in bounded memory.
#[async_trait]
pub trait HistoryStore: Send + Sync {
    /// Adds a batch. Says what became of each record, in their order.
    async fn add_history(&self, scope: TenantScope, records: Vec<Record>) -> Result<Vec<RecordOutcome>, StoreError>;

    /// Reads everything into a sink, which runs on a thread that may block.
    async fn read_history(&self, scope: TenantScope, sink: RecordSink) -> Result<(), StoreError>;
}
