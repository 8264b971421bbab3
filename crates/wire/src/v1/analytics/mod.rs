//! Figures of periods and the activity feed in v1 (contract § 9).
//!
//! Everything that the published words call a percentage is a fraction, as the published figures show.

mod activity;
mod funnel;
mod overview;
mod read_query;
mod table;

pub use activity::{ActivityRecord, list, word as feed_word};
pub use funnel::FunnelAnswer;
pub use overview::{OverviewAnswer, PeriodRecord};
pub use read_query::{Format, read_feed, read_format, read_funnel, read_overview};
pub use table::{begin_table, row};
