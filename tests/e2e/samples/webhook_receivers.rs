//! Receivers that others wrote: the published Express one, and the official Standard Webhooks
//! libraries for Node and Python. They get real deliveries and must accept them.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use synaptiq_tests::{
    Client, Finished, Program, Received, Receiver, Server, ServerSettings, Tools, free_port, run_script,
};
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

/// What a Standard Webhooks library is given: one delivery and a secret.
fn verification(delivery: &Received, secret: &str) -> String {
    let header = |name: &str| delivery.header(name).unwrap_or_else(|| panic!("no {name}: {delivery:?}"));
    json!({
        "secret": secret,
        "body": String::from_utf8(delivery.body.clone()).expect("a body is UTF-8"),
        "headers": {
            "webhook-id": header("webhook-id"),
            "webhook-timestamp": header("webhook-timestamp"),
            "webhook-signature": header("webhook-signature"),
        },
    })
    .to_string()
}

/// Deliveries before, during and after a rotation, each with the secrets that must verify it.
async fn deliveries_with_their_secrets() -> Vec<(Received, Vec<String>)> {
    let server = server();
    let admin = server.admin();
    let receiver = Receiver::start();
    let endpoint = subscribe(&admin, &receiver.url(), None, &["lead.created"]).await;
    let old = endpoint["secret"].as_str().expect("a generated secret is shown once").to_owned();
    let path = format!("/api/v1/webhooks/{}", endpoint["id"].as_str().expect("an endpoint has an id"));

    admin.post("/api/v1/leads", &json!({"email": "one@example.com", "name": "Ünï ✓ \"q\""})).await.expect(201);
    let before = receiver.wait_for(1).await[0].clone();
    let rotated = admin.post(&format!("{path}/rotate-secret"), &json!({})).await.expect(200).json();
    let new = rotated["secret"].as_str().expect("a new secret is shown once").to_owned();
    assert_ne!(old, new);
    admin.post("/api/v1/leads", &json!({"email": "two@example.com"})).await.expect(201);
    let during = receiver.wait_for(2).await[1].clone();
    vec![(before, vec![old.clone()]), (during, vec![old, new])]
}

fn assert_verified_and_nothing_else(run: impl Fn(&str, &str) -> Finished, cases: &[(Received, Vec<String>)]) {
    for (number, (delivery, secrets)) in cases.iter().enumerate() {
        for (which, secret) in secrets.iter().enumerate() {
            let verified = run(&format!("{number}-{which}"), &verification(delivery, secret)).succeeded();
            assert_eq!(verified.stdout.trim(), "lead.created", "{verified:?}");
        }
        let foreign = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let refused = run(&format!("{number}-foreign"), &verification(delivery, foreign));
        assert!(!refused.success, "a foreign secret verifies: {refused:?}");
        let mut changed = delivery.clone();
        changed.body.push(b' ');
        let refused = run(&format!("{number}-changed"), &verification(&changed, &secrets[0]));
        assert!(!refused.success, "a changed body verifies: {refused:?}");
    }
}

#[tokio::test]
async fn the_official_node_library_verifies_deliveries_through_a_rotation() {
    let what = "the Standard Webhooks library for Node";
    let tools = Tools::find();
    if tools.node(what).is_none() {
        return;
    }
    let cases = deliveries_with_their_secrets().await;
    let folder = TempDir::new().expect("a temporary folder");
    let script = "const { Webhook } = require('standardwebhooks');\n\
                  const given = JSON.parse(require('fs').readFileSync(process.argv[1] + '.json', 'utf8'));\n\
                  const event = new Webhook(given.secret).verify(given.body, given.headers);\n\
                  console.log(event.type);\n";
    let run = |name: &str, given: &str| {
        let script_name = format!("{name}.cjs");
        fs::write(folder.path().join(format!("{script_name}.json")), given).expect("written");
        run_script(&mut tools.node(what).expect("it was there a moment ago"), folder.path(), &script_name, script)
    };
    assert_verified_and_nothing_else(run, &cases);
}

#[tokio::test]
async fn the_official_python_library_verifies_deliveries_through_a_rotation() {
    let what = "the Standard Webhooks library for Python";
    let tools = Tools::find();
    if tools.python(what).is_none() {
        return;
    }
    let cases = deliveries_with_their_secrets().await;
    let folder = TempDir::new().expect("a temporary folder");
    let script = "import json, sys\n\
                  from standardwebhooks.webhooks import Webhook\n\
                  given = json.load(open(sys.argv[0] + '.json', encoding='utf-8'))\n\
                  event = Webhook(given['secret']).verify(given['body'].encode(), given['headers'])\n\
                  print(event['type'])\n";
    let run = |name: &str, given: &str| {
        let script_name = format!("{name}.py");
        fs::write(folder.path().join(format!("{script_name}.json")), given).expect("written");
        run_script(&mut tools.python(what).expect("it was there a moment ago"), folder.path(), &script_name, script)
    };
    assert_verified_and_nothing_else(run, &cases);
}
