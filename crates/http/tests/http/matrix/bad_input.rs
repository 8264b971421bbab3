//! Bad input on every route, in the exact shape of its dialect, before and after anyone is
//! authenticated: unknown paths and methods, bodies that are none, fields and parameters of wrong
//! types, and a store that fails.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use serde_json::{Value, json};
use synaptiq_domain::ports::StoreError;
use synaptiq_http::{
    dialect::ALL,
    openapi::openapi,
    operation::ParamKind,
    route::{Access, BodyRule, Route, Verb},
};
use synaptiq_storage::MemoryStore;
use synaptiq_testkit::fakes::Unsteady;
use synaptiq_wire::Code;

use super::{
    case::{Asked, every_case, every_case_and_login},
    envelope::{assert_refused, assert_refused_as_documented, param_of},
    request::Wanted,
    world::World,
};
use crate::stage::{Asking, Seen, Setting};

/// A request with everything right but its body.
async fn with_body(world: &World, wanted: &Wanted, body: impl Into<Bytes>) -> Seen {
    wanted.ask(&world.stage, &world.owners[0]).raw(body).begun().await
}

/// A request to a path below a place, by nobody, where that says whose the path is, and with a key.
fn by_nobody_and_by_somebody<'a>(world: &'a World, asked: Asked, method: &str, path: &str) -> Vec<Asking<'a>> {
    let key = world.owners[0].key_for(asked).expect("a key");
    let with_a_key = world.stage.ask_publicly(method, path).header("authorization", &format!("Bearer {key}"));
    let by_nobody = asked.is_reached_without_a_key().then(|| world.stage.ask_publicly(method, path));
    by_nobody.into_iter().chain([with_a_key]).collect()
}

#[actix_web::test]
async fn an_unknown_path_is_404_in_every_dialect_whoever_asks() {
    let world = World::new().await;
    for asked in every_case_and_login() {
        let path = asked.place.path_here(asked.route.path);
        let root = path.split('{').next().unwrap_or_default().trim_end_matches('/');
        for path in [format!("{root}/no/such/path/at/all"), format!("{root}//"), format!("{root}/%2F/%00/x/y")] {
            if !path.starts_with(asked.place.mount.prefix) {
                continue;
            }
            for method in ["GET", "POST", "PUT", "DELETE"] {
                for asking in by_nobody_and_by_somebody(&world, asked, method, &path) {
                    let seen = asking.seen().await;
                    assert_refused(asked.dialect, &seen, 404, Code::NotFound, &format!("{method} {path}"));
                }
            }
        }
    }
}

#[actix_web::test]
async fn i5_another_method_is_405_in_every_dialect_whoever_asks() {
    let world = World::new().await;
    for asked in every_case_and_login() {
        let path = Wanted::of(asked, &world.owners[0].own).target();
        let path = path.split('?').next().expect("a path");
        let same_path = asked.dialect.routes().iter().filter(|other| other.path == asked.route.path);
        let theirs: Vec<&str> = same_path.map(|other| other.verb.as_str()).collect();
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT", "TRACE", "PROPFIND"] {
            if theirs.contains(&method) {
                continue;
            }
            for asking in by_nobody_and_by_somebody(&world, asked, method, path) {
                let seen = asking.seen().await;
                assert_refused(asked.dialect, &seen, 405, Code::MethodNotAllowed, &format!("{method} {path}"));
                let allowed = seen.header("allow").expect("Allow");
                assert!(theirs.iter().all(|verb| allowed.split(", ").any(|one| one == *verb)), "{allowed}");
            }
        }
    }
}

/// Bodies that are no JSON object in UTF-8 without doubles.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", b"".to_vec()),
        ("a text", b"message=hello".to_vec()),
        ("half an object", b"{\"message\":".to_vec()),
        ("an array", b"[]".to_vec()),
        ("a string", b"\"message\"".to_vec()),
        ("null", b"null".to_vec()),
        ("two objects", b"{}{}".to_vec()),
        ("a field twice", b"{\"a\":1,\"a\":2}".to_vec()),
        ("a field twice within", b"{\"a\":{\"b\":1,\"b\":2}}".to_vec()),
        ("no UTF-8", b"{\"a\":\"\xff\"}".to_vec()),
        ("half a surrogate", b"{\"a\":\"\\ud800\"}".to_vec()),
        ("U+0000", b"{\"a\":\"\\u0000\"}".to_vec()),
        ("U+0000 in a name", b"{\"a\\u0000\":1}".to_vec()),
        ("a hundred levels", [&b"{\"a\":"[..], &b"[".repeat(100), &b"]".repeat(100), b"}"].concat()),
    ]
}

