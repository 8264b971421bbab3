//! Webhook endpoints and their deliveries in v1 (contract § 10).

mod delivery;
mod endpoint;
mod read_body;

pub use delivery::{AttemptRecord, DeliveryRecord, binding, list_deliveries, read_query};
pub use endpoint::{EndpointRecord, EndpointWithSecret};
pub use read_body::{
    EndpointCreateBody, EndpointPatchBody, RotateBody, RotateRequest, read_draft, read_patch, read_rotation,
};

use synaptiq_domain::webhook::Endpoint;

use crate::paging::List;

/// Every endpoint: there are few enough for one part.
pub fn list(endpoints: &[Endpoint]) -> List<EndpointRecord> {
    List::whole(endpoints, |endpoint| EndpointRecord::from(endpoint))
}
