//! What happened, as other systems are told (contract § 10). An event is written in the same
//! commit as the change, exactly once per transition.

mod activity;
mod description;
mod feed;
mod kind;
mod model;

pub use activity::{Activity, ActivityFacts, ActivityQuery};
pub use feed::FeedQuery;
pub use kind::EventKind;
pub use model::{Event, EventData, FieldChange};
