//! Promises of reading the knowledge base.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    changes::{Change, Changes},
    knowledge::{Document, DocumentStatus, Passage},
    ports::store::PassageKey,
};

use crate::{contract::Trial, fixtures};

/// Commits the `n`th document with three passages.
async fn add_document(trial: &Trial, n: u32, status: DocumentStatus) -> (Document, Vec<Passage>) {
    let document = Document { status, ..fixtures::document(n) };
    let passages: Vec<_> = (0..3).map(|ordinal| fixtures::passage(&document, ordinal)).collect();
    trial
        .commit(Changes {
            documents: vec![Change::created(document.clone())],
            passages: passages.clone(),
            ..Changes::default()
        })
        .await;
    (document, passages)
}

async fn all_passages(trial: &Trial) -> Vec<Passage> {
    trial.store.passages_after(trial.scope(), None, 1_000).await.expect("a read")
}

fn names_of(passages: &[Passage]) -> Vec<PassageKey> {
    passages.iter().map(|passage| (passage.document, passage.ordinal)).collect()
}

fn documents(change: Change<Document>) -> Changes {
    Changes { documents: vec![change], ..Changes::default() }
}

pub async fn documents_are_listed_newest_first_without_their_content(trial: &Trial) {
    let (two, _) = add_document(trial, 2, DocumentStatus::Failed).await;
    let (one, _) = add_document(trial, 1, DocumentStatus::Ready).await;
    let (three, _) = add_document(trial, 3, DocumentStatus::Processing).await;
    for document in [&one, &two, &three] {
        let found = trial.store.find_document(trial.scope(), document.id).await.expect("a read");
        assert_eq!(found.as_ref(), Some(document), "one alone comes whole");
    }
    let bare = [three, two, one].map(|document| Document { content: String::new(), ..document });
    assert_eq!(trial.store.list_documents(trial.scope()).await.expect("a read"), bare);
    assert_eq!(trial.store.find_document(trial.scope(), fixtures::id(99)).await.expect("a read"), None);
}

pub async fn passages_are_found_by_name_in_the_order_asked_for(trial: &Trial) {
    let (one, first) = add_document(trial, 1, DocumentStatus::Ready).await;
    let (two, second) = add_document(trial, 2, DocumentStatus::Ready).await;
    let keys: [PassageKey; 5] = [(two.id, 2), (one.id, 0), (one.id, 9), (fixtures::id(99), 0), (two.id, 0)];
    let found = trial.store.find_passages(trial.scope(), &keys).await.expect("a read");
    assert_eq!(found, [second[2].clone(), first[0].clone(), second[0].clone()], "unknown names are left out");
    assert_eq!(trial.store.find_passages(trial.scope(), &[]).await.expect("a read"), []);
}

pub async fn passages_come_in_order_of_name_part_by_part(trial: &Trial) {
    let mut all = Vec::new();
    for n in [3, 1, 2] {
        all.extend(add_document(trial, n, DocumentStatus::Ready).await.1);
    }
    all.sort_by_key(|passage| (passage.document, passage.ordinal));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let part = trial.store.passages_after(trial.scope(), after, 2).await.expect("a read");
        assert!(part.len() <= 2, "at most as many as asked for");
        let Some(last) = part.last() else { break };
        after = Some((last.document, last.ordinal));
        seen.extend(part);
    }
    assert_eq!(seen, all);
    let beyond_a_gap = trial.store.passages_after(trial.scope(), Some((fixtures::id(2), 77)), 9).await.expect("a read");
    assert_eq!(beyond_a_gap, all[6..], "the name itself need not be there");
}

