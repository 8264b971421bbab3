//! Proving the daily counters, and making them right.

use crate::{
    access::TenantScope,
    analytics::{Difference, Recount},
    use_cases::{Services, UseCaseError},
};

/// How many counters are made right at a time, so that no unit holds the store for long.
const A_SLICE: usize = 200;

/// Counts all rows of a scope's data tenant beside its counters, and adds to the counters what they
/// lack if `repair` is asked for. The answer says what was found before any repair.
///
/// A repair is exact beside a running server: it adds the differences of one moment, and whatever is
/// committed meanwhile adds its own.
pub async fn recount(services: &Services, scope: TenantScope, repair: bool) -> Result<Recount, UseCaseError> {
    let found = services.store.recount(scope).await?;
    if repair {
        for slice in found.differences.chunks(A_SLICE) {
            let corrections: Vec<_> = slice.iter().map(Difference::correction).collect();
            services.store.adjust_counters(scope, &corrections).await?;
        }
    }
    Ok(found)
}
