//! What is kept of an event: a line of the activity feed (contract § 9).
//!
//! Whoever subscribes is told the whole state at the event's moment, in bodies that are fixed when it
//! happens. Kept for the feed is a sentence and a few facts, so that a year of events stays small and
//! little has to be emptied when a person is erased.

use serde::{Deserialize, Serialize};

use crate::{
    conversation::{Channel, Conversation, HandoffPriority, Intent},
    event::EventKind,
    id::Id,
    lead::{Lead, LeadSource, LeadStatus, Score},
    money::Money,
    paging::Paging,
    time::Timestamp,
};

/// Something that happened, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// The event's id.
    pub id: Id<super::Event>,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The lead it concerns.
    pub lead: Option<Id<Lead>>,
    /// The conversation it concerns.
    pub conversation: Option<Id<Conversation>>,
    /// What happened, in a sentence. It may quote a person, and is emptied with them.
    pub description: String,
    /// What else is known of it.
    pub facts: ActivityFacts,
    /// When it happened.
    pub at: Timestamp,
}

/// What is known of an event besides its sentence; what does not concern it is empty. None of it is
/// a person's words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityFacts {
    /// The status before a transition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_status: Option<LeadStatus>,
    /// The status after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_status: Option<LeadStatus>,
    /// The score before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_before: Option<Score>,
    /// The score after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_after: Option<Score>,
    /// Where a new lead came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<LeadSource>,
    /// Where a new conversation takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What the visitor wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// How sure the intent is, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The deal in sight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_deal_size: Option<Money>,
    /// How urgent a handoff is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<HandoffPriority>,
    /// The names of the fields that changed, in v1's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The lead that was absorbed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_from: Option<Id<Lead>>,
}

/// Which part of the feed is wanted; newest first, ties by id.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityQuery {
    /// The kinds that are shown.
    pub kinds: Vec<EventKind>,
    /// Events of this lead alone.
    pub lead: Option<Id<Lead>>,
    /// The first instant.
    pub from: Timestamp,
    /// The last instant.
    pub to: Timestamp,
    /// Which part of it; positions are (microseconds, id).
    pub paging: Paging,
}

impl ActivityQuery {
    /// Whether a line belongs to the list: what stores must agree with.
    pub fn matches(&self, activity: &Activity) -> bool {
        self.kinds.contains(&activity.kind)
            && self.lead.is_none_or(|lead| activity.lead == Some(lead))
            && (self.from..=self.to).contains(&activity.at)
    }
}
