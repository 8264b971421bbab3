//! The records of a tenant's history, and what becomes of one that is added.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    analytics::Visit,
    conversation::{Conversation, Message},
    event::Activity,
    id::{Id, Kind},
    lead::Lead,
    qualification::Evidence,
    time::Timestamp,
};

/// How a meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingStatus {
    /// It is to take place.
    Booked,
    /// It took place.
    Held,
    /// The lead did not come.
    NoShow,
    /// It was cancelled.
    Cancelled,
}

/// A meeting with a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its id.
    pub id: Id<Meeting>,
    /// With whom.
    pub lead: Id<Lead>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// How it stands.
    pub status: MeetingStatus,
    /// When it was booked.
    pub booked_at: Timestamp,
}

impl MeetingStatus {
    /// Every status there is.
    pub const ALL: [Self; 4] = [Self::Booked, Self::Held, Self::NoShow, Self::Cancelled];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Held => "held",
            Self::NoShow => "no_show",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Kind for Meeting {
    const PREFIX: &'static str = "meet";
}

/// One record of a tenant's history.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A lead, absorbed ones included.
    Lead(Box<Lead>),
    /// A conversation with everything in it.
    Conversation {
        /// The conversation. Its session is no visitor's any more.
        conversation: Box<Conversation>,
        /// Its messages by position.
        messages: Vec<Message>,
        /// What was found in them.
        evidence: Vec<Evidence>,
    },
    /// A visitor of a day.
    Visit(Visit),
    /// A meeting.
    Meeting(Meeting),
    /// A line of the activity feed.
    Activity(Activity),
}

impl Record {
    /// How many rows of tables it is.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Conversation { messages, .. } => 1 + messages.len() as u64,
            Self::Lead(_) | Self::Visit(_) | Self::Meeting(_) | Self::Activity(_) => 1,
        }
    }
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is there now.
    Added,
    /// Something with its id was there before, and stays as it is.
    AlreadyThere,
    /// It was not added.
    Refused(Refusal),
}

/// Why a record is not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Another lead holds its address.
    #[error("another lead has this e-mail: {0}")]
    EmailTaken(Id<Lead>),
}
