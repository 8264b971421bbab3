//! Who may do what, taken from the route tables.

use std::collections::HashSet;

use serde_json::json;
use synaptiq_domain::access::{KeyKind, Permission, PermissionSet, WebOrigin};
use synaptiq_http::{
    dialect::{ALL, Dialect},
    route::{Access, Route},
};

use crate::stage::{ADMIN_TOKEN, Stage, new_key};

fn guarded() -> impl Iterator<Item = (&'static dyn Dialect, &'static Route, Permission)> {
    ALL.into_iter().flat_map(|dialect| {
        dialect.routes().iter().filter_map(move |route| match route.access {
            Access::Scope(permission) => Some((dialect, route, permission)),
            Access::Public | Access::PublicChat | Access::Session | Access::Login | Access::Operator => None,
        })
    })
}

fn path(route: &Route) -> String {
    route.path.replace("{id}", "01J00000000000000000000000").replace("{deliveryId}", "01J00000000000000000000000")
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
        "GET /livez Public",
        "GET /readyz Public",
        "GET /syrus/api/v1/docs Public",
        "GET /syrus/api/v1/openapi.json Public",
        "POST /api/admin/auth Login",
        "POST /api/chat PublicChat",
    ];
    assert_eq!(open, expected);
}

#[test]
fn k2_every_route_asks_for_the_scope_of_the_contract() {
    for (_, route, permission) in guarded() {
        let part = route.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
        let nested = route.path.ends_with("/conversations");
        let expected = match (route.verb.as_str(), part) {
            ("DELETE", "leads" | "conversations") => Permission::DataDelete,
            ("GET", "leads") if nested => Permission::ConversationsRead,
            ("GET", "leads") => Permission::LeadsRead,
            (_, "leads") => Permission::LeadsWrite,
            ("GET", "conversations") => Permission::ConversationsRead,
            (_, "conversations") => Permission::ConversationsWrite,
            (_, "chat") => Permission::ChatWrite,
            (_, "webhooks") => Permission::WebhooksManage,
            (_, "knowledge") => Permission::KnowledgeManage,
            (_, "keys") => Permission::KeysManage,
            other => panic!("the contract says nothing of {other:?}"),
        };
        assert_eq!(permission, expected, "{route:?}");
    }
}

#[actix_web::test]
async fn k2_a_key_that_lacks_the_one_scope_is_refused_on_every_route_and_one_that_has_it_is_not() {
    let stage = Stage::new().await;
    for (_, route, permission) in guarded() {
        let others: PermissionSet = Permission::ALL.into_iter().filter(|other| *other != permission).collect();
        let without = new_key(&stage.services, stage.scope, KeyKind::Live, others).await;
        let only = new_key(&stage.services, stage.scope, KeyKind::Live, [permission].into_iter().collect()).await;
        let ask = |key: &str| {
            let asking = stage.ask_publicly(route.verb.as_str(), &path(route));
            asking.header("authorization", &format!("Bearer {key}")).json(&json!({}))
        };
        let seen = ask(&without).seen().await;
        assert_eq!(seen.status, 403, "{route:?}: {}", seen.text());
        assert!(seen.text().contains("insufficient_scope"), "{route:?}");
        let seen = ask(&only).seen().await;
        assert!(
            ![401, 403, 405].contains(&seen.status) && seen.status < 500,
            "{route:?}: {} {}",
            seen.status,
            seen.text()
        );
    }
}

