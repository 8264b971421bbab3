//! Figures: of the present moment, and of periods (contract § 9).

use crate::{
    access::TenantScope,
    analytics::{
        DayCount, DayFigures, Funnel, FunnelQuery, Overview, OverviewQuery, Period, PeriodError, activity_days,
    },
    use_cases::{Services, UseCaseError},
};

/// How many leads were created on each of the last days, oldest first, today included.
pub async fn lead_activity(services: &Services, scope: TenantScope) -> Result<Vec<DayCount>, UseCaseError> {
    let days: Vec<_> = activity_days(services.clock.now()).collect();
    Ok(services.store.leads_created_on(scope, &days).await?)
}

/// What a period came to: one read for the period, and one for what it is compared with.
pub async fn overview(services: &Services, scope: TenantScope, query: OverviewQuery) -> Result<Overview, UseCaseError> {
    let OverviewQuery { period, granularity, compare_with } = query;
    let period = period.on(services.clock.now().day())?;
    let figures = figures_of(services, scope, period).await?;
    let overview = Overview::of(period, &figures, &period.parts(granularity));
    let Some(with) = compare_with else { return Ok(overview) };
    let other = period.compared(with);
    Ok(overview.beside(other, &figures_of(services, scope, other).await?))
}

/// How far visitors came in a period.
pub async fn funnel(services: &Services, scope: TenantScope, query: FunnelQuery) -> Result<Funnel, UseCaseError> {
    let FunnelQuery { period, filter } = query;
    let period = period.on(services.clock.now().day())?;
    Ok(Funnel::of(period, &figures_of(services, scope, period).await?, filter))
}

async fn figures_of(services: &Services, scope: TenantScope, period: Period) -> Result<Vec<DayFigures>, UseCaseError> {
    Ok(services.store.daily_figures(scope, period.first(), period.last()).await?)
}

/// The ends of a range are named as v1 names them.
impl From<PeriodError> for UseCaseError {
    fn from(error: PeriodError) -> Self {
        let message = error.to_string();
        match error {
            PeriodError::StartAfterEnd => Self::Invalid { param: "startDate", message },
            PeriodError::EndBeforeDefaultStart(_) => Self::Invalid { param: "endDate", message },
            PeriodError::TooLong => Self::Unprocessable { message, param: Some("startDate") },
        }
    }
}
