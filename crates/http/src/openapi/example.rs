//! Examples of whole answers, put together from the examples of their fields, so that every answer
//! has one and none can differ from its schema.

use serde_json::{Map, Value, json};

/// Gives every answer of success that has a schema and no example one.
pub(super) fn complete(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let Some(paths) = document["paths"].as_object_mut() else { return };
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for responses in operations.filter_map(|operation| operation["responses"].as_object_mut()) {
        for response in responses.values_mut() {
            let Some(content) = response.get_mut("content").and_then(|content| content.get_mut("application/json"))
            else {
                continue;
            };
            if content.get("example").is_none() && content["schema"]["$ref"].is_string() {
                content["example"] = of(&content["schema"], &schemas);
            }
        }
    }
}

/// An example of a schema.
fn of(schema: &Value, schemas: &Value) -> Value {
    if let Some(given) = given(schema) {
        return given;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return of(&schemas[reference.rsplit('/').next().unwrap_or_default()], schemas);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = of(part, schemas) {
                whole.extend(fields);
            }
        }
        return Value::from(whole);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            // What may be null is shown as it is when it is there.
            let shown = choices.iter().find(|choice| choice["type"] != "null").or_else(|| choices.first());
            return shown.map_or(Value::Null, |shown| of(shown, schemas));
        }
    }
    of_type(schema, schemas)
}

/// What the schema itself gives as its example.
fn given(schema: &Value) -> Option<Value> {
    let first = |name: &str| schema[name].as_array().and_then(|all| all.first());
    let found = schema.get("example").or_else(|| first("examples")).or_else(|| schema.get("const"));
    found.or_else(|| first("enum")).cloned()
}

fn of_type(schema: &Value, schemas: &Value) -> Value {
    let kind = match &schema["type"] {
        Value::Array(kinds) if kinds.iter().any(|kind| kind == "null") => return Value::Null,
        Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    };
    match kind {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::from(fields.map(|(name, field)| (name.clone(), of(field, schemas))).collect::<Map<_, _>>())
        }
        "array" => json!([of(&schema["items"], schemas)]),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(0)),
        "boolean" => json!(false),
        "string" => json!(match schema["format"].as_str() {
            Some("date-time") => "2026-04-01T09:15:30.250Z",
            Some("date") => "2026-04-01",
            Some("uri") => "https://example.com/hooks",
            _ => "text",
        }),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_put_together_from_fields_references_and_choices() {
        let schemas =
            json!({"Inner": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}});
        let schema = json!({"allOf": [
            {"type": "object", "properties": {
                "id": {"type": "string", "example": "lead_1"},
                "name": {"type": ["string", "null"]},
                "inner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Inner"}]},
                "status": {"type": "string", "enum": ["new", "lost"]},
                "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
            }},
            {"type": "object", "properties": {"score": {"type": "integer", "minimum": 0}}},
        ]});
        let at = json!({"at": "2026-04-01T09:15:30.250Z"});
        assert_eq!(
            of(&schema, &schemas),
            json!({"id": "lead_1", "name": null, "inner": at, "status": "new", "rows": [at], "score": 0})
        );
    }
}
