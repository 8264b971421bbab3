//! What every store promises, as tests that any adapter can be put under.
//!
//! One promise is one function, named as a sentence, that takes a [`Trial`]: a fresh store with
//! two companies in it. [`store_contract!`](crate::store_contract) turns the list of them into one
//! test each:
//!
//! ```ignore
//! async fn make_store() -> Subject { Subject::new(Arc::new(MemoryStore::new())) }
//! synaptiq_testkit::store_contract!(make_store);
//! ```

pub mod commits;
mod promises;
mod trial;

pub use trial::{Subject, Trial};
