//! Test keys work in a sandbox (contract § 3): leads, conversations and webhooks of its own, the
//! tenant's knowledge to read.

use serde_json::{Value, json};
use synaptiq_tests::{Client, Receiver, Server, ServerSettings};

const FAQ: &str = "Q: Which countries do you ship to?\nA: We ship to Norway and Iceland.";

fn test_client(server: &Server) -> Client {
    let arguments = ["key", "create", "--kind", "test", "--scopes", "admin", "--name", "sandbox", "--json"];
    let made = server.command_line(&arguments).succeeded().json();
    let key = made["key"].as_str().expect("a key");
    assert!(key.starts_with("sk_test_"), "{key}");
    server.client(key)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[tokio::test]
async fn a_test_key_sees_its_sandbox_and_nothing_of_the_tenants_and_the_other_way_round() {
    let server = Server::start();
    let (live, test) = (server.admin(), test_client(&server));
    let body = json!({ "email": "jane@example.com", "name": "Jane" });
    let hook = json!({ "url": "https://example.com/hook", "events": ["lead.created"] });
    let turn = json!({ "message": "Hello, I am at jane@example.com", "visitorId": "v1" });
    for (own, foreign) in [(&live, &test), (&test, &live)] {
        // 201 on both sides: the same address is another lead on the other side.
        let lead = text(&own.post("/api/v1/leads", &body).await.expect(201).json()["id"]);
        let endpoint = text(&own.post("/api/v1/webhooks", &hook).await.expect(201).json()["id"]);
        let chat = own.post("/api/v1/chat", &turn).await.expect(200).json();
        assert_eq!(chat["leadId"], json!(lead), "the chat found its own side's lead: {chat}");
        let conversation = text(&chat["conversationId"]);
        let unknown = foreign.get("/api/v1/leads/lead_00000000000000000000000000").await.expect(404).json();
        let answer = foreign.get(&format!("/api/v1/leads/{lead}")).await.expect(404).json();
        assert_eq!(answer["error"]["message"], unknown["error"]["message"], "T3: like an unknown one");
        foreign.patch(&format!("/api/v1/leads/{lead}"), &json!({ "name": "X" })).await.expect(404);
        foreign.delete(&format!("/api/v1/leads/{lead}")).await.expect(404);
        foreign.get(&format!("/api/v1/conversations/{conversation}")).await.expect(404);
        foreign.post(&format!("/api/v1/conversations/{conversation}/close"), &json!({})).await.expect(404);
        foreign.get(&format!("/api/v1/webhooks/{endpoint}")).await.expect(404);
        let mut stolen = json!({ "message": "Hello", "visitorId": "v1" });
        stolen["sessionId"] = chat["sessionId"].clone();
        let elsewhere = foreign.post("/api/v1/chat", &stolen).await.expect(200).json();
        assert_ne!(elsewhere["conversationId"], chat["conversationId"], "{elsewhere}");
        for path in ["/api/v1/leads", "/api/v1/leads/search?q=jane", "/api/v1/webhooks"] {
            let list = own.get(path).await.expect(200).json();
            assert_eq!(list["pagination"]["total"], 1, "{path}: {list}");
        }
    }
}

#[tokio::test]
async fn a_test_key_answers_from_the_tenants_knowledge_and_cannot_change_it() {
    let server = Server::start();
    let (live, test) = (server.admin(), test_client(&server));
    let document = json!({ "title": "Shipping", "content": FAQ });
    let made = live.post("/api/v1/knowledge", &document).await.expect(201).json();
    let id = text(&made["id"]);

    let turn = json!({ "message": "Which countries do you ship to?", "visitorId": "v1" });
    let answer = test.post("/api/v1/chat", &turn).await.expect(200).json();
    assert!(text(&answer["content"]).contains("Norway"), "{answer}");
    assert_eq!(answer["citations"][0]["documentId"], json!(id), "{answer}");
    let found = test.get("/api/v1/knowledge/search?q=countries+ship").await.expect(200).json();
    assert_eq!(found["data"][0]["documentId"], json!(id), "{found}");
    let list = test.get("/api/v1/knowledge").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], 1, "{list}");

    let refused = test.post("/api/v1/knowledge", &document).await.expect(403).json();
    assert_eq!(refused["error"]["code"], "insufficient_scope", "{refused}");
    test.delete(&format!("/api/v1/knowledge/{id}")).await.expect(403);
    let list = live.get("/api/v1/knowledge").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], 1, "nothing was changed: {list}");
}

#[tokio::test]
async fn events_of_the_sandbox_reach_its_own_webhooks_alone() {
    let server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start();
    let (live, test) = (server.admin(), test_client(&server));
    let (to_live, to_test) = (Receiver::start(), Receiver::start());
    for (client, receiver) in [(&live, &to_live), (&test, &to_test)] {
        let hook = json!({ "url": receiver.url(), "events": ["lead.created"] });
        client.post("/api/v1/webhooks", &hook).await.expect(201);
    }
    test.post("/api/v1/leads", &json!({ "email": "test@example.com" })).await.expect(201);
    live.post("/api/v1/leads", &json!({ "email": "live@example.com" })).await.expect(201);
    test.post("/api/v1/leads", &json!({ "email": "test2@example.com" })).await.expect(201);
    let emails = |received: Vec<synaptiq_tests::Received>| {
        let mut emails: Vec<String> = received.iter().map(|one| text(&one.json()["data"]["email"])).collect();
        emails.sort();
        emails
    };
    assert_eq!(emails(to_test.wait_for(2).await), ["test2@example.com", "test@example.com"]);
    assert_eq!(emails(to_live.wait_for(1).await), ["live@example.com"]);
}
