//! Webhook endpoints and their deliveries in app (contract §§ 1, 10): v1's resource with UUIDs, in
//! app's envelopes.

mod delivery;
mod endpoint;

pub use delivery::{DeliveryAnswer, DeliveryList, DeliveryRecord};
pub use endpoint::{EndpointAnswer, EndpointList, EndpointRecord};
