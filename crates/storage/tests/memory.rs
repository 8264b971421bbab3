//! The store in memory under the contract of every store.

use std::sync::Arc;

use synaptiq_storage::MemoryStore;
use synaptiq_testkit::contract::Subject;

async fn make_store() -> Subject {
    Subject::new(Arc::new(MemoryStore::new()))
}

synaptiq_testkit::store_contract!(make_store);
