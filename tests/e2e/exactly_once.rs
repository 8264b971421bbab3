//! Exactly one event per transition, and delivery in the end, whatever breaks.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};
use synaptiq_tests::{Client, Received, Receiver, Scripted, Server, ServerSettings};

const STATUSES: [&str; 9] =
    ["new", "qualifying", "qualified", "contacted", "booked", "converted", "nurturing", "disqualified", "lost"];

fn server(schedule: &str) -> Server {
    ServerSettings::default()
        .with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8")
        .with("SYNAPTIQ_WEBHOOK_SCHEDULE", schedule)
        .start()
}

async fn subscribe(client: &Client, url: &str, events: &[&str]) -> String {
    let made = client.post("/api/v1/webhooks", &json!({ "url": url, "events": events })).await.expect(201).json();
    made["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn events_equal_the_status_history_with_64_clients_on_16_leads() {
    const CLIENTS: usize = 64;
    const STEPS: usize = 40;
    let server = server("1m");
    let client = Arc::new(server.admin());
    let receiver = Receiver::start();
    subscribe(&client, &receiver.url(), &["lead.created", "lead.updated", "lead.qualified", "lead.converted"]).await;
    let mut leads = Vec::new();
    for number in 0..16 {
        let made = client.post("/api/v1/leads", &json!({ "email": format!("lead{number}@example.com") })).await;
        leads.push(made.expect(201).json()["id"].as_str().expect("an id").to_owned());
    }
    let leads = Arc::new(leads);
    let movers: Vec<_> = (0..CLIENTS)
        .map(|mover| {
            let (client, leads) = (Arc::clone(&client), Arc::clone(&leads));
            tokio::spawn(async move {
                for step in 0..STEPS {
                    let lead = &leads[(mover + step) % leads.len()];
                    let status = STATUSES[(mover * 7 + step * 5) % STATUSES.len()];
                    client.patch(&format!("/api/v1/leads/{lead}"), &json!({ "status": status })).await.expect(200);
                }
            })
        })
        .collect();
    for mover in movers {
        mover.await.expect("no client failed");
    }
    let mut histories = BTreeMap::new();
    for lead in leads.iter() {
        let detail = client.get(&format!("/api/v1/leads/{lead}")).await.expect(200).json();
        let steps: Vec<String> = detail["statusHistory"]
            .as_array()
            .expect("a history")
            .iter()
            .skip(1)
            .map(|step| text(&step["status"]))
            .collect();
        histories.insert(lead.clone(), steps);
    }
    let transitions: usize = histories.values().map(Vec::len).sum();
    assert!(transitions > 1_000, "only {transitions} transitions: the test shows nothing");
    let told = receiver
        .wait_until("every transition", |all| {
            transitions_told(all).values().map(Vec::len).sum::<usize>() >= transitions
        })
        .await;
    assert_eq!(transitions_told(&told), histories);
}

/// The transitions of each lead by the events' own order: ids sort by the moment they were made.
/// An event that was delivered twice counts once, as a receiver that follows the docs has it.
fn transitions_told(received: &[Received]) -> BTreeMap<String, Vec<String>> {
    let events: BTreeMap<String, Value> =
        received.iter().map(Received::json).map(|event| (text(&event["id"]), event)).collect();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events.values() {
        let to = event["data"]["changes"]["status"]["to"].as_str();
        let steps = told.entry(text(&event["data"]["lead"]["id"])).or_default();
        steps.extend(to.map(str::to_owned));
    }
    told
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

#[tokio::test]
async fn w2_a_receiver_that_fails_gets_the_same_bytes_until_it_answers() {
    let server = server("1s,1s,1s");
    let client = server.admin();
    let receiver = Receiver::scripted(&[Scripted::status(500), Scripted::status(302), Scripted::status(200)]);
    let id = subscribe(&client, &receiver.url(), &["lead.created"]).await;
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    let tries = receiver.wait_for(3).await;
    assert!(tries.windows(2).all(|pair| pair[0].body == pair[1].body));
    let ids: Vec<_> = tries.iter().map(|request| request.header("webhook-id").map(str::to_owned)).collect();
    assert!(ids[0].is_some() && ids.windows(2).all(|pair| pair[0] == pair[1]));
    for _ in 0..100 {
        let list = client.get(&format!("/api/v1/webhooks/{id}/deliveries")).await.expect(200).json();
        if list["data"][0]["status"] == "delivered" {
            let codes: Vec<_> = list["data"][0]["attempts"]
                .as_array()
                .expect("tries")
                .iter()
                .map(|one| one["statusCode"].clone())
                .collect();
            assert_eq!(codes, [json!(500), json!(302), json!(200)]);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the delivery was never settled");
}

#[tokio::test]
async fn w3_an_endpoint_that_hangs_delays_no_other() {
    let server = server("1m");
    let client = server.admin();
    let hanging = Receiver::scripted(&[Scripted { delay: Duration::from_secs(600), ..Scripted::status(200) }]);
    let healthy = Receiver::start();
    subscribe(&client, &hanging.url(), &["lead.created"]).await;
    subscribe(&client, &healthy.url(), &["lead.created"]).await;
    for number in 0..100 {
        client.post("/api/v1/leads", &json!({ "email": format!("{number}@example.com") })).await.expect(201);
    }
    healthy.wait_for(100).await;
}

#[tokio::test]
async fn a_replay_sends_the_same_bytes_again_and_a_gone_receiver_is_switched_off() {
    let server = server("1s");
    let client = server.admin();
    let receiver = Receiver::scripted(&[Scripted::status(410), Scripted::status(200)]);
    let id = subscribe(&client, &receiver.url(), &["lead.created"]).await;
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    receiver.wait_for(1).await;
    let path = format!("/api/v1/webhooks/{id}");
    let mut endpoint = json!(null);
    for _ in 0..100 {
        endpoint = client.get(&path).await.expect(200).json();
        if endpoint["active"] == json!(false) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(endpoint["active"], json!(false), "410 switches it off: {endpoint}");
    let delivery = client.get(&format!("{path}/deliveries")).await.expect(200).json()["data"][0].clone();
    assert_eq!(delivery["status"], "failed");
    client.patch(&path, &json!({ "active": true })).await.expect(200);
    client.post(&format!("{path}/deliveries/{}/replay", text(&delivery["id"])), &json!({})).await.expect(202);
    let requests = receiver.wait_for(2).await;
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn changes_of_one_endpoint_wait_for_one_another_and_none_is_refused() {
    let server = server("1m");
    let client = Arc::new(server.admin());
    let endpoint = subscribe(&client, "http://127.0.0.1:9/", &["lead.created"]).await;
    let changes: Vec<_> = (0..64)
        .map(|number| {
            let (client, path) = (Arc::clone(&client), format!("/api/v1/webhooks/{endpoint}"));
            tokio::spawn(async move {
                client.patch(&path, &json!({ "description": format!("change {number}") })).await.expect(200);
            })
        })
        .collect();
    for change in changes {
        change.await.expect("no change was refused");
    }
}
