//! Who may do what: what routes declare, and what is particular to some kind of caller. What holds
//! of every route is in `matrix/scopes.rs`.

use std::collections::HashSet;

use serde_json::json;
use synaptiq_domain::access::{KeyKind, Permission, PermissionSet, WebOrigin};
use synaptiq_http::{
    dialect::{ALL, Dialect},
    route::{Access, Route},
};

use crate::stage::{ADMIN_TOKEN, Stage};

fn guarded() -> impl Iterator<Item = (&'static dyn Dialect, &'static Route, Permission)> {
    ALL.into_iter().flat_map(|dialect| {
        dialect.routes().iter().filter_map(move |route| match route.access {
            Access::Scope(permission) => Some((dialect, route, permission)),
            Access::Public
            | Access::PublicChat
            | Access::PublicVisit
            | Access::Session
            | Access::Login
            | Access::Operator => None,
        })
    })
}

/// The word after the dialect's prefix.
fn topic(route: &Route) -> &'static str {
    let below = route.path.trim_start_matches("/syrus").trim_start_matches("/api/");
    below.trim_start_matches("v1/").trim_start_matches("admin/").split('/').next().unwrap_or_default()
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_path_begins_with_its_dialects() {
    for dialect in ALL {
        let names: HashSet<&str> = dialect.routes().iter().map(|route| route.operation).collect();
        assert_eq!(names.len(), dialect.routes().len(), "{}", dialect.name());
        let places: HashSet<_> = dialect.routes().iter().map(|route| (route.verb, route.path)).collect();
        assert_eq!(places.len(), dialect.routes().len(), "{}", dialect.name());
        for route in dialect.routes() {
            let chosen = synaptiq_http::dialect::choose(route.path, None).dialect;
            assert_eq!(chosen.name(), dialect.name(), "{route:?} is never reached");
        }
    }
}

/// What is public is written down twice, so that a change of one is noticed.
#[test]
fn k2_only_these_routes_are_open_to_all() {
    let mut open: Vec<String> = ALL
        .iter()
        .flat_map(|dialect| dialect.routes())
        .filter(|route| !matches!(route.access, Access::Scope(_)))
        .map(|route| format!("{} {} {:?}", route.verb, route.path, route.access))
        .collect();
    open.sort_unstable();
    let expected = [
        "DELETE /api/admin/auth Operator",
        "GET /api/chat/messages Session",
        "GET /api/chat/stream Session",
        "GET /api/health Public",
        "GET /api/openapi.json Public",
        "GET /api/v1/docs Public",
        "GET /api/v1/openapi.json Public",
        "GET /api/widget Public",
        "GET /livez Public",
        "GET /readyz Public",
        "GET /syrus/api/v1/docs Public",
        "GET /syrus/api/v1/openapi.json Public",
        "POST /api/admin/auth Login",
        "POST /api/chat PublicChat",
        "POST /api/widget/visit PublicVisit",
    ];
    assert_eq!(open, expected);
}

#[test]
fn k2_every_route_asks_for_the_scope_of_the_contract() {
    for (_, route, permission) in guarded() {
        let part = topic(route);
        let nested = route.path.ends_with("/conversations");
        let expected = match (route.verb.as_str(), part) {
            ("DELETE", "leads" | "conversations") | ("POST", "erasures") => Permission::DataDelete,
            ("GET", "leads") if nested => Permission::ConversationsRead,
            ("GET", "leads") => Permission::LeadsRead,
            (_, "leads") => Permission::LeadsWrite,
            ("GET", "conversations") => Permission::ConversationsRead,
            (_, "conversations") => Permission::ConversationsWrite,
            (_, "chat") => Permission::ChatWrite,
            (_, "webhooks") => Permission::WebhooksManage,
            ("GET", "analytics") => Permission::AnalyticsRead,
            (_, "knowledge" | "knowledge-base") => Permission::KnowledgeManage,
            (_, "keys") => Permission::KeysManage,
            other => panic!("the contract says nothing of {other:?}"),
        };
        assert_eq!(permission, expected, "{route:?}");
    }
}

#[actix_web::test]
async fn k3_a_revoked_key_is_refused_with_the_next_request() {
    let stage = Stage::new().await;
    let created = stage.ask("POST", "/api/v1/keys").json(&json!({"name": "CRM", "scopes": ["read"]})).seen().await;
    assert_eq!(created.status, 201, "{}", created.text());
    let (id, key) = (
        created.json()["id"].as_str().expect("an id").to_owned(),
        created.json()["key"].as_str().expect("a key").to_owned(),
    );
    let list = || stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &format!("Bearer {key}")).seen();
    assert_eq!(list().await.status, 200);
    assert_eq!(
        stage.ask("DELETE", &format!("/api/v1/keys/{id}")).seen().await.json(),
        json!({"id": id, "deleted": true})
    );
    assert_eq!(list().await.status, 401);
}

#[actix_web::test]
async fn k4_the_admin_token_is_a_bearer_with_every_scope_on_the_default_tenant() {
    let stage = Stage::new().await;
    stage.ask("POST", "/api/v1/leads").json(&json!({"email": "a@example.com"})).seen().await;
    let list = |token: &str| {
        stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &format!("Bearer {token}")).seen()
    };
    let seen = list(ADMIN_TOKEN).await;
    assert_eq!((seen.status, &seen.json()["pagination"]["total"]), (200, &json!(1)));
    for _ in 0..12 {
        assert_eq!(list("a guess").await.status, 401);
    }
    assert_eq!(list(ADMIN_TOKEN).await.status, 200, "a remembered token needs no try");
}

