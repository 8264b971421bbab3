//! Figures of the present moment in app (contract § 9).

use serde_json::{Value, json};
use synaptiq_domain::access::KeyKind;
use time::Duration;

use crate::stage::Stage;

async fn get(stage: &Stage, path: &str) -> Value {
    let seen = stage.ask("GET", path).seen().await;
    assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    seen.json()
}

/// Creates a lead and gives it a status; its id.
async fn lead(stage: &Stage, email: &str, status: Option<&str>) -> String {
    let seen = stage.ask("POST", "/api/v1/leads").json(&json!({"email": email})).seen().await;
    assert_eq!(seen.status, 201, "{}", seen.text());
    let id = seen.json()["id"].as_str().expect("an id").to_owned();
    if let Some(status) = status {
        let patched = stage.ask("PATCH", &format!("/api/v1/leads/{id}")).json(&json!({"status": status})).seen().await;
        assert_eq!(patched.status, 200, "{}", patched.text());
    }
    id
}

#[actix_web::test]
async fn figures_of_nothing_are_zeros() {
    let stage = Stage::new().await;
    assert_eq!(
        get(&stage, "/api/analytics/overview").await,
        json!({"totalLeads": 0, "totalConversations": 0, "avgMessagesPerConversation": 0.0, "conversionRate": 0.0})
    );
    assert_eq!(
        get(&stage, "/api/analytics/funnel").await,
        json!({"funnel": {
            "new": 0, "qualifying": 0, "qualified": 0, "booked": 0, "disqualified": 0, "nurturing": 0,
        }})
    );
    let activity = get(&stage, "/api/analytics/activity").await;
    let days = activity["activity"].as_array().expect("days");
    assert_eq!(days.len(), 30);
    assert_eq!(days[0], json!({"date": "2025-12-04", "count": 0}));
    assert_eq!(days[29], json!({"date": "2026-01-02", "count": 0}));
}

#[actix_web::test]
async fn figures_follow_every_change_at_once() {
    let stage = Stage::new().await;
    let statuses = ["qualified", "contacted", "booked", "converted", "nurturing", "disqualified", "lost"];
    let mut ids = vec![lead(&stage, "new@example.com", None).await];
    for status in statuses {
        ids.push(lead(&stage, &format!("{status}@example.com"), Some(status)).await);
    }
    for (visitor, message) in [("v1", "hi"), ("v2", "hello, email:chat@example.com")] {
        let body = json!({"message": message, "visitorId": visitor});
        assert_eq!(stage.ask("POST", "/api/v1/chat").json(&body).seen().await.status, 200);
    }
    // Who was qualified once has been, whatever became of them; a converted lead counts as booked.
    let lost = format!("/api/v1/leads/{}", ids[1]);
    stage.ask("PATCH", &lost).json(&json!({"status": "lost"})).seen().await;
    stage.ask("PATCH", &lost).json(&json!({"archived": true})).seen().await;
    assert_eq!(
        get(&stage, "/api/analytics/overview").await,
        json!({
            "totalLeads": 9, "totalConversations": 2, "avgMessagesPerConversation": 2.0, "conversionRate": 0.4444,
        })
    );
    assert_eq!(
        get(&stage, "/api/analytics/funnel").await["funnel"],
        json!({"new": 2, "qualifying": 0, "qualified": 1, "booked": 2, "disqualified": 3, "nurturing": 1})
    );
    stage.clock.advance(Duration::days(1));
    lead(&stage, "tomorrow@example.com", None).await;
    let deleted = stage.ask("DELETE", &format!("/api/v1/leads/{}", ids[0])).seen().await;
    assert_eq!(deleted.status, 200);
    let activity = get(&stage, "/api/analytics/activity").await;
    let days = activity["activity"].as_array().expect("days");
    assert_eq!(days[28], json!({"date": "2026-01-02", "count": 8}));
    assert_eq!(days[29], json!({"date": "2026-01-03", "count": 1}));
    stage.clock.advance(Duration::days(29));
    let later = get(&stage, "/api/analytics/activity").await;
    assert_eq!(later["activity"][0], json!({"date": "2026-01-03", "count": 1}), "30 days reach back to it");
    stage.clock.advance(Duration::days(1));
    let later = get(&stage, "/api/analytics/activity").await;
    let sum: u64 = later["activity"].as_array().expect("days").iter().filter_map(|day| day["count"].as_u64()).sum();
    assert_eq!(sum, 0);
}

#[actix_web::test]
async fn t5_figures_of_a_sandbox_and_of_another_company_are_their_own() {
    let stage = Stage::new().await;
    lead(&stage, "a@example.com", Some("qualified")).await;
    let test = stage.key_with(KeyKind::Test, "admin").await;
    let other = stage.another_key().await;
    for key in [test, other] {
        let seen = stage
            .ask_publicly("GET", "/api/analytics/overview")
            .header("authorization", &format!("Bearer {key}"))
            .seen()
            .await;
        assert_eq!((seen.status, &seen.json()["totalLeads"]), (200, &json!(0)));
    }
}
