//! The documents about v1 (contract § 13).

use std::sync::OnceLock;

use bytes::Bytes;

use crate::{answer::Answer, docs_page, fault::Refused, openapi, request::Call};

/// `GET /openapi.json`
pub(super) async fn openapi(call: Call) -> Result<Answer, Refused> {
    static BYTES: OnceLock<Bytes> = OnceLock::new();
    Ok(openapi::answer(BYTES.get_or_init(|| openapi::bytes(call.place()))))
}

/// `GET /docs`
pub(super) async fn docs(call: Call) -> Result<Answer, Refused> {
    static PAGE: OnceLock<Bytes> = OnceLock::new();
    Ok(docs_page::answer(PAGE.get_or_init(|| docs_page::page(call.place()).into())))
}
