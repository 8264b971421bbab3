//! The activity feed in v1 (contract § 9).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use synaptiq_domain::time::Timestamp;
use time::Duration;

use crate::stage::{Seen, Stage};

const FEED: &str = "/api/v1/analytics/activity";

async fn feed(stage: &Stage, query: &str) -> Value {
    let seen = stage.ask("GET", &format!("{FEED}{query}")).seen().await;
    assert_eq!(seen.status, 200, "{query}: {}", seen.text());
    seen.json()
}

fn rows(feed: &Value) -> &Vec<Value> {
    feed["data"].as_array().expect("a list")
}

fn types(feed: &Value) -> Vec<&str> {
    rows(feed).iter().map(|row| row["type"].as_str().expect("a type")).collect()
}

async fn done(asking: crate::stage::Asking<'_>) -> Value {
    let seen = asking.seen().await;
    assert!((200..300).contains(&seen.status), "{}", seen.text());
    seen.json()
}

/// A lead that is created, qualifies a minute later and converts a minute after that; its id.
async fn won(stage: &Stage, email: &str) -> String {
    let lead = done(stage.ask("POST", "/api/v1/leads").json(&json!({"email": email, "title": "CTO"}))).await;
    let id = lead["id"].as_str().expect("an id").to_owned();
    for status in ["qualified", "converted"] {
        stage.clock.advance(Duration::minutes(1));
        done(stage.ask("PATCH", &format!("/api/v1/leads/{id}")).json(&json!({"status": status}))).await;
    }
    id
}

#[actix_web::test]
async fn the_feed_tells_newest_first_what_happened_in_the_last_24_hours() {
    let stage = Stage::new().await;
    let id = won(&stage, "a@example.com").await;
    let told = feed(&stage, "").await;
    assert_eq!(types(&told), ["conversion.completed", "lead.qualified", "lead.created"], "{told}");
    assert_eq!(
        told["pagination"],
        json!({"page": 1, "limit": 50, "total": 3, "totalPages": 1, "hasMore": false, "nextCursor": null})
    );
    let qualified = &rows(&told)[1];
    assert!(qualified["id"].as_str().expect("an id").starts_with("evt_"));
    assert_eq!((&qualified["leadId"], &qualified["conversationId"]), (&json!(id), &json!(null)));
    assert_eq!(
        (&qualified["metadata"]["previousStatus"], &qualified["metadata"]["newStatus"]),
        (&json!("new"), &json!("qualified"))
    );
    assert!(qualified["description"].as_str().expect("a sentence").contains("CTO"), "{qualified}");
    assert_eq!(rows(&told)[2]["metadata"], json!({"source": "api"}));

    // The first of them is 24 hours old now, and its instant still belongs to the range.
    stage.clock.advance(Duration::hours(24) - Duration::minutes(2));
    assert_eq!(types(&feed(&stage, "").await).len(), 3);
    stage.clock.advance(Duration::milliseconds(1));
    assert_eq!(types(&feed(&stage, "").await), ["conversion.completed", "lead.qualified"]);
    stage.clock.advance(Duration::days(3));
    assert_eq!(feed(&stage, "").await["pagination"]["total"], 0);
    assert_eq!(types(&feed(&stage, "?startDate=2026-01-01&endDate=2026-01-02").await).len(), 3);
}

#[actix_web::test]
async fn the_feed_can_be_of_some_types_and_of_one_lead() {
    let stage = Stage::new().await;
    let (first, second) = (won(&stage, "a@example.com").await, won(&stage, "b@example.com").await);
    let lead = format!("?leadId={first}");
    assert_eq!(types(&feed(&stage, &lead).await).len(), 3);
    let told = feed(&stage, &format!("?leadId={second}&type=lead.qualified,lead.created")).await;
    assert_eq!(types(&told), ["lead.qualified", "lead.created"]);
    for name in ["conversion.completed", "lead.converted"] {
        let told = feed(&stage, &format!("?type={name}")).await;
        assert_eq!(types(&told), ["conversion.completed"; 2], "both names mean it, and one is told");
    }
    for nobody in ["lead_01HQ3VXK9BWMN4F6T2P8R5GYSC", "nonsense", ""] {
        let told = feed(&stage, &format!("?leadId={nobody}")).await;
        assert_eq!((rows(&told).len(), &told["pagination"]["total"]), (0, &json!(0)), "{nobody:?}");
    }
}

