//! Conversations of visitors with the assistant and the team (contract §§ 7, 8).

mod intent;
mod message;
mod model;
mod query;
mod session;

pub use intent::Intent;
pub use message::{Citation, Message, Role};
pub use model::{
    Channel, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, KnownFacts, Question, VisitorId,
};
pub use query::{ConversationQuery, ConversationSort, MessageRange};
pub use session::{SessionHash, SessionSecret};
