//! The operator's logins. They belong to the installation, not to a tenant.

use async_trait::async_trait;

use crate::{
    access::{OperatorSession, SystemScope},
    ports::StoreError,
    time::Timestamp,
};

/// Keeps the operator's logins.
///
/// Promises: what was begun is found until it is ended, by every process and after a restart; what
/// was ended is not found by the next look-up; there are never more than the asked-for number.
#[async_trait]
pub trait OperatorSessionStore: Send + Sync {
    /// Keeps a new session. Ends all that were made with another token, and the oldest ones so that
    /// there are at most `most`, this one included. Stale if there is one with its hash already.
    async fn begin_operator_session(
        &self,
        system: SystemScope,
        session: &OperatorSession,
        most: u32,
    ) -> Result<(), StoreError>;

    /// The session with this hash, whether it is over or not.
    async fn find_operator_session(
        &self,
        system: SystemScope,
        hash: [u8; 32],
    ) -> Result<Option<OperatorSession>, StoreError>;

    /// Ends a session; says whether there was one.
    async fn end_operator_session(&self, system: SystemScope, hash: [u8; 32]) -> Result<bool, StoreError>;

    /// Deletes up to `limit` sessions that are over at an instant; says how many.
    async fn sweep_operator_sessions(&self, system: SystemScope, now: Timestamp, limit: u32)
    -> Result<u32, StoreError>;
}
