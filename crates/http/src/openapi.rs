//! The `OpenAPI` 3.1 document of a dialect, made from its route table and the shapes in `wire`, so
//! that it says what is served.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use synaptiq_wire::Code;

use crate::{
    answer::{Answer, JSON},
    dialect::{Dialect, Mount, Place},
    operation::{OperationDoc, ParamKind, QueryParam, Shape},
    route::{Access, BodyRule, LimitGroup, Route},
    session,
};

type Schemas = BTreeMap<String, Value>;

/// The document of a dialect, with the paths of its first place.
pub fn openapi(dialect: &'static dyn Dialect) -> Value {
    openapi_at(Place::first_of(dialect))
}

/// The document of a dialect, with the paths of one of its places.
pub fn openapi_at(place: Place) -> Value {
    let dialect = place.dialect;
    let mut schemas = Schemas::new();
    let refusal = reference(dialect.refusal_shape(), &mut schemas);
    let mut paths = Map::new();
    for route in dialect.routes() {
        let item = paths.entry(place.path_here(route.path)).or_insert_with(|| json!({}));
        item[route.verb.as_str().to_lowercase()] = operation(dialect, route, &refusal, &mut schemas);
    }
    let mut tags: Vec<&str> = Vec::new();
    for route in dialect.routes() {
        if !tags.contains(&route.doc.tag) {
            tags.push(route.doc.tag);
        }
    }
    let mut security = json!({
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, or the admin token."},
        "session": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "A visitor's session: `Session sess_…`.",
        },
    });
    if dialect.takes_cookies() {
        security["cookie"] = json!({
            "type": "apiKey", "in": "cookie", "name": session::COOKIE,
            "description": "The operator's session. A write needs `Sec-Fetch-Site: same-origin`, or an \
                            `Origin` that is this server's.",
        });
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": dialect.title(),
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": security,
        },
    });
    if let Some(about) = about_places(dialect) {
        document["info"]["description"] = json!(about);
    }
    document
}

/// Where a dialect is served, if in more than one place.
fn about_places(dialect: &dyn Dialect) -> Option<String> {
    let places: Vec<String> = dialect
        .mounts()
        .iter()
        .map(|Mount { prefix, bearer }| match bearer {
            Some(bearer) => format!("under `{prefix}` with a key that begins with `{bearer}`"),
            None => format!("under `{prefix}` with any key"),
        })
        .collect();
    (places.len() > 1).then(|| format!("Served {}.", places.join(", and ")))
}

fn operation(dialect: &dyn Dialect, route: &Route, refusal: &Value, schemas: &mut Schemas) -> Value {
    let OperationDoc { summary, tag, query, body, form, example, answers, refusals } = route.doc;
    let mut operation = json!({
        "operationId": route.operation,
        "summary": summary,
        "tags": [tag],
        "security": security(dialect, route.access),
        "x-limit-group": route.limit_group.as_str(),
    });
    if let Access::Scope(permission) = route.access {
        operation["x-required-scope"] = json!(permission.as_str());
    }
    let mut parameters: Vec<Value> = route
        .parameters()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .chain(query.iter().map(query_parameter))
        .collect();
    if route.idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes a retry safe: the same key and request get the same answer for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }));
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::from(parameters);
    }
    if let Some(body) = body {
        let mut content = json!({"schema": reference(body, schemas)});
        if let Some(example) = example {
            content["example"] = serde_json::from_str(example).unwrap_or(Value::Null);
        }
        let required = matches!(route.body, BodyRule::Required | BodyRule::RequiredOrForm);
        operation["requestBody"] = json!({"required": required, "content": {JSON: content}});
    }
    if let Some(form) = form {
        operation["requestBody"]["content"]["multipart/form-data"] = json!({"schema": reference(form, schemas)});
    }
    let mut responses = Map::new();
    for (status, description, shape) in answers {
        let mut response = json!({"description": description, "headers": every_header()});
        if let Some(shape) = shape {
            response["content"] = json!({JSON: {"schema": reference(*shape, schemas)}});
        }
        if route.streams || shape.is_none() && description.starts_with("Server-sent") {
            response["content"]["text/event-stream"] = json!({"schema": {"type": "string"}});
        }
        responses.insert(status.to_string(), response);
    }
    for status in every_refusal(route, refusals) {
        let content = json!({JSON: {"schema": refusal}});
        let mut response = json!({"description": words_of(status), "headers": every_header(), "content": content});
        if status == 429 {
            for name in ["Retry-After", "X-RateLimit-RetryAfter"] {
                response["headers"][name] = whole_number("After how many seconds a retry succeeds.");
            }
        }
        responses.insert(status.to_string(), response);
    }
    operation["responses"] = Value::from(responses);
    operation
}

