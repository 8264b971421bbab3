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
    let documents = list_documents(store, scope).await?;
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

async fn list_documents(store: &dyn KnowledgeStore, scope: TenantScope) -> Result<Documents, StoreError> {
    let listed = store.list_documents(scope).await?;
    let marked = listed.into_iter().map(|document| {
        let Document { id, status, updated_at, passage_count, .. } = document;
        (id, Mark { status, updated_at, passage_count })
    });
    Ok(marked.collect())
}

/// The ready documents of one list that another does not have, or has differently.
fn ready_in_one_alone<'a>(one: &'a Documents, other: &'a Documents) -> impl Iterator<Item = Id<Document>> + 'a {
    let differing = one.iter().filter(|(id, mark)| other.get(id) != Some(mark));
    differing.filter(|(_, mark)| mark.status == DocumentStatus::Ready).map(|(id, _)| *id)
}

/// The earlier snapshot with what changed, or `None` if it is better to build anew: because too
/// much changed, or because what changed shows in no document.
async fn patch(
    store: &dyn KnowledgeStore,
    scope: TenantScope,
    earlier: &Snapshot,
    documents: &Documents,
) -> Result<Option<Snapshot>, IndexError> {
    let gone: Vec<_> = ready_in_one_alone(earlier.documents(), documents).collect();
    let come: Vec<_> = ready_in_one_alone(documents, earlier.documents()).collect();
    // Passages that are still being stored raise the generation and show in no list.
    let explained =
        earlier.documents() != documents || documents.values().any(|mark| mark.status == DocumentStatus::Processing);
    if !explained || come.len() > MAX_SINGLE_DOCUMENTS {
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
    let is_ready =
        |passage: &Passage| documents.get(&passage.document).is_some_and(|mark| mark.status == DocumentStatus::Ready);
    let mut snapshot = Snapshot::empty(generation);
    let mut waiting: Vec<Passage> = Vec::new();
    let mut after: Option<PassageKey> = None;
    loop {
        let page = store.passages_after(scope, after, PAGE).await?;
        let next = page.last().map(|last| (last.document, last.ordinal));
        waiting.extend(page.into_iter().filter(is_ready));
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
