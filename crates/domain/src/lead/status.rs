//! The status machine (contract § 6): which stages there are and what reaching one means.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How far a lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// Just created.
    New,
    /// In conversation.
    Qualifying,
    /// The score reached the threshold, or a person said so.
    Qualified,
    /// A salesperson has been in touch.
    Contacted,
    /// A meeting is booked.
    Booked,
    /// Bought.
    Converted,
    /// Not now; to be asked again later.
    Nurturing,
    /// Will not buy: a student, a job seeker, a vendor, spam.
    Disqualified,
    /// Bought elsewhere or not at all.
    Lost,
}

impl LeadStatus {
    /// Every status there is.
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Qualifying,
        Self::Qualified,
        Self::Contacted,
        Self::Booked,
        Self::Converted,
        Self::Nurturing,
        Self::Disqualified,
        Self::Lost,
    ];

    /// v1's printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Qualifying => "qualifying",
            Self::Qualified => "qualified",
            Self::Contacted => "contacted",
            Self::Booked => "booked",
            Self::Converted => "converted",
            Self::Nurturing => "nurturing",
            Self::Disqualified => "disqualified",
            Self::Lost => "lost",
        }
    }

    /// Whether a lead in this status has qualified in every figure, by rules or by deed.
    pub const fn counts_as_qualified(self) -> bool {
        matches!(self, Self::Qualified | Self::Contacted | Self::Booked | Self::Converted)
    }

    /// Whether rules may still move a lead out of this status. The rest is moved by people and bookings.
    pub const fn moves_by_rules(self) -> bool {
        matches!(self, Self::New | Self::Qualifying | Self::Nurturing)
    }
}

impl fmt::Display for LeadStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status that a caller asks for. A dialect with fewer words means several statuses by one of
/// them: a lead in any of these is there already, and asking for it is no transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedStatus {
    /// Where the lead goes unless it is there already.
    pub status: LeadStatus,
    /// In which other statuses it is there already.
    pub or_already: &'static [LeadStatus],
}

impl WantedStatus {
    /// The status that a lead in status `current` gets.
    pub fn reached_from(self, current: LeadStatus) -> LeadStatus {
        if self.or_already.contains(&current) { current } else { self.status }
    }
}

impl From<LeadStatus> for WantedStatus {
    fn from(status: LeadStatus) -> Self {
        Self { status, or_already: &[] }
    }
}

/// One step of a lead's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// The status reached.
    pub status: LeadStatus,
    /// When it was reached.
    pub at: Timestamp,
}
