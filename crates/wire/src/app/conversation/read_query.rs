//! The parameters of a lead's conversations, and of one conversation.

use synaptiq_domain::{
    conversation::{ConversationQuery, ConversationSort},
    id::Id,
    lead::Lead,
    time::Timestamp,
};

use crate::{
    app::part::{read_limit, read_paging},
    conversation::binding,
    field::FieldError,
    query::Query,
};

/// Reads `limit` and `cursor` of a lead's conversations, the one with the latest message first.
pub fn read_query(query: &Query, lead: Id<Lead>, idle_since: Timestamp) -> Result<ConversationQuery, FieldError> {
    let mut read = ConversationQuery {
        lead: Some(lead),
        idle_since,
        sort: ConversationSort::LastMessageAt,
        ..ConversationQuery::default()
    };
    read.paging = read_paging(query, binding(&read))?;
    Ok(read)
}

/// Which of a conversation's messages are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Those after this position; 0 for all.
    pub after: u32,
    /// At most this many.
    pub limit: u32,
}

/// The parameter that says from where on messages are wanted.
pub const AFTER: &str = "after";

/// Reads `after` (0) and `limit` (1–1,000, 1,000).
pub fn read_messages(query: &Query) -> Result<Wanted, FieldError> {
    Ok(Wanted { after: query.number(AFTER, 0..=i64::from(u32::MAX), 0)?, limit: read_limit(query)? })
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::paging::{Order, Paging, Position};

    use super::*;
    use crate::cursor;

    #[test]
    fn a_leads_conversations_are_the_thousand_latest_and_a_cursor_is_bound_to_their_lead() {
        let read = |raw: &str, lead: u128| read_query(&Query::of(raw), Id::from_bits(lead), Timestamp::default());
        let first = read("", 1).expect("valid");
        assert_eq!(
            (first.sort, first.order, first.paging),
            (ConversationSort::LastMessageAt, Order::Descending, Paging::Page { page: 1, limit: 1_000 })
        );
        let position = Position { value: 60, id: 1 };
        let cursor = cursor::encode(position, binding(&first));
        let raw = format!("limit=5&cursor={cursor}");
        assert_eq!(read(&raw, 1).expect("the same list").paging, Paging::After { position, limit: 5 });
        assert_eq!(read(&raw, 2).expect_err("another lead's").param, "cursor");
        assert_eq!(read("limit=1001", 1).expect_err("too many").param, "limit");
    }

    #[test]
    fn the_whole_history_is_wanted_unless_said_otherwise() {
        let read = |raw: &str| read_messages(&Query::of(raw));
        assert_eq!(read(""), Ok(Wanted { after: 0, limit: 1_000 }));
        assert_eq!(read("after=7&limit=2"), Ok(Wanted { after: 7, limit: 2 }));
        for raw in ["after=-1", "after=x", "after=4294967296", "limit=0", "limit=1001"] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err("wrong").param, param, "{raw}");
        }
    }
}
