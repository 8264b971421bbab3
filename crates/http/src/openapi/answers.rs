//! What an operation answers: its successes by their shapes, and the refusals, which all operations
//! of a dialect share.

use serde_json::{Map, Value, json};
use synaptiq_domain::id::Id;
use synaptiq_wire::{Code, Fault};

use super::{Schemas, reference};
use crate::{
    answer::JSON,
    dialect::Dialect,
    route::{Access, BodyRule, LimitGroup, Route},
};

/// The request id of the examples.
const REQUEST_ID: &str = "01HQ3VXK9BWMN4F6T2P8R5GYSC";

/// The answers of a route, by status.
pub(super) fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    for (status, description, shape) in route.doc.answers {
        let mut content = Map::new();
        if let Some(shape) = shape {
            content.insert(JSON.to_owned(), json!({"schema": reference(*shape, schemas)}));
        }
        if route.streams || route.doc.media == Some(EVENTS) {
            content.insert(EVENTS.to_owned(), json!({"schema": event()}));
        } else if let Some(media) = route.doc.media {
            let schema = if media == JSON { json!({"type": "object"}) } else { json!({"type": "string"}) };
            content.insert(media.to_owned(), json!({"schema": schema}));
        }
        let mut response = json!({"description": description, "headers": headers(route, *status)});
        if !content.is_empty() {
            response["content"] = Value::from(content);
        }
        responses.insert(status.to_string(), response);
    }
    for status in every_refusal(route, route.doc.refusals) {
        let reference = json!({"$ref": format!("#/components/responses/{}", name_of(status))});
        // A probe that fails tells how the service is, and no refusal.
        responses.entry(status.to_string()).or_insert(reference);
    }
    Value::from(responses)
}

/// The media type of streams.
const EVENTS: &str = "text/event-stream";

/// One event of a stream, as its fields are read.
fn event() -> Value {
    json!({
        "type": "object",
        "description": "One event: its name and its data, which is JSON.",
        "required": ["event", "data"],
        "properties": {
            "event": {"type": "string"},
            "data": {"type": "string", "contentMediaType": JSON, "contentSchema": {"type": "object"}},
            "id": {"type": "string", "description": "What to send as `Last-Event-ID` to go on after this event."},
        },
    })
}

/// The refusals of a route: its own, and those that its kind of route has.
pub fn every_refusal(route: &Route, own: &[u16]) -> Vec<u16> {
    let mut all = own.to_vec();
    match route.access {
        Access::Public => {}
        Access::PublicChat | Access::PublicVisit => all.extend([400, 403, 404]),
        Access::Session => all.extend([400, 401, 403, 404]),
        Access::Login => all.extend([401, 403, 429]),
        Access::Operator | Access::Scope(_) => all.extend([401, 403]),
    }
    if !route.doc.query.is_empty() || route.idempotent {
        all.push(400);
    }
    if route.body != BodyRule::None {
        all.extend([400, 408, 413, 415]);
    }
    if route.idempotent {
        all.push(422);
    }
    if route.limit_group != LimitGroup::Unlimited {
        all.push(429);
    }
    all.extend([500, 503]);
    all.sort_unstable();
    all.dedup();
    all
}

/// Every refusal there is, by name, in the dialect's envelope and with an example of each code.
pub(super) fn shared_refusals(dialect: &dyn Dialect, schemas: &mut Schemas) -> Value {
    let schema = reference(dialect.refusal_shape(), schemas);
    let mut refusals = Map::new();
    for status in Code::ALL.iter().map(|code| code.status()).chain([408]) {
        if refusals.contains_key(name_of(status)) {
            continue;
        }
        let faults = samples(status);
        let examples: Map<String, Value> = faults
            .iter()
            .map(|(name, fault)| {
                let answer = dialect.refusal(fault, REQUEST_ID);
                let value = answer.whole().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or(Value::Null);
                ((*name).to_owned(), json!({"value": value}))
            })
            .collect();
        let mut headers = every_header();
        match status {
            401 => headers["WWW-Authenticate"] = header("Authenticate"),
            429 => {
                headers["Retry-After"] = header("RetryAfter");
                headers["X-RateLimit-RetryAfter"] = header("RetryAfter");
            }
            503 => headers["Retry-After"] = header("RetryAfter"),
            _ => {}
        }
        let response = json!({
            "description": sentence_of(status), "headers": headers,
            "content": {JSON: {"schema": schema, "examples": examples}},
        });
        refusals.insert(name_of(status).to_owned(), response);
    }
    Value::from(refusals)
}

/// The headers of every answer.
fn every_header() -> Value {
    json!({
        "X-Request-Id": header("RequestId"),
        "X-RateLimit-Limit": header("RateLimit"),
        "X-RateLimit-Remaining": header("RateRemaining"),
        "X-RateLimit-Reset": header("RateReset"),
    })
}

fn headers(route: &Route, status: u16) -> Value {
    let mut headers = every_header();
    if route.idempotent {
        headers["Idempotent-Replayed"] = header("Replayed");
    }
    if status == 201 {
        headers["Location"] = header("Location");
    }
    headers
}

