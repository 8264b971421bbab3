//! Hostile input through every body, query, path and header: no 5xx, no hang, an answer in shape.

use std::fmt::Write as _;

use serde_json::{Value, json};
use synaptiq_domain::access::Permission;
use synaptiq_http::{
    dialect::{ALL, Dialect},
    openapi::openapi,
    route::{Access, BodyRule, Route, Verb},
};

use crate::stage::{Seen, Stage};

/// Texts that have broken something somewhere.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\u{0}",
        "a\u{0}b",
        "\r\n\r\nGET / HTTP/1.1",
        "null",
        "undefined",
        "NaN",
        "-1",
        "1e999",
        "0x10",
        "1/0",
        "' OR '1'='1",
        "\"; DROP TABLE leads;--",
        "%' ESCAPE '",
        "\\",
        "%",
        "_",
        "%25%30%30",
        "../../../etc/passwd",
        "..%2f..%2f",
        "file:///etc/passwd",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "{{7*7}}",
        "${7*7}",
        "$(id)",
        "`id`",
        "|id",
        "=1+1",
        "@SUM(1)",
        "\u{202e}gnirts",
        "\u{200b}",
        "\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
        "ﷺ",
        "İ",
        "ß",
        "e\u{301}",
        "👩‍👩‍👧‍👦",
        "田中さん",
        "مرحبا",
        "𝕿𝖍𝖊",
        "Z\u{351}\u{36b}\u{343}\u{36a}",
        "\u{1b}[31m",
        "\u{7f}",
        "9999-12-31T23:59:59Z",
        "0000-00-00",
        "2026-02-30",
        "-0001-01-01T00:00:00Z",
        "275760-09-13",
        "99999999999999999999",
        "$serde_json::private::RawValue",
        "__proto__",
        "constructor",
        "on",
        "off",
        "0",
        "true",
        "[]",
        "{}",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    texts.extend(["a", "é", "👍", "\u{301}", " ", "%", "@", "a@b.", "("].iter().map(|unit| unit.repeat(5_000)));
    texts
}

/// Values of every type for a field that expects another.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!([]),
        json!([[[[]]]]),
        json!([null, 1, "a", {}]),
        json!({}),
        json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}),
        json!((0..3_000).collect::<Vec<u32>>()),
    ];
    values.extend(texts().into_iter().map(Value::from));
    values
}

fn path(route: &Route) -> String {
    route.path.replace("{id}", "01J00000000000000000000000").replace("{deliveryId}", "01J00000000000000000000000")
}

fn check(route: &Route, seen: &Seen, input: &str) {
    let input: String = input.chars().take(120).collect();
    assert!(seen.status < 500, "{route:?} answered {} to {input:?}: {}", seen.status, seen.text());
    assert!(seen.header("x-request-id").is_some(), "{route:?}");
    if seen.status >= 400 {
        let error = &seen.json()["error"];
        assert!(error.is_object() || error.is_string(), "{route:?} to {input:?}: {}", seen.text());
    }
}

fn routes() -> impl Iterator<Item = &'static Route> {
    // A stream that stays open answers no list.
    ALL.into_iter().flat_map(Dialect::routes).filter(|route| route.operation != "streamVisitorMessages")
}

/// A body that a route accepts, to be spoilt field by field.
fn good_body(route: &Route) -> Option<Value> {
    let example = route.doc.example.map(|example| serde_json::from_str::<Value>(example).expect("an example"));
    example.or((route.body != BodyRule::None).then(|| json!({})))
}

