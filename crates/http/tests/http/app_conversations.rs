//! Conversations in app over HTTP.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::stage::Stage;

async fn say(stage: &Stage, message: &str, visitor: &str) -> Value {
    let seen = stage.ask("POST", "/api/v1/chat").json(&json!({"message": message, "visitorId": visitor})).seen().await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    seen.json()
}

/// Follows `Link` to the end; what `field` of every part holds.
async fn every_part(stage: &Stage, first: &str, field: &str, total: &str) -> Vec<Vec<Value>> {
    let (mut path, mut parts) = (first.to_owned(), Vec::new());
    loop {
        let seen = stage.ask("GET", &path).seen().await;
        assert_eq!((seen.status, seen.header("x-total-count")), (200, Some(total)), "{path}: {}", seen.text());
        parts.push(seen.json().pointer(field).expect("a list").as_array().expect("a list").clone());
        let Some(link) = seen.header("link") else { return parts };
        let target = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link");
        target.clone_into(&mut path);
    }
}

#[actix_web::test]
async fn a_leads_conversations_come_latest_first_under_both_prefixes() {
    let stage = Stage::new().await;
    let mut begun = Vec::new();
    let mut lead = Value::Null;
    for visitor in ["v1", "v2", "v3"] {
        let chat = say(&stage, "email:jane@example.com", visitor).await;
        lead = chat["leadId"].clone();
        begun.push(visitor);
        stage.clock.advance(time::Duration::seconds(1));
    }
    begun.reverse();
    say(&stage, "email:other@example.com", "v4").await;
    let lead = lead.as_str().expect("a lead");
    for prefix in ["/api", "/api/admin"] {
        let seen = stage.ask("GET", &format!("{prefix}/leads/{lead}/conversations")).seen().await;
        let answer = seen.json();
        let visitors: Vec<&str> = answer["conversations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|conversation| conversation["visitorId"].as_str().expect("a visitor"))
            .collect();
        assert_eq!(visitors, begun, "{answer}");
        assert_eq!((seen.header("x-total-count"), seen.header("link")), (Some("3"), None));
        let first = format!("{prefix}/leads/{lead}/conversations?limit=1");
        let parts = every_part(&stage, &first, "/conversations", "3").await;
        let ids: HashSet<String> = parts.iter().flatten().map(|row| row["id"].to_string()).collect();
        assert_eq!((parts.len(), ids.len()), (3, 3));
    }
    let v1 = format!("/api/v1/leads/{lead}/conversations?limit=2");
    let next = stage.ask("GET", &v1).seen().await.json()["pagination"]["nextCursor"].clone();
    let rest = stage.ask("GET", &format!("{v1}&cursor={}", next.as_str().expect("more"))).seen().await;
    assert_eq!((rest.status, rest.json()["data"].as_array().map(Vec::len)), (200, Some(1)), "{}", rest.text());
}

#[actix_web::test]
async fn a_conversation_is_told_as_the_source_shows_it() {
    let stage = Stage::new().await;
    let public = json!({"message": "I need help. email:jane@example.com", "visitorId": "v1"});
    assert_eq!(stage.ask_publicly("POST", "/api/chat").json(&public).seen().await.status, 200);
    let leads = stage.ask("GET", "/api/leads").seen().await.json();
    let lead = leads["leads"][0]["id"].as_str().expect("a lead");
    let list = stage.ask("GET", &format!("/api/leads/{lead}/conversations")).seen().await.json();
    let id = list["conversations"][0]["id"].as_str().expect("a conversation");
    for prefix in ["/api", "/api/admin"] {
        let path = format!("{prefix}/conversations/{id}");
        let conversation = stage.ask("GET", &path).seen().await.json()["conversation"].clone();
        assert_eq!((&conversation["id"], &conversation["leadId"]), (&json!(id), &json!(lead)));
        assert_eq!((&conversation["channel"], &conversation["status"]), (&json!("web_chat"), &json!("active")));
        assert!(conversation["summary"].as_str().is_some_and(|summary| !summary.is_empty()));
        let messages = conversation["messages"].as_array().expect("messages");
        let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
        assert_eq!(roles, ["assistant", "user", "assistant"], "the greeting comes first: {conversation}");
        assert_eq!(messages[1]["content"], public["message"]);
        assert!(messages.iter().all(|message| message["createdAt"].as_str().is_some_and(|at| at.ends_with('Z'))));
        for (field, value) in list["conversations"][0].as_object().expect("an object") {
            assert_eq!(&conversation[field], value, "{field}");
        }
    }
    stage.clock.advance(time::Duration::minutes(31));
    let path = format!("/api/conversations/{id}");
    assert_eq!(stage.ask("GET", &path).seen().await.json()["conversation"]["status"], "completed", "idle for too long");
}

#[actix_web::test]
async fn a_history_longer_than_an_answer_comes_in_parts_without_a_gap() {
    let stage = Stage::new().await;
    let chat = say(&stage, "hi", "v1").await;
    let id = chat["conversationId"].as_str().expect("an id");
    for at in 0..1_003 {
        let path = format!("/api/v1/conversations/{id}/messages");
        let seen = stage.ask("POST", &path).json(&json!({"content": format!("line {at}")})).seen().await;
        assert_eq!(seen.status, 201, "{}", seen.text());
    }
    for (query, sizes) in
        [("", vec![1_000, 5]), ("?limit=400", vec![400, 400, 205]), ("?after=1000&limit=3", vec![3, 2])]
    {
        let first = format!("/api/conversations/{id}{query}");
        let parts = every_part(&stage, &first, "/conversation/messages", "1005").await;
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{query}");
        let positions: Vec<u64> = parts.iter().flatten().filter_map(|message| message["position"].as_u64()).collect();
        let from = if query.contains("after") { 1_001 } else { 1 };
        assert_eq!(positions, (from..=1_005).collect::<Vec<u64>>(), "{query}");
    }
    let beyond = stage.ask("GET", &format!("/api/conversations/{id}?after=1005")).seen().await;
    assert_eq!((beyond.status, beyond.header("link")), (200, None));
    assert_eq!(beyond.json()["conversation"]["messages"], json!([]));
}

#[actix_web::test]
async fn i1_what_is_wrong_is_named_and_what_is_unknown_is_not_found() {
    let stage = Stage::new().await;
    let chat = say(&stage, "email:jane@example.com", "v1").await;
    let (lead, id) = (chat["leadId"].as_str().expect("a lead"), chat["conversationId"].as_str().expect("an id"));
    for (path, param) in [
        (format!("conversations/{id}?after=-1"), "after"),
        (format!("conversations/{id}?limit=1001"), "limit"),
        (format!("leads/{lead}/conversations?limit=0"), "limit"),
        (format!("leads/{lead}/conversations?cursor=x"), "cursor"),
    ] {
        for prefix in ["/api", "/api/admin"] {
            let seen = stage.ask("GET", &format!("{prefix}/{path}")).seen().await;
            let error = seen.json();
            assert_eq!((seen.status, &error["code"], &error["param"]), (400, &json!("invalid_request"), &json!(param)));
            assert!(error["error"].as_str().is_some_and(|sentence| sentence.starts_with(param)), "{error}");
        }
    }
    for path in
        ["leads/550e8400-e29b-41d4-a716-446655440000/conversations", "conversations/660e8400...", "conversations"]
    {
        let seen = stage.ask("GET", &format!("/api/{path}")).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (404, &json!("not_found")), "{path}");
        assert!(seen.json()["error"].is_string());
    }
    for path in [format!("conversations/{id}"), format!("leads/{lead}/conversations")] {
        let seen = stage.ask_publicly("GET", &format!("/api/{path}")).seen().await;
        assert_eq!((seen.status, &seen.json()["code"]), (401, &json!("unauthorized")), "{path}");
    }
}
