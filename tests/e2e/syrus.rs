//! syrus as its clients meet it: real deliveries, verified by the published rules, and one lead
//! that every dialect tells alike.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use synaptiq_tests::{Client, Received, Receiver, Scripted, Server, ServerSettings};

const SCOPES: &str = "leads:read,conversations:read,webhooks:manage";

fn server() -> Server {
    ServerSettings::default()
        .with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8")
        .with("SYNAPTIQ_WEBHOOK_SCHEDULE_SYRUS", "1s,1s")
        .start()
}

fn syrus(server: &Server) -> Client {
    server.client(&server.create_key_of("syrus", SCOPES))
}

/// A webhook of syrus, for one chatbot or for all; its secret.
async fn subscribe(syrus: &Client, url: &str, chatbot: Option<&str>) -> String {
    let mut body = json!({"url": url, "events": ["lead_qualified"]});
    if let Some(chatbot) = chatbot {
        body["chatbot_id"] = json!(chatbot);
    }
    let made = syrus.post("/api/v1/webhooks", &body).await.expect(201).json();
    made["secret"].as_str().expect("a generated secret is shown once").to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a receiver has a clock of its own")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// What the page asks receivers to check: the hex HMAC of the raw body, and a time within 5 minutes.
fn verifies(delivery: &Received, secret: &str, body: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(body);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let sent: u64 = delivery.header("x-syrus-timestamp").and_then(|text| text.parse().ok()).expect("epoch seconds");
    delivery.header("x-syrus-signature-256") == Some(&*expected) && now().abs_diff(sent) < 300
}

/// A visitor of an assistant who qualifies; the answer to their last message.
async fn qualify(admin: &Client, visitor: &str, assistant: Option<&str>) -> Value {
    let lines = [
        "I'm Runa Feld from Feldspat Logistics. I'm head of sales and I decide about our tools.".to_owned(),
        format!(
            "Write to {visitor}@feldspat.example. We lose leads every night because nobody answers our site, so we \
             need this in place by the end of next month."
        ),
        "Our approved budget is $48,000 a year. What would it cost for 60 people?".to_owned(),
    ];
    let mut turn = json!({
        "visitorId": visitor,
        "metadata": {"page": "https://client.tld/contatti", "utm_source": "ads", "utm_campaign": "spring"},
    });
    if let Some(assistant) = assistant {
        turn["agentId"] = json!(assistant);
    }
    let mut answer = Value::Null;
    for line in lines {
        turn["message"] = json!(line);
        answer = admin.post("/api/v1/chat", &turn).await.expect(200).json();
        turn["sessionId"] = answer["sessionId"].clone();
    }
    answer
}

#[tokio::test]
async fn a_qualified_lead_is_delivered_as_the_page_says_and_verifies_by_its_rules() {
    let server = server();
    let (admin, syrus) = (server.admin(), syrus(&server));
    let (receiver, native) = (Receiver::start(), Receiver::start());
    let secret = subscribe(&syrus, &receiver.url(), None).await;
    let wanted = json!({"url": native.url(), "events": ["lead.qualified"]});
    admin.post("/api/v1/webhooks", &wanted).await.expect(201);
    let last = qualify(&admin, "runa", None).await;

    let told = receiver.wait_for(1).await;
    let in_v1 = native.wait_for(1).await;
    let delivery = &told[0];
    assert!(verifies(delivery, &secret, &delivery.body), "{delivery:?}");
    let mut changed = delivery.body.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    assert!(!verifies(delivery, &secret, &changed), "a changed byte verifies");
    assert!(!verifies(delivery, "whsec_AAAA", &delivery.body), "another secret verifies");
    assert_eq!(delivery.header("x-syrus-event"), Some("lead_qualified"));
    assert_eq!(delivery.header("x-syrus-attempt"), Some("1"));
    assert_eq!(delivery.header("x-syrus-delivery-id").map(str::len), Some(36));
    assert_eq!(delivery.header("x-synaptiq-signature"), None);
    // The same event, each in its own profile.
    assert_eq!(delivery.header("webhook-id"), in_v1[0].header("webhook-id"));

    let leads = syrus.get("/api/v1/leads").await.expect(200).json();
    let row = &leads["data"][0];
    let detail = syrus.get(&format!("/api/v1/leads/{}", row["id"].as_str().expect("an id"))).await.expect(200).json();
    let body = delivery.json();
    assert_eq!(body["event"], "lead_qualified");
    assert_eq!(body["chatbot"], detail["conversation"]["chatbot"]);
    for field in ["id", "name", "email", "phone", "message", "source_url", "utm_source", "utm_campaign"] {
        assert_eq!(body["lead"][field], row[field], "{field}");
    }
    assert_eq!(row["qualified"], true);
    assert_eq!(row["message"], detail["conversation"]["messages"][0]["content"]);
    assert_eq!(body["conversation"]["id"], detail["conversation"]["id"]);
    assert_eq!(body["conversation"]["qualification_score"], body["lead"]["qualification_score"]);
    assert!(body["conversation"]["message_count"].as_u64() <= detail["conversation"]["message_count"].as_u64());
    let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["event", "timestamp", "chatbot", "lead", "conversation"]);

    // One lead, told alike.
    let native = admin.get(&format!("/api/v1/leads/{}", last["leadId"].as_str().expect("a lead"))).await.expect(200);
    let native = native.json();
    assert_eq!((&native["score"], &native["email"]), (&row["qualification_score"], &row["email"]));
    assert_eq!(native["qualifiedAt"].is_string(), row["qualified"] == true);
    assert_eq!(native["sourceUrl"], row["source_url"]);
    // One event, one delivery for each endpoint.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!((receiver.received().len(), in_v1.len()), (1, 1));
}

