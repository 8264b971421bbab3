//! Leads over HTTP: what the routes make of the use cases.

use serde_json::{Value, json};

use crate::stage::Stage;

#[actix_web::test]
async fn a_new_lead_is_201_with_its_place_and_a_known_address_merges_with_200() {
    let stage = Stage::new().await;
    let body = json!({"email": "maria@example.com", "name": "Maria", "tags": ["a"]});
    let created = stage.ask("POST", "/api/v1/leads").json(&body).seen().await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(created.header("location"), Some(&*format!("/api/v1/leads/{id}")));
    let body = json!({"email": "MARIA@example.com", "company": "Acme", "tags": ["b"]});
    let merged = stage.ask("POST", "/api/v1/leads").json(&body).seen().await;
    assert_eq!((merged.status, &merged.json()["id"]), (200, &json!(id)));
    assert_eq!(merged.json()["tags"], json!(["a", "b"]));
    let refused = stage.ask("POST", "/api/v1/leads?onDuplicate=error").json(&body).seen().await;
    assert_eq!((refused.status, &refused.json()["error"]["existingId"]), (409, &json!(id)), "{}", refused.text());
    let unknown = stage.ask("POST", "/api/v1/leads?onDuplicate=replace").json(&body).seen().await;
    assert_eq!((unknown.status, &unknown.json()["error"]["param"]), (400, &json!("onDuplicate")));
}

#[actix_web::test]
async fn a_lead_is_read_changed_and_deleted() {
    let stage = Stage::new().await;
    let created = stage.ask("POST", "/api/v1/leads").json(&json!({"email": "m@example.com"})).seen().await;
    let path = format!("/api/v1/leads/{}", created.json()["id"].as_str().expect("an id"));
    let change = json!({"status": "contacted", "name": "Maria", "customFields": {"a": 1}});
    let changed = stage.ask("PATCH", &path).json(&change).seen().await;
    assert_eq!((changed.status, &changed.json()["status"]), (200, &json!("contacted")), "{}", changed.text());
    let read = stage.ask("GET", &path).seen().await.json();
    assert_eq!((&read["name"], &read["scoreBreakdown"]["threshold"]), (&json!("Maria"), &json!(60)));
    assert!(read["conversations"].is_array());
    let deleted = stage.ask("DELETE", &path).seen().await;
    assert_eq!((deleted.status, &deleted.json()["deleted"]), (200, &json!(true)));
    assert_eq!(stage.ask("GET", &path).seen().await.status, 404);
    assert_eq!(stage.ask("DELETE", &path).seen().await.status, 404);
}

#[actix_web::test]
async fn a_list_is_read_by_page_and_by_cursor_and_each_lead_comes_once() {
    let stage = Stage::new().await;
    for at in 0..7 {
        stage.ask("POST", "/api/v1/leads").json(&json!({"email": format!("l{at}@example.com")})).seen().await;
    }
    let page = stage.ask("GET", "/api/v1/leads?limit=3&page=3").seen().await.json();
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["pagination"]["total"], 7);
    let mut path = "/api/v1/leads?limit=3&sortOrder=asc".to_owned();
    let mut ids: Vec<Value> = Vec::new();
    loop {
        let part = stage.ask("GET", &path).seen().await.json();
        ids.extend(part["data"].as_array().expect("rows").iter().map(|lead| lead["id"].clone()));
        let Some(next) = part["pagination"]["nextCursor"].as_str() else { break };
        path = format!("/api/v1/leads?limit=3&sortOrder=asc&cursor={next}");
    }
    let mut once = ids.clone();
    once.dedup();
    assert_eq!((ids.len(), once.len()), (7, 7));
    let other = path.replace("sortOrder=asc", "sortOrder=desc");
    let refused = stage.ask("GET", &other).seen().await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("cursor")));
}

#[actix_web::test]
async fn a_search_needs_its_words() {
    let stage = Stage::new().await;
    for name in ["Ada Byron", "Grace Hopper"] {
        let email = format!("{}@example.com", name.replace(' ', "."));
        stage.ask("POST", "/api/v1/leads").json(&json!({"email": email, "name": name})).seen().await;
    }
    let found = stage.ask("GET", "/api/v1/leads/search?q=BYRON+ada").seen().await.json();
    assert_eq!(
        (found["pagination"]["total"].clone(), found["data"][0]["name"].clone()),
        (json!(1), json!("Ada Byron"))
    );
    for path in ["/api/v1/leads/search", "/api/v1/leads/search?q=", "/api/v1/leads/search?q=%20"] {
        let refused = stage.ask("GET", path).seen().await;
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("q")), "{path}");
    }
}

