//! Documents are there whole or not at all.

use std::sync::Arc;

use synaptiq_domain::{
    access::SystemScope,
    changes::{Change, Changes},
    knowledge::{Document, DocumentDraft, DocumentStatus},
    ports::StoreError,
    use_cases::{add_document, remove_unfinished_documents},
};
use synaptiq_testkit::fakes::Unsteady;

use crate::stage::Stage;

/// More than two commits long.
fn long_draft() -> DocumentDraft {
    let headings: Vec<String> = (0..700).map(|number| format!("# Heading {number}\n\nSome words about it.")).collect();
    DocumentDraft { title: "Handbook".to_owned(), label: "text".to_owned(), content: headings.join("\n\n") }
}

#[tokio::test]
async fn d2_a_document_that_cannot_be_stored_whole_leaves_nothing() {
    let stage = Stage::new().await;
    let unsteady = Arc::new(Unsteady::new(Arc::clone(&stage.store) as _));
    let mut services = stage.services.clone();
    services.store = Arc::clone(&unsteady) as _;
    unsteady.fail_next([StoreError::Full]);
    assert!(add_document(&services, stage.scope, long_draft(), None).await.is_err());
    assert!(stage.services.store.list_documents(stage.scope).await.expect("lists").is_empty());
    let added = add_document(&services, stage.scope, long_draft(), None).await.expect("added");
    assert!(added.passage_count > 400, "it took several commits");
    assert_eq!(stage.services.store.list_documents(stage.scope).await.expect("lists").len(), 1);
}

#[tokio::test]
async fn d2_what_a_dead_process_left_unfinished_is_removed_at_the_next_start() {
    let stage = Stage::new().await;
    let ready = add_document(&stage.services, stage.scope, long_draft(), None).await.expect("added");
    let half = Document { id: stage.services.ids.id(), status: DocumentStatus::Processing, ..ready.clone() };
    let changes = Changes { documents: vec![Change::created(half)], ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("half of it");
    assert_eq!(remove_unfinished_documents(&stage.services, SystemScope::assume()).await.expect("removed"), 1);
    let left = stage.services.store.list_documents(stage.scope).await.expect("lists");
    assert_eq!(left.iter().map(|document| document.id).collect::<Vec<_>>(), [ready.id]);
}
