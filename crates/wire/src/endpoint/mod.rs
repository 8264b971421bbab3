//! Webhook endpoints and their deliveries, as far as dialects say them alike: what callers send,
//! and what a try at a delivery came to.

mod delivery;
mod read_body;

pub use delivery::{AttemptRecord, binding, read_query};
pub use read_body::{
    EndpointCreateBody, EndpointPatchBody, RotateBody, RotateRequest, read_draft, read_patch, read_rotation,
};
