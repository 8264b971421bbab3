//! One event on its way to one endpoint.

use serde::{Deserialize, Serialize};

use crate::{
    conversation::Conversation,
    event::{Event, EventKind},
    id::{Id, Kind},
    lead::Lead,
    paging::Paging,
    time::Timestamp,
    webhook::Endpoint,
};

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// To be tried at its next time.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// The last try failed; it can be replayed.
    Failed,
    /// Its endpoint or person is gone.
    Cancelled,
}

impl DeliveryStatus {
    /// Every status there is.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Cancelled];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// The receiver's answer, if there was one.
    pub status_code: Option<u16>,
    /// What went wrong, in a few words.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
}

/// One event on its way to one endpoint. The body is fixed when the event is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id, the same in every try.
    pub id: Id<Delivery>,
    /// Where it goes.
    pub endpoint: Id<Endpoint>,
    /// What it tells.
    pub event: Id<Event>,
    /// What kind of thing that is.
    pub kind: EventKind,
    /// The lead it concerns, for erasure.
    pub lead: Option<Id<Lead>>,
    /// The conversation it concerns, for erasure.
    pub conversation: Option<Id<Conversation>>,
    /// The bytes, identical in every try (security W2).
    pub body: Vec<u8>,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// Every try so far, oldest first.
    pub attempts: Vec<Attempt>,
    /// How many of the tries count towards the schedule; a replay starts again at 0.
    pub tries_used: u32,
    /// When it is next due, while it is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Kind for Delivery {
    const PREFIX: &'static str = "dlv";
}

/// Which deliveries of an endpoint to list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DeliveryQuery {
    /// Only in this status.
    pub status: Option<DeliveryStatus>,
    /// Which part of the list.
    pub paging: Paging,
}
