//! `OpenAPI`, the docs page, and the probes.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;
use serde_json::{Value, json};
use synaptiq_domain::{
    access::Permission,
    ports::{Model, ModelError, ModelStream, Prompt},
};
use synaptiq_http::{
    dialect::ALL,
    openapi::{every_refusal, openapi},
    operation::ParamKind,
    route::Access,
};
use synaptiq_wire::{
    Code, Fault,
    schema::{NOT_BLANK, VISITOR_NAME},
};

use crate::stage::{PlainToken, Setting, Stage};

/// A model that counts how often it is asked whether it can be reached: never.
#[derive(Default)]
struct Asked(AtomicUsize);

#[async_trait]
impl Model for Asked {
    async fn answer(&self, _: &Prompt) -> Result<ModelStream, ModelError> {
        Err(ModelError::TimedOut)
    }

    async fn is_reachable(&self) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        false
    }
}

fn references<'a>(value: &'a Value, found: &mut HashSet<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// A parameter that a parser refuses when it is blank says so with the parsers' own blanks: `\S` and
/// `minLength` call U+0085 a text.
#[test]
fn i1_a_parameter_that_must_not_be_blank_names_every_blank() {
    let mut filled = 0;
    for dialect in ALL {
        let document = openapi(dialect);
        for route in dialect.routes() {
            let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
            for param in route.doc.query {
                let described = operation["parameters"].as_array().into_iter().flatten();
                let described = described.filter(|told| told["in"] == "query");
                let pattern =
                    described.filter(|told| told["name"] == param.name).map(|told| &told["schema"]["pattern"]);
                let expected = match param.kind {
                    ParamKind::Filled(_) => NOT_BLANK,
                    ParamKind::VisitorName => VISITOR_NAME,
                    _ => continue,
                };
                filled += 1;
                assert_eq!(pattern.collect::<Vec<_>>(), [expected], "{route:?}: {}", param.name);
            }
        }
    }
    assert!(filled >= 4, "only {filled} such parameters");
}

#[test]
fn the_document_tells_of_every_route_and_every_reference_leads_somewhere() {
    for dialect in ALL {
        let document = openapi(dialect);
        assert_eq!(document["openapi"], "3.1.0");
        for route in dialect.routes() {
            let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], route.operation, "{route:?}");
            assert!(
                route.doc.answers.iter().all(|(status, ..)| operation["responses"][status.to_string()].is_object())
            );
            assert_eq!(operation["requestBody"].is_object(), route.doc.body.is_some(), "{route:?}");
            let secured = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
            assert_eq!(
                secured,
                matches!(route.access, Access::Scope(_) | Access::Session | Access::Operator),
                "{route:?}"
            );
            if let Some(example) = route.doc.example {
                assert!(serde_json::from_str::<Value>(example).is_ok(), "{route:?}: {example}");
            }
        }
        let mut found = HashSet::new();
        references(&document, &mut found);
        for reference in found {
            let told = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(told.is_some_and(Value::is_object), "{reference} in {}", dialect.name());
        }
    }
}

#[test]
fn every_answer_shows_an_example_its_headers_and_every_code_that_it_may_have() {
    for dialect in ALL {
        let document = openapi(dialect);
        let components = &document["components"];
        for route in dialect.routes() {
            let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
            for (status, _, shape) in route.doc.answers {
                let answer = &operation["responses"][status.to_string()];
                assert!(answer["headers"]["X-RateLimit-Remaining"].is_object(), "{route:?} {status}");
                let content = &answer["content"]["application/json"];
                assert_eq!(content["example"].is_null(), shape.is_none(), "{route:?} {status}");
            }
            for status in every_refusal(route, route.doc.refusals) {
                let answer = &operation["responses"][status.to_string()];
                let shared = answer["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/responses/"));
                assert!(shared.is_none_or(|name| components["responses"][name].is_object()), "{route:?} {status}");
            }
        }
        let shown = components["responses"].to_string();
        for code in Code::ALL {
            let refusal = dialect.refusal(&Fault::new(*code, "x"), "req_1");
            let body: Value = serde_json::from_slice(refusal.whole().expect("a whole answer")).expect("JSON");
            let word = body["code"].as_str().or_else(|| body["error"]["code"].as_str()).expect("a code");
            assert!(shown.contains(&format!("\"code\":\"{word}\"")), "{word} in {}", dialect.name());
        }
    }
}

