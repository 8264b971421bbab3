//! Conversations in syrus: the same as in the other dialects, in its own words (contract § 8).

mod message;
mod read_query;
mod record;

pub use message::{CitationRecord, MessageRecord};
pub use read_query::{ConversationsWanted, FIRST_MESSAGES, read_messages, read_query};
pub use record::{ChatbotRecord, ConversationDetail, ConversationRecord, HandoffRecord};

use synaptiq_domain::{
    access::Assistant,
    conversation::{Conversation, ConversationQuery},
    id::Id,
    paging::Page,
};

use crate::syrus::list::List;

/// The page that `query` asked for. `assistant` finds the chatbots.
pub fn list<'a>(
    page: &Page<Conversation>,
    query: &ConversationQuery,
    assistant: impl Fn(Id<Assistant>) -> Option<&'a Assistant>,
) -> List<ConversationRecord> {
    List::of(page, query.paging, |conversation| {
        ConversationRecord::at(conversation, assistant(conversation.assistant), query.idle_since)
    })
}
