//! An understanding and a responder whose answers are spelled out in the message itself, so that a
//! test of a turn says what it means: `need=100 budget=50 email:jane@example.com intent=demo_request`.

use synaptiq_domain::{
    access::{Assistant, Tenant},
    conversation::{Conversation, Intent, KnownFacts},
    lead::Grade,
    ports::{Contacts, DraftReply, Facts, ReplyContext, Responder, Understanding, Understood, Utterance},
    qualification::{Finding, Qualification, Topic},
    text::{Email, Phone},
};

/// Understands `email:…`, `phone:…`, `name:…`, `seats:…`, `intent=…` and a grade for any topic (`need=100`,
/// `student=100`).
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedUnderstanding;

impl Understanding for ScriptedUnderstanding {
    fn contacts(&self, text: &str) -> Contacts {
        Contacts {
            email: after(text, "email:").and_then(|email| Email::parse(email).ok()),
            phone: after(text, "phone:").and_then(|phone| Phone::parse(phone).ok()),
        }
    }

    fn understand(&self, utterance: Utterance<'_>) -> Understood {
        let text = utterance.text;
        let findings = text
            .split_whitespace()
            .filter_map(|word| {
                let (topic, grade) = word.split_once('=')?;
                let grade = Grade::clamped(grade.parse().ok()?);
                Some(Finding { topic: Topic::parse(topic)?, grade, quote: word.to_owned() })
            })
            .collect();
        Understood {
            language: utterance.stated_language.unwrap_or("en").to_owned(),
            intent: after(text, "intent=").and_then(Intent::parse).unwrap_or(Intent::ProductQuestion),
            confidence: 0.9,
            contacts: self.contacts(text),
            facts: Facts {
                name: after(text, "name:").map(str::to_owned),
                seats: after(text, "seats:").and_then(|seats| seats.parse().ok()),
                ..Facts::default()
            },
            findings,
        }
    }
}

fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.split_whitespace().find_map(|word| word.strip_prefix(label))
}

/// Answers with two fixed sentences.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedResponder;

impl Responder for ScriptedResponder {
    fn reply(&self, _: ReplyContext<'_>) -> DraftReply {
        DraftReply {
            segments: vec!["Built-in answer. ".to_owned(), "Anything else?".to_owned()],
            ..DraftReply::default()
        }
    }

    fn greeting(&self, _: &Assistant, language: &str) -> String {
        format!("Hello in {language}")
    }

    fn languages(&self) -> &'static [&'static str] {
        &["en", "de"]
    }

    fn ai_notice(&self, language: &str) -> String {
        format!("An AI, in {language}")
    }

    fn handoff_notice(&self, _: &Tenant, language: &str) -> String {
        format!("A person was asked, in {language}")
    }

    fn subject(&self, intents: &[Intent], _: &KnownFacts) -> String {
        intents.iter().map(|intent| intent.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn summary(&self, conversation: &Conversation, qualification: &Qualification) -> String {
        format!("{} messages, score {}", conversation.message_count, qualification.score.get())
    }
}
