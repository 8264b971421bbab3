//! One event with the state at its moment.

use serde::{Deserialize, Serialize};

use crate::{
    access::Assistant,
    conversation::{Conversation, Intent, Message},
    event::EventKind,
    id::{Id, Kind},
    lead::{Lead, Score},
    money::Money,
    time::Timestamp,
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: Id<Event>,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The lead it concerns, for erasure and for the feed.
    pub lead: Option<Id<Lead>>,
    /// The conversation it concerns.
    pub conversation: Option<Id<Conversation>>,
    /// The state at its moment.
    pub data: EventData,
    /// When it happened.
    pub at: Timestamp,
}

impl Kind for Event {
    const PREFIX: &'static str = "evt";
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name in v1.
    pub field: String,
    /// Its value before, as v1 prints it.
    pub from: serde_json::Value,
    /// Its value after, as v1 prints it.
    pub to: serde_json::Value,
}

/// The state at an event's moment; what is empty does not concern it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EventData {
    /// The lead as it was.
    pub lead: Option<Box<Lead>>,
    /// The conversation as it was.
    pub conversation: Option<Box<Conversation>>,
    /// The assistant of that conversation, else the default one.
    pub assistant: Option<Box<Assistant>>,
    /// The message that was written.
    pub message: Option<Box<Message>>,
    /// What changed.
    pub changes: Vec<FieldChange>,
    /// The score before, for `lead.score_changed` and `lead.qualified`; none where the lead is new.
    pub previous_score: Option<Score>,
    /// Why the lead qualified or was disqualified.
    pub reason: Option<String>,
    /// What the visitor wants, for `intent.high_value`.
    pub intent: Option<Intent>,
    /// How sure the intent is, 0–1.
    pub confidence: Option<f64>,
    /// The deal in sight.
    pub estimated_deal_size: Option<Money>,
    /// The absorbed lead, for the survivor's `lead.updated`.
    pub merged_from: Option<Id<Lead>>,
    /// Whether the event was asked for by `…/test`.
    pub is_test: bool,
}
