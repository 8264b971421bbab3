//! What a widget is told (contract § 12).

use serde_json::json;
use synaptiq_domain::{
    access::{Assistant, Colour, Slug, Tenant, WebOrigin, WidgetPosition, WidgetTheme},
    changes::{Change, Changes},
    time::Day,
    use_cases::set_widget,
};

use crate::stage::{Seen, Stage};

async fn widget(stage: &Stage, query: &str) -> Seen {
    stage.ask_publicly("GET", &format!("/api/widget{query}")).seen().await
}

/// Lets only pages of one origin show the widget.
async fn allow_only(stage: &Stage, origin: &str) {
    let before = stage.services.store.find_tenant(None).await.expect("a read").expect("the default tenant");
    let mut after: Tenant = before.clone();
    after.settings.allowed_origins = vec![WebOrigin::parse(origin).expect("an origin")];
    let changes = Changes { tenants: vec![Change::updated(before, after)], ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("committed");
}

#[actix_web::test]
async fn v1_anyone_is_told_what_the_widget_shows_and_nothing_else() {
    let stage = Stage::new().await;
    let seen = widget(&stage, "").await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let tenant = stage.services.store.find_tenant(None).await.expect("a read").expect("the default tenant");
    let view = stage.services.store.tenant_view(stage.scope).await.expect("a read").expect("a view");
    assert_eq!(
        seen.json(),
        json!({
            "tenantId": tenant.id.uuid(), "agentId": view.assistants[0].id.uuid(), "name": "Acme",
            "greeting": "Hello in en", "aiNotice": "An AI, in en", "language": "en", "languages": ["en", "de"],
            "theme": {"mode": "auto", "accent": "#2563eb"}, "position": "bottom-right",
        })
    );
}

#[actix_web::test]
async fn a_widget_is_named_by_its_tenant_or_by_an_assistant_in_any_form() {
    let stage = Stage::new().await;
    let view = stage.services.store.tenant_view(stage.scope).await.expect("a read").expect("a view");
    let second = Assistant {
        id: stage.services.ids.id(),
        name: "Ada".to_owned(),
        slug: Slug::from_name("ada").expect("a slug"),
        is_default: false,
        ..view.assistants[0].clone()
    };
    let changes = Changes { assistants: vec![Change::created(second.clone())], ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("committed");
    for name in [view.tenant.id.prefixed(), view.tenant.id.uuid()] {
        assert_eq!(widget(&stage, &format!("?tenant={name}")).await.json()["greeting"], "Hello in en", "{name}");
    }
    for name in [second.id.prefixed(), second.id.uuid()] {
        let seen = widget(&stage, &format!("?tenant={name}")).await.json();
        assert_eq!((&seen["name"], &seen["agentId"]), (&json!("Ada"), &json!(second.id.uuid())), "{name}");
    }
    for unknown in ["550e8400-e29b-41d4-a716-446655440000", "nothing", "", "ten_01J00000000000000000000000"] {
        let seen = widget(&stage, &format!("?tenant={unknown}")).await;
        assert_eq!((seen.status, &seen.json()["code"]), (404, &json!("not_found")), "{unknown}");
    }
    assert_eq!(widget(&stage, "?tenant=%ff").await.status, 400);
    assert_eq!(widget(&stage, "?tenant=a&tenant=b").await.json()["param"], "tenant");
}

#[actix_web::test]
async fn it_speaks_the_visitors_language_where_it_can() {
    let stage = Stage::new().await;
    for (asked, spoken) in [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("pt", "en"), ("", "en")] {
        let seen = widget(&stage, &format!("?language={asked}")).await.json();
        assert_eq!(
            (&seen["language"], &seen["aiNotice"]),
            (&json!(spoken), &json!(format!("An AI, in {spoken}"))),
            "{asked}"
        );
    }
}

#[actix_web::test]
async fn a_change_of_settings_is_seen_and_an_unchanged_answer_is_not_sent_again() {
    let stage = Stage::new().await;
    let first = widget(&stage, "").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("public, max-age=60"));
    let known = stage.ask_publicly("GET", "/api/widget").header("if-none-match", &tag).seen().await;
    assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, Some(&*tag)));
    let change = |settings: &mut synaptiq_domain::access::WidgetSettings| {
        settings.theme = WidgetTheme::Dark;
        settings.accent = Colour::parse("#0f172a").expect("a colour");
        settings.position = WidgetPosition::BottomLeft;
        settings.ai_notice = false;
    };
    set_widget(&stage.services, stage.scope, change).await.expect("set");
    let changed = stage.ask_publicly("GET", "/api/widget").header("if-none-match", &tag).seen().await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(&*tag));
    let changed = changed.json();
    assert_eq!(changed["theme"], json!({"mode": "dark", "accent": "#0f172a"}));
    assert_eq!((&changed["position"], &changed["aiNotice"]), (&json!("bottom-left"), &json!(null)));
}

#[actix_web::test]
async fn v5_pages_outside_the_tenants_list_are_refused() {
    let stage = Stage::new().await;
    let ask = |origin: &'static str| stage.ask_publicly("GET", "/api/widget").header("origin", origin).seen();
    assert_eq!(ask("https://anywhere.example").await.status, 200, "no list allows every page");
    allow_only(&stage, "https://shop.example").await;
    let allowed = ask("https://shop.example").await;
    assert_eq!(allowed.status, 200);
    assert!(allowed.header("vary").is_some_and(|vary| vary.contains("Origin")), "caches must not mix pages");
    let refused = ask("https://anywhere.example").await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("insufficient_scope")));
    assert_eq!(widget(&stage, "").await.status, 200, "a request without an origin comes from no page");
}

async fn visitors(stage: &Stage) -> i64 {
    let counters = stage.services.store.daily_figures(stage.scope, Day(0), Day(1_000_000)).await.expect("a read");
    counters.iter().map(|counter| counter.figures.visitors).sum()
}

#[actix_web::test]
async fn v5_a_visit_from_a_page_outside_the_list_is_refused_and_counts_nobody() {
    let stage = Stage::new().await;
    allow_only(&stage, "https://shop.example").await;
    let visit = async |origin: &str| {
        let asking = stage.ask_publicly("POST", "/api/widget/visit").header("origin", origin);
        asking.json(&json!({"visitorId": origin})).seen().await
    };
    let refused = visit("https://anywhere.example").await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("insufficient_scope")));
    assert_eq!(visitors(&stage).await, 0);
    let counted = visit("https://shop.example").await;
    assert_eq!((counted.status, counted.json()), (200, json!({"success": true})));
    assert_eq!(counted.header("access-control-allow-origin"), Some("*"), "a page may read it");
    assert_eq!(visitors(&stage).await, 1);
}

#[actix_web::test]
async fn v1_a_visit_answers_alike_whether_or_not_somebody_was_seen_before() {
    let stage = Stage::new().await;
    let visit = async |body: &serde_json::Value| {
        let seen = stage.ask_publicly("POST", "/api/widget/visit").json(body).seen().await;
        (seen.status, seen.text(), seen.header("set-cookie").map(str::to_owned))
    };
    let first = visit(&json!({"page": "/"})).await;
    assert_eq!(first, (200, r#"{"success":true}"#.to_owned(), None));
    for body in [json!({"page": "/"}), json!({"visitorId": "v1"}), json!({"visitorId": "v1", "channel": "slack"})] {
        assert_eq!(visit(&body).await, first);
    }
    assert_eq!(visitors(&stage).await, 1);
}
