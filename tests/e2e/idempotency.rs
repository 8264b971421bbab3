//! P6: the same key and body give the stored answer, at once, later, and after a restart.

use std::{collections::BTreeSet, fs, sync::Arc};

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Answer, Client, Server};

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.send(client.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
}

async fn twins(client: &Arc<Client>, path: &'static str, body: Value) -> Vec<Answer> {
    let all: Vec<_> = (0..100)
        .map(|_| {
            let (client, body) = (Arc::clone(client), body.clone());
            tokio::spawn(async move { keyed(&client, path, path, &body).await })
        })
        .collect();
    let mut answers = Vec::new();
    for twin in all {
        answers.push(twin.await.expect("no twin failed"));
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_a_hundred_twins_make_one_object_and_get_one_answer() {
    let server = Server::start();
    let client = Arc::new(server.admin());
    let bulk = json!({ "leads": [{ "phone": "+1 555 0100" }, { "phone": "+1 555 0101" }] });
    for (path, body) in [
        ("/api/v1/leads", json!({ "phone": "+1 555 0199", "name": "Twin" })),
        ("/api/v1/chat", json!({ "message": "call me on +1 415 555 2671", "visitorId": "v1" })),
        ("/api/v1/leads/bulk", bulk),
        ("/api/v1/webhooks", json!({ "url": "https://example.com/hook", "events": ["lead.created"] })),
        ("/api/v1/knowledge", json!({ "title": "FAQ", "content": "Q: Open?\nA: Yes." })),
    ] {
        let answers = twins(&client, path, body).await;
        let texts: BTreeSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(texts.len(), 1, "{path}: {texts:?}");
        let fresh = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count();
        assert_eq!(fresh, 1, "{path}: exactly one did the work");
    }
    let total = client.get("/api/v1/leads").await.expect(200).json()["pagination"]["total"].clone();
    assert_eq!(total, json!(4), "one created, one from chat, two in bulk");
}

#[tokio::test]
async fn p6_an_answer_survives_a_restart_and_another_body_is_refused() {
    let mut server = Server::start();
    let key = server.create_key("admin");
    let body = json!({ "email": "jane@example.com" });
    let first = keyed(&server.client(&key), "/api/v1/leads", "once", &body).await.expect(201);
    let kept = json!({ "url": "https://example.com/hook", "events": ["lead.created"] });
    let hook = keyed(&server.client(&key), "/api/v1/webhooks", "hook", &kept).await.expect(201);
    let turn = json!({ "message": "hello", "visitorId": "v1" });
    let chat = keyed(&server.client(&key), "/api/v1/chat", "chat", &turn).await.expect(200);
    server.restart();
    let client = server.client(&key);
    for (path, name, body, before) in [
        ("/api/v1/leads", "once", &body, &first),
        ("/api/v1/webhooks", "hook", &kept, &hook),
        ("/api/v1/chat", "chat", &turn, &chat),
    ] {
        let again = keyed(&client, path, name, body).await.expect(before.status);
        assert_eq!(again.text, before.text);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    let other = keyed(&client, "/api/v1/leads", "once", &json!({ "email": "else@example.com" })).await.expect(422);
    assert_eq!(other.json()["error"]["code"], "idempotency_key_reuse");
    let refused = keyed(&client, "/api/v1/leads", "bad", &json!({ "email": 1 })).await.expect(400);
    assert_eq!(refused.json()["error"]["param"], "email");
    keyed(&client, "/api/v1/leads", "bad", &json!({ "email": "good@example.com" })).await.expect(201);
}

#[tokio::test]
async fn w1_no_secret_key_or_session_stands_in_clear_in_the_database() {
    let mut server = Server::start();
    let key = server.create_key("admin");
    let client = server.client(&key);
    let hook = json!({ "url": "https://example.com/hook", "events": ["lead.created"] });
    let hook = keyed(&client, "/api/v1/webhooks", "hook", &hook).await.expect(201).json();
    let chat = keyed(&client, "/api/v1/chat", "chat", &json!({ "message": "find-me-please", "visitorId": "v" })).await;
    let chat = chat.expect(200).json();
    let secrets = [
        key.clone(),
        hook["secret"].as_str().expect("a secret").to_owned(),
        chat["sessionId"].as_str().expect("a session").to_owned(),
    ];
    server.terminate();
    let mut searched = 0;
    for entry in fs::read_dir(server.folder()).expect("the data folder") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a readable file");
        searched += usize::from(holds(&bytes, b"find-me-please"));
        for secret in &secrets {
            assert!(!holds(&bytes, secret.as_bytes()), "{} holds a secret", path.display());
        }
    }
    assert!(searched > 0, "the search finds what is stored in clear");
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