pub async fn passages_of_documents_that_are_not_ready_are_hidden(trial: &Trial) {
    for (n, status) in [(1, DocumentStatus::Processing), (2, DocumentStatus::Failed)] {
        let (document, passages) = add_document(trial, n, status).await;
        let keys = names_of(&passages);
        let find = async || trial.store.find_passages(trial.scope(), &keys).await.expect("a read");
        assert_eq!(find().await, [], "{status:?}");
        assert_eq!(all_passages(trial).await, [], "{status:?}");
        let ready = Document { status: DocumentStatus::Ready, ..document.clone() };
        trial.commit(documents(Change::updated(document, ready.clone()))).await;
        assert_eq!(find().await, passages, "once it is ready");
        assert_eq!(all_passages(trial).await, passages);
        trial.commit(documents(Change::deleted(ready))).await;
    }
}

pub async fn a_deleted_documents_passages_are_gone_with_it(trial: &Trial) {
    let (gone, passages) = add_document(trial, 1, DocumentStatus::Ready).await;
    let (_, kept) = add_document(trial, 2, DocumentStatus::Ready).await;
    trial.commit(documents(Change::deleted(gone.clone()))).await;
    assert_eq!(trial.store.find_document(trial.scope(), gone.id).await.expect("a read"), None);
    let keys = names_of(&passages);
    assert_eq!(trial.store.find_passages(trial.scope(), &keys).await.expect("a read"), []);
    assert_eq!(all_passages(trial).await, kept);
    trial.commit(documents(Change::created(gone))).await;
    assert_eq!(all_passages(trial).await, kept, "they do not come back with another document of that id");
}

pub async fn passages_may_follow_their_document_in_later_commits(trial: &Trial) {
    let (document, mut passages) = add_document(trial, 1, DocumentStatus::Processing).await;
    let later: Vec<_> = (3..6).map(|ordinal| fixtures::passage(&document, ordinal)).collect();
    passages.extend(later.clone());
    trial.commit(Changes { passages: later, ..Changes::default() }).await;
    let ready = Document { status: DocumentStatus::Ready, passage_count: 6, ..document.clone() };
    trial.commit(documents(Change::updated(document, ready.clone()))).await;
    assert_eq!(all_passages(trial).await, passages);
    let twin = Changes { passages: vec![fixtures::passage(&ready, 0)], ..Changes::default() };
    assert!(trial.store.commit(trial.scope(), twin).await.is_err(), "a name is taken once");
    let homeless = Changes { passages: vec![fixtures::passage(&fixtures::document(9), 0)], ..Changes::default() };
    assert!(trial.store.commit(trial.scope(), homeless).await.is_err(), "its document must be there");
    assert_eq!(all_passages(trial).await, passages);
}

pub async fn every_commit_that_touches_documents_raises_the_generation(trial: &Trial) {
    let generation = async || trial.store.knowledge_generation(trial.scope()).await.expect("a read");
    let mut last = generation().await;
    let document = Document { status: DocumentStatus::Processing, ..fixtures::document(1) };
    let ready = Document { status: DocumentStatus::Ready, ..document.clone() };
    for (what, changes) in [
        ("a new document", documents(Change::created(document.clone()))),
        ("new passages", Changes { passages: vec![fixtures::passage(&document, 0)], ..Changes::default() }),
        ("a changed document", documents(Change::updated(document, ready.clone()))),
        ("a deleted document", documents(Change::deleted(ready.clone()))),
        ("the same document again", documents(Change::created(ready))),
    ] {
        trial.commit(changes).await;
        let now = generation().await;
        assert!(now > last, "{what}: {now} after {last}");
        assert_eq!(trial.store.knowledge_generation(trial.home.sandbox()).await.expect("a read"), now);
        last = now;
    }
}

pub async fn a_sandbox_reads_the_knowledge_of_its_tenant(trial: &Trial) {
    let (document, passages) = add_document(trial, 1, DocumentStatus::Ready).await;
    let (store, sandbox) = (&trial.store, trial.home.sandbox());
    assert_eq!(store.find_document(sandbox, document.id).await.expect("a read"), Some(document));
    assert_eq!(store.list_documents(sandbox).await.expect("a read").len(), 1);
    assert_eq!(store.passages_after(sandbox, None, 9).await.expect("a read"), passages);
    assert_eq!(store.find_passages(sandbox, &names_of(&passages)).await.expect("a read"), passages);
}
