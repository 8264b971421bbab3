//! A knowledge store for tests: documents in memory, counters of what was read, and failures on
//! demand.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    knowledge::{Document, DocumentStatus, Passage, cut_into_passages},
    ports::{
        StoreError,
        store::{KnowledgeStore, PassageKey},
    },
    time::Timestamp,
};

type Shelf = BTreeMap<Id<Document>, (Document, Vec<Passage>)>;

/// Documents by tenant.
#[derive(Default)]
pub(crate) struct Shelves {
    by_tenant: Mutex<BTreeMap<u128, (u64, Shelf)>>,
    /// How often passages were asked for in order.
    pub(crate) pages_read: AtomicU64,
    /// While set, every method fails.
    pub(crate) failing: AtomicBool,
    deleted: Mutex<Vec<u128>>,
}

impl Shelves {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Adds a document, cut into passages as the product does.
    pub(crate) fn add(&self, tenant: u128, id: u128, title: &str, content: &str) {
        self.add_passages(tenant, id, DocumentStatus::Ready, cut_into_passages(Id::from_bits(id), title, content));
    }

    /// Adds or replaces a document with these passages.
    pub(crate) fn add_passages(&self, tenant: u128, id: u128, status: DocumentStatus, passages: Vec<Passage>) {
        let mut tenants = self.by_tenant.lock().expect("no test panics while it holds the lock");
        let (generation, documents) = tenants.entry(tenant).or_default();
        *generation += 1;
        let now = Timestamp::from_millis(i64::try_from(*generation).expect("few changes"));
        let document = Document {
            id: Id::from_bits(id),
            title: String::new(),
            label: "text".to_owned(),
            status,
            content: String::new(),
            passage_count: u32::try_from(passages.len()).expect("few passages"),
            created_at: now,
            updated_at: now,
        };
        documents.insert(document.id, (document, passages));
    }

    /// Adds a passage to a document in a way that the list of documents does not show.
    pub(crate) fn append_unmarked(&self, tenant: u128, passage: Passage) {
        let mut tenants = self.by_tenant.lock().expect("no test panics while it holds the lock");
        let (generation, documents) = tenants.entry(tenant).or_default();
        *generation += 1;
        let (_, passages) = documents.get_mut(&passage.document).expect("the document is there");
        passages.push(passage);
    }

    pub(crate) fn delete(&self, tenant: u128, id: u128) {
        let mut tenants = self.by_tenant.lock().expect("no test panics while it holds the lock");
        let (generation, documents) = tenants.entry(tenant).or_default();
        *generation += 1;
        documents.remove(&Id::from_bits(id));
    }

    /// Deletes a document behind the back of the next search: [`KnowledgeStore::find_passages`]
    /// alone knows of it.
    pub(crate) fn delete_after_catching_up(&self, id: u128) {
        self.deleted.lock().expect("no test panics while it holds the lock").push(id);
    }

    fn read<T>(&self, scope: TenantScope, read: impl FnOnce(u64, &Shelf) -> T) -> Result<T, StoreError> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Busy);
        }
        let tenants = self.by_tenant.lock().expect("no test panics while it holds the lock");
        let empty = (0, Shelf::new());
        let (generation, documents) = tenants.get(&scope.content().bits()).unwrap_or(&empty);
        Ok(read(*generation, documents))
    }
}

/// The scope of a tenant's live data.
pub(crate) fn scope(tenant: u128) -> TenantScope {
    TenantScope::live(Id::<Tenant>::from_bits(tenant))
}

#[async_trait]
impl KnowledgeStore for Shelves {
    async fn find_document(&self, scope: TenantScope, id: Id<Document>) -> Result<Option<Document>, StoreError> {
        self.read(scope, |_, shelf| shelf.get(&id).map(|(document, _)| document.clone()))
    }

    async fn list_documents(&self, scope: TenantScope) -> Result<Vec<Document>, StoreError> {
        self.read(scope, |_, shelf| shelf.values().rev().map(|(document, _)| document.clone()).collect())
    }

    async fn find_passages(&self, scope: TenantScope, keys: &[PassageKey]) -> Result<Vec<Passage>, StoreError> {
        let deleted = self.deleted.lock().expect("no test panics while it holds the lock").clone();
        self.read(scope, |_, shelf| {
            keys.iter()
                .filter(|(id, _)| !deleted.contains(&id.bits()))
                .filter_map(|(id, ordinal)| {
                    let (document, passages) = shelf.get(id)?;
                    let passage = passages.iter().find(|passage| passage.ordinal == *ordinal)?;
                    (document.status == DocumentStatus::Ready).then(|| passage.clone())
                })
                .collect()
        })
    }

    async fn passages_after(
        &self,
        scope: TenantScope,
        after: Option<PassageKey>,
        limit: u32,
    ) -> Result<Vec<Passage>, StoreError> {
        self.pages_read.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.read(scope, |_, shelf| {
            let from = after.map_or(Id::from_bits(0), |(id, _)| id);
            shelf
                .range(from..)
                .filter(|(_, (document, _))| document.status == DocumentStatus::Ready)
                .flat_map(|(_, (_, passages))| passages)
                .filter(|passage| after.is_none_or(|after| (passage.document, passage.ordinal) > after))
                .take(limit as usize)
                .cloned()
                .collect()
        })
    }

    async fn knowledge_generation(&self, scope: TenantScope) -> Result<u64, StoreError> {
        self.read(scope, |generation, _| generation)
    }
}