#[actix_web::test]
async fn the_feed_is_read_page_by_page_and_by_cursor() {
    let stage = Stage::new().await;
    for n in 0..4 {
        won(&stage, &format!("{n}@example.com")).await;
    }
    let first = feed(&stage, "?limit=5").await;
    assert_eq!(
        (&first["pagination"]["total"], &first["pagination"]["totalPages"], &first["pagination"]["hasMore"]),
        (&json!(12), &json!(3), &json!(true))
    );
    let last = feed(&stage, "?limit=5&page=3").await;
    assert_eq!((rows(&last).len(), &last["pagination"]["hasMore"]), (2, &json!(false)));
    assert_eq!(rows(&feed(&stage, "?page=9").await).len(), 0);

    let mut seen: Vec<Value> = rows(&first).clone();
    let mut cursor = first["pagination"]["nextCursor"].clone();
    while let Some(text) = cursor.as_str() {
        // What happens meanwhile is before the first page, and shifts nothing.
        won(&stage, &format!("{}@late.example", seen.len())).await;
        let part = feed(&stage, &format!("?limit=5&cursor={text}")).await;
        seen.extend(rows(&part).iter().cloned());
        cursor = part["pagination"]["nextCursor"].clone();
    }
    let ids: BTreeSet<&str> = seen.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!((seen.len(), ids.len()), (12, 12), "every event once");
    let times: Vec<Timestamp> = seen
        .iter()
        .map(|row| Timestamp::parse_rfc3339(row["occurredAt"].as_str().expect("a time")).expect("RFC 3339"))
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
}

#[actix_web::test]
async fn the_id_of_an_absorbed_lead_means_its_survivor() {
    let stage = Stage::new().await;
    let survivor = won(&stage, "known@example.com").await;
    let chat = |message: &str, session: Option<&Value>| {
        let mut body = json!({"message": message, "visitorId": "v1"});
        if let Some(session) = session {
            body["sessionId"] = session.clone();
        }
        body
    };
    let begun = done(stage.ask("POST", "/api/v1/chat").json(&chat("phone:+41446681800", None))).await;
    let absorbed = begun["leadId"].as_str().expect("a phone number makes a lead").to_owned();
    assert_ne!(absorbed, survivor);
    let session = &begun["sessionId"];
    let merged = done(stage.ask("POST", "/api/v1/chat").json(&chat("email:known@example.com", Some(session)))).await;
    assert_eq!(merged["leadId"], json!(survivor), "the address is known");
    let (of_absorbed, of_survivor) =
        (feed(&stage, &format!("?leadId={absorbed}")).await, feed(&stage, &format!("?leadId={survivor}")).await);
    assert_eq!(of_absorbed["data"], of_survivor["data"]);
    assert!(rows(&of_survivor).len() >= 4, "what the absorbed one did is the survivor's: {of_survivor}");
}

/// The table's rows without their names.
fn table(seen: &Seen) -> Vec<String> {
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(seen.header("content-disposition"), Some("attachment; filename=\"activity.csv\""));
    let text = seen.text();
    let mut lines = text.strip_prefix('\u{feff}').expect("a byte order mark").split_terminator("\r\n");
    let names = lines.next().expect("a row of names");
    assert!(names.starts_with("id,type,lead_id,conversation_id,description,occurred_at,"), "{names}");
    lines.map(str::to_owned).collect()
}

#[actix_web::test]
async fn d7_the_feed_as_a_table_is_the_same_page_and_no_cell_is_a_formula() {
    let stage = Stage::new().await;
    won(&stage, "a@example.com").await;
    let lead = json!({"email": "b@example.com", "title": "=1+1", "company": "say \"hi\", friends"});
    done(stage.ask("POST", "/api/v1/leads").json(&lead)).await;
    let list = feed(&stage, "?limit=2").await;
    for (query, accept) in [
        ("?limit=2&format=csv", "application/json"),
        ("?limit=2", "text/csv"),
        ("?limit=2", "text/csv, application/json;q=0.5"),
    ] {
        let seen = stage.ask("GET", &format!("{FEED}{query}")).header("accept", accept).seen().await;
        let rows_of_table = table(&seen);
        assert_eq!(rows_of_table.len(), 2, "{accept}: {rows_of_table:?}");
        for (row, told) in rows_of_table.iter().zip(rows(&list)) {
            assert!(row.starts_with(&format!(
                "{},{}",
                told["id"].as_str().expect("an id"),
                told["type"].as_str().expect("a type")
            )));
        }
        assert_eq!(seen.header("x-total-count"), Some("4"));
    }
    for (query, accept) in [("?format=json", "text/csv"), ("", "application/json, text/csv"), ("", "*/*")] {
        let seen = stage.ask("GET", &format!("{FEED}{query}")).header("accept", accept).seen().await;
        assert_eq!(seen.header("content-type"), Some("application/json"), "{query} {accept}");
    }
    // Whoever is refused is told so in JSON.
    let refused = stage.ask("GET", &format!("{FEED}?format=csv&type=x")).seen().await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("type")));
}
