//! One message of a conversation. Messages are only ever added.

use serde::{Deserialize, Serialize};

use crate::{
    access::Member,
    conversation::{Conversation, Intent},
    id::{Id, Kind},
    knowledge::Document,
    time::Timestamp,
};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The visitor.
    User,
    /// The AI.
    Assistant,
    /// A member of the team.
    Agent,
}

impl Role {
    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Agent => "agent",
        }
    }
}

/// A passage that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The document.
    pub document: Id<Document>,
    /// Its title.
    pub title: String,
    /// The words of the document, to the letter.
    pub quote: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: Id<Message>,
    /// Its conversation.
    pub conversation: Id<Conversation>,
    /// 1, 2, … in its conversation; order and offsets use it.
    pub position: u32,
    /// Who speaks.
    pub role: Role,
    /// Markdown for the assistant's, plain text for a visitor's.
    pub content: String,
    /// What the visitor's message that this one answers wants; on the assistant's messages.
    pub intent: Option<Intent>,
    /// How sure the intent is, 0–1.
    pub confidence: Option<f64>,
    /// ISO 639-1 of the content, where it is known.
    pub language: Option<String>,
    /// What the assistant's answer rests on.
    pub citations: Vec<Citation>,
    /// The member who wrote it, for `agent`.
    pub member: Option<Id<Member>>,
    /// Whether the answer was cut short by a failure or a takeover.
    pub interrupted: bool,
    /// Whether a configured model failed and the built-in assistant answered instead.
    pub fell_back: bool,
    /// Never before the time of the message before it.
    pub created_at: Timestamp,
}

impl Kind for Message {
    const PREFIX: &'static str = "msg";
}
