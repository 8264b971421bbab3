//! Conversations of visitors with the assistant and the team (contract §§ 7, 8).

mod begin;
mod checks;
mod erase;
mod intent;
mod message;
mod model;
mod prompt;
mod query;
mod session;

pub(crate) use begin::page_of;
pub use checks::{Grounds, Sentences};
pub use intent::Intent;
pub use message::{Citation, Message, Role};
pub use model::{
    BuyingIntent, Channel, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, KnownFacts,
    Question, VisitorId,
};
pub use prompt::{take_citations, turn_prompt};
pub use query::{ConversationQuery, ConversationSort, MessageRange};
pub use session::{SessionHash, SessionSecret};
