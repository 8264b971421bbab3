//! Scripted conversations (`tests/conversations/*.toml`): what a visitor says, and what the
//! product promises to make of it. One test per language talks every script of that language
//! through with the real server, over the company's own questions and answers
//! (`tests/conversations/faq.md`), and reports every failing one with its transcript.

mod rules;
mod script;
mod talk;

use std::fmt::Write as _;

use serde_json::json;
use synaptiq_tests::{Client, Server};

use script::{Faq, Script};
use talk::Talk;

/// Writes the questions and answers into the knowledge base, each as a document of its own.
async fn teach(admin: &Client, faq: &Faq) {
    for (title, content) in faq.documents() {
        let document = json!({"title": title, "content": content, "type": "faq"});
        admin.post("/api/v1/knowledge", &document).await.expect(201);
    }
}

async fn every_script_keeps_its_promises(language: &str) {
    let faq = Faq::read();
    let server = Server::start();
    let admin = server.admin();
    teach(&admin, &faq).await;
    let mut report = String::new();
    let mut failed = 0;
    let scripts: Vec<Script> = Script::read_all().into_iter().filter(|script| script.language == language).collect();
    for script in &scripts {
        let talk = Talk::of(script, &admin).await;
        let broken = rules::broken(script, &talk, &faq);
        if !broken.is_empty() {
            failed += 1;
            let _ = writeln!(report, "\n=== {}: {}\n{talk}", script.name, script.about);
            for promise in broken {
                let _ = writeln!(report, "  BROKEN: {promise}");
            }
        }
    }
    assert!(failed == 0, "{failed} of {} conversations in {language} break a promise\n{report}", scripts.len());
}

#[tokio::test]
async fn every_english_conversation_keeps_its_promises() {
    every_script_keeps_its_promises("en").await;
}

#[tokio::test]
async fn every_italian_conversation_keeps_its_promises() {
    every_script_keeps_its_promises("it").await;
}

#[tokio::test]
async fn every_german_conversation_keeps_its_promises() {
    every_script_keeps_its_promises("de").await;
}

#[tokio::test]
async fn every_french_conversation_keeps_its_promises() {
    every_script_keeps_its_promises("fr").await;
}

#[tokio::test]
async fn every_spanish_conversation_keeps_its_promises() {
    every_script_keeps_its_promises("es").await;
}