#[actix_web::test]
async fn i3_a_body_that_is_no_json_object_is_400_in_every_dialect() {
    let world = World::new().await;
    let before = world.stored().await;
    for asked in every_case_and_login().filter(|asked| asked.route.body != BodyRule::None) {
        let wanted = Wanted::of(asked, &world.owners[0].own);
        for (about, body) in malformed() {
            if body.is_empty() && asked.route.body == BodyRule::Optional {
                continue;
            }
            let seen = with_body(&world, &wanted, body).await;
            assert_refused_as_documented(asked, &seen, 400, Code::InvalidRequest, about);
        }
    }
    assert_eq!(world.stored().await, before);
}

#[actix_web::test]
async fn i5_a_body_of_another_type_is_415_and_one_that_is_too_large_413_in_every_dialect() {
    let world = World::new().await;
    let large = Bytes::from(format!("{{\"message\":\"{}\"}}", "x".repeat(11 * 1024 * 1024)));
    let before = world.stored().await;
    for asked in every_case_and_login().filter(|asked| asked.route.body != BodyRule::None) {
        let wanted = Wanted::of(asked, &world.owners[0].own);
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json"]
        {
            let asking = wanted.ask(&world.stage, &world.owners[0]).raw("{}").header("content-type", content_type);
            let seen = asking.header("content-length", "2").seen().await;
            assert_refused_as_documented(asked, &seen, 415, Code::UnsupportedMediaType, content_type);
        }
        let seen = with_body(&world, &wanted, large.clone()).await;
        assert_refused_as_documented(asked, &seen, 413, Code::PayloadTooLarge, "a large body");
    }
    assert_eq!(world.stored().await, before);
}

#[actix_web::test]
async fn who_is_not_let_in_learns_nothing_of_what_is_wrong_with_the_request() {
    let world = World::new().await;
    let guarded = |asked: &Asked| matches!(asked.route.access, Access::Scope(_) | Access::Session);
    for asked in every_case().filter(guarded).filter(|asked| asked.is_reached_without_a_key()) {
        let path = Wanted::of(asked, &world.owners[0].own).target();
        let path = format!("{}?limit=none&page=0&after=x", path.split('?').next().expect("a path"));
        let ask = || world.stage.ask_publicly(asked.route.verb.as_str(), &path);
        for asking in [
            ask(),
            ask().raw("{"),
            ask().raw("{}").header("content-type", "text/plain"),
            ask().raw("x".repeat(11 * 1024 * 1024)),
            ask().header("idempotency-key", ""),
        ] {
            let seen = asking.seen().await;
            assert_refused_as_documented(asked, &seen, 401, Code::MissingCredential, "without a credential");
        }
    }
}

/// Values of another type than a documented one.
fn wrong_for(schema: &Value) -> Option<Value> {
    let kind = match &schema["type"] {
        Value::String(kind) => kind.as_str(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")?,
        _ => return None,
    };
    Some(match kind {
        "string" => json!({"not": "a string"}),
        "integer" | "number" | "boolean" | "array" => json!("not one"),
        "object" => json!("no object"),
        _ => return None,
    })
}

/// The schema of a route's JSON body.
fn body_schema<'a>(document: &'a Value, route: &Route) -> &'a Value {
    let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

#[actix_web::test]
async fn i1_a_field_of_a_wrong_type_or_a_missing_one_is_400_and_named_in_every_dialect() {
    let world = World::new().await;
    let (mut wrong, mut missing) = (0, 0);
    let documents: HashMap<&str, Value> = ALL.iter().map(|dialect| (dialect.name(), openapi(*dialect))).collect();
    for asked in every_case_and_login() {
        let schema = body_schema(&documents[asked.dialect.name()], asked.route);
        let Some(properties) = schema["properties"].as_object() else { continue };
        let wanted = Wanted::of(asked, &world.owners[0].own);
        let good: Value = serde_json::from_str(&wanted.body().expect("a body")).expect("JSON");
        for (name, property) in properties {
            let Some(value) = wrong_for(property) else { continue };
            let mut body = good.clone();
            body[name] = value.clone();
            wrong += 1;
            let seen = with_body(&world, &wanted, body.to_string()).await;
            let about = format!("with {value} for {name}");
            assert_refused_as_documented(asked, &seen, 400, Code::InvalidRequest, &about);
            assert_named(asked, &seen, name);
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let mut body = good.clone();
            body.as_object_mut().expect("an object").remove(name);
            missing += 1;
            let seen = with_body(&world, &wanted, body.to_string()).await;
            assert_refused_as_documented(asked, &seen, 400, Code::InvalidRequest, &format!("without {name}"));
            assert_named(asked, &seen, name);
        }
    }
    assert!(wrong > 30 && missing > 8, "{wrong} wrong, {missing} missing: were the documents read?");
}

