//! A lead: a person who may buy, what is known of them, and how far they have come (contract § 6).

mod changes;
mod decide;
mod erase;
mod model;
mod query;
mod score;
mod status;

pub use changes::{LeadStory, Merged};
pub use decide::deal_size;
pub use model::{
    Contact, FirstConversation, Lead, LeadDraft, LeadMerge, LeadPatch, LeadSource, ScoreOverride, Tag, Utm,
};
pub use query::{LeadQuery, LeadSort, SpokeWith};
pub use score::{Grade, Score, Weight};
pub use status::{LeadStatus, StatusChange, WantedStatus};
