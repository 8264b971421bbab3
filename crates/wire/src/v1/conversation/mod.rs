//! Conversations in v1 (contract § 8): the record, its detail with messages, and what callers send
//! to list, read and work on them.

mod detail;
mod read_body;
mod read_query;
mod record;

pub use detail::{ConversationDetail, MessageRecord};
pub use read_body::{AgentMessageBody, HandoffBody, read_agent_message, read_handoff};
pub use read_query::{read_messages, read_query, read_query_of_lead};
pub use record::ConversationRecord;

use synaptiq_domain::{
    conversation::{Conversation, ConversationQuery},
    paging::Page,
};

use crate::{conversation::binding, paging::List};

/// A part of the list that `query` asked for, each conversation as it stands at the query's moment.
pub fn list(page: &Page<Conversation>, query: &ConversationQuery) -> List<ConversationRecord> {
    List::of(page, query.paging, binding(query), |conversation| ConversationRecord::at(conversation, query.idle_since))
}
