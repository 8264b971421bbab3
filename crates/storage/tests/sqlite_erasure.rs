//! What is emptied is in no byte of any file (security D6).

use std::{fs, path::Path};

use synaptiq_domain::{
    access::{SystemScope, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, Message, SessionHash, VisitorId},
    erasure::Trace,
    id::Id,
    ports::store::{ConversationStore as _, ErasureStore as _, UnitOfWork as _},
};
use synaptiq_storage::{Access, OpenOptions, SqliteStore};
use synaptiq_testkit::fixtures;

/// How often a text is in the files of a folder.
fn count(folder: &Path, text: &str) -> usize {
    let of_file = |path: &Path| {
        let bytes = fs::read(path).expect("a file");
        bytes.windows(text.len()).filter(|window| window.eq_ignore_ascii_case(text.as_bytes())).count()
    };
    fs::read_dir(folder).expect("a folder").map(|entry| of_file(&entry.expect("an entry").path())).sum()
}

/// Ids in no order, as those of several servers come.
fn scattered(n: u32) -> u128 {
    u128::from(n.wrapping_mul(2_654_435_761)) << 64
}

/// A conversation with some messages, each holding the word, of very different lengths.
async fn add(store: &SqliteStore, scope: TenantScope, n: u32, word: &str) -> Id<Conversation> {
    let id = Id::from_bits(scattered(n));
    let count = 1 + n % 5;
    let messages = (1..=count).map(|position| Message {
        content: format!("{word} {}", "x".repeat((n as usize * 37 + position as usize * 211) % 900)),
        ..fixtures::message(id, position)
    });
    let begun = fixtures::conversation(n, fixtures::id(1));
    let conversation = Conversation { id, message_count: count, ..begun };
    let changes = Changes {
        conversations: vec![Change::created(conversation)],
        messages: messages.collect(),
        ..Changes::default()
    };
    store.commit(scope, changes).await.expect("committed");
    id
}

#[tokio::test]
async fn d6_no_page_keeps_a_stale_copy_of_what_is_emptied() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let store = SqliteStore::open(&options).expect("a new database");
    let company = fixtures::company(1);
    let scope = company.scope();
    store.commit(scope, company.founding()).await.expect("committed");
    let mut talks = Vec::new();
    for n in 1..=600 {
        talks.push(add(&store, scope, n, if n % 2 == 0 { "zwetschgenmus" } else { "quittengelee" }).await);
    }
    for id in talks.iter().skip(1).step_by(2) {
        let part = store.traces(scope, &Trace::Conversation(*id), 100).await.expect("a read");
        let before = store.find_conversation(scope, *id).await.expect("a read").expect("it is there");
        let mut session = [0; 32];
        session[..16].copy_from_slice(&id.bits().to_be_bytes());
        let name = VisitorId::erased(id.bits());
        let after = before.erased(name, SessionHash(session), before.last_message_at);
        let changes =
            Changes { conversations: vec![Change::updated(before, after)], erasures: vec![part], ..Changes::default() };
        store.commit(scope, changes).await.expect("committed");
    }
    // The log is folded and gone; what is left is what SQLite itself leaves in its pages.
    store.shutdown();
    drop(store);
    assert!(count(folder.path(), "zwetschgenmus") > 0, "there is nothing to wipe");
    let store = SqliteStore::open(&options).expect("the database");
    store.wipe(SystemScope::assume()).await.expect("wiped");
    assert_eq!(count(folder.path(), "zwetschgenmus"), 0, "in no file, the log included");
    let left: usize = (1..=600).filter(|n| n % 2 == 1).map(|n: usize| 1 + n % 5).sum();
    assert_eq!(count(folder.path(), "quittengelee"), left, "every word of others is there, once");
    store.integrity().await.expect("every page is whole");
    let copy = folder.path().join("backup.db");
    store.backup_to(&copy).await.expect("a backup");
    assert_eq!(count(folder.path(), "zwetschgenmus"), 0, "nor in a backup that is made afterwards");
}
