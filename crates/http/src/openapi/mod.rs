//! The `OpenAPI` 3.1 document of a dialect, made from its route table and the shapes in `wire`, so
//! that it says what is served.

mod about;
mod answers;
mod example;
mod operation;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

pub use answers::every_refusal;

use crate::{
    answer::{Answer, JSON},
    dialect::{Dialect, Place},
    operation::Shape,
};

/// Schemas by name.
type Schemas = BTreeMap<String, Value>;

/// The document of a dialect, with the paths of its first place.
pub fn openapi(dialect: &'static dyn Dialect) -> Value {
    openapi_at(Place::first_of(dialect))
}

/// The document of a dialect, with the paths of one of its places.
pub fn openapi_at(place: Place) -> Value {
    let dialect = place.dialect;
    let mut schemas = Schemas::new();
    let refusals = answers::shared_refusals(dialect, &mut schemas);
    let mut paths = Map::new();
    for route in dialect.routes() {
        let item = paths.entry(place.path_here(route.path)).or_insert_with(|| json!({}));
        item[route.verb.as_str().to_lowercase()] = operation::operation(dialect, route, &mut schemas);
    }
    let mut tags: Vec<&str> = Vec::new();
    for route in dialect.routes() {
        if !tags.contains(&route.doc.tag) {
            tags.push(route.doc.tag);
        }
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": dialect.title(),
            "version": env!("CARGO_PKG_VERSION"),
            "description": about::description(dialect),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that this document comes from."}],
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "headers": answers::shared_headers(),
            "responses": refusals,
            "schemas": schemas,
            "securitySchemes": about::security_schemes(dialect),
        },
    });
    example::complete(&mut document);
    document
}

/// A reference to a shape, whose schema and everything it refers to are collected.
fn reference(shape: Shape, schemas: &mut Schemas) -> Value {
    let name = (shape.name)().into_owned();
    let mut found = vec![(name.clone(), (shape.schema)())];
    (shape.collect)(&mut found);
    for (name, schema) in found {
        let mut schema = serde_json::to_value(schema).unwrap_or(Value::Null);
        open_free_data(&mut schema);
        schemas.entry(name).or_insert(schema);
    }
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Says of objects without fields of their own that they hold anything: generators of clients take
/// them for empty ones otherwise.
fn open_free_data(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let is_object = match map.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
                kind => kind.is_some_and(|kind| kind == "object"),
            };
            if is_object && !map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), json!(true));
            }
            map.values_mut().for_each(open_free_data);
        }
        Value::Array(items) => items.iter_mut().for_each(open_free_data),
        _ => {}
    }
}

/// The document's bytes, to be made once for each place.
pub fn bytes(place: Place) -> Bytes {
    serde_json::to_vec(&openapi_at(place)).expect("a JSON value prints").into()
}

/// The document as an answer.
pub fn answer(bytes: &Bytes) -> Answer {
    Answer::bytes(200, JSON, bytes.clone()).with_header("cache-control", "public, max-age=300")
}
