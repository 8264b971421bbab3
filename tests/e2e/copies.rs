//! A whole installation in another database: with its keys, secrets and sessions.

use std::fs;

use serde_json::json;
use synaptiq_tests::{Server, ServerSettings};

#[tokio::test]
async fn a_copied_installation_serves_the_same_keys_with_the_same_secret_key_and_no_other() {
    let server = Server::start();
    let key = server.create_key("admin");
    let client = server.client(&key);
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    client
        .post("/api/v1/webhooks", &json!({ "url": "https://example.com/h", "events": ["lead.created"] }))
        .await
        .expect(201);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let target = elsewhere.path().join("synaptiq.db");
    let source = format!("sqlite:{}", server.folder().join("synaptiq.db").display());
    let to = format!("sqlite:{}", target.display());
    let arguments = ["copy", "--from", &source, "--to", &to, "--json"];
    let report = server.command_line(&arguments).succeeded().json();
    assert_eq!((&report["copied"], &report["tables"]["leads"]), (&json!(true), &json!(1)), "{report}");
    assert_eq!(server.command_line(&arguments).succeeded().json()["copied"], json!(false), "it is there already");
    let same = server.command_line(&["copy", "--from", &source, "--to", &source]);
    assert!(!same.success && same.stderr.contains("the same database"), "{}", same.stderr);
    let other = server.command_line(&["copy", "--from", "postgres://x/y", "--to", &to]);
    assert!(!other.success && other.stderr.contains("--from"), "{}", other.stderr);

    // Nothing is served with another key.
    let in_copy = ["--database-url", &to, "tenant", "list"];
    let refused = server.command_line(&in_copy);
    assert!(!refused.success && refused.stderr.contains("key"), "{}", refused.stderr);
    fs::copy(server.folder().join("synaptiq.db.key"), elsewhere.path().join("synaptiq.db.key")).expect("copied");
    let copy = ServerSettings::default().start_at(elsewhere.path());
    let list = copy.client(&key).get("/api/v1/leads").await.expect(200).json();
    assert_eq!(list["data"][0]["email"], json!("jane@example.com"));
    assert_eq!(
        copy.client(&key).get("/api/v1/webhooks").await.expect(200).json()["data"][0]["url"],
        json!("https://example.com/h")
    );
    let refused = server.command_line(&arguments);
    assert!(!refused.success && refused.stderr.contains("server"), "a server runs on it: {}", refused.stderr);
}

#[tokio::test]
async fn a_demo_shows_something_everywhere_and_goes_without_a_trace_of_others() {
    let server = Server::start();
    server.admin().post("/api/v1/leads", &json!({ "email": "mine@example.com" })).await.expect(201);
    let demo = server.command_line(&["demo", "load", "--json"]).succeeded().json();
    let id = demo["id"].as_str().expect("an id");
    let made = server.command_line(&[
        "key", "create", "--kind", "live", "--scopes", "admin", "--name", "look", "--tenant", id, "--json",
    ]);
    let client = server.client(made.succeeded().json()["key"].as_str().expect("a key"));
    for path in ["/api/v1/leads", "/api/v1/conversations", "/api/v1/knowledge"] {
        let list = client.get(path).await.expect(200).json();
        assert!(list["data"].as_array().is_some_and(|data| !data.is_empty()), "{path}: {list}");
    }
    let leads = client.get("/api/v1/leads?status=converted").await.expect(200).json();
    let lead = leads["data"][0]["id"].as_str().expect("somebody bought");
    let detail = client.get(&format!("/api/v1/leads/{lead}")).await.expect(200).json();
    assert!(detail["scoreBreakdown"]["criteria"].to_string().contains("quote"), "{detail}");
    let funnel = client.get("/api/v1/analytics/funnel").await.expect(200).json();
    for stage in funnel["stages"].as_array().or(funnel["funnel"].as_array()).expect("stages") {
        assert!(stage["count"].as_u64() > Some(0), "{funnel}");
    }
    let refused = server.command_line(&["demo", "drop", "--tenant", &default_tenant(&server)]);
    assert!(!refused.success && refused.stderr.contains("demo load"), "{}", refused.stderr);
    let dropped = server.command_line(&["demo", "drop", "--json"]).succeeded().json();
    assert_eq!(dropped["dropped"], json!([id]));
    client.get("/api/v1/leads").await.expect(401);
    let list = server.admin().get("/api/v1/leads").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], json!(1), "the others' are as before");
    assert!(!server.command_line(&["demo", "drop"]).success, "there is none any more");
}

fn default_tenant(server: &Server) -> String {
    let tenants = server.command_line(&["tenant", "list", "--json"]).succeeded().json();
    let default = tenants.as_array().expect("a list").iter().find(|tenant| tenant["isDefault"] == json!(true));
    default.and_then(|tenant| tenant["id"].as_str()).expect("a default tenant").to_owned()
}
