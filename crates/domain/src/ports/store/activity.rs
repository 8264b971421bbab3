//! Reading the activity feed, and naming visitors who have no name.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    event::{Activity, ActivityQuery},
    paging::Page,
    ports::StoreError,
    time::Day,
};

/// Reads what happened in the scope's data tenant.
///
/// Promises: the feed agrees with [`ActivityQuery::matches`] and [`Page::of_all`], newest first, and tells
/// of an event from the commit on that made it.
#[async_trait]
pub trait ActivityStore: Send + Sync {
    /// A part of the activity feed.
    async fn list_activity(&self, scope: TenantScope, query: &ActivityQuery) -> Result<Page<Activity>, StoreError>;
}

/// Keeps the secrets that the anonymous visitors of a day are named with. Of the installation: a
/// visitor's name is made of tenant and secret.
///
/// Promises: everybody who asks for a day's secret gets the same one, on every replica; a deleted one
/// is nowhere in the store any more.
#[async_trait]
pub trait VisitKeyStore: Send + Sync {
    /// The secret of a day: 32 bytes, `fresh` the first time that the day is asked for.
    async fn visit_key(&self, day: Day, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;

    /// Deletes the secrets of the days before this one: from then on nothing ties their anonymous
    /// visitors to anybody.
    async fn delete_visit_keys(&self, before: Day) -> Result<(), StoreError>;
}