/// The headers of every answer.
fn every_header() -> Value {
    json!({
        "X-Request-Id": {"schema": {"type": "string"}},
        "X-RateLimit-Limit": whole_number("How many requests are let in."),
        "X-RateLimit-Remaining": whole_number("How many more would be let in now."),
        "X-RateLimit-Reset": whole_number("When the next slot is free, in Unix seconds."),
    })
}

fn whole_number(about: &str) -> Value {
    json!({"description": about, "schema": {"type": "integer", "minimum": 0}})
}

fn security(dialect: &dyn Dialect, access: Access) -> Value {
    match access {
        Access::Public | Access::PublicChat | Access::Login => json!([]),
        Access::Session => json!([{"session": []}]),
        Access::Operator => json!([{"cookie": []}]),
        Access::Scope(_) if dialect.takes_cookies() => json!([{"key": []}, {"cookie": []}]),
        Access::Scope(_) => json!([{"key": []}]),
    }
}

/// The refusals of a route: its own, and those that its kind of route has.
pub fn every_refusal(route: &Route, own: &[u16]) -> Vec<u16> {
    let mut all = own.to_vec();
    match route.access {
        Access::Public => {}
        Access::PublicChat => all.extend([400, 403, 404]),
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

/// The words of the codes with a status, for people.
fn words_of(status: u16) -> String {
    let mut words: Vec<&str> =
        Code::ALL.iter().filter(|code| code.status() == status).map(|code| code.as_str()).collect();
    words.dedup();
    if words.is_empty() { Code::InvalidRequest.as_str().to_owned() } else { words.join(", ") }
}

fn query_parameter(param: &QueryParam) -> Value {
    let schema = match param.kind {
        ParamKind::Text => json!({"type": "string"}),
        ParamKind::Whole(least, most, default) => {
            json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
        }
        ParamKind::Flag(default) => json!({"type": "boolean", "default": default}),
        ParamKind::Time => json!({"type": "string", "description": "An ISO 8601 date or date-time."}),
        ParamKind::OneOf(words) => json!({"type": "string", "enum": words}),
    };
    json!({"name": param.name, "in": "query", "required": false, "description": param.about, "schema": schema})
}

/// A reference to a shape, whose schema and everything it refers to are collected.
fn reference(shape: Shape, schemas: &mut Schemas) -> Value {
    let name = (shape.name)().into_owned();
    let mut found = vec![(name.clone(), (shape.schema)())];
    (shape.collect)(&mut found);
    for (name, schema) in found {
        let schema = serde_json::to_value(schema).unwrap_or(Value::Null);
        schemas.entry(name).or_insert(schema);
    }
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The document's bytes, to be made once for each place.
pub fn bytes(place: Place) -> Bytes {
    serde_json::to_vec(&openapi_at(place)).expect("a JSON value prints").into()
}

/// The document as an answer.
pub fn answer(bytes: &Bytes) -> Answer {
    Answer::bytes(200, JSON, bytes.clone()).with_header("cache-control", "public, max-age=300")
}
