//! Webhooks: endpoints, the deliveries that an event fans out to, and when each is tried
//! (contract § 10).

mod delivery;
mod endpoint;
mod fan_out;
mod schedule;

pub use delivery::{Attempt, Delivery, DeliveryQuery, DeliveryStatus};
pub use endpoint::{Endpoint, EndpointDraft, EndpointPatch, Profile, SealedSecret, SecretRotation, SignatureScheme};
pub(crate) use fan_out::anyone_wants;
pub use fan_out::fan_out;
pub use schedule::{RetrySchedule, ScheduleError};