/// Asserts that a refusal names the field, where its dialect has a place for that, or in its words.
#[track_caller]
fn assert_named(asked: Asked, seen: &Seen, name: &str) {
    let param = param_of(seen);
    let named = param.as_deref().map_or_else(|| seen.text().contains(name), |param| param.starts_with(name));
    assert!(named, "{asked:?} does not name {name}: {}", seen.text());
}

/// What a parameter may not be.
fn wrong_for_param(kind: ParamKind) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match kind {
        ParamKind::Text => words(&["%00", "%ff"]),
        ParamKind::Filled(longest) => {
            let mut wrong = words(&["%00", "%ff", "", "%20", "%C2%85"]);
            wrong.extend((longest < 4_096).then(|| "x".repeat(longest as usize + 1)));
            wrong
        }
        ParamKind::VisitorName => {
            let mut wrong = words(&["%00", "%ff", "", "%C2%85", "a%01b"]);
            wrong.push("x".repeat(201));
            wrong
        }
        ParamKind::Email => words(&["%00", "%ff", "", "x", "a@"]),
        ParamKind::SomeOf(_) => words(&["no-such-word", "%20"]),
        ParamKind::Flag(_) => words(&["maybe", "1", "", "TRUE"]),
        ParamKind::Time => words(&["yesterday", "2026-02-30", "", "1"]),
        ParamKind::OneOf(_) => words(&["no-such-word", "", "%20"]),
        ParamKind::Whole(least, most, _) | ParamKind::WholeIfAny(least, most) => {
            let mut wrong = words(&["x", "", "1.5", "1e3", "%2B1"]);
            wrong.push((i64::from(least) - 1).to_string());
            wrong.push((i64::from(most) + 1).to_string());
            wrong
        }
    }
}

#[actix_web::test]
async fn i1_a_wrong_parameter_is_400_and_named_in_every_dialect() {
    let world = World::new().await;
    let mut tried = 0;
    for asked in every_case() {
        let wanted = Wanted::of(asked, &world.owners[0].own);
        let target = wanted.target();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        for param in asked.route.doc.query {
            let wrong = wrong_for_param(param.kind).into_iter().map(|text| vec![text]);
            let twice = vec!["1".to_owned(), "1".to_owned()];
            for texts in wrong.chain([twice]) {
                let others = query.split('&').filter(|pair| pair.split('=').next() != Some(param.name));
                let mut pairs: Vec<String> = others.filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
                pairs.extend(texts.iter().map(|text| format!("{}={text}", param.name)));
                let target = format!("{path}?{}", pairs.join("&"));
                let asking = wanted.to(&target).ask(&world.stage, &world.owners[0]);
                let seen = asking.begun().await;
                tried += 1;
                assert_refused_as_documented(asked, &seen, 400, Code::InvalidRequest, &target);
                assert_named(asked, &seen, param.name);
            }
        }
    }
    assert!(tried > 100, "{tried} parameters: were the tables read?");
}

/// How a store fails, and what that is told as.
type Failure = (fn() -> StoreError, u16, Code);

#[actix_web::test]
async fn a_store_that_fails_is_told_in_every_dialects_shape_and_without_its_words() {
    let failures: [Failure; 3] = [
        (|| StoreError::Full, 503, Code::StorageFull),
        (|| StoreError::Busy, 503, Code::ServiceUnavailable),
        (|| StoreError::Failed("no such table: secrets".into()), 500, Code::Internal),
    ];
    let unsteady = Arc::new(Unsteady::new(Arc::new(MemoryStore::new())));
    let world = World::with(Setting { store: Arc::clone(&unsteady) as _, ..Setting::default() }).await;
    let before = world.stored().await;
    for asked in every_case().filter(|asked| asked.route.verb != Verb::Get) {
        for (failure, status, code) in failures {
            let wanted = Wanted::of(asked, &world.owners[0].own);
            let commits = unsteady.commits();
            unsteady.fail_next((0..20).map(|_| failure()));
            let seen = wanted.ask(&world.stage, &world.owners[0]).begun().await;
            unsteady.recover();
            if unsteady.commits() == commits {
                assert!(seen.status < 300, "{asked:?} commits nothing and is refused: {}", seen.text());
                continue;
            }
            assert_refused_as_documented(asked, &seen, status, code, "on a store that fails");
            assert!(!seen.text().contains("secrets"), "{}", seen.text());
            let waits = seen.header("retry-after").is_some();
            assert_eq!(waits, code == Code::ServiceUnavailable, "{asked:?}: {:?}", seen.header("retry-after"));
        }
    }
    assert_eq!(world.stored().await, before);
}
