//! Leads in app (contract § 6): the record, its six statuses, and what callers send to list, create
//! and change them.

mod read_body;
mod read_query;
mod record;
mod status;

pub use read_body::{LeadCreateBody, LeadPatchBody, UtmBody, read_draft, read_patch};
pub use read_query::read_query;
pub use record::{LeadAnswer, LeadRecord, LeadsAnswer, UtmRecord};
pub use status::{Status, status_word};