#[actix_web::test]
async fn many_leads_are_created_at_once_each_with_its_own_outcome() {
    let stage = Stage::new().await;
    let rows = json!({"leads": [
        {"email": "a@example.com", "name": "first"}, {"email": "broken"}, {"phone": "+1-555-0100"},
        {"email": "A@example.com", "name": "second"}, 7,
    ]});
    let seen = stage.ask("POST", "/api/v1/leads/bulk").json(&rows).seen().await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let answer = seen.json();
    assert_eq!((&answer["created"], &answer["merged"], &answer["failed"]), (&json!(2), &json!(1), &json!(2)));
    assert_eq!(answer["results"][1]["error"]["param"], "leads[1].email");
    assert_eq!(answer["results"][3]["lead"]["name"], "second", "rows of one lead are written in order");
    let many: Vec<Value> = (0..1_000).map(|at| json!({"email": format!("m{at}@example.com")})).collect();
    let seen = stage.ask("POST", "/api/v1/leads/bulk").json(&json!({"leads": many})).seen().await;
    assert_eq!(seen.json()["created"], 1_000);
}

#[actix_web::test]
async fn conversations_of_a_lead_are_listed_and_worked_on() {
    let stage = Stage::new().await;
    let say = json!({"message": "email:jane@example.com need=100", "visitorId": "v1"});
    let chat = stage.ask("POST", "/api/v1/chat").json(&say).seen().await.json();
    let (lead, conversation) =
        (chat["leadId"].as_str().expect("a lead"), chat["conversationId"].as_str().expect("an id"));
    let listed = stage.ask("GET", &format!("/api/v1/leads/{lead}/conversations")).seen().await.json();
    assert_eq!(listed["data"][0]["id"], conversation);
    let path = format!("/api/v1/conversations/{conversation}");
    let handed =
        stage.ask("POST", &format!("{path}/handoff")).json(&json!({"reason": "wants a discount", "priority": "high"}));
    let handed = handed.seen().await;
    assert_eq!((handed.status, &handed.json()["status"]), (200, &json!("handed_off")), "{}", handed.text());
    let said =
        stage.ask("POST", &format!("{path}/messages")).json(&json!({"content": "Hello, a person here."})).seen().await;
    assert_eq!((said.status, &said.json()["role"]), (201, &json!("agent")));
    assert_eq!(stage.ask("POST", &format!("{path}/return")).seen().await.json()["status"], "active");
    assert_eq!(stage.ask("POST", &format!("{path}/close")).json(&json!({})).seen().await.json()["status"], "closed");
    let read = stage.ask("GET", &format!("{path}?messageLimit=2&messageOffset=1")).seen().await.json();
    assert_eq!(read["messages"].as_array().map(Vec::len), Some(2), "{read}");
    let bare = stage.ask("GET", &format!("{path}?includeMessages=false")).seen().await.json();
    assert!(bare.get("messages").is_none());
    assert_eq!(stage.ask("DELETE", &path).seen().await.json()["deleted"], true);
    assert_eq!(stage.ask("GET", &path).seen().await.status, 404);
}

#[actix_web::test]
async fn i1_each_wrong_parameter_is_named() {
    let stage = Stage::new().await;
    for (path, query, param) in [
        ("leads", "page=0", "page"),
        ("leads", "limit=101", "limit"),
        ("leads", "status=hot", "status"),
        ("leads", "source=tv", "source"),
        ("leads", "sortBy=name", "sortBy"),
        ("leads", "sortOrder=up", "sortOrder"),
        ("leads", "createdAfter=yesterday", "createdAfter"),
        ("leads", "createdBefore=2026-13-01", "createdBefore"),
        ("leads", "minScore=101", "minScore"),
        ("leads", "cursor=abc", "cursor"),
        ("leads", "q=%00", "q"),
        ("leads", "limit=1&limit=2", "limit"),
        ("conversations", "status=open", "status"),
        ("conversations", "channel=fax", "channel"),
        ("conversations", "startDate=x", "startDate"),
        ("conversations", "sortBy=createdAt", "sortBy"),
        ("conversations", "limit=ten", "limit"),
        ("conversations/01J00000000000000000000000", "messageLimit=201", "messageLimit"),
        ("conversations/01J00000000000000000000000", "includeMessages=yes", "includeMessages"),
        ("conversations/01J00000000000000000000000", "messageOrder=up", "messageOrder"),
        ("knowledge/search", "q=a&limit=0", "limit"),
        ("knowledge/search", "", "q"),
    ] {
        let seen = stage.ask("GET", &format!("/api/v1/{path}?{query}")).seen().await;
        let error = &seen.json()["error"];
        assert_eq!(
            (seen.status, &error["code"], &error["param"]),
            (400, &json!("invalid_request"), &json!(param)),
            "{path}?{query}"
        );
    }
}