/// The fields that the document of a route names.
fn fields(dialect: &'static dyn Dialect, route: &Route) -> Vec<String> {
    let document = openapi(dialect);
    let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
    let reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = reference.and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
    let properties = document["components"]["schemas"][name]["properties"].as_object();
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

#[actix_web::test]
async fn no_value_of_any_field_makes_a_route_fail() {
    let stage = Stage::new().await;
    let mut spoilt = 0;
    for (dialect, route) in
        ALL.into_iter().flat_map(|dialect| dialect.routes().iter().map(move |route| (dialect, route)))
    {
        let Some(good) = good_body(route) else { continue };
        for field in fields(dialect, route) {
            spoilt += 1;
            for value in values() {
                let mut body = good.clone();
                body[&field] = value;
                let text = body.to_string();
                let seen = stage.ask(route.verb.as_str(), &path(route)).raw(text.clone()).seen().await;
                check(route, &seen, &text);
            }
        }
    }
    assert!(spoilt > 40, "only {spoilt} fields were found in the documents");
}

#[actix_web::test]
async fn no_bytes_of_a_body_make_a_route_fail() {
    let stage = Stage::new().await;
    let mut bodies: Vec<Vec<u8>> = texts().into_iter().map(String::into_bytes).collect();
    bodies.extend(
        [
            &b"{"[..],
            b"}",
            b"[",
            b"{\"a\":",
            b"{\"a\":\"\xff\"}",
            b"{\"message\":\"\xed\xa0\x80\"}",
            b"\xff\xfe{\x00}\x00",
            b"{\"email\":\"a@b.io\",\"email\":\"c@d.io\"}",
            b"{\"\":{}}",
            b"{}{}",
            b"\x1f\x8b\x08",
            b"{\"a\":1e400}",
            b"\"\\ud800\"",
        ]
        .map(<[u8]>::to_vec),
    );
    bodies.push(b"[".repeat(100_000));
    bodies.push(b"{\"a\":".repeat(100_000));
    for route in routes().filter(|route| route.body != BodyRule::None) {
        for body in &bodies {
            let seen = stage.ask(route.verb.as_str(), &path(route)).raw(body.clone()).seen().await;
            check(route, &seen, &String::from_utf8_lossy(body));
        }
    }
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}

#[actix_web::test]
async fn no_query_and_no_path_makes_a_route_fail() {
    let stage = Stage::new().await;
    let texts: Vec<String> = texts().into_iter().filter(|text| text.len() < 2_000).collect();
    for route in routes().filter(|route| route.verb == Verb::Get) {
        let names: Vec<&str> = route.doc.query.iter().map(|param| param.name).chain(["unknown"]).collect();
        for text in &texts {
            for name in &names {
                let target = format!("{}?{name}={}", path(route), percent(text));
                check(route, &stage.ask("GET", &target).seen().await, &target);
            }
            for raw in ["%", "%zz", "&&==", "?", "a=%ff%fe", "=", "%00=%00"] {
                let target = format!("{}?{raw}", path(route));
                check(route, &stage.ask("GET", &target).seen().await, &target);
            }
            if route.path.contains('{') && !text.is_empty() {
                let target = route.path.replace("{id}", &percent(text)).replace("{deliveryId}", "x");
                check(route, &stage.ask("GET", &target).seen().await, &target);
            }
        }
    }
}

#[actix_web::test]
async fn no_header_makes_a_route_fail() {
    let stage = Stage::new().await;
    let texts: Vec<String> =
        texts().into_iter().filter(|text| !text.contains(['\0', '\r', '\n', '\u{1b}', '\u{7f}'])).collect();
    let headers = [
        "authorization",
        "origin",
        "user-agent",
        "last-event-id",
        "idempotency-key",
        "accept",
        "x-request-id",
        "x-forwarded-for",
        "content-type",
    ];
    for route in routes().filter(|route| {
        matches!(
            route.access,
            Access::Scope(Permission::LeadsWrite | Permission::ChatWrite)
                | Access::PublicChat
                | Access::PublicVisit
                | Access::Session
        )
    }) {
        let body = good_body(route).unwrap_or_default();
        for header in headers {
            for text in &texts {
                let asking = stage.ask(route.verb.as_str(), &path(route)).json(&body);
                check(route, &asking.header(header, text).seen().await, &format!("{header}: {text}"));
            }
        }
    }
}
