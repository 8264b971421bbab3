//! Counts requests.

use async_trait::async_trait;

use crate::limit::{Rule, Verdict};

/// Lets requests in or keeps them out (contract § 5).
///
/// Promises:
/// - A request that is let in is counted against each of its rules, one that is kept out against none.
/// - Of the subjects that were let in most recently every one is let in exactly as often as its rule
///   says: never more in any 60 seconds (or on any UTC day), and never kept out below it.
/// - What is counted of one subject never touches another, but for places that have lost their own
///   count to more recent ones: these share one count for each network.
/// - Whoever waits as long as a refusal says is let in, if nobody else comes first.
/// - Requests at the same moment are decided one after the other.
/// - Memory is bounded, however many subjects come.
///
/// It never fails: an adapter that cannot reach what it shares counts by itself meanwhile.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Decides about one request. Without rules it is let in.
    async fn admit(&self, rules: &[Rule]) -> Verdict;
}
