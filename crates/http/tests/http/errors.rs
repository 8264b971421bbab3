//! Refusals that belong to no operation: routes, methods, sizes, types, envelopes.

use serde_json::json;
use synaptiq_http::dialect::ALL;

use crate::stage::Stage;

#[actix_web::test]
async fn an_unknown_path_is_not_found_in_the_shape_of_its_dialect() {
    let stage = Stage::new().await;
    for path in ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/leads/1/2/3", "/api/v1/%00"] {
        let seen = stage.ask_publicly("GET", path).seen().await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (404, &json!("not_found")), "{path}");
        assert_eq!(seen.header("vary"), Some("Authorization"));
        assert_eq!(seen.json()["error"]["requestId"].as_str(), seen.header("x-request-id"));
    }
    for path in ["/", "/nothing", "/api", "/api/nothing", "/api/v1x", "/API/V1/leads"] {
        let seen = stage.ask_publicly("GET", path).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (404, &json!("not_found")), "{path}");
        assert!(seen.json()["error"].is_string(), "{path}");
    }
}

#[actix_web::test]
async fn i5_a_known_path_with_another_method_says_which_there_are() {
    let stage = Stage::new().await;
    for dialect in ALL {
        for route in dialect.routes() {
            for method in ["PUT", "OPTIONS", "TRACE", "PROPFIND"] {
                let seen = stage.ask_publicly(method, &route.path.replace(['{', '}'], "")).seen().await;
                assert_eq!(seen.status, 405, "{method} {}", route.path);
                let allowed = seen.header("allow").expect("Allow").to_owned();
                assert!(allowed.split(", ").any(|verb| verb == route.verb.as_str()), "{allowed} for {route:?}");
            }
        }
    }
}

#[actix_web::test]
async fn head_is_answered_as_get() {
    let stage = Stage::new().await;
    let seen = stage.ask("HEAD", "/api/v1/leads").seen().await;
    assert_eq!(seen.status, 200);
    assert_eq!(stage.ask_publicly("HEAD", "/livez").seen().await.status, 200);
}

#[actix_web::test]
async fn i5_a_body_is_json_in_utf8_and_of_bounded_size() {
    let stage = Stage::new().await;
    let lead = json!({"email": "a@example.com"}).to_string();
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "json", ""]
    {
        let seen =
            stage.ask("POST", "/api/v1/leads").raw(lead.clone()).header("content-type", content_type).seen().await;
        assert_eq!(
            (seen.status, &seen.json()["error"]["code"]),
            (415, &json!("unsupported_media_type")),
            "{content_type}"
        );
    }
    for content_type in ["application/json", "Application/JSON; Charset=UTF-8", "application/json;charset=\"utf-8\""] {
        let seen =
            stage.ask("POST", "/api/v1/leads").raw(lead.clone()).header("content-type", content_type).seen().await;
        assert!(seen.status < 300, "{content_type}: {}", seen.text());
    }
    let large = format!("{{\"email\":\"b@example.com\",\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
    let seen = stage.ask("POST", "/api/v1/leads").raw(large).seen().await;
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (413, &json!("payload_too_large")));
}

#[actix_web::test]
async fn i5_headers_and_addresses_have_a_size() {
    let stage = Stage::new().await;
    let seen = stage.ask("GET", "/api/v1/leads").header("x-large", &"x".repeat(20_000)).seen().await;
    assert_eq!(seen.status, 431);
    let seen = stage.ask("GET", &format!("/api/v1/leads?q={}", "x".repeat(10_000))).seen().await;
    assert_eq!(seen.status, 414);
}

#[actix_web::test]
async fn every_answer_has_a_request_id_and_keeps_a_sane_one() {
    let stage = Stage::new().await;
    let seen = stage.ask("GET", "/api/v1/leads").header("x-request-id", "trace-7").seen().await;
    assert_eq!(seen.header("x-request-id"), Some("trace-7"));
    for asking in [stage.ask("GET", "/livez"), stage.ask("GET", "/nowhere"), stage.ask_publicly("GET", "/api/v1/leads")]
    {
        let seen = asking.header("x-request-id", "a b\"<script>").seen().await;
        assert_eq!(seen.header("x-request-id").map(str::len), Some(26));
    }
}

#[actix_web::test]
async fn i3_sixty_four_levels_of_json_are_read_and_more_are_refused() {
    let stage = Stage::new().await;
    let nested =
        |levels: usize| format!("{{\"email\":\"a@example.com\",\"x\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(stage.ask("POST", "/api/v1/leads").raw(nested(60)).seen().await.status, 201);
    for levels in [64, 200, 100_000] {
        let seen = stage.ask("POST", "/api/v1/leads").raw(nested(levels)).seen().await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (400, &json!("invalid_request")), "{levels}");
    }
}
