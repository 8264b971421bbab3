//! Webhook endpoints and their deliveries in v1 (contract § 10).

mod delivery;
mod endpoint;

pub use delivery::{DeliveryRecord, list_deliveries};
pub use endpoint::{EndpointRecord, EndpointWithSecret};

use synaptiq_domain::webhook::Endpoint;

use crate::paging::List;

/// Every endpoint: there are few enough for one part.
pub fn list(endpoints: &[Endpoint]) -> List<EndpointRecord> {
    List::whole(endpoints, |endpoint| EndpointRecord::from(endpoint))
}
