//! Leads in syrus (contract § 6).

mod read_query;
mod record;

pub use read_query::{LeadsWanted, read_query};
pub use record::{LeadDetail, LeadRecord};

use synaptiq_domain::{
    lead::{Lead, LeadQuery},
    paging::Page,
};

use crate::syrus::list::List;

/// The page that `query` asked for.
pub fn list(page: &Page<Lead>, query: &LeadQuery) -> List<LeadRecord> {
    List::of(page, query.paging, |lead| LeadRecord::from(lead))
}
