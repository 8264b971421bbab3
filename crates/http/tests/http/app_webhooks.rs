//! Webhooks in app: v1's resource in app's envelopes (contract §§ 1, 10).

use serde_json::{Value, json};

use crate::stage::{Seen, Stage};

async fn create(stage: &Stage, body: &Value) -> Seen {
    stage.ask("POST", "/api/admin/webhooks").json(body).seen().await
}

fn body() -> Value {
    json!({"url": "https://example.com/hook", "events": ["lead.created", "lead.qualified"]})
}

#[actix_web::test]
async fn an_endpoint_lives_from_its_creation_to_its_deletion() {
    let stage = Stage::new().await;
    let created = create(&stage, &body()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let webhook = created.json()["webhook"].clone();
    let id = webhook["id"].as_str().expect("an id");
    assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id} is a UUID");
    assert_eq!(webhook["signatureScheme"], "body", "the receiver of this API's documentation knows no timestamp");
    assert_eq!(webhook["profile"], "synaptiq");
    assert!(webhook["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    let path = format!("/api/admin/webhooks/{id}");
    assert_eq!(created.header("location"), Some(&*path));

    let shown = stage.ask("GET", &path).seen().await.json()["webhook"].clone();
    assert_eq!(shown.get("secret"), None, "shown once");
    assert_eq!(stage.ask("GET", "/api/admin/webhooks").seen().await.json(), json!({"webhooks": [shown]}));

    let patch = json!({"active": false, "description": "CRM", "events": ["lead.deleted"]});
    let patched = stage.ask("PATCH", &path).json(&patch).seen().await.json()["webhook"].clone();
    assert_eq!(
        (&patched["active"], &patched["description"], &patched["events"]),
        (&json!(false), &json!("CRM"), &json!(["lead.deleted"]))
    );

    let rotated = stage.ask("POST", &format!("{path}/rotate-secret")).seen().await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    let rotated = rotated.json()["webhook"].clone();
    assert!(rotated["secret"].is_string() && rotated["secret"] != webhook["secret"]);
    assert!(rotated["secretActivatesAt"].is_string());

    let deleted = stage.ask("DELETE", &path).seen().await;
    assert_eq!((deleted.status, deleted.json()), (200, json!({"success": true})));
    assert_eq!(stage.ask("GET", &path).seen().await.status, 404);
    assert_eq!(stage.ask("GET", "/api/admin/webhooks").seen().await.json(), json!({"webhooks": []}));
}

#[actix_web::test]
async fn an_endpoint_made_here_is_the_same_in_v1_and_the_other_way_round() {
    let stage = Stage::new().await;
    let here =
        create(&stage, &json!({"url": "https://example.com/a", "events": ["lead.created"], "secret": "s3cret-s3cret"}))
            .await;
    assert_eq!(here.json()["webhook"].get("secret"), None, "it is the caller's own");
    let here = here.json()["webhook"]["id"].as_str().expect("an id").to_owned();
    let there = stage.ask("POST", "/api/v1/webhooks").json(&body()).seen().await.json();
    let there = there["id"].as_str().expect("an id").to_owned();
    let in_v1 = stage.ask("GET", &format!("/api/v1/webhooks/{here}")).seen().await.json();
    assert_eq!((&in_v1["signatureScheme"], &in_v1["url"]), (&json!("body"), &json!("https://example.com/a")));
    let in_app = stage.ask("GET", &format!("/api/admin/webhooks/{there}")).seen().await.json();
    assert_eq!(in_app["webhook"]["signatureScheme"], "timestamped");
}

#[actix_web::test]
async fn deliveries_are_listed_and_replayed() {
    let stage = Stage::new().await;
    let id = create(&stage, &body()).await.json()["webhook"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/admin/webhooks/{id}");
    let test = stage.ask("POST", &format!("{path}/test")).seen().await;
    assert_eq!(test.status, 202, "{}", test.text());
    let delivery = test.json()["delivery"].clone();
    assert_eq!((&delivery["webhookId"], &delivery["status"]), (&json!(id), &json!("pending")));
    stage.ask("POST", "/api/v1/leads").json(&json!({"email": "a@example.com"})).seen().await;
    let list = stage.ask("GET", &format!("{path}/deliveries?limit=1")).seen().await.json();
    assert_eq!(list["deliveries"][0]["eventType"], "lead.created");
    assert_eq!((&list["pagination"]["total"], &list["pagination"]["hasMore"]), (&json!(2), &json!(true)));
    let cursor = list["pagination"]["nextCursor"].as_str().expect("a cursor");
    let next = stage.ask("GET", &format!("{path}/deliveries?limit=1&cursor={cursor}")).seen().await.json();
    assert_eq!(next["deliveries"], json!([delivery]));
    let replay = format!("{path}/deliveries/{}/replay", delivery["id"].as_str().expect("an id"));
    let replayed = stage.ask("POST", &replay).seen().await;
    assert!(matches!(replayed.status, 202 | 409), "{}", replayed.text());
}

#[actix_web::test]
async fn what_is_wrong_is_said_in_apps_shape() {
    let stage = Stage::new().await;
    for (wrong, param) in [
        (json!({"events": ["lead.created"]}), "url"),
        (json!({"url": "ftp://example.com", "events": ["lead.created"]}), "url"),
        (json!({"url": "http://localhost/x", "events": ["lead.created"]}), "url"),
        (json!({"url": "https://example.com", "events": []}), "events"),
        (json!({"url": "https://example.com", "events": ["lead.born"]}), "events[0]"),
        (
            json!({"url": "https://example.com", "events": ["lead.created"], "signatureScheme": "none"}),
            "signatureScheme",
        ),
        (json!({"url": "https://example.com", "events": ["lead.created"], "secret": 7}), "secret"),
    ] {
        let seen = create(&stage, &wrong).await;
        assert_eq!((seen.status, &seen.json()["param"]), (400, &json!(param)), "{wrong}: {}", seen.text());
        assert_eq!(seen.json()["code"], "invalid_request");
        assert!(seen.json()["error"].as_str().is_some_and(|error| error.starts_with(param)), "{}", seen.text());
        assert_eq!(seen.json()["requestId"].as_str(), seen.header("x-request-id"));
    }
    let unknown = "/api/admin/webhooks/550e8400-e29b-41d4-a716-446655440000";
    for (method, path) in [
        ("GET", unknown.to_owned()),
        ("DELETE", unknown.to_owned()),
        ("GET", format!("{unknown}/deliveries")),
        ("POST", format!("{unknown}/test")),
        ("POST", format!("{unknown}/rotate-secret")),
        ("POST", format!("{unknown}/deliveries/550e8400-e29b-41d4-a716-446655440000/replay")),
        ("GET", "/api/admin/webhooks/nothing".to_owned()),
    ] {
        let seen = stage.ask(method, &path).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (404, &json!("not_found")), "{method} {path}");
    }
    let id = create(&stage, &body()).await.json()["webhook"]["id"].as_str().expect("an id").to_owned();
    for query in ["status=lost", "limit=101", "page=0", "cursor=x"] {
        let seen = stage.ask("GET", &format!("/api/admin/webhooks/{id}/deliveries?{query}")).seen().await;
        let param = query.split_once('=').map(|(name, _)| name);
        assert_eq!((seen.status, seen.json()["param"].as_str()), (400, param), "{query}");
    }
}
