//! What a team can learn from its figures (contract § 9).

mod counters;
mod current;
mod decimal;
mod funnel;
mod onlooker;
mod overview;
mod period;
mod query;
mod recount;
mod tally;
mod visit;

pub use counters::{
    CountedConversation, CountedLead, CounterKey, DayFigures, Figures, contribution_of_conversation,
    contribution_of_lead,
};
pub use current::{ACTIVITY_DAYS, CurrentOverview, DayCount, StatusCounts, activity_days};
pub use decimal::Decimal;
pub use funnel::{Funnel, FunnelFilter, Stage, StageCount};
pub use onlooker::Onlooker;
pub use overview::{Compared, Comparison, Overview, Part, Summary};
pub use period::{CompareWith, DEFAULT_DAYS_BACK, Granularity, LONGEST_SPAN, Period, PeriodError};
pub use query::{AskedPeriod, FunnelQuery, OverviewQuery};
pub use recount::{Difference, Recount};
pub use tally::Tally;
pub use visit::{Visit, VisitNote, contribution_of_visit};
