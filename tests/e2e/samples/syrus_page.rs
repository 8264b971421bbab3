//! The page of Syrus Chat: its curl samples, host, key and ids replaced by real ones.

use std::process::Command;

use serde_json::{Value, json};
use synaptiq_tests::{Server, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, samples},
    published,
};

const PAGE: &str = "syrus-chat-v1.txt";
const HOST: &str = "https://chat.syrus.biz";
/// The keys of the samples, the longer one first: it begins like the other.
const KEYS: [&str; 2] = ["syk_xxxxxxxxxxxxxxxxxxxxxx", "syk_..."];

#[tokio::test]
async fn every_published_syrus_sample_is_answered_as_the_page_shows() {
    let what = "the published syrus samples";
    let Some(page) = published(PAGE, what) else { return };
    if Tools::find().shell_with_curl(what).is_none() {
        return;
    }
    let commands = samples(&page);
    assert!(commands.iter().all(|sample| sample.language == Language::Curl), "{commands:?}");
    assert_eq!(commands.len(), 3, "the page has other samples than this test knows");

    let server = Server::start();
    let admin = server.admin();
    let lead = json!({"email": "mario@acme.it", "phone": "+390612345678", "name": "Mario Rossi"});
    let lead = admin.post("/api/v1/leads", &lead).await.expect(201).json();
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("a lead has an id"));
    admin.patch(&path, &json!({"score": 95})).await.expect(200);
    let bots = server.command_line(&["assistant", "list", "--json"]).succeeded().json();
    let bot = bots[0]["id"].as_str().unwrap_or_else(|| panic!("no assistant in {bots}")).to_owned();
    let key = server.create_key_of("syrus", "leads:read,conversations:read,webhooks:manage");

    let folder = TempDir::new().expect("a temporary folder");
    let mut answers: Vec<Value> = Vec::new();
    for (number, sample) in commands.iter().enumerate() {
        let mut text = sample.text().replace(HOST, server.address()).replace("\"uuid\"", &format!("\"{bot}\""));
        for published in KEYS {
            text = text.replace(published, &key);
        }
        let run = run_script(&mut Command::new("bash"), folder.path(), &format!("{number}.sh"), &text).succeeded();
        answers.push(run.json());
    }
    let [all, since, webhook] = &answers[..] else { unreachable!("three commands give three answers") };
    for list in [all, since] {
        assert_eq!(list["pagination"]["total"], 1, "{list}");
        let row = &list["data"][0];
        assert_eq!((&row["email"], &row["phone"]), (&json!("mario@acme.it"), &json!("+390612345678")), "{row}");
        assert_eq!((&row["qualified"], &row["qualification_score"]), (&json!(true), &json!(95)), "{row}");
    }
    assert_eq!(webhook["url"], "https://crm.tuo.tld/webhook");
    assert_eq!(webhook["events"], json!(["lead_qualified"]));
    assert!(webhook["secret"].as_str().is_some_and(|secret| secret.len() > 32), "shown once: {webhook}");
    assert!(webhook["chatbot_id"].is_string(), "{webhook}");

    // The page lists these routes; each is there for such a key, under the published path.
    let syrus = server.client(&key);
    for line in page.lines().filter_map(|line| line.strip_prefix("GET /api/v1/")) {
        let path = line.split(['?', '<']).next().unwrap_or_default();
        if path.ends_with('/') {
            let unknown = syrus.get(&format!("/api/v1/{path}00000000-0000-0000-0000-000000000001")).await.expect(404);
            assert_eq!(unknown.json()["error"]["code"], "not_found");
        } else {
            syrus.get(&format!("/api/v1/{path}")).await.expect(200);
        }
    }
    let path = format!("/api/v1/webhooks/{}", webhook["id"].as_str().expect("a webhook has an id"));
    syrus.delete(&path).await.expect(200);
}
