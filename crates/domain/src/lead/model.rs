//! The lead itself, what a caller may ask to change, and what a merge moves.

use serde::{Deserialize, Serialize};

use crate::{
    access::Member,
    conversation::Channel,
    id::{Id, Kind},
    lead::{LeadStatus, Score, StatusChange, WantedStatus},
    money::{JsonMap, Money},
    qualification::Adjustment,
    text::{Email, Phone, TextError, bounded},
    time::Timestamp,
};

/// Where a lead came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadSource {
    /// A visitor gave contact details in a conversation.
    Chat,
    /// Another system created it.
    Api,
    /// It was imported.
    Import,
    /// A form created it.
    Form,
}

impl LeadSource {
    /// Every source there is.
    pub const ALL: [Self; 4] = [Self::Chat, Self::Api, Self::Import, Self::Form];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Api => "api",
            Self::Import => "import",
            Self::Form => "form",
        }
    }
}

/// A label of 1 to 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Trims and checks the label.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text, 50).map(Self)
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The campaign that brought a visitor, as the page's `utm_*` parameters name it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Utm {
    /// `utm_source`
    pub source: Option<String>,
    /// `utm_medium`
    pub medium: Option<String>,
    /// `utm_campaign`
    pub campaign: Option<String>,
    /// `utm_term`
    pub term: Option<String>,
    /// `utm_content`
    pub content: Option<String>,
}

/// How a person can be reached and who they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Unique in a tenant, compared without case.
    pub email: Option<Email>,
    /// Never unique: people share phones.
    pub phone: Option<Phone>,
    /// At most 200 characters.
    pub name: Option<String>,
    /// At most 200 characters.
    pub company: Option<String>,
    /// At most 200 characters.
    pub title: Option<String>,
}

/// A score that a person set. It stands until it is cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreOverride {
    /// The score.
    pub score: Score,
    /// When it was set.
    pub at: Timestamp,
}

/// What figures need to know of a lead's first conversation. It outlives that conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstConversation {
    /// Where it took place.
    pub channel: Channel,
    /// When it began.
    pub at: Timestamp,
}

/// A person who may buy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Its id; it outlives merges.
    pub id: Id<Lead>,
    /// Raised by every commit that changes it; 0 before the first.
    pub version: u64,
    /// How to reach them.
    pub contact: Contact,
    /// How far they have come.
    pub status: LeadStatus,
    /// Whether a person set the status: rules no longer move it.
    pub status_by_hand: bool,
    /// Every transition with its time, the first being `new`.
    pub status_history: Vec<StatusChange>,
    /// The score that counts: the override if there is one, else the computed one.
    pub score: Score,
    /// A score set by a person.
    pub score_override: Option<ScoreOverride>,
    /// Points that people added or took away, each with its reason.
    pub adjustments: Vec<Adjustment>,
    /// Where they came from.
    pub source: LeadSource,
    /// The first page they wrote from.
    pub source_url: Option<String>,
    /// The campaign that brought them.
    pub utm: Utm,
    /// Their first conversation, by which figures tell channels apart.
    pub first_conversation: Option<FirstConversation>,
    /// Labels in the order in which they were added.
    pub tags: Vec<Tag>,
    /// v1's and syrus' free data.
    pub custom_fields: JsonMap,
    /// app's free data, kept apart from `custom_fields`.
    pub metadata: JsonMap,
    /// Hidden from lists unless asked for.
    pub archived: bool,
    /// The visitor's first message, which syrus shows.
    pub first_message: Option<String>,
    /// The size of the deal in sight: a stated budget, else seats × price per seat.
    pub estimated_deal_size: Option<Money>,
    /// Why they qualified, in one sentence.
    pub qualification_reason: Option<String>,
    /// Why they were disqualified, in one sentence.
    pub disqualification_reason: Option<String>,
    /// When they first reached qualified or anything beyond it.
    pub qualified_at: Option<Timestamp>,
    /// Whom they are assigned to.
    pub assigned_to: Option<Id<Member>>,
    /// Set when the lead was absorbed by another, whose id it now answers with.
    pub merged_into: Option<Id<Lead>>,
    /// Their first conversation, or when they were created.
    pub first_seen_at: Timestamp,
    /// Their last message or change by themselves.
    pub last_active_at: Timestamp,
    /// When the lead was created.
    pub created_at: Timestamp,
    /// When anything but `last_active_at` last changed.
    pub updated_at: Timestamp,
    /// When the person was erased: what is left says when and how many, and nothing of whom.
    #[serde(default)]
    pub erased_at: Option<Timestamp>,
}

impl Kind for Lead {
    const PREFIX: &'static str = "lead";
}

/// What a caller gives to create a lead. Parsed; at least one of e-mail and phone is there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadDraft {
    /// Contact details.
    pub contact: Contact,
    /// Labels.
    pub tags: Vec<Tag>,
    /// v1's free data.
    pub custom_fields: JsonMap,
    /// app's free data.
    pub metadata: JsonMap,
    /// The first page.
    pub source_url: Option<String>,
    /// The campaign.
    pub utm: Utm,
    /// Where the lead comes from; `api` where nothing is said.
    pub source: Option<LeadSource>,
}

/// What a caller asks to change. The outer `None` leaves a field alone; the inner one clears it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadPatch {
    /// `null` clears it, unless it is the lead's last contact detail.
    pub email: Option<Option<Email>>,
    /// As `email`.
    pub phone: Option<Option<Phone>>,
    /// `null` clears it.
    pub name: Option<Option<String>>,
    /// `null` clears it.
    pub company: Option<Option<String>>,
    /// `null` clears it.
    pub title: Option<Option<String>>,
    /// Replaces the labels.
    pub tags: Option<Vec<Tag>>,
    /// Merged by key; a `null` value removes the key.
    pub custom_fields: JsonMap,
    /// Merged by key; a `null` value removes the key.
    pub metadata: JsonMap,
    /// `null` clears a status set by hand.
    pub status: Option<Option<WantedStatus>>,
    /// `null` clears a score set by hand.
    pub score: Option<Option<Score>>,
    /// Replaces the points that people added or took away.
    pub adjustments: Option<Vec<Adjustment>>,
    /// Hides the lead from lists or shows it again.
    pub archived: Option<bool>,
    /// `null` clears it.
    pub estimated_deal_size: Option<Option<Money>>,
    /// `null` clears it.
    pub assigned_to: Option<Option<Id<Member>>>,
}

/// A merge as a set operation: conversations, evidence and events of `from` now belong to `into`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadMerge {
    /// The absorbed lead.
    pub from: Id<Lead>,
    /// The survivor.
    pub into: Id<Lead>,
}
