//! The documents about v1 (contract § 13), and its place for health.

use crate::{answer::Answer, dialect::v1::V1, fault::Refused, openapi, request::Call};

/// `GET /openapi.json`
pub(super) async fn openapi(_: Call) -> Result<Answer, Refused> {
    Ok(openapi::answer(&V1))
}

/// `GET /docs`
pub(super) async fn docs(_: Call) -> Result<Answer, Refused> {
    Ok(openapi::docs_page(&V1))
}
