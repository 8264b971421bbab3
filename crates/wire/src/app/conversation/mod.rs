//! Conversations in app (contract § 8): a lead's list, and one with its message history. What app
//! calls `active` or `completed` the others tell in four statuses.

mod detail;
mod read_query;
mod record;

pub use detail::{ConversationAnswer, ConversationDetail, MessageRecord};
pub use read_query::{AFTER, Wanted, read_messages, read_query};
pub use record::{ConversationRecord, ConversationsAnswer, HandoffRecord, status_word};
