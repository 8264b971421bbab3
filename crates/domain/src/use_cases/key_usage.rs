//! When keys were last used, gathered in memory and written now and then: a read never waits for it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{access::ApiKey, id::Id, time::Timestamp};

/// The keys used since the last writing.
#[derive(Debug, Default)]
pub struct KeyUsage(Mutex<HashMap<Id<ApiKey>, Timestamp>>);

impl KeyUsage {
    /// Notes a use. Bounded by the number of keys there are.
    pub(crate) fn note(&self, key: Id<ApiKey>, at: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, at);
    }

    /// When a key was last used, if that was noted and not taken yet.
    pub(crate) fn noted(&self, key: Id<ApiKey>) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    /// Takes what was noted.
    pub fn take(&self) -> Vec<(Id<ApiKey>, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}
