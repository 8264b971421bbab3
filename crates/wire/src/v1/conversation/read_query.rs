//! The parameters of v1's lists of conversations and of one conversation.

use synaptiq_domain::{
    access::Assistant,
    conversation::{Channel, ConversationQuery, ConversationSort, ConversationStatus, MessageRange, VisitorId},
    id::Id,
    lead::Lead,
    paging::{Order, Paging},
    time::Timestamp,
};

use crate::{
    conversation::{binding, sort_word},
    field::FieldError,
    paging::{read_order, read_paging},
    query::Query,
};

/// Reads `leadId`, `visitorId`, `assistantId`, `status`, `channel`, `startDate`, `endDate`,
/// `sortBy`, `sortOrder`, and `page`, `limit` or `cursor`. Conversations idle since `idle_since`
/// count as expired.
pub fn read_query(query: &Query, idle_since: Timestamp) -> Result<ConversationQuery, FieldError> {
    read(query, query.get("leadId")?.map(|given| given.id()), idle_since)
}

/// As [`read_query`], for the conversations of a lead that the path names; its cursors are bound to
/// that lead.
pub fn read_query_of_lead(
    query: &Query,
    lead: Id<Lead>,
    idle_since: Timestamp,
) -> Result<ConversationQuery, FieldError> {
    read(query, Some(lead), idle_since)
}

fn read(query: &Query, lead: Option<Id<Lead>>, idle_since: Timestamp) -> Result<ConversationQuery, FieldError> {
    let mut read = ConversationQuery {
        lead,
        visitor: query.optional("visitorId", |given| given.parsed(VisitorId::parse))?,
        assistant: query.get("assistantId")?.map(|given| given.id::<Assistant>()),
        status: query.optional("status", |given| given.one_of(&ConversationStatus::ALL, ConversationStatus::as_str))?,
        channel: query.optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
        started_after: query.optional("startDate", |given| given.instant())?,
        started_before: query.optional("endDate", |given| given.instant_as_end())?,
        last_message_after: None,
        idle_since,
        sort: query.optional("sortBy", |given| given.one_of(&SORTS, sort_word))?.unwrap_or_default(),
        order: read_order(query, "sortOrder", Order::Descending)?,
        paging: Paging::default(),
    };
    read.paging = read_paging(query, binding(&read))?;
    Ok(read)
}

const SORTS: [ConversationSort; 3] =
    [ConversationSort::StartedAt, ConversationSort::LastMessageAt, ConversationSort::MessageCount];

/// Reads `includeMessages` (true), `messageLimit` (1–200, 50), `messageOffset` (0) and
/// `messageOrder` (asc); `None` if no messages are wanted.
pub fn read_messages(query: &Query) -> Result<Option<MessageRange>, FieldError> {
    let include = query.optional("includeMessages", |given| given.boolean())?.unwrap_or(true);
    let range = MessageRange {
        offset: query.number("messageOffset", 0..=i64::from(u32::MAX), 0)?,
        limit: query.number("messageLimit", 1..=200, 50)?,
        order: read_order(query, "messageOrder", Order::Ascending)?,
    };
    Ok(include.then_some(range))
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::paging::Position;

    use super::*;
    use crate::{cursor, samples};

    fn read(raw: &str) -> Result<ConversationQuery, FieldError> {
        read_query(&Query::of(raw), Timestamp::default())
    }

    #[test]
    fn every_parameter_is_read() {
        assert_eq!(read(""), Ok(ConversationQuery::default()));
        let raw = "leadId=lead_00000000000000000000000001&visitorId=v1&assistantId=nonsense&status=handed_off&channel=whatsapp&\
                   startDate=2026-04-01T00:00:00Z&endDate=2026-04-05&sortBy=messageCount&sortOrder=asc&page=2&limit=5";
        assert_eq!(
            read(raw),
            Ok(ConversationQuery {
                lead: Some(Id::from_bits(1)),
                visitor: Some(VisitorId::parse("v1").expect("valid")),
                assistant: Some(Id::from_bits(0)),
                status: Some(ConversationStatus::HandedOff),
                channel: Some(Channel::Whatsapp),
                started_after: Some(samples::at("2026-04-01T00:00:00Z")),
                started_before: Some(samples::at("2026-04-05T23:59:59.999Z")),
                last_message_after: None,
                idle_since: Timestamp::default(),
                sort: ConversationSort::MessageCount,
                order: Order::Ascending,
                paging: Paging::Page { page: 2, limit: 5 },
            })
        );
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        for raw in [
            "status=open",
            "channel=fax",
            "startDate=soon",
            "endDate=2026-02-30",
            "sortBy=createdAt",
            "sortOrder=up",
            "page=0",
            "limit=0",
            "limit=101",
            "visitorId=",
            "cursor=x",
            "leadId=%00",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err("wrong").param, param, "{raw}");
        }
        for raw in [
            "includeMessages=maybe",
            "messageLimit=0",
            "messageLimit=201",
            "messageLimit=x",
            "messageOffset=-1",
            "messageOrder=newest",
        ] {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read_messages(&Query::of(raw)).expect_err("wrong").param, param, "{raw}");
        }
    }

    #[test]
    fn the_first_fifty_messages_are_read_unless_said_otherwise() {
        let messages = |raw| read_messages(&Query::of(raw)).expect("valid");
        assert_eq!(messages(""), Some(MessageRange { offset: 0, limit: 50, order: Order::Ascending }));
        assert_eq!(
            messages("messageLimit=200&messageOffset=7&messageOrder=desc&includeMessages=true"),
            Some(MessageRange { offset: 7, limit: 200, order: Order::Descending })
        );
        assert_eq!(messages("includeMessages=false"), None);
    }

    #[test]
    fn a_cursor_of_a_leads_conversations_continues_them_and_no_other_leads() {
        let of = |raw: &str, lead| read_query_of_lead(&Query::of(raw), Id::from_bits(lead), Timestamp::default());
        let position = Position { value: 60, id: 1 };
        let raw = format!("cursor={}", cursor::encode(position, binding(&of("", 1).expect("valid"))));
        assert_eq!(of(&raw, 1).expect("the same list").paging, Paging::After { position, limit: 25 });
        assert_eq!(of(&raw, 2).expect_err("another lead's").param, "cursor");
    }

    #[test]
    fn a_cursor_outlives_the_passing_of_time_and_no_other_filter() {
        let position = Position { value: 60, id: 1 };
        let cursor = cursor::encode(position, binding(&read("status=active").expect("valid")));
        let later =
            read_query(&Query::of(&format!("status=active&cursor={cursor}")), samples::at("2026-04-01T00:00:00Z"));
        assert_eq!(later.expect("the same list").paging, Paging::After { position, limit: 25 });
        assert_eq!(read(&format!("cursor={cursor}")).expect_err("another list").param, "cursor");
    }
}
