//! A person who is erased is in no byte of any file, and everybody else is as before (D6).

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use synaptiq_tests::{Client, Receiver, Scripted, Server, ServerSettings};

/// What tells of Ada, and stands nowhere else.
const ADA: [&str; 6] = [
    "ada.quitte@birnbaum-werke.example",
    "Quittenbaum",
    "30 7712345",
    "donaudampfschifffahrt",
    "v-ada-9137",
    "/preise-ada",
];
/// What tells of Bob.
const BOB: [&str; 3] = ["bob@apfelhof.example", "Apfelhofer", "v-bob-4711"];

/// Every file below a folder that holds the text, whatever its case.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let needle = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
            continue;
        }
        let bytes = fs::read(&path).expect("a file").to_ascii_lowercase();
        if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn assert_nowhere(folder: &Path, words: &[&str]) {
    for word in words {
        assert_eq!(files_with(folder, word), Vec::<String>::new(), "{word}");
    }
}

async fn say(client: &Client, visitor: &str, session: Option<&str>, text: &str) -> Value {
    let mut body = json!({
        "message": text, "visitorId": visitor,
        "metadata": { "page": if visitor == ADA[4] { ADA[5] } else { "/" }, "utm_source": visitor },
    });
    if let Some(session) = session {
        body["sessionId"] = json!(session);
    }
    client.post("/api/v1/chat", &body).await.expect(200).json()
}

/// Both talk, and the team works with them.
async fn talk(client: &Client) -> String {
    let ada =
        say(client, ADA[4], None, "I am Ada Quittenbaum of Birnbaum. We need donaudampfschifffahrt tickets.").await;
    let session = ada["sessionId"].as_str().expect("a session").to_owned();
    say(
        client,
        ADA[4],
        Some(&session),
        "We have a budget of 40000 USD. Write to ada.quitte@birnbaum-werke.example or call +49 30 7712345.",
    )
    .await;
    for at in 0..70 {
        say(
            client,
            ADA[4],
            Some(&session),
            &format!("More on donaudampfschifffahrt, part {at}: does it cost 30 a seat?"),
        )
        .await;
    }
    say(client, BOB[2], None, "I am Paul Apfelhofer, bob@apfelhof.example, we need it this quarter.").await;
    let lead = client.get("/api/v1/leads?email=ada.quitte%40birnbaum-werke.example").await.expect(200).json();
    let id = lead["data"][0]["id"].as_str().expect("a lead").to_owned();
    let patch = json!({ "customFields": { "note": "donaudampfschifffahrt" }, "tags": ["Quittenbaum"] });
    client.patch(&format!("/api/v1/leads/{id}"), &patch).await.expect(200);
    let request = client
        .request(reqwest::Method::POST, "/api/v1/leads")
        .header("Idempotency-Key", "one")
        .json(&json!({ "email": ADA[0], "name": "Ada Quittenbaum" }));
    client.send(request).await.expect(200);
    id
}

async fn figures(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for path in
        ["/api/v1/analytics/overview", "/api/v1/analytics/funnel", "/api/analytics/overview", "/api/analytics/funnel"]
    {
        let mut figures = client.get(path).await.expect(200).json();
        if let Some(object) = figures.as_object_mut() {
            object.remove("generatedAt");
        }
        all.push(figures);
    }
    all
}

