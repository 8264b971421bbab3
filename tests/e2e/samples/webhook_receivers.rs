//! The published Express receiver. It gets real deliveries and must accept them. App's
//! `verifyWebhook` is with its page; our own receivers, and the official libraries, are in `crate::receivers`.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use synaptiq_tests::{Client, Program, Server, ServerSettings, Tools, free_port};
use tempfile::TempDir;

use super::{
    page::{Language, quoted, samples},
    published,
};

const DEADLINE: Duration = Duration::from_secs(60);

fn server() -> Server {
    ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start()
}

async fn subscribe(admin: &Client, url: &str, secret: Option<&str>, events: &[&str]) -> Value {
    let mut wanted = json!({"url": url, "events": events});
    if let Some(secret) = secret {
        wanted["secret"] = json!(secret);
    }
    admin.post("/api/v1/webhooks", &wanted).await.expect(201).json()
}

/// A visitor who qualifies; the answer to their last message.
async fn qualify(admin: &Client) -> Value {
    let lines = [
        "I'm Runa Feld from Feldspat Logistics, runa.feld@feldspat.example. I'm head of sales and I decide about our \
         tools.",
        "We lose leads every night because nobody answers our site, so we need this in place by the end of next month.",
        "Our approved budget is $48,000 a year. What would it cost for 60 people?",
    ];
    let mut turn = json!({"visitorId": "visitor_runa"});
    let mut answer = Value::Null;
    for line in lines {
        turn["message"] = json!(line);
        answer = admin.post("/api/v1/chat", &turn).await.expect(200).json();
        turn["sessionId"] = answer["sessionId"].clone();
    }
    answer
}

#[tokio::test]
async fn the_published_express_receiver_accepts_and_reads_every_event_that_it_handles() {
    let what = "the published Express receiver";
    let Some(page) = published("synaptiq-v1-code-examples.txt", what) else { return };
    let tools = Tools::find();
    let Some(mut node) = tools.node(what) else { return };
    let server = server();
    let admin = server.admin();
    let javascript: Vec<_> =
        samples(&page).into_iter().filter(|sample| sample.language == Language::JavaScript).collect();
    let sample = javascript[3].text_for(server.address(), admin.key().expect("made with a key"));
    let secret = quoted(&sample, "whsec_").to_owned();

    let folder = TempDir::new().expect("a temporary folder");
    let script = folder.path().join("receiver.cjs");
    fs::write(&script, &sample).expect("written");
    let port = free_port();
    let receiver = Program::start(node.arg(&script).env("PORT", port.to_string()));
    receiver.wait_for(&[&port.to_string()]);

    let url = format!("http://127.0.0.1:{port}/webhooks/synaptiq");
    let handled = ["lead.created", "lead.qualified", "conversation.handoff", "intent.high_value", "lead.deleted"];
    let endpoint = subscribe(&admin, &url, Some(&secret), &handled).await;
    let lead = json!({"email": "bo.lind@example.com", "name": "Bo Lind", "company": "Lindwerk"});
    let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
    let reply = qualify(&admin).await;
    let conversation = reply["conversationId"].as_str().expect("a conversation");
    let handoff = json!({"reason": "wants the contract read", "priority": "high"});
    admin.post(&format!("/api/v1/conversations/{conversation}/handoff"), &handoff).await.expect(200);
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
    admin.delete(&path).await.expect(200);

    receiver.wait_for(&["New lead: Bo Lind (bo.lind@example.com) from Lindwerk"]);
    let qualified = receiver.wait_for(&["Lead qualified: Runa Feld — "]);
    receiver.wait_for(&["Handoff requested: wants the contract read (high)"]);
    let high_value = receiver.wait_for(&["High-value intent: ", "$48000"]);
    receiver.wait_for(&["Unhandled event type: lead.deleted"]);
    for line in [&qualified, &high_value] {
        assert!(!line.contains("undefined") && !line.contains("null"), "{line}");
    }
    assert!(!receiver.output().contains("rejected"), "{}", receiver.output());
    let id = endpoint["id"].as_str().expect("an endpoint has an id");
    wait_for_deliveries(&admin, id, |delivery| delivery["status"] == "delivered").await;
}

#[tokio::test]
async fn the_published_express_receiver_refuses_a_delivery_signed_with_another_secret() {
    let what = "the published Express receiver";
    let Some(page) = published("synaptiq-v1-code-examples.txt", what) else { return };
    let tools = Tools::find();
    let Some(mut node) = tools.node(what) else { return };
    let server = server();
    let admin = server.admin();
    let javascript: Vec<_> =
        samples(&page).into_iter().filter(|sample| sample.language == Language::JavaScript).collect();
    let folder = TempDir::new().expect("a temporary folder");
    let script = folder.path().join("receiver.cjs");
    fs::write(&script, javascript[3].text_for(server.address(), "")).expect("written");
    let port = free_port();
    let receiver = Program::start(node.arg(&script).env("PORT", port.to_string()));
    receiver.wait_for(&[&port.to_string()]);

    let url = format!("http://127.0.0.1:{port}/webhooks/synaptiq");
    let endpoint = subscribe(&admin, &url, None, &["lead.created"]).await;
    admin.post("/api/v1/leads", &json!({"email": "bo.lind@example.com"})).await.expect(201);
    receiver.wait_for(&["rejected", "signature"]);
    let id = endpoint["id"].as_str().expect("an endpoint has an id");
    wait_for_deliveries(&admin, id, |delivery| {
        delivery["status"] == "pending" && delivery["attempts"][0]["statusCode"] == 401
    })
    .await;
}

/// Waits until every delivery of an endpoint is as wanted.
async fn wait_for_deliveries(admin: &Client, endpoint: &str, wanted: impl Fn(&Value) -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        let list = admin.get(&format!("/api/v1/webhooks/{endpoint}/deliveries")).await.expect(200).json();
        let deliveries = list["data"].as_array().expect("a list");
        if !deliveries.is_empty() && deliveries.iter().all(&wanted) {
            return;
        }
        assert!(Instant::now() < end, "not as wanted: {list}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
