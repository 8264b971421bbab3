//! What a team can learn from its figures (contract § 9).

mod current;

pub use current::{ACTIVITY_DAYS, CurrentOverview, DayCount, StatusCounts, activity_days};