fn header(shared: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{shared}")})
}

/// The headers of answers, by name.
pub(super) fn shared_headers() -> Value {
    let whole = json!({"type": "integer", "minimum": 0});
    json!({
        "RequestId": {
            "description": "What to name when asking about this request.", "required": true,
            "schema": {"type": "string", "minLength": 1}, "example": REQUEST_ID,
        },
        "RateLimit": {
            "description": "How many requests the tightest limit allows.", "required": true, "schema": whole, "example": 300,
        },
        "RateRemaining": {
            "description": "How many more it allows now.", "required": true, "schema": whole, "example": 297,
        },
        "RateReset": {
            "description": "When the next place is free, in seconds since 1970.", "required": true, "schema": whole,
            "example": 1_772_582_460,
        },
        "RetryAfter": {
            "description": "After how many seconds the request succeeds, or may.",
            "schema": {"type": "integer", "minimum": 1}, "example": 7,
        },
        "Replayed": {
            "description": "`true` where this is the answer that an earlier request with the same `Idempotency-Key` got.",
            "schema": {"type": "string", "enum": ["true"]}, "example": "true",
        },
        "Location": {
            "description": "Where the new thing is, if it can be read by itself.",
            "schema": {"type": "string", "minLength": 1}, "example": "/api/v1/leads/lead_01HQ3VXK9BWMN4F6T2P8R5GYSC",
        },
        "Authenticate": {"description": "How to say who asks.", "schema": {"type": "string"}, "example": "Bearer"},
    })
}

/// What the refusals with a status are called.
fn name_of(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "InsufficientScope",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        408 => "TooSlow",
        409 => "Conflict",
        413 => "PayloadTooLarge",
        415 => "UnsupportedMediaType",
        422 => "Unprocessable",
        429 => "RateLimited",
        500 => "Internal",
        503 => "Unavailable",
        _ => "InvalidRequest",
    }
}

/// The refusals with a status, for people.
fn sentence_of(status: u16) -> &'static str {
    match status {
        401 => "No credential, or none that counts.",
        403 => "The credential may not do this, or not from this origin.",
        404 => "Nothing that the caller may see has this id.",
        405 => "The path has other methods.",
        406 => "No form of the answer is acceptable to the caller.",
        408 => "The body did not come in time.",
        409 => "Something that exists stands against it.",
        413 => "The body is too large.",
        415 => "The body is of a type that this operation does not read.",
        422 => "Well formed, but it cannot be done; or the idempotency key was used with another request.",
        429 => "Too many requests.",
        500 => "A failure of the server.",
        503 => "Busy, shutting down, or something that is needed cannot be reached.",
        _ => "A field or parameter is missing or wrong, or the body cannot be read.",
    }
}

/// A fault of every code that has this status, in the words in which it is really told.
fn samples(status: u16) -> Vec<(&'static str, Fault)> {
    if status == 408 {
        let fault = Fault::new(Code::InvalidRequest, "the body came too slowly").with_status(408);
        return vec![("tooSlow", fault)];
    }
    Code::ALL.iter().filter(|code| code.status() == status).map(|code| sample(*code)).collect()
}

fn sample(code: Code) -> (&'static str, Fault) {
    let say = |message: &str| Fault::new(code, message);
    match code {
        Code::InvalidRequest => ("invalidRequest", say("limit must be an integer from 1 to 100").with_param("limit")),
        Code::MissingCredential => ("missing", say("send your API key as 'Authorization: Bearer …'")),
        Code::InvalidCredential => ("invalid", say("this API key is not valid")),
        Code::RevokedCredential => ("revoked", say("this API key was revoked")),
        Code::InsufficientScope => ("insufficientScope", say("the key lacks the scope leads:write")),
        Code::NotFound => ("notFound", say("no such resource")),
        Code::MethodNotAllowed => ("methodNotAllowed", say("this route has other methods; see Allow")),
        Code::NotAcceptable => ("notAcceptable", say("this is answered as application/json")),
        Code::Conflict => ("conflict", say("a lead has this e-mail address").with_existing(Id::from_bits(1))),
        Code::PayloadTooLarge => ("payloadTooLarge", say("the body is larger than allowed")),
        Code::UnsupportedMediaType => ("unsupportedMediaType", say("send the body as application/json")),
        Code::Unprocessable => ("unprocessable", say("a closed conversation takes no messages")),
        Code::IdempotencyKeyReuse => {
            let fault = say("this Idempotency-Key was used with another request");
            ("idempotencyKeyReuse", fault.with_param("Idempotency-Key"))
        }
        Code::RateLimited => ("rateLimited", say("too many requests; see Retry-After").with_retry_after(7)),
        Code::Internal => ("internal", Fault::internal()),
        Code::ServiceUnavailable => ("busy", say("too busy; try again").with_retry_after(1)),
        Code::StorageFull => ("storageFull", say("the disk is full; reads go on")),
    }
}
