//! What the process says of itself (contract § 13).

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::json;
use synaptiq_domain::ports::store::StoreHealth;
use synaptiq_wire::app::health::{DatabaseWord, Health, ModelWord};

use crate::{answer::Answer, fault::Refused, openapi, request::Call};

/// `GET /api/health`: 503 while the database takes no writes.
pub(super) async fn health(call: Call) -> Result<Answer, Refused> {
    let database = match call.front.store_health().await {
        StoreHealth::Ok => DatabaseWord::Ok,
        StoreHealth::ReadOnly | StoreHealth::Down => DatabaseWord::Unavailable,
    };
    let model = match call.front.model_is_reachable().await {
        None => ModelWord::Builtin,
        Some(true) => ModelWord::Ok,
        Some(false) => ModelWord::Unreachable,
    };
    let health = Health::of(database, model, call.front.version);
    Ok(Answer::json(health.http_status(), &health))
}

/// `GET /livez`: the process answers.
pub(super) async fn live(_: Call) -> Result<Answer, Refused> {
    Ok(Answer::ok(&json!({"status": "ok"})))
}

/// `GET /readyz`: send requests here; not while it stops or its database is down.
pub(super) async fn ready(call: Call) -> Result<Answer, Refused> {
    let is_down = call.front.store_health().await == StoreHealth::Down;
    if call.front.is_stopping() || is_down {
        return Ok(Answer::json(503, &json!({"status": "unavailable"})));
    }
    Ok(Answer::ok(&json!({"status": "ok"})))
}

/// `GET /api/openapi.json`
pub(super) async fn openapi(call: Call) -> Result<Answer, Refused> {
    static BYTES: OnceLock<Bytes> = OnceLock::new();
    Ok(openapi::answer(BYTES.get_or_init(|| openapi::bytes(call.place()))))
}
