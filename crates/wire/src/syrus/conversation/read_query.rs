//! The parameters of syrus' list of conversations, and of one conversation's messages.

use synaptiq_domain::{
    conversation::{ConversationQuery, ConversationSort, ConversationStatus, MessageRange},
    paging::Order,
    time::Timestamp,
};

use crate::{field::FieldError, paging::read_order, query::Query, syrus::list::read_paging};

/// Which conversations are wanted. Whose slug it is, the store knows.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationsWanted {
    /// Everything but the chatbot.
    pub query: ConversationQuery,
    /// Only with the chatbot with this slug.
    pub chatbot_slug: Option<String>,
}

/// Reads `chatbot_slug`, `lead_id`, `status`, `since` (begun at or after), `updated_since` (last
/// written in at or after), `page` and `per_page`. Newest first.
pub fn read_query(query: &Query, idle_since: Timestamp) -> Result<ConversationsWanted, FieldError> {
    Ok(ConversationsWanted {
        chatbot_slug: query.get("chatbot_slug")?.map(|given| given.text().to_owned()),
        query: ConversationQuery {
            lead: query.get("lead_id")?.map(|given| given.id()),
            status: query
                .optional("status", |given| given.one_of(&ConversationStatus::ALL, ConversationStatus::as_str))?,
            started_after: query.optional("since", |given| given.instant())?,
            last_message_after: query.optional("updated_since", |given| given.instant())?,
            idle_since,
            sort: ConversationSort::StartedAt,
            order: Order::Descending,
            paging: read_paging(query)?,
            ..ConversationQuery::default()
        },
    })
}

/// The messages that are shown where nothing is said, and the most that are: the first thousand.
pub const FIRST_MESSAGES: MessageRange = MessageRange { offset: 0, limit: 1_000, order: Order::Ascending };

/// Reads `include_messages` (true), `message_limit` (1–1,000, 1,000), `message_offset` (0) and
/// `message_order` (asc); `None` if no messages are wanted.
pub fn read_messages(query: &Query) -> Result<Option<MessageRange>, FieldError> {
    let include = query.optional("include_messages", |given| given.boolean())?.unwrap_or(true);
    let range = MessageRange {
        offset: query.number("message_offset", 0..=i64::from(u32::MAX), FIRST_MESSAGES.offset)?,
        limit: query.number("message_limit", 1..=i64::from(FIRST_MESSAGES.limit), FIRST_MESSAGES.limit)?,
        order: read_order(query, "message_order", FIRST_MESSAGES.order)?,
    };
    Ok(include.then_some(range))
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{id::Id, paging::Paging};

    use super::*;
    use crate::samples;

    fn read(raw: &str) -> Result<ConversationsWanted, FieldError> {
        read_query(&Query::of(raw), Timestamp::default())
    }

    #[test]
    fn every_parameter_is_read() {
        let newest = ConversationQuery {
            sort: ConversationSort::StartedAt,
            paging: Paging::Page { page: 1, limit: 50 },
            ..ConversationQuery::default()
        };
        assert_eq!(read(""), Ok(ConversationsWanted { query: newest, chatbot_slug: None }));
        let raw = "chatbot_slug=demo-bot&lead_id=lead_00000000000000000000000001&status=handed_off&since=2026-04-01&\
                   updated_since=2026-04-02T10:00:00Z&page=2&per_page=5";
        assert_eq!(
            read(raw),
            Ok(ConversationsWanted {
                query: ConversationQuery {
                    lead: Some(Id::from_bits(1)),
                    status: Some(ConversationStatus::HandedOff),
                    started_after: Some(samples::at("2026-04-01T00:00:00Z")),
                    last_message_after: Some(samples::at("2026-04-02T10:00:00Z")),
                    sort: ConversationSort::StartedAt,
                    paging: Paging::Page { page: 2, limit: 5 },
                    ..ConversationQuery::default()
                },
                chatbot_slug: Some("demo-bot".to_owned()),
            })
        );
        let of = |text: &str| read(&format!("lead_id={text}")).expect("an id of any form").query.lead;
        assert_eq!(of("00000000-0000-0000-0000-000000000001"), Some(Id::from_bits(1)));
        assert_eq!(of("nonsense"), Some(Id::from_bits(0)), "what is no id names nothing");
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in ["status=open", "since=soon", "updated_since=", "page=0", "per_page=0", "lead_id=%00"] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err("wrong").param, param, "{raw}");
        }
        for raw in [
            "include_messages=maybe",
            "message_limit=0",
            "message_limit=1001",
            "message_offset=-1",
            "message_order=newest",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read_messages(&Query::of(raw)).expect_err("wrong").param, param, "{raw}");
        }
    }

    #[test]
    fn the_first_thousand_messages_are_read_unless_said_otherwise() {
        let messages = |raw| read_messages(&Query::of(raw)).expect("valid");
        assert_eq!(messages(""), Some(FIRST_MESSAGES));
        assert_eq!(
            messages("message_limit=2&message_offset=7&message_order=desc"),
            Some(MessageRange { offset: 7, limit: 2, order: Order::Descending })
        );
        assert_eq!(messages("include_messages=false"), None);
    }
}
