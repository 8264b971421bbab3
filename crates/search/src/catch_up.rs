//! Brings a snapshot to what the store has.
//!
//! The list of documents says which came, went or changed; only those are read, unless so many did
//! that reading everything in one pass is cheaper.

use std::sync::Arc;

use synaptiq_domain::{
    access::TenantScope,
    id::Id,
    knowledge::{Document, DocumentStatus, Passage},
    ports::{
        IndexError, StoreError,
        store::{KnowledgeStore, PassageKey},
    },
};
use tokio::task::spawn_blocking;

use crate::{
    part::MAX_PASSAGES,
    snapshot::{Documents, Mark, Snapshot},
};

/// How many passages are asked for at once.
const PAGE: u32 = 500;
/// How many documents are read one by one before everything is read anew.
const MAX_SINGLE_DOCUMENTS: usize = 64;

/// The snapshot of what the store has now, made from an earlier one where there is one.
pub(crate) async fn catch_up(
    store: &dyn KnowledgeStore,
    scope: TenantScope,
    earlier: Option<Arc<Snapshot>>,
) -> Result<Snapshot, IndexError> {
    // Read first: what is committed meanwhile may already be in the snapshot, but never the reverse.
    let generation = store.knowledge_generation(scope).await?;
    let documents = ready_documents(store, scope).await?;
    let patched = match earlier.filter(|earlier| !earlier.is_worn()) {
        Some(earlier) => patch(store, scope, &earlier, &documents).await?,
        None => None,
    };
    let mut snapshot = match patched {
        Some(snapshot) => snapshot,
        None => build(store, scope, generation, &documents).await?,
    };
    snapshot.caught_up(generation, documents);
    Ok(snapshot)
}

async fn ready_documents(store: &dyn KnowledgeStore, scope: TenantScope) -> Result<Documents, StoreError> {
    let listed = store.list_documents(scope).await?;
    let ready = listed.into_iter().filter(|document| document.status == DocumentStatus::Ready);
    Ok(ready
        .map(|document| (document.id, Mark { updated_at: document.updated_at, passage_count: document.passage_count }))
        .collect())
}

/// The earlier snapshot with what changed, or `None` if it is better to build anew: because too
/// much changed, or because what changed shows in no document.
async fn patch(
    store: &dyn KnowledgeStore,
    scope: TenantScope,
    earlier: &Snapshot,
    documents: &Documents,
) -> Result<Option<Snapshot>, IndexError> {
    let before = earlier.documents();
    let gone: Vec<_> = before.iter().filter(|(id, mark)| documents.get(id) != Some(mark)).map(|(id, _)| *id).collect();
    let come: Vec<_> = documents.iter().filter(|(id, mark)| before.get(id) != Some(mark)).map(|(id, _)| *id).collect();
    if (gone.is_empty() && come.is_empty()) || come.len() > MAX_SINGLE_DOCUMENTS {
        return Ok(None);
    }
    let mut passages = Vec::new();
    for document in come {
        read_document(store, scope, document, &mut passages).await?;
    }
    if passages.len() > MAX_PASSAGES {
        return Ok(None);
    }
    let mut snapshot = earlier.clone();
    let added = move || {
        for document in gone {
            snapshot.remove(document);
        }
        snapshot.add(&passages)?;
        Ok(snapshot)
    };
    in_background(added).await.map(Some)
}

/// Reads everything in the order of names.
async fn build(
    store: &dyn KnowledgeStore,
    scope: TenantScope,
    generation: u64,
    documents: &Documents,
) -> Result<Snapshot, IndexError> {
    let mut snapshot = Snapshot::empty(generation);
    let mut waiting: Vec<Passage> = Vec::new();
    let mut after: Option<PassageKey> = None;
    loop {
        let page = store.passages_after(scope, after, PAGE).await?;
        let next = page.last().map(|last| (last.document, last.ordinal));
        waiting.extend(page.into_iter().filter(|passage| documents.contains_key(&passage.document)));
        if waiting.len() >= MAX_PASSAGES || (next.is_none() && !waiting.is_empty()) {
            let passages = std::mem::take(&mut waiting);
            let added = move || {
                snapshot.add(&passages)?;
                Ok(snapshot)
            };
            snapshot = in_background(added).await?;
        }
        if next.is_none() {
            return Ok(snapshot);
        }
        after = next;
    }
}

/// Reads one document's passages, whatever their number.
async fn read_document(
    store: &dyn KnowledgeStore,
    scope: TenantScope,
    document: Id<Document>,
    passages: &mut Vec<Passage>,
) -> Result<(), StoreError> {
    let mut after = document.bits().checked_sub(1).map(|bits| (Id::from_bits(bits), u32::MAX));
    loop {
        let page = store.passages_after(scope, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let ends_here = last.document != document;
        after = Some((last.document, last.ordinal));
        passages.extend(page.into_iter().take_while(|passage| passage.document == document));
        if ends_here {
            return Ok(());
        }
    }
}

/// Runs what blocks on a thread that may.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> tantivy::Result<T> + Send + 'static,
) -> Result<T, IndexError> {
    match spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(IndexError::Broken(error.into())),
        Err(error) => Err(IndexError::Broken(error.into())),
    }
}
