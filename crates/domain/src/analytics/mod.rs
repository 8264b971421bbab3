//! What a team can learn from its figures (contract § 9).

mod counters;
mod current;
mod recount;
mod tally;
mod visit;

pub use counters::{
    CountedConversation, CountedLead, CounterKey, DayFigures, Figures, contribution_of_conversation,
    contribution_of_lead,
};
pub use current::{ACTIVITY_DAYS, CurrentOverview, DayCount, StatusCounts, activity_days};
pub use recount::{Difference, Recount};
pub use tally::Tally;
pub use visit::{Visit, VisitNote, contribution_of_visit};
