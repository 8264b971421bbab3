//! The published receivers: v1's Express one, and app's `verifyWebhook`. They get real deliveries
//! and must accept them. Our own receivers, and the official libraries, are in `crate::receivers`.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use synaptiq_tests::{Client, Program, Received, Receiver, Server, ServerSettings, Tools, free_port, run_script};
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

/// The function between its import and the prose that follows it.
fn verify_webhook(page: &str) -> &str {
    let from = page.find("import crypto from 'crypto';").expect("the page has the function");
    let length = page[from..].find("If your endpoint").expect("prose follows it");
    &page[from..from + length]
}

#[tokio::test]
async fn the_published_verify_webhook_function_accepts_real_deliveries_and_rejects_a_changed_byte() {
    let what = "the published verifyWebhook function";
    let Some(page) = published("synaptiq-app-api.txt", what) else { return };
    let tools = Tools::find();
    if tools.node(what).is_none() {
        return;
    }
    let server = server();
    let admin = server.admin();
    let receiver = Receiver::start();
    let wanted = json!({"url": receiver.url(), "events": ["lead.created"], "signatureScheme": "body"});
    let endpoint = admin.post("/api/v1/webhooks", &wanted).await.expect(201).json();
    let old = endpoint["secret"].as_str().expect("a generated secret is shown once").to_owned();
    admin.post("/api/v1/leads", &json!({"email": "one@example.com", "name": "Ünï ✓ \"q\""})).await.expect(201);
    let before = receiver.wait_for(1).await.remove(0);
    let rotate = format!("/api/v1/webhooks/{}/rotate-secret", endpoint["id"].as_str().expect("an id"));
    let new = admin.post(&rotate, &json!({})).await.expect(200).json();
    let new = new["secret"].as_str().expect("a new secret is shown once").to_owned();
    admin.post("/api/v1/leads", &json!({"email": "two@example.com"})).await.expect(201);
    let during = receiver.wait_for(2).await.remove(1);

    let folder = TempDir::new().expect("a temporary folder");
    let script = format!(
        "{}\nimport {{ readFileSync }} from 'node:fs';\n\
         const given = JSON.parse(readFileSync(process.argv[1] + '.json', 'utf8'));\n\
         console.log(verifyWebhook(given.body, given.signature, given.secret));\n",
        verify_webhook(&page)
    );
    let verdict = |name: &str, delivery: &Received, secret: &str| {
        let body = String::from_utf8(delivery.body.clone()).expect("a body is UTF-8");
        let signature = delivery.header("x-synaptiq-signature").expect("every delivery has it");
        let given = json!({"body": body, "signature": signature, "secret": secret}).to_string();
        fs::write(folder.path().join(format!("{name}.mjs.json")), given).expect("written");
        let mut node = tools.node(what).expect("it was there a moment ago");
        run_script(&mut node, folder.path(), &format!("{name}.mjs"), &script).succeeded().stdout.trim().to_owned()
    };
    assert_eq!(verdict("before", &before, &old), "true");
    // It would throw at two signatures: during a rotation there is one still, of the old secret.
    assert_eq!(verdict("during", &during, &old), "true");
    assert_eq!(verdict("new", &during, &new), "false");
    let mut changed = before.clone();
    let last = changed.body.len() - 1;
    changed.body[last] = b' ';
    assert_eq!(verdict("changed", &changed, &old), "false");
}
