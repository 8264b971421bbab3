//! The `SQLite` store under the contract of every store.

use std::sync::Arc;

use synaptiq_storage::{Access, OpenOptions, SqliteStore};
use synaptiq_testkit::contract::Subject;

async fn make_store() -> Subject {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let store = SqliteStore::open(&options).expect("a new database");
    Subject::new(Arc::new(store)).keeping(folder)
}

synaptiq_testkit::store_contract!(make_store);
