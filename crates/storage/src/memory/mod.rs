//! The store in memory: every promise but that of lasting. For tests, for trying things out, and
//! as the adapter that is simple enough to be read beside another one.
//!
//! All rows are behind one lock; a commit that fails is undone row by row ([`table`]). The files
//! mirror the ports' one by one.

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
mod rows;
mod system;
mod table;
mod webhooks;

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use synaptiq_domain::ports::StoreError;

use self::rows::Rows;

/// A store that lives as long as its process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    rows: RwLock<Rows>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, Rows>, StoreError> {
        self.rows.read().map_err(|_| half_written())
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Rows>, StoreError> {
        self.rows.write().map_err(|_| half_written())
    }
}

/// A lock is poisoned if a commit panicked: what it left behind is nobody's to read.
fn half_written() -> StoreError {
    StoreError::Failed("a commit panicked half-way".into())
}
