//! Figures of the present moment (contract § 9).

use crate::{
    access::TenantScope,
    analytics::{DayCount, activity_days},
    use_cases::{Services, UseCaseError},
};

/// How many leads were created on each of the last days, oldest first, today included.
pub async fn lead_activity(services: &Services, scope: TenantScope) -> Result<Vec<DayCount>, UseCaseError> {
    let days: Vec<_> = activity_days(services.clock.now()).collect();
    Ok(services.store.leads_created_on(scope, &days).await?)
}
