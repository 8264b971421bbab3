//! The kinds of events.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of thing happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl EventKind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The published name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

event_kinds! {
    /// A lead was created.
    LeadCreated = "lead.created",
    /// A lead changed, or reached a status that has no event of its own.
    LeadUpdated = "lead.updated",
    /// A lead qualified.
    LeadQualified = "lead.qualified",
    /// A lead bought.
    LeadConverted = "lead.converted",
    /// A lead was deleted.
    LeadDeleted = "lead.deleted",
    /// A lead's score moved by 10 or more, or crossed the threshold.
    LeadScoreChanged = "lead.score_changed",
    /// A conversation began.
    ConversationStarted = "conversation.started",
    /// A conversation was closed or expired.
    ConversationCompleted = "conversation.completed",
    /// A person was asked for.
    ConversationHandoff = "conversation.handoff",
    /// A visitor wrote.
    MessageReceived = "message.received",
    /// The assistant or a person wrote.
    MessageSent = "message.sent",
    /// A visitor asked for something of high value.
    IntentHighValue = "intent.high_value",
    /// A meeting was booked.
    MeetingBooked = "meeting.booked",
    /// A meeting was cancelled.
    MeetingCancelled = "meeting.cancelled",
    /// A meeting was moved.
    MeetingRescheduled = "meeting.rescheduled",
}

impl EventKind {
    /// The activity feed's name for `lead.converted`.
    pub const CONVERSION_COMPLETED: &'static str = "conversion.completed";

    /// Reads a published name, a conversion's by either of its names.
    pub fn parse(text: &str) -> Option<Self> {
        let name = if text == Self::CONVERSION_COMPLETED { Self::LeadConverted.as_str() } else { text };
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether it is stored only where an endpoint subscribes to it.
    pub const fn only_if_subscribed(self) -> bool {
        matches!(self, Self::MessageReceived | Self::MessageSent)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
