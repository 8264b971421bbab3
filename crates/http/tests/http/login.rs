//! The operator's login: the cookie, what it opens, what a write with it has to prove, and how it
//! ends (contract § 3, security K5–K8).

use std::sync::Arc;

use serde_json::json;
use synaptiq_domain::access::{Permission, WebOrigin};
use synaptiq_http::{
    dialect::{ALL, Dialect, named},
    route::{Access, Route, Verb},
};

use time::Duration;

use crate::stage::{ADMIN_TOKEN, Asking, PlainToken, Seen, Setting, Stage};

const OWN: &str = "http://app.example";

async fn log_in(stage: &Stage, token: &str) -> Seen {
    stage.ask_publicly("POST", "/api/admin/auth").json(&json!({"token": token})).seen().await
}

/// The cookie's name and value, as a browser sends it back.
fn cookie(seen: &Seen) -> String {
    let set = seen.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {} {}", seen.status, seen.text()));
    set.split(';').next().expect("a first part").to_owned()
}

/// A request with a cookie, sent to [`OWN`].
fn with_cookie<'a>(stage: &'a Stage, method: &str, path: &str, cookie: &str) -> Asking<'a> {
    stage.ask_publicly(method, path).header("cookie", cookie).header("host", "app.example")
}

async fn log_out(stage: &Stage, cookie: &str) -> Seen {
    with_cookie(stage, "DELETE", "/api/admin/auth", cookie).header("origin", OWN).seen().await
}

/// Routes that ask for a key, in dialects that take cookies or do not.
fn keyed(takes_cookies: bool) -> impl Iterator<Item = &'static Route> {
    let dialects = ALL.into_iter().filter(move |dialect| dialect.takes_cookies() == takes_cookies);
    dialects.flat_map(Dialect::routes).filter(|route| matches!(route.access, Access::Scope(_)))
}