#[tokio::test]
async fn d6_a_person_is_erased_beside_a_running_server_to_the_last_byte() {
    let mut server = ServerSettings::default()
        .with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8")
        .with("SYNAPTIQ_WEBHOOK_SCHEDULE", "1h")
        .start();
    let client = server.admin();
    let healthy = Receiver::start();
    let failing = Receiver::scripted(&[Scripted::status(500)]);
    for receiver in [&healthy, &failing] {
        let events = ["lead.created", "lead.updated", "conversation.started", "message.received", "message.sent"];
        client.post("/api/v1/webhooks", &json!({ "url": receiver.url(), "events": events })).await.expect(201);
    }
    let lead = talk(&client).await;
    healthy.wait_for(20).await;
    let before = figures(&client).await;
    assert!(!files_with(server.folder(), ADA[0]).is_empty() && !files_with(server.folder(), ADA[3]).is_empty());

    let erased = server.command_line(&["erase", ADA[0], "--yes", "--json"]).succeeded().json();
    assert_eq!((&erased["leads"], &erased["conversations"]), (&json!(1), &json!(1)), "{erased}");
    for what in ["messages", "quotes", "events", "deliveries", "answers", "visits"] {
        assert!(what == "visits" || erased[what].as_u64() > Some(0), "{what}: {erased}");
    }
    assert_nowhere(server.folder(), &ADA);
    for word in BOB {
        assert!(!files_with(server.folder(), word).is_empty(), "{word} of somebody else is gone");
    }
    assert_eq!(figures(&client).await, before, "past figures stand");

    // The server had all of it in memory and goes on.
    let list = client.get("/api/v1/leads").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], json!(1), "{list}");
    let detail = client.get(&format!("/api/v1/leads/{lead}")).await.expect(200).text;
    assert!(ADA.iter().all(|word| !detail.contains(word)), "{detail}");
    // What was on its way when the command began has arrived by now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = [&healthy, &failing].map(|receiver| receiver.received().len());
    say(&client, BOB[2], None, "Is there a trial?").await;
    healthy.wait_for(told[0] + 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    for (receiver, told) in [&healthy, &failing].into_iter().zip(told) {
        for request in receiver.received().iter().skip(told) {
            let body = String::from_utf8_lossy(&request.body).to_lowercase();
            assert!(ADA.iter().all(|word| !body.contains(&word.to_lowercase())), "{body}");
        }
    }
    let again = server.command_line(&["erase", ADA[0], "--yes", "--json"]).succeeded().json();
    assert!(again.as_object().expect("counts").values().all(|count| count == &json!(0)), "{again}");
    let copy = server.folder().join("backup.db");
    server.command_line(&["backup", copy.to_str().expect("a path")]).succeeded();
    server.restart();
    assert_nowhere(server.folder(), &ADA);
}

#[tokio::test]
async fn d6_a_key_with_the_scope_erases_over_the_api_and_no_other_does() {
    let server = Server::start();
    let client = server.admin();
    talk(&client).await;
    let writer = server.client(&server.create_key("write"));
    writer.post("/api/v1/erasures", &json!({ "person": BOB[0] })).await.expect(403);
    let eraser = server.client(&server.create_key("data:delete"));
    eraser.post("/api/v1/erasures", &json!({ "person": "" })).await.expect(400);
    let ask = || {
        eraser
            .request(reqwest::Method::POST, "/api/v1/erasures")
            .header("Idempotency-Key", "once")
            .json(&json!({ "person": BOB[2] }))
    };
    let summary = eraser.send(ask()).await.expect(200).json();
    assert_eq!((&summary["leads"], &summary["conversations"]), (&json!(1), &json!(1)), "{summary}");
    assert_eq!(eraser.send(ask()).await.expect(200).json(), summary, "a retry gets the same answer");
    assert_nowhere(server.folder(), &BOB);
    assert!(!files_with(server.folder(), ADA[0]).is_empty(), "somebody else is gone");
    let nobody = eraser.post("/api/v1/erasures", &json!({ "person": "nobody@example.com" })).await.expect(200).json();
    assert!(nobody.as_object().expect("counts").values().all(|count| count == &json!(0)), "{nobody}");
}

#[tokio::test]
async fn an_erasure_is_asked_twice_or_not_made() {
    let server = Server::start();
    let refused = server.command_line(&["erase", "ada@example.com"]);
    assert!(!refused.success && refused.stderr.contains("--yes"), "{}", refused.stderr);
    let tenant = server.command_line(&["tenant", "list", "--json"]).succeeded().json()[0]["id"].clone();
    let tenant = tenant.as_str().expect("an id");
    let set = server.command_line(&[
        "tenant",
        "set",
        tenant,
        "--keep-leads",
        "730d",
        "--keep-conversations",
        "365d",
        "--json",
    ]);
    let expected = json!({ "leadsAfterDays": 730, "conversationsAfterDays": 365 });
    assert_eq!(set.succeeded().json()["retention"], expected);
    let set = server.command_line(&["tenant", "set", tenant, "--keep-leads", "forever", "--json"]).succeeded().json();
    assert_eq!(set["retention"], json!({ "leadsAfterDays": null, "conversationsAfterDays": 365 }));
}
