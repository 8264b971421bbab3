//! The activity feed (contract § 9).

use crate::{
    access::TenantScope,
    event::{Activity, FeedQuery},
    paging::Page,
    use_cases::{Services, UseCaseError},
};

/// A part of the feed, newest first. An unknown lead has done nothing; the id of an absorbed one means its
/// survivor.
pub async fn activity(
    services: &Services,
    scope: TenantScope,
    query: FeedQuery,
) -> Result<Page<Activity>, UseCaseError> {
    let mut query = query.at(services.clock.now())?;
    if let Some(asked) = query.lead {
        query.lead = Some(services.store.find_lead(scope, asked).await?.map_or(asked, |lead| lead.id));
    }
    Ok(services.store.list_activity(scope, &query).await?)
}
