//! One route as an operation of the document.

use serde_json::{Value, json};
use synaptiq_wire::schema::{NOT_BLANK, VISITOR_NAME};

use super::{Schemas, answers, reference};
use crate::{
    answer::JSON,
    dialect::Dialect,
    operation::{OperationDoc, ParamKind, QueryParam},
    route::{Access, BodyRule, Route},
};

/// What the document says of a route.
pub(super) fn operation(dialect: &dyn Dialect, route: &Route, schemas: &mut Schemas) -> Value {
    let OperationDoc { summary, tag, query, body, form, example, answers: _, media: _, refusals: _ } = route.doc;
    let mut operation = json!({
        "operationId": route.operation,
        "summary": summary,
        "tags": [tag],
        "security": security(dialect, route.access),
        "x-limit-group": route.limit_group.as_str(),
    });
    if let Some((parameter, group)) = route.limited_with {
        operation["x-limit-group-with"] = json!({parameter: group.as_str()});
    }
    if let Access::Scope(permission) = route.access {
        operation["x-required-scope"] = json!(permission.as_str());
    }
    let mut parameters: Vec<Value> = route
        .parameters()
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true,
                "description": "An id, in any of the forms in which ids are printed.", "schema": {"type": "string"},
            })
        })
        .chain(query.iter().map(query_parameter))
        .collect();
    if route.idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes a retry safe: the same key and request get the same answer for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*[!-~][ -~]*$"},
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
    operation["responses"] = answers::responses(route, schemas);
    operation
}

/// Who may ask. A key's requirement names the scope that it needs.
fn security(dialect: &dyn Dialect, access: Access) -> Value {
    match access {
        Access::Public | Access::PublicChat | Access::PublicVisit | Access::Login => json!([]),
        Access::Session => json!([{"session": []}]),
        Access::Operator => json!([{"cookie": []}]),
        Access::Scope(scope) if dialect.takes_cookies() => json!([{"key": [scope.as_str()]}, {"cookie": []}]),
        Access::Scope(scope) => json!([{"key": [scope.as_str()]}]),
    }
}

fn query_parameter(param: &QueryParam) -> Value {
    let schema = match param.kind {
        ParamKind::Text => json!({"type": "string"}),
        ParamKind::Filled(u32::MAX) => json!({"type": "string", "pattern": NOT_BLANK}),
        ParamKind::Filled(most) => json!({"type": "string", "maxLength": most, "pattern": NOT_BLANK}),
        ParamKind::VisitorName => json!({"type": "string", "maxLength": 200, "pattern": VISITOR_NAME}),
        ParamKind::Email => json!({"type": "string", "format": "email", "maxLength": 254}),
        ParamKind::Whole(least, most, default) => {
            json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
        }
        ParamKind::WholeIfAny(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        ParamKind::Flag(default) => json!({"type": "boolean", "default": default}),
        ParamKind::Time => json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
        ParamKind::OneOf(words) => json!({"type": "string", "enum": words}),
        ParamKind::SomeOf(words) => {
            // A dot of a pattern is any character.
            let one = format!("({})", words.join("|").replace('.', r"\."));
            json!({"type": "string", "pattern": format!("^{one}(,{one})*$"), "example": words[0]})
        }
    };
    json!({
        "name": param.name, "in": "query", "required": param.required, "description": param.about, "schema": schema,
    })
}
