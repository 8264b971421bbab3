//! What happened before, as it is moved in and out (contract § 14): records with the ids and times
//! that they had.

mod record;

pub use record::{Meeting, MeetingStatus, Record, RecordOutcome, Refusal};
