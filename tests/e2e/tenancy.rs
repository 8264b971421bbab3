//! Three tenants on one server and one file: each is answered from its own documents, finds its own
//! rows, and is told of its own events (security T1, T5). What is promised of every route and every
//! id is shown in process, in `crates/http/tests/http/matrix`; here it is what that has no part in:
//! the index, the database, the relay.

use serde_json::{Value, json};
use synaptiq_tests::{Client, Receiver, Server, ServerSettings};

/// A tenant with a key for everything.
struct Tenant {
    id: String,
    country: &'static str,
    client: Client,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Three tenants that differ in one word alone, each with a document that holds it.
async fn three(server: &Server) -> Vec<Tenant> {
    let mut tenants = Vec::new();
    for country in ["Norway", "Portugal", "Iceland"] {
        let made = server.command_line(&["tenant", "create", "--name", "Acme", "--json"]).succeeded().json();
        let id = text(&made["id"]);
        let arguments =
            ["key", "create", "--kind", "live", "--scopes", "admin", "--name", "all", "--tenant", &id, "--json"];
        let key = server.command_line(&arguments).succeeded().json();
        let client = server.client(&text(&key["key"]));
        let content = format!("Q: Which countries do you ship to?\nA: We ship to {country} within three days.");
        client.post("/api/v1/knowledge", &json!({"title": "Shipping", "content": content})).await.expect(201);
        tenants.push(Tenant { id, country, client });
    }
    tenants
}

/// The countries that an answer tells of.
fn countries(answer: &str) -> Vec<&'static str> {
    ["Norway", "Portugal", "Iceland"].into_iter().filter(|country| answer.contains(country)).collect()
}

#[tokio::test]
async fn t5_each_tenant_is_answered_from_its_own_documents_whoever_asks() {
    let server = Server::start();
    let tenants = three(&server).await;
    let visitor = server.anonymous();
    for tenant in &tenants {
        let search = tenant.client.get("/api/v1/knowledge/search?q=countries+ship").await.expect(200);
        assert_eq!(search.json()["data"].as_array().map(Vec::len), Some(1), "{}", search.text);
        assert_eq!(countries(&search.text), [tenant.country]);
        for other in tenants.iter().filter(|other| other.id != tenant.id) {
            let path = format!("/api/v1/knowledge/search?q={}", other.country);
            let found = tenant.client.get(&path).await.expect(200);
            assert_eq!(countries(&found.text), [] as [&str; 0], "{}", found.text);
        }
        let question = json!({"message": "Which countries do you ship to?", "visitorId": "v1"});
        let answer = tenant.client.post("/api/v1/chat", &question).await.expect(200);
        assert_eq!(countries(&answer.text), [tenant.country], "{}", answer.text);
        let in_public = json!({"message": "Which countries do you ship to?", "tenantId": tenant.id});
        let answer = visitor.post("/api/chat", &in_public).await.expect(200);
        assert_eq!(countries(&answer.text), [tenant.country], "{}", answer.text);
    }
    // What one deletes is gone for that one alone.
    let listed = tenants[0].client.get("/api/v1/knowledge").await.expect(200).json();
    let document = text(&listed["data"][0]["id"]);
    tenants[1].client.delete(&format!("/api/v1/knowledge/{document}")).await.expect(404);
    tenants[0].client.delete(&format!("/api/v1/knowledge/{document}")).await.expect(200);
    for (tenant, expected) in tenants.iter().zip([&[][..], &["Portugal"], &["Iceland"]]) {
        let found = tenant.client.get("/api/v1/knowledge/search?q=countries+ship").await.expect(200);
        assert_eq!(countries(&found.text), expected, "{}", found.text);
    }
}

#[tokio::test]
async fn t5_rows_counts_receipts_and_events_of_one_tenant_are_nobody_elses() {
    let server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start();
    let tenants = three(&server).await;
    let receivers: Vec<Receiver> = tenants.iter().map(|_| Receiver::start()).collect();
    for (tenant, receiver) in tenants.iter().zip(&receivers) {
        let hook = json!({"url": receiver.url(), "events": ["lead.created"]});
        tenant.client.post("/api/v1/webhooks", &hook).await.expect(201);
    }
    // The same address, the same idempotency key, the same session's visitor, in each of them.
    let mut sessions = Vec::new();
    for tenant in &tenants {
        let lead = json!({"email": "jane@example.com", "name": tenant.country});
        let post = || tenant.client.request(reqwest::Method::POST, "/api/v1/leads").header("Idempotency-Key", "one");
        let made = tenant.client.send(post().json(&lead)).await.expect(201);
        let again = tenant.client.send(post().json(&lead)).await.expect(201);
        assert_eq!((made.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
        let turn = json!({"message": "Hello, I am jane@example.com", "visitorId": "v1"});
        let chat = tenant.client.post("/api/v1/chat", &turn).await.expect(200).json();
        assert_eq!(chat["leadId"], made.json()["id"], "the chat found its own tenant's lead");
        sessions.push(text(&chat["sessionId"]));
    }
    for (at, tenant) in tenants.iter().enumerate() {
        for path in ["/api/v1/leads", "/api/v1/leads/search?q=jane", "/api/v1/conversations", "/api/v1/webhooks"] {
            let list = tenant.client.get(path).await.expect(200);
            assert_eq!(list.json()["pagination"]["total"], 1, "{path}: {}", list.text);
        }
        let leads = tenant.client.get("/api/v1/leads").await.expect(200);
        assert_eq!(countries(&leads.text), [tenant.country], "{}", leads.text);
        let stolen = json!({"message": "Hello", "visitorId": "v1", "sessionId": sessions[(at + 1) % 3]});
        let chat = tenant.client.post("/api/v1/chat", &stolen).await.expect(200).json();
        assert!(!sessions.contains(&text(&chat["sessionId"])), "it goes on with nobody's conversation: {chat}");
    }
    for (tenant, receiver) in tenants.iter().zip(&receivers) {
        let told = receiver.wait_for(1).await;
        assert_eq!(told.len(), 1, "it was told of its own lead alone");
        assert_eq!(told[0].json()["data"]["name"], tenant.country);
    }
}
