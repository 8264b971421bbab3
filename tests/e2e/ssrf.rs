//! O1, O2, O5: where webhooks may go, as a caller of v1 sees it. Every notation of an address is in
//! the tests of the guard itself; here the whole way from the request to the network is walked.

use std::time::Duration;

use serde_json::{Value, json};
use synaptiq_testkit::left_out::{Lack, left_out, shared};
use synaptiq_tests::{Client, Receiver, Scripted, Server, ServerSettings};

/// How long a test waits for a delivery to be tried. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// Addresses that no webhook may go to, however they are written.
const REFUSED: &[&str] = &[
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/hook",
    "https://127.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://①②⑦.0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "http://[fd00:ec2::254]/",
    "http://localhost/",
    "http://LOCALHOST:1234/",
    "http://localhost./",
    "http://app.localhost/",
    "http://user:secret@example.com/",
    "http://user@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "example.com/hook",
    "http://",
    "http://exa mple.com/",
    "http://example.com:99999/",
    "",
];

async fn create(client: &Client, url: &str) -> synaptiq_tests::Answer {
    client.post("/api/v1/webhooks", &json!({ "url": url, "events": ["lead.created"] })).await
}

#[tokio::test]
async fn o2_a_target_that_is_not_public_is_refused_at_create_and_at_change() {
    let server = Server::start();
    let client = server.admin();
    let made = create(&client, "https://93.184.215.14/hook").await.expect(201).json();
    let path = format!("/api/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    for url in REFUSED {
        for answer in [create(&client, url).await, client.patch(&path, &json!({ "url": url })).await] {
            assert_eq!(answer.status, 400, "{url}: {}", answer.text);
            let error = &answer.json()["error"];
            assert_eq!((&error["code"], &error["param"]), (&json!("invalid_request"), &json!("url")), "{url}: {error}");
        }
    }
    let list = client.get("/api/v1/webhooks").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], 1, "nothing was made: {list}");
    assert_eq!(list["data"][0]["url"], "https://93.184.215.14/hook", "nothing was changed: {list}");
    create(&client, "https://no-such-name.invalid/hook").await.expect(201);
}

#[tokio::test]
async fn o2_published_notations_of_forbidden_targets_are_refused() {
    let path = "data/hostile/ssrf_urls.json";
    let Some(file) = shared(path) else {
        left_out("published notations of forbidden targets", Lack::Shared(path));
        return;
    };
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("JSON");
    let server = Server::start();
    let client = server.admin();
    let mut refused = 0;
    for row in &rows {
        let url = row["url"].as_str().expect("a URL");
        let answer = create(&client, url).await;
        if answer.status == 201 {
            // A name, and not an address: what it resolves to is checked at each delivery.
            let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
            assert!(host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with("0x"), "{url} was accepted");
        } else {
            assert_eq!(answer.status, 400, "{url}: {}", answer.text);
            assert_eq!(answer.json()["error"]["param"], "url", "{url}");
            refused += 1;
        }
    }
    assert!(refused * 10 >= rows.len() * 8, "only {refused} of {} were refused", rows.len());
}

#[tokio::test]
async fn o5_the_operator_may_allow_a_network_and_only_that() {
    let server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8, 10.20.0.0/16").start();
    let client = server.admin();
    for url in [
        "http://127.0.0.1:9/",
        "http://0x7f000001:9/",
        "http://localhost:9/",
        "http://10.20.30.40/",
        "http://[::ffff:10.20.0.1]/",
    ] {
        create(&client, url).await.expect(201);
    }
    for url in [
        "http://10.21.0.1/",
        "http://[::1]:9/",
        "http://192.168.0.1/",
        "http://169.254.169.254/",
        "ftp://127.0.0.1/",
        "http://a@127.0.0.1/",
    ] {
        create(&client, url).await.expect(400);
    }
}

/// The first try of the only delivery of an endpoint.
async fn first_attempt(client: &Client, endpoint: &str) -> Value {
    let waiting = async {
        loop {
            let list = client.get(&format!("/api/v1/webhooks/{endpoint}/deliveries")).await.expect(200).json();
            if list["data"][0]["attempts"][0].is_object() {
                return list["data"][0]["attempts"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.expect("the delivery is tried")
}

#[tokio::test]
async fn o2_a_target_is_checked_again_at_each_delivery() {
    let receiver = Receiver::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start_at(folder.path());
    let made = create(&server.admin(), &receiver.url()).await.expect(201).json();
    let endpoint = made["id"].as_str().expect("an id").to_owned();
    server.terminate();
    // The same database with an operator who allows nothing any more.
    let server = ServerSettings::default().start_at(folder.path());
    let client = server.admin();
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    let attempt = first_attempt(&client, &endpoint).await;
    assert_eq!(attempt["statusCode"], Value::Null, "{attempt}");
    assert!(!attempt["error"].is_null(), "{attempt}");
    assert_eq!(receiver.received(), [], "nothing was sent");
}

#[tokio::test]
async fn o3_a_redirect_is_not_followed() {
    let inside = Receiver::start();
    let headers = vec![("location".to_owned(), inside.url())];
    let receiver = Receiver::scripted(&[Scripted { headers, ..Scripted::status(307) }]);
    let server = ServerSettings::default().with("SYNAPTIQ_OUTBOUND_ALLOW", "127.0.0.0/8").start();
    let client = server.admin();
    let made = create(&client, &receiver.url()).await.expect(201).json();
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    let attempt = first_attempt(&client, made["id"].as_str().expect("an id")).await;
    assert_eq!(attempt["statusCode"], 307, "a redirect is a failure: {attempt}");
    assert_eq!(inside.received(), [], "it was not followed");
}