#[actix_web::test]
async fn v5_public_chat_and_publishable_keys_keep_to_the_tenants_origins() {
    use synaptiq_domain::changes::{Change, Changes};
    let stage = Stage::new().await;
    let key = stage.key_with(KeyKind::Publishable, "admin").await;
    let ask = |origin: &'static str| {
        let body = json!({"message": "hi", "visitorId": "v"});
        let public = stage.ask_publicly("POST", "/api/chat").json(&body).header("origin", origin).seen();
        let asking = stage.ask_publicly("POST", "/api/v1/chat").json(&body).header("origin", origin);
        let with_key = asking.header("authorization", &format!("Bearer {key}")).seen();
        async move { (public.await.status, with_key.await.status) }
    };
    assert_eq!(ask("https://anywhere.example").await, (200, 200), "no list allows every page");
    let before =
        stage.services.store.find_tenant(Some(stage.scope.content())).await.expect("a store").expect("a tenant");
    let mut after = before.clone();
    after.settings.allowed_origins = vec![WebOrigin::parse("https://shop.example").expect("an origin")];
    let changes = Changes { tenants: vec![Change::updated(before, after)], ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("a commit");
    assert_eq!(ask("https://shop.example").await, (200, 200));
    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
        assert_eq!(ask(origin).await, (403, 403), "{origin}");
    }
    let body = json!({"message": "hi"});
    assert_eq!(stage.ask_publicly("POST", "/api/chat").json(&body).seen().await.status, 200, "no page, no origin");
}

#[actix_web::test]
async fn a_list_of_keys_shows_when_each_was_last_used_at_once() {
    let stage = Stage::new().await;
    let created =
        stage.ask("POST", "/api/v1/keys").json(&json!({"name": "CRM", "scopes": ["read"]})).seen().await.json();
    let last_used = async || {
        let listed = stage.ask("GET", "/api/v1/keys").seen().await.json();
        let keys = listed["data"].as_array().expect("keys").clone();
        keys.into_iter().find(|key| key["id"] == created["id"]).expect("the key")["lastUsedAt"].clone()
    };
    let list_leads = || {
        let bearer = format!("Bearer {}", created["key"].as_str().expect("a key"));
        stage.ask_publicly("GET", "/api/v1/leads").header("authorization", &bearer).seen()
    };
    assert_eq!(last_used().await, json!(null));
    assert_eq!(list_leads().await.status, 200);
    let first = last_used().await;
    assert!(first.is_string(), "{first}");
    synaptiq_domain::use_cases::sweep_old(&stage.services, synaptiq_domain::access::SystemScope::assume())
        .await
        .expect("a sweep writes it down");
    assert_eq!(last_used().await, first, "written or not, it is the same");
    stage.clock.advance(time::Duration::minutes(5));
    assert_eq!(list_leads().await.status, 200);
    assert!(last_used().await.as_str() > first.as_str(), "it moves on");
}

#[actix_web::test]
async fn a_new_key_has_no_right_that_its_maker_lacks_of_whatever_kind_it_is() {
    let stage = Stage::new().await;
    let maker = stage.key_with(KeyKind::Live, "keys:manage,leads:read").await;
    let make = |body: serde_json::Value| {
        stage
            .ask_publicly("POST", "/api/v1/keys")
            .header("authorization", &format!("Bearer {maker}"))
            .json(&body)
            .seen()
    };
    for kind in KeyKind::ALL {
        let more = if kind == KeyKind::Publishable { json!([]) } else { json!(["leads:read", "leads:write"]) };
        let seen = make(json!({"name": "n", "kind": kind.as_str(), "scopes": more})).await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (403, &json!("insufficient_scope")), "{kind:?}");
        if kind != KeyKind::Publishable {
            let seen = make(json!({"name": "n", "kind": kind.as_str(), "scopes": ["leads:read"]})).await;
            assert_eq!((seen.status, &seen.json()["kind"]), (201, &json!(kind.as_str())), "{}", seen.text());
            assert!(seen.json()["key"].as_str().is_some_and(|key| key.starts_with(kind.prefix())));
        }
    }
    let all = stage.ask("GET", "/api/v1/keys").seen().await;
    assert!(!all.text().contains("\"key\":"), "a list shows no secret: {}", all.text());
    for key in all.json()["data"].as_array().expect("keys") {
        if key["scopes"] == json!(Permission::ALL.map(Permission::as_str)) {
            let path = format!("/api/v1/keys/{}/rotate", key["id"].as_str().expect("an id"));
            let asking = stage.ask_publicly("POST", &path).header("authorization", &format!("Bearer {maker}"));
            assert_eq!(asking.seen().await.status, 403, "the new secret would be a right that the maker lacks");
        }
    }
}

#[test]
fn k2_the_page_on_keys_says_what_kinds_and_bundles_there_are() {
    let page = include_str!("../../../../docs/keys.md");
    for kind in KeyKind::ALL {
        assert!(page.contains(&format!("| `{}` | `{}` |", kind.as_str(), kind.prefix())), "{kind:?}");
    }
    let scopes = |text: &str| -> Vec<String> {
        Permission::ALL
            .map(Permission::as_str)
            .into_iter()
            .filter(|scope| text.contains(scope))
            .map(str::to_owned)
            .collect()
    };
    let told = |bundle: &str| {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{bundle}` |"))).expect("a row");
        let others = if row.contains("those of `read`") { "read" } else { "" };
        scopes(&format!("{row} {}", others.parse::<PermissionSet>().expect("a bundle")))
    };
    for bundle in ["read", "write"] {
        assert_eq!(told(bundle), scopes(&bundle.parse::<PermissionSet>().expect("a bundle").to_string()), "{bundle}");
    }
    assert_eq!("admin".parse(), Ok(PermissionSet::all()));
    assert!(page.contains("| `admin` | every scope |"));
}