fn path(route: &Route) -> String {
    let segments = route.path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[actix_web::test]
async fn k6_a_login_sets_a_cookie_that_scripts_cannot_read_for_seven_days() {
    let stage = Stage::new().await;
    let seen = log_in(&stage, ADMIN_TOKEN).await;
    assert_eq!((seen.status, &seen.json()["success"]), (200, &json!(true)));
    let set = seen.header("set-cookie").expect("a cookie");
    let mut parts: Vec<&str> = set.split("; ").collect();
    let (name, secret) = parts.remove(0).split_once('=').expect("a name and a value");
    assert_eq!(name, "synaptiq_session");
    assert_eq!(parts, ["Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Lax"]);
    assert!(secret.len() >= 43 && !seen.text().contains(secret), "256 bits, in the cookie alone");
    let again = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    assert_ne!(again, cookie(&seen), "new at each login");
}

#[actix_web::test]
async fn k6_the_store_has_the_hash_of_the_secret_and_never_the_secret() {
    let stage = Stage::new().await;
    let cookie = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    let secret = cookie.split_once('=').expect("a value").1;
    let hash = synaptiq_domain::access::hash_secret(secret);
    let system = synaptiq_domain::access::SystemScope::assume();
    let found = stage.services.store.find_operator_session(system, hash).await.expect("a read").expect("the session");
    assert!(!format!("{found:?}").contains(secret));
}

#[actix_web::test]
async fn i7_the_cookie_is_secure_where_the_client_is_reached_by_tls() {
    let is_secure = async |setting: Setting, headers: &[(&str, &str)]| {
        let stage = Stage::with(setting).await;
        let mut asking = stage.ask_publicly("POST", "/api/admin/auth").json(&json!({"token": ADMIN_TOKEN}));
        for (name, value) in headers {
            asking = asking.header(name, value);
        }
        asking.seen().await.header("set-cookie").expect("a cookie").ends_with("; Secure")
    };
    let forwarded = [("host", "app.example"), ("x-forwarded-proto", "https")];
    let origin =
        |text: &str| Setting { public_origin: Some(WebOrigin::parse(text).expect("an origin")), ..Setting::default() };
    let trusting =
        || Setting { trusted_proxies: vec!["192.0.2.0/24".parse().expect("a network")], ..Setting::default() };
    assert!(!is_secure(Setting::default(), &[]).await);
    assert!(is_secure(origin("https://app.example"), &[]).await);
    assert!(!is_secure(origin("http://app.example"), &[]).await);
    assert!(is_secure(trusting(), &forwarded).await);
    assert!(!is_secure(trusting(), &forwarded[..1]).await);
    assert!(!is_secure(Setting::default(), &forwarded).await, "anyone can say so");
}

#[actix_web::test]
async fn a_wrong_login_is_told_apart_in_the_shape_of_app() {
    let stage = Stage::new().await;
    let ask = || stage.ask_publicly("POST", "/api/admin/auth");
    let large = format!("{{\"token\":\"{}\"}}", "x".repeat(1024 * 1024));
    let refusals = [
        (log_in(&stage, "not the token").await, 401, "unauthorized"),
        (ask().json(&json!({})).seen().await, 400, "invalid_request"),
        (ask().json(&json!({"token": null})).seen().await, 400, "invalid_request"),
        (ask().json(&json!({"token": 7})).seen().await, 400, "invalid_request"),
        (ask().json(&json!({"token": ""})).seen().await, 400, "invalid_request"),
        (ask().json(&json!({"token": "x".repeat(1001)})).seen().await, 400, "invalid_request"),
        (ask().raw("{\"token\":\"a\",\"token\":\"b\"}").seen().await, 400, "invalid_request"),
        (ask().raw("{\"token\":\"a\\u0000\"}").seen().await, 400, "invalid_request"),
        (ask().raw("{\"token\":").seen().await, 400, "invalid_request"),
        (ask().raw("token=a").header("content-type", "text/plain").seen().await, 415, "unsupported_media_type"),
        (ask().seen().await, 415, "unsupported_media_type"),
        (ask().raw(large).seen().await, 413, "payload_too_large"),
        (stage.ask_publicly("GET", "/api/admin/auth").seen().await, 405, "method_not_allowed"),
        (stage.ask_publicly("DELETE", "/api/admin/auth").seen().await, 401, "unauthorized"),
        (stage.ask_publicly("POST", "/api/admin/auth/").seen().await, 404, "not_found"),
    ];
    for (seen, status, code) in &refusals {
        assert_eq!(seen.status, *status, "{}", seen.text());
        let body = seen.json();
        assert_eq!(body["code"], json!(code), "{body}");
        assert!(body["error"].is_string(), "{body}");
        assert_eq!(body["requestId"].as_str(), seen.header("x-request-id"), "{body}");
        assert_eq!(seen.header("set-cookie"), None);
    }
    for (seen, ..) in refusals.iter().filter(|(_, status, _)| *status == 400).take(5) {
        assert!(seen.json()["error"].as_str().expect("words").starts_with("token "), "{}", seen.text());
    }
    let (wrong_method, ..) = &refusals[12];
    assert_eq!(wrong_method.header("allow"), Some("POST, DELETE"));
}

#[actix_web::test]
async fn k5_the_eleventh_try_of_a_minute_is_told_when_to_come_back() {
    let stage = Stage::new().await;
    for guess in 0..10 {
        assert_eq!(log_in(&stage, &format!("guess {guess}")).await.status, 401);
    }
    for token in ["guess 11", ADMIN_TOKEN] {
        let seen = log_in(&stage, token).await;
        assert_eq!((seen.status, &seen.json()["code"]), (429, &json!("rate_limited")), "{token}");
        let seconds: u32 = seen.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(seen.header("x-ratelimit-retryafter"), seen.header("retry-after"));
        let told = (seen.header("x-ratelimit-limit"), seen.header("x-ratelimit-remaining"));
        assert_eq!(told, (Some("10"), Some("0")), "the tries are the tightest limit");
    }
    let bearer = stage.ask_publicly("GET", "/api/v1/leads").header("authorization", "Bearer something else");
    assert_eq!(bearer.seen().await.status, 401, "bearers have no tries of their own");
}

#[actix_web::test]
async fn the_cookie_opens_what_the_admin_token_opens_on_every_route_of_its_dialect() {
    let stage = Stage::new().await;
    let cookie = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    assert!(keyed(true).next().is_some(), "app has routes with keys");
    for route in keyed(true) {
        let ask = || stage.ask_publicly(route.verb.as_str(), &path(route)).header("host", "app.example");
        let bearer = ask().header("authorization", &format!("Bearer {ADMIN_TOKEN}"));
        let bearer = bearer.header("x-request-id", "same").json(&json!({})).seen().await;
        assert!(![401, 403].contains(&bearer.status), "{route:?}: {}", bearer.text());
        // A second cookie beside it, and blanks, as browsers send them.
        let asking = ask().header("cookie", &format!("theme=dark; {cookie};  x=y")).header("origin", OWN);
        let seen = asking.header("x-request-id", "same").json(&json!({})).seen().await;
        assert_eq!(seen.status, bearer.status, "{route:?}: {}", seen.text());
    }
}

#[actix_web::test]
async fn k7_a_write_with_a_cookie_needs_the_proof_that_a_page_of_this_server_asked() {
    let stage = Stage::new().await;
    let setting = Setting {
        public_origin: Some(WebOrigin::parse("https://public.example/").expect("an origin")),
        ..Setting::default()
    };
    let published = Stage::with(setting).await;
    for (stage, own) in [(&stage, OWN), (&published, OWN), (&published, "https://public.example")] {
        let cookie = cookie(&log_in(stage, ADMIN_TOKEN).await);
        let refused: [&[(&str, &str)]; 9] = [
            &[],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://app.example.evil.example")],
            &[("origin", "http://app.example:81")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", own)],
        ];
        let proved: [&[(&str, &str)]; 3] = [
            &[("origin", own)],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", own)],
        ];
        let writes: Vec<(Verb, String)> =
            keyed(true).filter(|route| route.verb != Verb::Get).map(|route| (route.verb, path(route))).collect();
        let ask = async |verb: Verb, path: &str, headers: &[(&str, &str)]| {
            let asking = with_cookie(stage, verb.as_str(), path, &cookie).json(&json!({}));
            headers.iter().fold(asking, |asking, (name, value)| asking.header(name, value)).seen().await
        };
        for (verb, path) in writes.iter().map(|(verb, path)| (*verb, path.as_str())) {
            for headers in refused {
                let seen = ask(verb, path, headers).await;
                assert_eq!(seen.status, 403, "{verb} {path} {headers:?}: {}", seen.text());
                assert_eq!(seen.json()["code"], "insufficient_scope");
            }
            for headers in proved {
                let seen = ask(verb, path, headers).await;
                assert!(![401, 403].contains(&seen.status), "{verb} {path} {headers:?}: {}", seen.text());
            }
        }
        for headers in refused {
            assert_eq!(ask(Verb::Delete, "/api/admin/auth", headers).await.status, 403, "{headers:?}");
        }
        for route in keyed(true).filter(|route| route.verb == Verb::Get) {
            let seen = ask(route.verb, &path(route), &[]).await;
            assert!(![401, 403].contains(&seen.status), "a read needs no proof: {route:?}");
        }
        assert_eq!(ask(Verb::Delete, "/api/admin/auth", proved[0]).await.status, 200, "it was good all along");
    }
}

#[actix_web::test]
async fn k7_a_page_of_another_origin_logs_nobody_in() {
    let stage = Stage::new().await;
    let ask = || stage.ask_publicly("POST", "/api/admin/auth").header("host", "app.example");
    let body = json!({"token": ADMIN_TOKEN});
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let seen = ask().json(&body).header(name, value).seen().await;
        assert_eq!((seen.status, seen.header("set-cookie")), (403, None), "{name}: {value}");
    }
    for (name, value) in [("origin", OWN), ("sec-fetch-site", "same-origin"), ("accept", "*/*")] {
        assert_eq!(ask().json(&body).header(name, value).seen().await.status, 200, "{name}: {value}");
    }
}

#[actix_web::test]
async fn a_cookie_counts_in_its_own_dialect_alone() {
    let stage = Stage::new().await;
    let cookie = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    for route in keyed(false) {
        let asking = with_cookie(&stage, route.verb.as_str(), &path(route), &cookie);
        let seen = asking.header("sec-fetch-site", "same-origin").json(&json!({})).seen().await;
        assert_eq!(seen.status, 401, "{route:?}: {}", seen.text());
    }
}

#[actix_web::test]
async fn a_bearer_goes_before_a_cookie() {
    let stage = Stage::new().await;
    let cookie = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    let weak = stage.key_with(synaptiq_domain::access::KeyKind::Live, "analytics:read").await;
    let writes = keyed(true).filter(|route| route.access == Access::Scope(Permission::LeadsWrite));
    for route in writes {
        let ask = |bearer: &str| {
            let asking = with_cookie(&stage, route.verb.as_str(), &path(route), &cookie).json(&json!({}));
            asking.header("authorization", bearer).header("origin", OWN)
        };
        let seen = ask(&format!("Bearer {weak}")).seen().await;
        assert_eq!(seen.status, 403, "the key's own scopes: {route:?}");
        assert_eq!(ask("Bearer sk_live_nothing").seen().await.status, 401, "{route:?}");
        // What a proxy of the operator's adds is no bearer.
        let seen = ask("Basic Zm9vOmJhcg==").seen().await;
        assert!(![401, 403].contains(&seen.status), "{route:?}: {}", seen.text());
    }
    let with_key = stage.ask("DELETE", "/api/admin/auth").seen().await;
    assert_eq!(with_key.status, 401, "a key has no session to end");
}

#[actix_web::test]
async fn k6_logging_out_ends_the_session_at_once_and_no_other() {
    let stage = Stage::new().await;
    let (one, other) = (cookie(&log_in(&stage, ADMIN_TOKEN).await), cookie(&log_in(&stage, ADMIN_TOKEN).await));
    let seen = log_out(&stage, &one).await;
    assert_eq!((seen.status, seen.json()), (200, json!({"success": true})));
    let taken_back = seen.header("set-cookie").expect("a cookie");
    assert!(taken_back.starts_with("synaptiq_session=; Path=/; Max-Age=0;"), "{taken_back}");
    assert_eq!(log_out(&stage, &one).await.status, 401, "over is over");
    assert_eq!(log_out(&stage, &other).await.status, 200);
}

#[actix_web::test]
async fn k6_logging_in_again_ends_the_session_that_the_browser_had() {
    let stage = Stage::new().await;
    let first = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    let asking = with_cookie(&stage, "POST", "/api/admin/auth", &first).json(&json!({"token": ADMIN_TOKEN}));
    let second = cookie(&asking.seen().await);
    assert_eq!(log_out(&stage, &first).await.status, 401);
    assert_eq!(log_out(&stage, &second).await.status, 200);
}

#[actix_web::test]
async fn k6_a_session_ends_after_seven_days_or_with_the_token() {
    let token = Arc::new(PlainToken::default());
    let stage = Stage::with(Setting { token: Arc::clone(&token), ..Setting::default() }).await;
    let old = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    stage.clock.advance(Duration::seconds(7 * 86_400 - 1));
    let newer = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    stage.clock.advance(Duration::seconds(1));
    assert_eq!(log_out(&stage, &old).await.status, 401, "seven days");
    token.change("another token of the operator");
    assert_eq!(log_out(&stage, &newer).await.status, 401, "another token");
    assert_eq!(log_in(&stage, ADMIN_TOKEN).await.status, 401);
    let current = cookie(&log_in(&stage, "another token of the operator").await);
    assert_eq!(log_out(&stage, &current).await.status, 200);
}

#[actix_web::test]
async fn k6_what_is_no_session_of_ours_opens_nothing() {
    let stage = Stage::new().await;
    let good = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    let value = good.split_once('=').expect("a value").1;
    let unknown = synaptiq_domain::access::OperatorSession::begin([9; 32], [0; 32], stage.services.clock.now()).0;
    for cookie in [
        String::new(),
        "synaptiq_session".to_owned(),
        "synaptiq_session=".to_owned(),
        format!("synaptiq_session={}", unknown.reveal()),
        format!("synaptiq_session={}", &value[1..]),
        format!("synaptiq_session={}", stage.key),
        format!("synaptiq_session={ADMIN_TOKEN}"),
        format!("Synaptiq_Session={value}"),
        format!("other={value}"),
    ] {
        assert_eq!(log_out(&stage, &cookie).await.status, 401, "{cookie}");
    }
    assert_eq!(log_out(&stage, &good).await.status, 200);
}

#[actix_web::test]
async fn k8_no_route_takes_a_credential_from_the_address() {
    let stage = Stage::new().await;
    let cookie = cookie(&log_in(&stage, ADMIN_TOKEN).await);
    let session = cookie.split_once('=').expect("a value").1;
    let chat = stage.ask_publicly("POST", "/api/chat").json(&json!({"message": "hi"})).seen().await.json();
    let visitor = chat["sessionId"].as_str().expect("a session");
    let key = &stage.key;
    let query = [
        ("api_key", key.as_str()),
        ("apiKey", key.as_str()),
        ("key", key.as_str()),
        ("token", "the+operator's+token"),
        ("access_token", key.as_str()),
        ("authorization", &*format!("Bearer%20{key}")),
        ("synaptiq_session", session),
        ("session", visitor),
        ("sessionId", visitor),
    ]
    .map(|(name, value)| format!("{name}={value}"))
    .join("&");
    for dialect in ALL {
        let guarded = |route: &&Route| {
            !matches!(route.access, Access::Public | Access::PublicChat | Access::PublicVisit | Access::Login)
        };
        for route in dialect.routes().iter().filter(guarded) {
            let asking = stage.ask_publicly(route.verb.as_str(), &format!("{}?{query}", path(route)));
            let seen = asking.header("sec-fetch-site", "same-origin").json(&json!({})).seen().await;
            assert_eq!(seen.status, 401, "{route:?}: {}", seen.text());
        }
    }
    let asking = stage.ask_publicly("POST", &format!("/api/admin/auth?{query}")).json(&json!({}));
    assert_eq!(asking.seen().await.status, 400);
}

#[actix_web::test]
async fn a_login_keeps_no_receipt() {
    let stage = Stage::new().await;
    let ask = async || {
        let asking = stage.ask_publicly("POST", "/api/admin/auth").header("idempotency-key", "once");
        asking.json(&json!({"token": ADMIN_TOKEN})).seen().await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!((second.status, second.header("idempotent-replayed")), (200, None));
    assert_ne!(cookie(&first), cookie(&second));
}

#[test]
fn app_alone_takes_cookies() {
    let taking: Vec<&str> = ALL.into_iter().filter(|dialect| dialect.takes_cookies()).map(Dialect::name).collect();
    assert_eq!(taking, [named("app").expect("app").name()]);
}
