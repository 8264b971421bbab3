//! The index of every tenant: which snapshots are kept, who makes the next one, and the search itself.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use lru::LruCache;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    knowledge::ScoredPassage,
    ports::{IndexError, PassageIndex, store::KnowledgeStore},
};
use tokio::sync::Semaphore;
use tracing::debug;

use crate::{
    catch_up::{catch_up, in_background},
    snapshot::Snapshot,
};

/// How much an index keeps in memory.
#[derive(Debug, Clone, Copy)]
pub struct IndexOptions {
    /// How many tenants' indexes are kept; the least recently searched goes first.
    pub max_open_tenants: NonZeroUsize,
    /// How many passages all kept indexes may have together. One tenant's index is kept even if it
    /// alone has more.
    pub max_open_passages: u64,
    /// How many tenants' indexes are brought up to date at the same moment.
    pub max_catching_up: NonZeroUsize,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            max_open_tenants: NonZeroUsize::new(256).expect("256 is not zero"),
            max_open_passages: 200_000,
            max_catching_up: NonZeroUsize::new(2).expect("2 is not zero"),
        }
    }
}

/// The passage index over a store. Holds a cache only: dropping it loses nothing.
pub struct TantivyIndex {
    store: Arc<dyn KnowledgeStore>,
    max_open_passages: u64,
    catching_up: Semaphore,
    open: Mutex<LruCache<Id<Tenant>, Arc<OpenIndex>>>,
}

/// One tenant's index.
#[derive(Default)]
struct OpenIndex {
    /// Held by the one search that brings it up to date; the others wait for what it makes.
    turn: tokio::sync::Mutex<()>,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
}

impl OpenIndex {
    /// The snapshot, if it has caught up with a generation.
    fn at(&self, generation: u64) -> Option<Arc<Snapshot>> {
        self.latest().filter(|snapshot| snapshot.generation() >= generation)
    }

    fn latest(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, snapshot: Option<Arc<Snapshot>>) {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = snapshot;
    }
}

impl TantivyIndex {
    /// An index over a store. Nothing is read before the first search.
    pub fn new(store: Arc<dyn KnowledgeStore>, options: IndexOptions) -> Self {
        Self {
            store,
            max_open_passages: options.max_open_passages,
            catching_up: Semaphore::new(options.max_catching_up.get()),
            open: Mutex::new(LruCache::new(options.max_open_tenants)),
        }
    }

    /// The index of a tenant, which becomes the most recently used one.
    fn open(&self, tenant: Id<Tenant>) -> Arc<OpenIndex> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get_or_insert(tenant, Arc::default).clone()
    }

    /// Closes the least recently used indexes until few enough passages are held.
    fn close_beyond_budget(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |index: &OpenIndex| index.latest().map_or(0, |snapshot| snapshot.held_passages());
        let mut held: u64 = open.iter().map(|(_, index)| size(index)).sum();
        while held > self.max_open_passages && open.len() > 1 {
            let Some((_, closed)) = open.pop_lru() else { break };
            held -= size(&closed);
        }
    }

    /// A snapshot that has everything that was committed before the call.
    async fn current(&self, scope: TenantScope, index: &OpenIndex) -> Result<Arc<Snapshot>, IndexError> {
        let wanted = self.store.knowledge_generation(scope).await?;
        if let Some(snapshot) = index.at(wanted) {
            return Ok(snapshot);
        }
        let _turn = index.turn.lock().await;
        if let Some(snapshot) = index.at(wanted) {
            return Ok(snapshot);
        }
        let _permit = self.catching_up.acquire().await.map_err(|closed| IndexError::Broken(closed.into()))?;
        let snapshot = match catch_up(self.store.as_ref(), scope, index.latest()).await {
            Ok(snapshot) => Arc::new(snapshot),
            Err(error) => {
                index.put(None);
                return Err(error);
            }
        };
        debug!(tenant = %scope.content(), generation = snapshot.generation(), passages = snapshot.held_passages(), "passage index caught up");
        index.put(Some(snapshot.clone()));
        self.close_beyond_budget();
        Ok(snapshot)
    }
}

#[async_trait]
impl PassageIndex for TantivyIndex {
    async fn search(&self, scope: TenantScope, query: &str, limit: usize) -> Result<Vec<ScoredPassage>, IndexError> {
        let index = self.open(scope.content());
        let snapshot = self.current(scope, &index).await?;
        let query = query.to_owned();
        let hits = in_background(move || snapshot.search(&query, limit)).await.inspect_err(|_| index.put(None))?;
        if hits.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = hits.iter().map(|(key, _)| *key).collect();
        let mut found = self.store.find_passages(scope, &keys).await?.into_iter().peekable();
        // The store answers in the order asked for and leaves out what is gone.
        let scored = hits.into_iter().filter_map(|(key, score)| {
            let passage = found.next_if(|passage| (passage.document, passage.ordinal) == key)?;
            Some(ScoredPassage { passage, score })
        });
        Ok(scored.collect())
    }
}
