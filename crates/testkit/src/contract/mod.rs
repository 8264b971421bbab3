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

pub mod access;
pub mod activity;
pub mod analytics;
pub mod commits;
pub mod conversations;
pub mod counters;
pub mod deliveries;
mod dice;
pub mod erasure;
pub mod history;
pub mod isolation;
pub mod knowledge;
pub mod leads;
pub mod limits;
pub mod operator_sessions;
mod promises;
mod trial;
pub mod upkeep;
pub mod visits;
pub mod webhooks;

pub use trial::{Subject, Trial};
