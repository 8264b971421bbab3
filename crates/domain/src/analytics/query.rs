//! What is asked about a period.

use crate::{
    analytics::{CompareWith, FunnelFilter, Granularity, Period, PeriodError},
    time::Day,
};

/// The ends of a period, as far as they are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AskedPeriod {
    /// The first day; 30 days ago where nothing is said.
    pub first: Option<Day>,
    /// The last day; today where nothing is said.
    pub last: Option<Day>,
}

impl AskedPeriod {
    /// The period that is meant.
    pub fn on(self, today: Day) -> Result<Period, PeriodError> {
        Period::asked(self.first, self.last, today)
    }
}

/// Which overview is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OverviewQuery {
    /// Of which period.
    pub period: AskedPeriod,
    /// Into what it is divided.
    pub granularity: Granularity,
    /// With what it is compared, if with anything.
    pub compare_with: Option<CompareWith>,
}

/// Which funnel is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FunnelQuery {
    /// Of which period.
    pub period: AskedPeriod,
    /// Of whom.
    pub filter: FunnelFilter,
}
