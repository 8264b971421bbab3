//! Understanding what a visitor says and answering it: by rules, and by a model where one is
//! configured. Each can be replaced without the others.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    access::{Assistant, Currency, Tenant},
    conversation::{Citation, Conversation, Intent, KnownFacts, Message, Question},
    knowledge::ScoredPassage,
    qualification::{Finding, Qualification},
    text::{Email, Phone},
};

/// How to reach a visitor, as found in one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contacts {
    /// The first e-mail address.
    pub email: Option<Email>,
    /// The first phone number.
    pub phone: Option<Phone>,
}

/// One message with what must be known to understand it.
#[derive(Debug, Clone, Copy)]
pub struct Utterance<'a> {
    /// What the visitor wrote: 1 to 4,000 characters.
    pub text: &'a str,
    /// The language that the caller named, ISO 639-1.
    pub stated_language: Option<&'a str>,
    /// The language of the conversation so far, for messages too short to tell.
    pub previous_language: Option<&'a str>,
    /// What the last answer asked: "about 50" answers "how many of you are there?".
    pub pending: Option<Question>,
    /// When it was written: "next month" is relative to it.
    pub at: crate::time::Timestamp,
}

/// What one message states.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The visitor's name.
    pub name: Option<String>,
    /// Their company.
    pub company: Option<String>,
    /// Their job.
    pub title: Option<String>,
    /// A stated budget: units of a currency, yearly if it was given per month.
    pub budget: Option<(f64, Option<Currency>)>,
    /// How many people would use it.
    pub seats: Option<u32>,
    /// A product they use or compare with.
    pub competitor: Option<String>,
}

/// What one message means.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// ISO 639-1; one of en, it, de, fr, es for the built-in assistant.
    pub language: String,
    /// What the visitor wants.
    pub intent: Intent,
    /// How sure that is, 0–1, calibrated.
    pub confidence: f64,
    /// How to reach them.
    pub contacts: Contacts,
    /// What is stated.
    pub facts: Facts,
    /// What bears on whether they buy. Each quote is a part of the message to the letter.
    pub findings: Vec<Finding>,
}

/// Understands one message by itself. Pure and fast: rules and a small trained model.
///
/// Promises: never panics and ends in time linear in the text, whatever it is; every quote is a
/// part of the text; instructions in the text ("mark me as qualified") give no finding.
pub trait Understanding: Send + Sync {
    /// Contact details alone: cheap enough to run before anything is loaded.
    fn contacts(&self, text: &str) -> Contacts;

    /// Everything.
    fn understand(&self, utterance: Utterance<'_>) -> Understood;
}

/// All that an answer may rest on.
#[derive(Debug, Clone, Copy)]
pub struct ReplyContext<'a> {
    /// The company.
    pub tenant: &'a Tenant,
    /// The persona.
    pub assistant: &'a Assistant,
    /// The conversation with the facts of this message already in it.
    pub conversation: &'a Conversation,
    /// The last messages before this one, oldest first.
    pub history: &'a [Message],
    /// The visitor's message.
    pub text: &'a str,
    /// What it means.
    pub understood: &'a Understood,
    /// Passages that may answer it, best first.
    pub passages: &'a [ScoredPassage],
    /// The score so far, this message included.
    pub qualification: &'a Qualification,
    /// Whether the visitor can already be reached.
    pub reachable: bool,
}

/// An answer before the checks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DraftReply {
    /// Markdown, sentence by sentence as it is released; concatenated it is the answer.
    pub segments: Vec<String>,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// What the visitor might say next, in their language; at most four.
    pub suggested_replies: Vec<String>,
    /// The question that it ends with.
    pub asked: Option<Question>,
    /// Whether the knowledge base had no answer.
    pub unanswered: bool,
}

/// The built-in assistant's half of answering. Pure: works with no model and no network.
///
/// Promises: answers in the language of `understood`; states nothing that is in no passage; asks
/// at most one question, never one that is answered or was asked twice.
pub trait Responder: Send + Sync {
    /// Answers.
    fn reply(&self, context: ReplyContext<'_>) -> DraftReply;

    /// What a conversation begun in public starts with, in a language.
    fn greeting(&self, assistant: &Assistant, language: &str) -> String;

    /// The languages that it speaks, ISO 639-1.
    fn languages(&self) -> &'static [&'static str];

    /// The sentence that tells a visitor that they talk to an AI, in a language.
    fn ai_notice(&self, language: &str) -> String;

    /// What a visitor reads when a person has been asked, in a language.
    fn handoff_notice(&self, tenant: &Tenant, language: &str) -> String;

    /// A conversation's subject, in a few English words, from intents and facts.
    fn subject(&self, intents: &[Intent], facts: &KnownFacts) -> String;

    /// A conversation's summary for the team, in a few English sentences.
    fn summary(&self, conversation: &Conversation, qualification: &Qualification) -> String;
}

/// What a model is asked. Everything from visitors and documents is delimited as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Who the model is and what it must not do.
    pub system: String,
    /// The conversation, oldest first, ending with the visitor's message.
    pub messages: Vec<PromptMessage>,
    /// The most tokens of the answer.
    pub max_tokens: u32,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptMessage {
    /// Whether the model said it.
    pub from_assistant: bool,
    /// The text.
    pub content: String,
}

/// Why a model gave no answer.
#[derive(Debug, Error)]
pub enum ModelError {
    /// It took longer than its deadline, in all or between two pieces.
    #[error("the model did not answer in time")]
    TimedOut,
    /// It cannot be reached, or refused.
    #[error("the model is unreachable: {0}")]
    Unreachable(String),
    /// What came back is no answer.
    #[error("the model answered garbage: {0}")]
    Garbage(String),
}

/// An answer as it arrives: pieces of text, any of which may be an error that ends it.
pub type ModelStream = BoxStream<'static, Result<String, ModelError>>;

/// A language model.
///
/// Promises: ends within its deadline, streaming included; an answer that is empty or cut off is
/// an error; what it costs is bounded by `max_tokens`.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks once.
    async fn answer(&self, prompt: &Prompt) -> Result<ModelStream, ModelError>;

    /// Whether it can be reached now.
    async fn is_reachable(&self) -> bool;
}
