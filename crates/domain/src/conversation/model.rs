//! The conversation itself: whose it is, how it stands, and what is known from it so far.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    access::{Assistant, Member},
    conversation::{Intent, SessionHash},
    id::{Id, Kind},
    lead::{Lead, Score, Utm},
    money::{JsonMap, Money},
    qualification::Criterion,
    text::{TextError, bounded},
    time::Timestamp,
};

/// Where a conversation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The widget, public chat and publishable keys.
    WebChat,
    /// Secret keys.
    Api,
    /// `WhatsApp`.
    Whatsapp,
    /// Slack.
    Slack,
}

impl Channel {
    /// Every channel there is.
    pub const ALL: [Self; 4] = [Self::WebChat, Self::Api, Self::Whatsapp, Self::Slack];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebChat => "web_chat",
            Self::Api => "api",
            Self::Whatsapp => "whatsapp",
            Self::Slack => "slack",
        }
    }
}

/// How a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    /// The AI answers.
    Active,
    /// Ended by a person.
    Closed,
    /// A person answers, or has been asked to.
    HandedOff,
    /// Ended by idleness.
    Expired,
}

impl ConversationStatus {
    /// Every status there is.
    pub const ALL: [Self; 4] = [Self::Active, Self::Closed, Self::HandedOff, Self::Expired];

    /// v1's printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
            Self::HandedOff => "handed_off",
            Self::Expired => "expired",
        }
    }

    /// Whether the visitor can go on in it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::HandedOff)
    }
}

/// How urgent a handoff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffPriority {
    /// When there is time.
    Low,
    /// Today.
    #[default]
    Normal,
    /// Soon.
    High,
    /// Now.
    Urgent,
}

impl HandoffPriority {
    /// Every priority there is.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// Why a person is asked for, as a word or in the words of whoever asked: 1 to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HandoffReason(String);

impl HandoffReason {
    /// The visitor asked for a person.
    pub fn visitor_asked() -> Self {
        Self("human_request".to_owned())
    }

    /// A member took the conversation over by writing in it.
    pub fn taken_over() -> Self {
        Self("taken_over".to_owned())
    }

    /// Whatever it was, it went with the person.
    pub(crate) fn erased() -> Self {
        Self("erased".to_owned())
    }

    /// Checks the length.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text, 500).map(Self)
    }

    /// The reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// That a person was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    /// Why.
    pub reason: HandoffReason,
    /// How urgent it is.
    pub priority: HandoffPriority,
    /// The conversation so far, for whoever takes it.
    pub summary: String,
    /// When.
    pub at: Timestamp,
}

/// How a site names a visitor: 1 to 200 printable characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VisitorId(String);

impl VisitorId {
    /// Checks the length and refuses control characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, 200)?;
        if text.chars().any(char::is_control) { Err(TextError::Control) } else { Ok(Self(text)) }
    }

    /// What a visitor who was erased is called: nothing that any site calls anybody.
    pub fn erased(fresh: u128) -> Self {
        Self(format!("{}{}", Self::ERASED, Id::<Conversation>::from_bits(fresh).ulid()))
    }

    /// What such a name begins with.
    pub const ERASED: &str = "erased_";

    /// The id as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VisitorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the assistant may ask a visitor, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A question about one of the criteria.
    About(Criterion),
    /// How many people would use it.
    TeamSize,
    /// How to reach them.
    Contact,
}

/// What a visitor has said so far, so that nothing is asked twice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownFacts {
    /// A stated budget, in the tenant's currency.
    pub budget: Option<Money>,
    /// How many people would use it.
    pub seats: Option<u32>,
    /// A product they use or compare with.
    pub competitor: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their company.
    pub company: Option<String>,
    /// Their job.
    pub title: Option<String>,
    /// Every question that was asked, in order.
    pub asked: Vec<Question>,
    /// The question that the last answer ended with.
    pub pending: Option<Question>,
    /// Questions that the knowledge base could not answer.
    pub unanswered: u32,
    /// The last time they asked for what a large deal makes valuable.
    pub buying_intent: Option<BuyingIntent>,
}

/// A wish to buy: enterprise pricing, pricing or a demo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BuyingIntent {
    /// Which of them.
    pub intent: Intent,
    /// How sure that is, 0–1.
    pub confidence: f64,
}

/// A conversation of one visitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: Id<Conversation>,
    /// Raised by every commit that changes it; 0 before the first.
    pub version: u64,
    /// The assistant that answers.
    pub assistant: Id<Assistant>,
    /// The site's name for the visitor.
    pub visitor: VisitorId,
    /// The hash of the visitor's session secret.
    pub session: SessionHash,
    /// The lead, once there is a way to reach the visitor.
    pub lead: Option<Id<Lead>>,
    /// Where it takes place.
    pub channel: Channel,
    /// As committed; see [`Conversation::status_at`].
    pub status: ConversationStatus,
    /// That a person was asked for, if one was.
    pub handoff: Option<Handoff>,
    /// Whose it is.
    pub assigned_to: Option<Id<Member>>,
    /// What it is about, in a few words.
    pub subject: String,
    /// What happened, in a few sentences.
    pub summary: String,
    /// All distinct intents in order of appearance, without greeting and other.
    pub intents: Vec<Intent>,
    /// The score at the last turn.
    pub lead_score: Score,
    /// Messages of both sides.
    pub message_count: u32,
    /// Answers of the assistant to a visitor's message. This and the next two are missing in older events.
    #[serde(default)]
    pub responses: u32,
    /// How long these took in all, in milliseconds.
    #[serde(default)]
    pub response_millis: i64,
    /// Whether a person was ever asked for; a conversation that went back to the AI keeps it.
    #[serde(default)]
    pub was_handed_off: bool,
    /// The language of the visitor's last message: ISO 639-1.
    pub language: Option<String>,
    /// What is known from it.
    pub facts: KnownFacts,
    /// The page it began on.
    pub source_url: Option<String>,
    /// The campaign that brought the visitor.
    pub utm: Utm,
    /// The visitor's first message.
    pub first_message: Option<String>,
    /// Whatever the first chat sent along, and the user agent.
    pub metadata: JsonMap,
    /// The first message's time.
    pub started_at: Timestamp,
    /// The last message's time.
    pub last_message_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When everything that was said in it was erased.
    #[serde(default)]
    pub erased_at: Option<Timestamp>,
}

impl Kind for Conversation {
    const PREFIX: &'static str = "conv";
}

impl Conversation {
    /// The status as reads show it: an active conversation without a message since `idle_since`
    /// is expired even before the sweeper has said so. A handed-off one waits.
    pub fn status_at(&self, idle_since: Timestamp) -> ConversationStatus {
        if self.status == ConversationStatus::Active && self.last_message_at < idle_since {
            ConversationStatus::Expired
        } else {
            self.status
        }
    }
}
