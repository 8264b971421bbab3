//! Leads in v1 (contract § 6): the record, its detail with the score's reasons, and what callers
//! send to list, create and change them.

mod breakdown;
mod bulk;
mod read_body;
mod read_query;
mod record;

pub use breakdown::{
    AdjustmentRecord, CriterionRecord, EvidenceRecord, LeadDetail, OverrideRecord, ScoreBreakdown, SignalRecord,
    StatusStep,
};
pub use bulk::{BulkAnswer, BulkError, BulkRequestBody, BulkRow, BulkRowStatus, MAX_BULK_ROWS, read_bulk};
pub use read_body::{AdjustmentBody, LeadCreateBody, LeadPatchBody, UtmBody, read_draft, read_patch};
pub use read_query::{read_on_duplicate, read_query};
pub use record::{LeadRecord, UtmRecord};

use synaptiq_domain::{
    lead::{Lead, LeadQuery},
    paging::Page,
};

use crate::{lead::binding, paging::List};

/// A part of the list that `query` asked for.
pub fn list(page: &Page<Lead>, query: &LeadQuery) -> List<LeadRecord> {
    List::of(page, query.paging, binding(query), |lead| LeadRecord::from(lead))
}
