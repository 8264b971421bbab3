//! What happened before, as it is moved in and out (contract § 14): records with the ids and times
//! that they had.

mod derived;
mod record;

pub use derived::{derived_activities, derived_id, session_of_import};
pub use record::{Meeting, MeetingStatus, Record, RecordOutcome, Refusal};
