//! What a visitor said that bears on whether they buy.

use serde::{Deserialize, Serialize};

use crate::{
    conversation::{Conversation, Message},
    id::Id,
    lead::Grade,
    time::Timestamp,
};

/// What a lead is graded on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// There is money for it.
    Budget,
    /// The visitor decides, or has a say.
    Authority,
    /// There is a problem that the product solves.
    Need,
    /// There is a date.
    Timeline,
}

impl Criterion {
    /// Every criterion, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Budget, Self::Authority, Self::Need, Self::Timeline];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Authority => "authority",
            Self::Need => "need",
            Self::Timeline => "timeline",
        }
    }
}

/// What a visitor says about themselves that decides without points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Writes a thesis, does homework.
    Student,
    /// Looks for a job.
    JobSeeker,
    /// Sells something.
    Vendor,
    /// Advertises, or writes nonsense.
    Spam,
    /// Wants to be asked again later.
    NotNow,
}

impl Signal {
    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::JobSeeker => "job_seeker",
            Self::Vendor => "vendor",
            Self::Spam => "spam",
            Self::NotNow => "not_now",
        }
    }

    /// Whether it disqualifies; the others move to nurturing.
    pub const fn disqualifies(self) -> bool {
        !matches!(self, Self::NotNow)
    }
}

/// What a piece of evidence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A graded criterion.
    Criterion(Criterion),
    /// A signal that decides without points.
    Signal(Signal),
}

/// What understanding found in one message: the same as [`Evidence`] before it belongs to anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// How well the criterion is met. For a signal: 100 if it is given, 0 if it is taken back.
    pub grade: Grade,
    /// The visitor's own words, a part of the message to the letter.
    pub quote: String,
}

/// A finding with its place: who said it, where, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is about.
    pub topic: Topic,
    /// How well the criterion is met; see [`Finding::grade`].
    pub grade: Grade,
    /// The visitor's own words.
    pub quote: String,
    /// The message that holds them.
    pub message: Id<Message>,
    /// The conversation of that message.
    pub conversation: Id<Conversation>,
    /// When it was said.
    pub at: Timestamp,
}

/// Points that a person added or took away, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Why, 1 to 200 characters.
    pub reason: String,
    /// −100 to 100.
    pub points: i8,
}

impl Topic {
    /// Every topic there is.
    pub const ALL: [Self; 9] = [
        Self::Criterion(Criterion::Budget),
        Self::Criterion(Criterion::Authority),
        Self::Criterion(Criterion::Need),
        Self::Criterion(Criterion::Timeline),
        Self::Signal(Signal::Student),
        Self::Signal(Signal::JobSeeker),
        Self::Signal(Signal::Vendor),
        Self::Signal(Signal::Spam),
        Self::Signal(Signal::NotNow),
    ];

    /// The stored form: the word of the criterion or signal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Criterion(criterion) => criterion.as_str(),
            Self::Signal(signal) => signal.as_str(),
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}