#[test]
fn a_key_s_requirement_names_its_scope_and_every_scope_is_explained() {
    for dialect in ALL {
        let document = openapi(dialect);
        let about = document["info"]["description"].as_str().expect("a description");
        for scope in Permission::ALL {
            assert!(about.contains(&format!("| `{scope}` | ")), "{scope}");
        }
        for route in dialect.routes() {
            let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
            if let Access::Scope(scope) = route.access {
                assert_eq!(operation["security"][0]["key"], json!([scope.as_str()]), "{route:?}");
            }
        }
    }
}

#[test]
fn free_data_is_described_as_open() {
    let schemas = &openapi(&synaptiq_http::dialect::v1::V1)["components"]["schemas"];
    assert_eq!(schemas["Lead"]["properties"]["customFields"]["additionalProperties"], true);
    assert_eq!(schemas["ChatRequest"]["properties"]["metadata"]["additionalProperties"], true);
}

#[test]
fn lists_of_different_things_have_schemas_of_their_own() {
    let document = openapi(&synaptiq_http::dialect::v1::V1);
    let schema_of = |path: &str| {
        let content = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"];
        let reference = content["schema"]["$ref"].as_str().expect("a reference");
        document["components"]["schemas"][reference.rsplit('/').next().expect("a name")]["properties"]["data"].clone()
    };
    let lists = ["leads", "conversations", "webhooks", "knowledge", "keys"];
    let schemas: Vec<Value> = lists.iter().map(|name| schema_of(&format!("/api/v1/{name}"))).collect();
    for (at, schema) in schemas.iter().enumerate() {
        assert!(schema.is_object() && !schemas[..at].contains(schema), "{}: {schema}", lists[at]);
    }
}

#[actix_web::test]
async fn the_examples_of_the_document_are_accepted_by_their_routes() {
    let token = Arc::new(PlainToken::default());
    token.change("your-admin-token");
    let stage = Stage::with(Setting { token, ..Setting::default() }).await;
    for dialect in ALL {
        for route in dialect.routes().iter().filter(|route| !route.path.contains('{')) {
            let Some(example) = route.doc.example else { continue };
            let seen = stage.ask(route.verb.as_str(), route.path).raw(example).seen().await;
            assert!(seen.status < 300, "{route:?}: {} {}", seen.status, seen.text());
            assert!(route.doc.answers.iter().any(|(status, ..)| *status == seen.status), "{route:?}: {}", seen.status);
        }
    }
}

#[actix_web::test]
async fn the_documents_are_public_and_the_page_fetches_nothing() {
    let stage = Stage::new().await;
    for path in ["/api/v1/openapi.json", "/api/openapi.json"] {
        let seen = stage.ask_publicly("GET", path).seen().await;
        assert_eq!((seen.status, &seen.json()["openapi"]), (200, &json!("3.1.0")));
    }
    let page = stage.ask_publicly("GET", "/api/v1/docs").seen().await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(
        page.header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("default-src 'none'") && !policy.contains("unsafe"))
    );
    let text = page.text();
    for forbidden in ["<script", "http://", "https://synaptiq", " src=", "onclick"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for route in synaptiq_http::dialect::named("v1").expect("v1").routes() {
        assert!(text.contains(&format!("{} {}", route.verb, route.path)), "{route:?} is not listed");
    }
}

#[actix_web::test]
async fn health_says_how_the_service_is() {
    let stage = Stage::new().await;
    let seen = stage.ask_publicly("GET", "/api/health").seen().await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.json(), json!({"status": "ok", "database": "ok", "model": "builtin", "version": "0.0.0"}));
    assert_eq!(stage.ask_publicly("GET", "/livez").seen().await.status, 200);
    assert_eq!(stage.ask_publicly("GET", "/readyz").seen().await.status, 200);
}

#[actix_web::test]
async fn i5_probes_that_anyone_may_send_ask_the_model_once_a_second_however_often_they_come() {
    let asked = Arc::new(Asked::default());
    let stage = Stage::with(Setting { model: Some(Arc::clone(&asked) as _), ..Setting::default() }).await;
    // The time is the test's own from here on.
    tokio::time::pause();
    for times in 1..=2 {
        let seen = join_all((0..100).map(|_| stage.ask_publicly("GET", "/api/health").seen())).await;
        assert!(seen.iter().all(|seen| seen.status == 200 && seen.json()["model"] == "unreachable"));
        assert_eq!(asked.0.load(Ordering::SeqCst), times);
        tokio::time::advance(Duration::from_secs(1)).await;
    }
}
