//! What the lists of conversations of every dialect have in common.

use synaptiq_domain::{
    conversation::{Channel, ConversationQuery, ConversationSort, ConversationStatus},
    id::Id,
    paging::Order,
    time::Timestamp,
};

use crate::cursor::Binding;

/// The word for a sort.
pub(crate) const fn sort_word(sort: ConversationSort) -> &'static str {
    match sort {
        ConversationSort::StartedAt => "startedAt",
        ConversationSort::LastMessageAt => "lastMessageAt",
        ConversationSort::MessageCount => "messageCount",
    }
}

/// What a cursor of a list of conversations is bound to.
pub fn binding(query: &ConversationQuery) -> Binding {
    let ConversationQuery {
        lead,
        visitor,
        assistant,
        status,
        channel,
        started_after,
        started_before,
        // No list with a cursor has such a filter.
        last_message_after: _,
        // Moves on with every request.
        idle_since: _,
        sort,
        order,
        paging: _,
    } = query;
    let instant = |at: &Option<Timestamp>| at.map_or_else(String::new, |at| at.micros().to_string());
    Binding::of(
        "conversations",
        &[
            lead.map_or_else(String::new, Id::ulid),
            visitor.as_ref().map_or_else(String::new, |visitor| visitor.as_str().to_owned()),
            assistant.map_or_else(String::new, Id::ulid),
            status.map_or("", ConversationStatus::as_str).to_owned(),
            channel.map_or("", Channel::as_str).to_owned(),
            instant(started_after),
            instant(started_before),
            sort_word(*sort).to_owned(),
            (*order == Order::Ascending).to_string(),
        ],
    )
}