#[actix_web::test]
async fn k1_without_a_good_key_every_route_answers_401_in_its_dialects_shape() {
    let stage = Stage::new().await;
    let mut mistyped = stage.key.clone();
    let last = mistyped.pop();
    mistyped.push(if last == Some('a') { 'b' } else { 'a' });
    for (dialect, route, _) in guarded() {
        for bearer in
            [None, Some("Bearer"), Some("Bearer "), Some(&*format!("Bearer {mistyped}")), Some("Basic Zm9vOmJhcg==")]
        {
            let asking = stage.ask_publicly(route.verb.as_str(), &path(route)).json(&json!({}));
            let asking = match bearer {
                Some(bearer) => asking.header("authorization", bearer),
                None => asking,
            };
            let seen = asking.seen().await;
            assert_eq!(seen.status, 401, "{route:?} with {bearer:?}");
            let answer = seen.json();
            let (code, word) = match (dialect.name(), bearer) {
                ("app", _) => (&answer["code"], "unauthorized"),
                ("syrus", Some(bearer)) if bearer.starts_with("Bearer sk_") => {
                    (&answer["error"]["code"], "invalid_api_key")
                }
                ("syrus", _) => (&answer["error"]["code"], "missing_bearer_token"),
                _ => (&answer["error"]["code"], "unauthorized"),
            };
            assert_eq!(code, word, "{route:?} with {bearer:?}");
            assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[actix_web::test]
async fn k1_a_syrus_key_is_no_key_of_the_app_dialect() {
    let stage = Stage::new().await;
    let syrus = stage.key_with(KeyKind::Syrus, "admin").await;
    for (_, route, _) in guarded().filter(|(dialect, ..)| dialect.name() == "app") {
        let asking = stage.ask_publicly(route.verb.as_str(), &path(route)).json(&json!({}));
        let seen = asking.header("authorization", &format!("Bearer {syrus}")).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (401, &json!("unauthorized")), "{route:?}");
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
async fn a_publishable_key_chats_and_does_nothing_else() {
    let stage = Stage::new().await;
    let key = stage.key_with(KeyKind::Publishable, "admin").await;
    for (_, route, permission) in guarded() {
        let body = json!({"message": "hi", "visitorId": "v1"});
        let asking = stage.ask_publicly(route.verb.as_str(), &path(route)).json(&body);
        let seen = asking.header("authorization", &format!("Bearer {key}")).seen().await;
        let expected = if permission == Permission::ChatWrite { 200 } else { 403 };
        assert_eq!(seen.status, expected, "{route:?}: {}", seen.text());
        if expected == 200 {
            for hidden in ["conversationId", "leadId", "leadScore"] {
                assert!(seen.json().get(hidden).is_none(), "{hidden} is shown");
            }
        }
    }
}

#[actix_web::test]
async fn a_test_key_has_its_own_leads_and_may_not_change_knowledge() {
    let stage = Stage::new().await;
    let key = stage.key_with(KeyKind::Test, "admin").await;
    let bearer = format!("Bearer {key}");
    let lead = json!({"email": "sandbox@example.com"});
    let created = stage.ask_publicly("POST", "/api/v1/leads").header("authorization", &bearer).json(&lead).seen().await;
    assert_eq!(created.status, 201);
    let path = format!("/api/v1/leads/{}", created.json()["id"].as_str().expect("an id"));
    assert_eq!(stage.ask("GET", &path).seen().await.status, 404, "the live key sees the sandbox");
    assert_eq!(stage.ask_publicly("GET", &path).header("authorization", &bearer).seen().await.status, 200);
    let document = json!({"title": "FAQ", "content": "Q: a?\nA: b."});
    let seen =
        stage.ask_publicly("POST", "/api/v1/knowledge").header("authorization", &bearer).json(&document).seen().await;
    assert_eq!(seen.status, 403);
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
async fn t3_a_foreign_id_answers_byte_for_byte_like_an_unknown_one() {
    let stage = Stage::new().await;
    let lead = stage.ask("POST", "/api/v1/leads").json(&json!({"email": "a@example.com"})).seen().await;
    let chat = stage.ask("POST", "/api/v1/chat").json(&json!({"message": "hi", "visitorId": "v"})).seen().await;
    let hook = json!({"url": "https://example.com/h", "events": ["lead.created"]});
    let hook = stage.ask("POST", "/api/v1/webhooks").json(&hook).seen().await;
    let document = stage.ask("POST", "/api/v1/knowledge").json(&json!({"title": "F", "content": "text"})).seen().await;
    let keys = stage.ask("GET", "/api/v1/keys").seen().await;
    let foreign = [
        ("leads", lead.json()["id"].clone()),
        ("conversations", chat.json()["conversationId"].clone()),
        ("webhooks", hook.json()["id"].clone()),
        ("knowledge", document.json()["id"].clone()),
        ("keys", keys.json()["data"][0]["id"].clone()),
    ];
    let stranger = stage.another_key().await;
    for (_, route, _) in guarded().filter(|(_, route, _)| route.path.contains("{id}")) {
        let part = route.path.trim_start_matches("/api/v1/").split('/').next().expect("a part");
        let id = foreign.iter().find(|(name, _)| *name == part).and_then(|(_, id)| id.as_str()).expect("an id");
        let body = json!({
            "content": "hello", "reason": "x", "name": "n", "url": "https://example.com", "events": ["lead.created"],
        });
        let mut answers = Vec::new();
        for id in [id, "01J00000000000000000000000", "no-id", "%F0%9F%92%A9", &"9".repeat(300)] {
            let path = route.path.replace("{id}", id).replace("{deliveryId}", "01J00000000000000000000000");
            let asking = stage.ask_publicly(route.verb.as_str(), &path).json(&body).header("x-request-id", "same");
            let seen = asking.header("authorization", &format!("Bearer {stranger}")).seen().await;
            assert_eq!(seen.status, 404, "{route:?} {id}: {}", seen.text());
            answers.push(seen.text());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{route:?}: {answers:?}");
    }
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
