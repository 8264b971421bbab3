//! Webhooks in syrus: the one event it knows, its endpoints, and the bodies they get (contract § 10).

mod body;
mod endpoint;
mod read_body;

pub use body::syrus_body;
pub use endpoint::{EndpointRecord, EndpointWithSecret};
pub use read_body::{EndpointCreateBody, read_chatbot, read_draft};

use synaptiq_domain::{event::EventKind, webhook::Endpoint};

use crate::syrus::list::List;

/// The one event that can be subscribed.
pub const LEAD_QUALIFIED: &str = "lead_qualified";

/// syrus' name of an event, where it has one; the native name otherwise.
pub const fn event_word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::LeadQualified => LEAD_QUALIFIED,
        other => other.as_str(),
    }
}

/// Every endpoint: there are few enough for one page.
pub fn list(endpoints: &[Endpoint]) -> List<EndpointRecord> {
    List::whole(endpoints, |endpoint| EndpointRecord::from(endpoint))
}
