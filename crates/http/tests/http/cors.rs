//! Which pages may read what (contract § 3, security V5), taken from the route tables.

use std::collections::BTreeSet;

use serde_json::json;
use synaptiq_domain::{
    access::{KeyKind, WebOrigin},
    changes::{Change, Changes},
    limit::{Allowance, PublicLimits},
};
use synaptiq_http::{
    dialect::{ALL, Dialect},
    route::{Access, Route},
};

use crate::stage::{ADMIN_TOKEN, Seen, Setting, Stage};

const PAGE: &str = "https://page.example";

fn path(route: &Route) -> String {
    let segments = route.path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn is_open(dialect: &dyn Dialect, route: &Route) -> bool {
    dialect.name() != "app"
        || matches!(route.access, Access::Public | Access::PublicChat | Access::PublicVisit | Access::Session)
}

/// The headers that browsers look at, but for those that are told of every open answer.
fn is_readable(seen: &Seen) -> bool {
    assert_eq!(seen.header("access-control-allow-credentials"), None, "never");
    match seen.header("access-control-allow-origin") {
        None => false,
        Some(origin) => {
            assert_eq!(origin, "*", "never reflected");
            true
        }
    }
}

async fn preflight(stage: &Stage, path: &str, method: &str) -> Seen {
    let asking = stage.ask_publicly("OPTIONS", path).header("origin", PAGE);
    let asking = asking.header("access-control-request-method", method);
    asking.header("access-control-request-headers", "authorization,content-type").seen().await
}

async fn allow_only(stage: &Stage, origin: &str) {
    let before =
        stage.services.store.find_tenant(Some(stage.scope.content())).await.expect("a read").expect("a tenant");
    let mut after = before.clone();
    after.settings.allowed_origins = vec![WebOrigin::parse(origin).expect("an origin")];
    let changes = Changes { tenants: vec![Change::updated(before, after)], ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("a commit");
}

#[actix_web::test]
async fn v5_pages_read_every_answer_of_open_routes_and_none_of_the_others() {
    let stage = Stage::new().await;
    for dialect in ALL {
        for route in dialect.routes() {
            for authorization in [None, Some("Bearer sk_live_wrong"), Some(&*format!("Bearer {}", stage.key))] {
                let asking = stage.ask_publicly(route.verb.as_str(), &path(route)).header("origin", PAGE);
                let asking = asking.json(&json!({}));
                let asking = match authorization {
                    Some(value) => asking.header("authorization", value),
                    None => asking,
                };
                let seen = asking.seen().await;
                assert_eq!(is_readable(&seen), is_open(dialect, route), "{route:?}: {} {}", seen.status, seen.text());
            }
        }
    }
}

#[actix_web::test]
async fn pages_read_refusals_of_unknown_paths_methods_and_sizes_of_v1() {
    let stage = Stage::new().await;
    for (method, path, status) in
        [("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/leads", 405), ("PUT", "/api/chat", 405)]
    {
        let seen = stage.ask_publicly(method, path).header("origin", PAGE).seen().await;
        assert_eq!((seen.status, is_readable(&seen)), (status, true), "{path}");
    }
    for path in ["/api/nothing", "/api/admin/auth", "/"] {
        let seen = stage.ask_publicly("PUT", path).header("origin", PAGE).seen().await;
        assert!(!is_readable(&seen), "{path}");
    }
    let large = format!("{{\"email\":\"{}\"}}", "x".repeat(1024 * 1024));
    let seen = stage.ask("POST", "/api/v1/leads").header("origin", PAGE).raw(large).seen().await;
    assert_eq!((seen.status, is_readable(&seen)), (413, true));
}

#[actix_web::test]
async fn what_clients_need_to_know_is_exposed() {
    let stage = Stage::new().await;
    for path in ["/api/v1/leads", "/api/v1/nothing", "/api/chat"] {
        let seen = stage.ask_publicly("GET", path).header("origin", PAGE).seen().await;
        let exposed = seen.header("access-control-expose-headers").expect("a list").to_ascii_lowercase();
        let exposed: BTreeSet<&str> = exposed.split(',').map(str::trim).collect();
        for name in [
            "x-request-id",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-ratelimit-retryafter",
            "retry-after",
            "location",
            "link",
            "x-total-count",
            "idempotent-replayed",
            "x-synaptiq-warning",
        ] {
            assert!(exposed.contains(name), "{path}: {name}");
        }
    }
}

#[actix_web::test]
async fn a_preflight_of_an_open_path_is_answered_with_its_methods_and_without_a_credential() {
    let stage = Stage::new().await;
    for dialect in ALL {
        for route in dialect.routes().iter().filter(|route| is_open(dialect, route)) {
            let seen = preflight(&stage, &path(route), route.verb.as_str()).await;
            assert_eq!((seen.status, seen.body.len()), (204, 0), "{route:?}");
            assert!(is_readable(&seen), "{route:?}");
            let methods = seen.header("access-control-allow-methods").expect("methods");
            assert!(methods.split(", ").any(|method| method == route.verb.as_str()), "{route:?}: {methods}");
            let headers = seen.header("access-control-allow-headers").expect("headers").to_ascii_lowercase();
            for name in ["authorization", "content-type", "idempotency-key", "last-event-id"] {
                assert!(headers.split(", ").any(|allowed| allowed == name), "{route:?}: {headers}");
            }
            assert!(seen.header("access-control-max-age").is_some(), "{route:?}");
        }
    }
}

#[actix_web::test]
async fn a_preflight_of_any_other_path_is_a_method_that_is_not_there() {
    let stage = Stage::new().await;
    for dialect in ALL {
        for route in dialect.routes().iter().filter(|route| !is_open(dialect, route)) {
            let seen = preflight(&stage, &path(route), route.verb.as_str()).await;
            assert_eq!(seen.status, 405, "{route:?}");
            assert!(!is_readable(&seen) && seen.header("access-control-allow-methods").is_none(), "{route:?}");
        }
    }
    let seen = preflight(&stage, "/api/v1/nothing", "GET").await;
    assert_eq!((seen.status, is_readable(&seen)), (404, true));
    // One of the two headers alone makes no preflight.
    for name in ["origin", "access-control-request-method"] {
        let seen = stage.ask_publicly("OPTIONS", "/api/v1/leads").header(name, "GET").seen().await;
        assert_eq!((seen.status, seen.header("allow")), (405, Some("GET, HEAD, POST")), "{name}");
    }
}

#[actix_web::test]
async fn preflights_count_against_nothing() {
    let one = Allowance::at_most(1).expect("a limit");
    let public_limits = PublicLimits { session: one, address: one, day: one, other: one };
    let stage = Stage::with(Setting { public_limits, ..Setting::default() }).await;
    for _ in 0..20 {
        for path in ["/api/v1/leads", "/api/chat"] {
            assert_eq!(preflight(&stage, path, "POST").await.status, 204, "{path}");
        }
    }
    assert_eq!(stage.ask_publicly("GET", "/nowhere").seen().await.status, 404, "nothing was taken");
    assert_eq!(stage.ask_publicly("GET", "/nowhere").seen().await.status, 429);
}

#[actix_web::test]
async fn v5_a_page_outside_the_tenants_list_is_refused_and_can_read_that_it_is() {
    let stage = Stage::new().await;
    allow_only(&stage, PAGE).await;
    let publishable = stage.key_with(KeyKind::Publishable, "admin").await;
    let body = json!({"message": "hi", "visitorId": "v"});
    let ask = async |origin: &str| {
        let public = stage.ask_publicly("POST", "/api/chat").json(&body).header("origin", origin).seen().await;
        let asking = stage.ask_publicly("POST", "/api/v1/chat").json(&body).header("origin", origin);
        let keyed = asking.header("authorization", &format!("Bearer {publishable}")).seen().await;
        [public, keyed]
    };
    for (origin, status) in [
        (PAGE, 200),
        ("HTTPS://page.example:443", 200),
        ("https://evil.example", 403),
        ("http://page.example", 403),
        ("https://page.example.evil.example", 403),
        ("null", 403),
        ("", 403),
    ] {
        for seen in ask(origin).await {
            assert_eq!((seen.status, is_readable(&seen)), (status, true), "{origin}: {}", seen.text());
            let varies = seen.headers.get_all("vary").any(|value| value == "Origin");
            assert!(varies, "another origin, another answer");
        }
    }
}

#[actix_web::test]
async fn a_secret_key_that_a_page_sends_is_answered_and_flagged() {
    let stage = Stage::new().await;
    let publishable = stage.key_with(KeyKind::Publishable, "admin").await;
    let test = stage.key_with(KeyKind::Test, "read").await;
    let syrus = stage.key_with(KeyKind::Syrus, "read").await;
    let body = json!({"message": "hi", "visitorId": "v"});
    let [leads, docs] = ["/api/v1/leads", "/api/v1/docs"];
    for (secret, path) in [(&*stage.key, leads), (&*test, leads), (ADMIN_TOKEN, leads), (&*syrus, docs)] {
        let ask = || {
            let asking = stage.ask_publicly("GET", path);
            asking.header("authorization", &format!("Bearer {secret}"))
        };
        let seen = ask().header("origin", PAGE).seen().await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        let warning = seen.header("x-synaptiq-warning").expect("a warning");
        assert!(warning.contains("pk_live_") && !warning.contains(secret), "{warning}");
        assert_eq!(ask().seen().await.header("x-synaptiq-warning"), None, "no page, no warning");
    }
    let asking = stage.ask_publicly("POST", "/api/v1/chat").json(&body).header("origin", PAGE);
    let seen = asking.header("authorization", &format!("Bearer {publishable}")).seen().await;
    assert_eq!((seen.status, seen.header("x-synaptiq-warning")), (200, None), "that is what it is for");
}

#[actix_web::test]
async fn answers_of_v1_vary_by_the_bearer_and_by_the_origin() {
    let stage = Stage::new().await;
    for asking in [stage.ask("GET", "/api/v1/leads"), stage.ask_publicly("GET", "/api/v1/nothing")] {
        let seen = asking.seen().await;
        let vary: Vec<&str> = seen.headers.get_all("vary").filter_map(|value| value.to_str().ok()).collect();
        assert_eq!(vary, ["Authorization", "Origin"]);
    }
}
