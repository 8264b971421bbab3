//! The operator's logins.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{OperatorSession, SystemScope},
    ports::{StoreError, store::OperatorSessionStore},
    time::Timestamp,
};

use super::MemoryStore;

#[async_trait]
impl OperatorSessionStore for MemoryStore {
    async fn begin_operator_session(
        &self,
        _system: SystemScope,
        session: &OperatorSession,
        most: u32,
    ) -> Result<(), StoreError> {
        let mut rows = self.write()?;
        if rows.operator_sessions.contains(&session.hash) {
            return Err(StoreError::Stale);
        }
        rows.operator_sessions.remove_if(|_, other| other.token != session.token);
        let mut others: Vec<_> = rows.operator_sessions.values().map(|other| (other.created_at, other.hash)).collect();
        others.sort_unstable();
        let excess = (others.len() + 1).saturating_sub(most as usize);
        for (_, hash) in others.into_iter().take(excess) {
            rows.operator_sessions.remove(hash);
        }
        rows.operator_sessions.put(session.hash, session.clone());
        rows.keep();
        Ok(())
    }

    async fn find_operator_session(
        &self,
        _system: SystemScope,
        hash: [u8; 32],
    ) -> Result<Option<OperatorSession>, StoreError> {
        Ok(self.read()?.operator_sessions.get(&hash).cloned())
    }

    async fn end_operator_session(&self, _system: SystemScope, hash: [u8; 32]) -> Result<bool, StoreError> {
        let mut rows = self.write()?;
        let was_there = rows.operator_sessions.contains(&hash);
        rows.operator_sessions.remove(hash);
        rows.keep();
        Ok(was_there)
    }

    async fn sweep_operator_sessions(
        &self,
        _system: SystemScope,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let mut rows = self.write()?;
        let over = rows.operator_sessions.values().filter(|session| session.expires_at <= now);
        let swept: Vec<_> = over.map(|session| session.hash).take(limit as usize).collect();
        for hash in &swept {
            rows.operator_sessions.remove(*hash);
        }
        rows.keep();
        Ok(super::system::count(&swept))
    }
}
