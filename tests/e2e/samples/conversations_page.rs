//! The page on conversations: every curl sample, its ids replaced by real ones.

use std::process::Command;

use serde_json::{Value, json};
use synaptiq_tests::{Server, Tools, run_script};
use tempfile::TempDir;

use super::{
    page::{Language, replace_words, samples},
    published,
};

const PAGE: &str = "synaptiq-v1-conversations.txt";

#[tokio::test]
async fn every_published_conversation_sample_is_answered_as_the_page_shows() {
    let what = "the published conversation samples";
    let Some(page) = published(PAGE, what) else { return };
    if Tools::find().shell_with_curl(what).is_none() {
        return;
    }
    let commands = samples(&page);
    assert!(commands.iter().all(|sample| sample.language == Language::Curl), "{commands:?}");
    assert_eq!(commands.len(), 4, "the page has other samples than this test knows");

    let server = Server::start();
    let admin = server.admin();
    let mut turn = json!({
        "message": "Hello, what do your plans cost? You can write to me at odile.brandt@example.com.",
        "visitorId": "visitor_page",
        "metadata": {"referrer": "https://search.example/", "landingPage": "/plans"},
    });
    let first = admin.post("/api/v1/chat", &turn).await.expect(200).json();
    turn["sessionId"] = first["sessionId"].clone();
    turn["message"] = json!("And could somebody show it to us in a demo?");
    let second = admin.post("/api/v1/chat", &turn).await.expect(200).json();
    let conversation = second["conversationId"].as_str().expect("a conversation").to_owned();
    let lead = second["leadId"].as_str().expect("an address makes a lead").to_owned();
    // Another visitor, so that filters have something to leave out.
    let other = json!({"message": "Hi", "visitorId": "visitor_other"});
    admin.post("/api/v1/chat", &other).await.expect(200);

    let folder = TempDir::new().expect("a temporary folder");
    let key = admin.key().expect("made with a key");
    let mut answers: Vec<Value> = Vec::new();
    for (number, sample) in commands.iter().enumerate() {
        let text = sample.text_for(server.address(), key);
        let text = replace_words(&replace_words(&text, "conv_", &conversation), "lead_", &lead);
        let run = run_script(&mut Command::new("bash"), folder.path(), &format!("{number}.sh"), &text).succeeded();
        answers.push(run.json());
    }

    let [list, detail, of_lead, of_days] = &answers[..] else { unreachable!("four commands give four answers") };
    assert_eq!(list["pagination"]["total"], 2, "{list}");
    assert_eq!(list["pagination"]["limit"], 5, "{list}");
    let times: Vec<&str> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|conversation| conversation["lastMessageAt"].as_str().expect("a time"))
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    for key in [
        "id",
        "visitorId",
        "channel",
        "status",
        "subject",
        "messageCount",
        "summary",
        "intents",
        "leadScore",
        "startedAt",
        "lastMessageAt",
        "createdAt",
    ] {
        assert!(!list["data"][0][key].is_null(), "{key} of {list}");
    }

    assert_eq!(detail["id"], json!(conversation), "{detail}");
    assert_eq!(detail["leadId"], json!(lead), "{detail}");
    assert_eq!(detail["metadata"]["landingPage"], "/plans", "{detail}");
    let messages = detail["messages"].as_array().expect("messages are included");
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant"], "{detail}");
    assert!(messages[1]["intent"].is_string() && messages[1]["confidence"].is_number(), "{detail}");

    assert_eq!(of_lead["pagination"]["total"], 1, "{of_lead}");
    assert_eq!(of_lead["data"][0]["id"], json!(conversation), "{of_lead}");

    assert_eq!(of_days["pagination"]["total"], 0, "nothing was closed in those days: {of_days}");
    assert_eq!(of_days["data"], json!([]), "{of_days}");
}
