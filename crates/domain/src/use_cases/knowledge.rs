//! The knowledge base: adding and removing documents, and searching them (contract § 11).

use crate::{
    access::{SystemScope, TenantScope},
    changes::{Change, Changes},
    id::Id,
    knowledge::{Document, DocumentDraft, DocumentStatus, Passage, ScoredPassage, cut_into_passages},
    use_cases::{Recording, Services, UseCaseError, keys::may_change_content},
};

/// How many passages one commit holds, so that no writer waits long for a large document.
const PASSAGES_A_COMMIT: usize = 200;

/// Adds a document. It is searched from the answer on, never in part.
pub async fn add_document(
    services: &Services,
    scope: TenantScope,
    draft: DocumentDraft,
    recording: Option<&Recording<'_, Document>>,
) -> Result<Document, UseCaseError> {
    may_change_content(scope)?;
    let now = services.clock.now();
    let id = services.ids.id();
    let passages = cut_into_passages(id, &draft.title, &draft.content);
    let ready = Document {
        id,
        title: draft.title,
        label: draft.label,
        status: DocumentStatus::Ready,
        content: draft.content,
        passage_count: u32::try_from(passages.len()).expect("a document has at most 5 million bytes"),
        created_at: now,
        updated_at: now,
    };
    let stored = store_in_slices(services, scope, &ready, &passages, recording).await;
    if stored.is_err() {
        // Nothing half-written stays: what a dead process leaves behind is removed at the next start.
        if let Some(unfinished) = services.store.find_document(scope, id).await? {
            let changes = Changes { documents: vec![Change::deleted(unfinished)], ..Changes::default() };
            services.store.commit(scope, changes).await?;
        }
    }
    stored.map(|()| ready)
}

/// Adds a document that was a document elsewhere, with the id and the times that it had. Says whether
/// it was added: one that is there stays as it is, unless an earlier try was cut short.
pub async fn restore_document(
    services: &Services,
    scope: TenantScope,
    document: Document,
) -> Result<bool, UseCaseError> {
    may_change_content(scope)?;
    if let Some(known) = services.store.find_document(scope, document.id).await? {
        if known.status != DocumentStatus::Processing {
            return Ok(false);
        }
        let changes = Changes { documents: vec![Change::deleted(known)], ..Changes::default() };
        services.store.commit(scope, changes).await?;
    }
    let passages = match document.status {
        DocumentStatus::Failed => Vec::new(),
        _ => cut_into_passages(document.id, &document.title, &document.content),
    };
    let passage_count = u32::try_from(passages.len()).expect("a document has at most 5 million bytes");
    let whole = Document { passage_count, ..document };
    store_in_slices(services, scope, &whole, &passages, None).await?;
    Ok(true)
}

async fn store_in_slices(
    services: &Services,
    scope: TenantScope,
    ready: &Document,
    passages: &[Passage],
    recording: Option<&Recording<'_, Document>>,
) -> Result<(), UseCaseError> {
    let mut slices: Vec<Vec<Passage>> = passages.chunks(PASSAGES_A_COMMIT).map(<[Passage]>::to_vec).collect();
    let last = slices.pop().unwrap_or_default();
    let processing = Document { status: DocumentStatus::Processing, ..ready.clone() };
    for (at, passages) in slices.into_iter().enumerate() {
        let documents = if at == 0 { vec![Change::created(processing.clone())] } else { Vec::new() };
        services.store.commit(scope, Changes { documents, passages, ..Changes::default() }).await?;
    }
    let documents = if ready.passage_count as usize > PASSAGES_A_COMMIT {
        vec![Change::updated(processing, ready.clone())]
    } else {
        vec![Change::created(ready.clone())]
    };
    let receipt = recording.map(|recording| recording.answered(ready, None, None, ready.created_at));
    services.store.commit(scope, Changes { documents, passages: last, receipt, ..Changes::default() }).await?;
    Ok(())
}

/// Removes documents that a dead process left unfinished. To be called before anything is served by
/// whoever has the store alone.
pub async fn remove_unfinished_documents(services: &Services, system: SystemScope) -> Result<u32, UseCaseError> {
    let mut removed = 0;
    for tenant in services.store.list_tenants(system).await? {
        let scope = TenantScope::live(tenant.id);
        let documents = services.store.list_documents(scope).await?;
        for document in documents.into_iter().filter(|document| document.status == DocumentStatus::Processing) {
            let changes = Changes { documents: vec![Change::deleted(document)], ..Changes::default() };
            services.store.commit(scope, changes).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes a document; nothing is answered from it any more.
pub async fn delete_document(
    services: &Services,
    scope: TenantScope,
    id: Id<Document>,
    recording: Option<&Recording<'_, Id<Document>>>,
) -> Result<Id<Document>, UseCaseError> {
    may_change_content(scope)?;
    let before = services.store.find_document(scope, id).await?.ok_or(UseCaseError::NotFound)?;
    let receipt = recording.map(|recording| recording.answered(&id, None, None, services.clock.now()));
    let changes = Changes { documents: vec![Change::deleted(before)], receipt, ..Changes::default() };
    services.store.commit(scope, changes).await?;
    Ok(id)
}

/// The passages that fit a query, best first.
pub async fn search_knowledge(
    services: &Services,
    scope: TenantScope,
    query: &str,
    limit: usize,
) -> Result<Vec<ScoredPassage>, UseCaseError> {
    Ok(services.index.search(scope, query, limit).await?)
}