#[tokio::test]
async fn w2_a_delivery_that_fails_is_tried_again_with_the_same_id_and_bytes_and_the_next_number() {
    let server = server();
    let (admin, syrus) = (server.admin(), syrus(&server));
    let receiver = Receiver::scripted(&[Scripted::status(500), Scripted::status(302), Scripted::status(204)]);
    let secret = subscribe(&syrus, &receiver.url(), None).await;
    let lead = admin.post("/api/v1/leads", &json!({"email": "mario@acme.it"})).await.expect(201).json();
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
    admin.patch(&path, &json!({"status": "qualified"})).await.expect(200);
    let tries = receiver.wait_for(3).await;
    for (number, delivery) in (1..).zip(&tries) {
        assert_eq!(delivery.header("x-syrus-attempt"), Some(&*number.to_string()));
        assert_eq!(delivery.header("x-syrus-delivery-id"), tries[0].header("x-syrus-delivery-id"));
        assert_eq!(delivery.body, tries[0].body);
        assert!(verifies(delivery, &secret, &delivery.body));
    }
    // A lead who never chatted: the default chatbot, and no conversation.
    let body = tries[0].json();
    assert_eq!((&body["conversation"], &body["lead"]["message"]), (&Value::Null, &Value::Null));
    let bots = server.command_line(&["assistant", "list", "--json"]).succeeded().json();
    assert_eq!(body["chatbot"]["slug"], bots[0]["slug"], "{bots}");
}

#[tokio::test]
async fn a_webhook_of_one_chatbot_gets_its_leads_alone_also_when_a_person_qualifies_them() {
    let server = server();
    let (admin, syrus) = (server.admin(), syrus(&server));
    let made = server.command_line(&["assistant", "create", "--name", "Altro Bot", "--json"]).succeeded().json();
    let other = made["id"].as_str().expect("an assistant has an id").to_owned();
    let receiver = Receiver::start();
    subscribe(&syrus, &receiver.url(), Some(&other)).await;

    qualify(&admin, "first", None).await;
    qualify(&admin, "second", Some(&other)).await;
    let turn = json!({"message": "Hi, I am third@example.com", "visitorId": "third", "agentId": other});
    let third = admin.post("/api/v1/chat", &turn).await.expect(200).json();
    let path = format!("/api/v1/leads/{}", third["leadId"].as_str().expect("an address makes a lead"));
    admin.patch(&path, &json!({"status": "qualified"})).await.expect(200);

    let told = receiver.wait_for(2).await;
    let mut emails: Vec<String> =
        told.iter().map(|delivery| delivery.json()["lead"]["email"].as_str().expect("an address").to_owned()).collect();
    emails.sort();
    assert_eq!(emails, ["second@feldspat.example", "third@example.com"]);
    for delivery in &told {
        assert_eq!(delivery.json()["chatbot"]["slug"], "altro-bot");
        assert!(delivery.json()["conversation"]["id"].is_string());
    }
}

#[tokio::test]
async fn a_key_of_v1_speaks_syrus_under_its_own_prefix_and_a_test_key_sees_its_sandbox_there() {
    let server = server();
    let admin = server.admin();
    admin.post("/api/v1/leads", &json!({"email": "live@example.com"})).await.expect(201);
    let sandbox = server.client(&server.create_key_of("test", "admin"));
    sandbox.post("/api/v1/leads", &json!({"email": "test@example.com"})).await.expect(201);
    for (client, email) in [(&admin, "live@example.com"), (&sandbox, "test@example.com")] {
        let list = client.get("/syrus/api/v1/leads").await.expect(200).json();
        assert_eq!((&list["pagination"]["total"], &list["data"][0]["email"]), (&json!(1), &json!(email)));
    }
    let nobody = server.anonymous().get("/syrus/api/v1/leads").await.expect(401).json();
    assert_eq!(nobody["error"]["code"], "missing_bearer_token");
}
