//! D1, D2: an answered write survives `kill -9` at any moment, and nothing is half-written.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Client, Server};

const WRITERS: usize = 32;
const ROUNDS: usize = 6;

/// What was answered: a lead's id with its address, and a conversation with its session.
#[derive(Default)]
struct Answered {
    leads: Vec<(String, String)>,
    turns: Vec<(String, u64)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d2_every_answered_write_is_read_back_after_kill_9_under_32_writers() {
    let mut server = Server::start();
    let key = server.create_key("admin");
    let answered = Arc::new(Mutex::new(Answered::default()));
    for round in 0..ROUNDS {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let client = Client::new(server.address(), Some(&key));
                tokio::spawn(write(client, round, writer, Arc::clone(&stop), Arc::clone(&answered)))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(400 + 137 * round as u64)).await;
        server.kill9();
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.expect("no writer failed");
        }
        server.restart();
        read_back(&server.client(&key), &answered).await;
        let doctor = server.command_line(&["doctor", "--json"]).succeeded().json();
        let integrity =
            doctor["checks"].as_array().expect("checks").iter().find(|check| check["check"] == "integrity").cloned();
        assert_eq!(integrity.expect("an integrity check")["result"], "ok");
        // The figures are those of whole commits, and a count beside the running server says so.
        let recount = server.command_line(&["doctor", "--recount", "--json"]).succeeded().json();
        assert_eq!(recount["ok"], true, "{recount}");
        let rows = recount["tenants"][0]["rows"].as_u64().expect("a number");
        assert!(rows >= answered.lock().expect("unpoisoned").leads.len() as u64, "{recount}");
    }
    let count = answered.lock().expect("unpoisoned").leads.len();
    assert!(count > 100, "only {count} writes were answered: the test shows nothing");
}

async fn write(client: Client, round: usize, writer: usize, stop: Arc<AtomicBool>, answered: Arc<Mutex<Answered>>) {
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let email = format!("r{round}w{writer}n{number}@example.com");
        let (path, body) = if number % 2 == 0 {
            ("/api/v1/leads", json!({ "email": email, "name": "Jane", "tags": ["a", "b"] }))
        } else {
            ("/api/v1/chat", json!({ "message": format!("my address is {email}"), "visitorId": email }))
        };
        // A request that the kill cut off has no answer, and nothing is claimed about it.
        let Ok(answer) = client.try_send(client.request(Method::POST, path).json(&body)).await else { return };
        let record: Value = match answer.status {
            200 | 201 => answer.json(),
            _ => panic!("{} answered {}: {}", answer.request, answer.status, answer.text),
        };
        let mut answered = answered.lock().expect("unpoisoned");
        if number % 2 == 0 {
            answered.leads.push((record["id"].as_str().expect("an id").to_owned(), email));
        } else {
            answered.leads.push((record["leadId"].as_str().expect("a lead").to_owned(), email));
            answered.turns.push((record["conversationId"].as_str().expect("a conversation").to_owned(), 2));
        }
    }
}

async fn read_back(client: &Client, answered: &Mutex<Answered>) {
    let (leads, turns) = {
        let answered = answered.lock().expect("unpoisoned");
        (answered.leads.clone(), answered.turns.clone())
    };
    for (id, email) in leads {
        let lead = client.get(&format!("/api/v1/leads/{id}")).await.expect(200).json();
        assert_eq!(lead["email"], json!(email));
    }
    for (id, messages) in turns {
        let conversation = client.get(&format!("/api/v1/conversations/{id}")).await.expect(200).json();
        assert_eq!(conversation["messageCount"], json!(messages));
        assert_eq!(conversation["messages"].as_array().map(Vec::len), usize::try_from(messages).ok(), "half a turn");
    }
}
