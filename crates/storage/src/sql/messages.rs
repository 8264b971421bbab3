//! Messages. They are only ever added, and go with their conversation.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    conversation::{Conversation, Message, MessageRange},
    id::Id,
    paging::Order,
    time::Timestamp,
};

use super::{Connection, Outcome, codec, schema::messages};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct MessageRow {
    tenant_id: String,
    conversation_id: String,
    position: i64,
    id: String,
    role: String,
    content: String,
    intent: Option<String>,
    confidence: Option<f64>,
    language: Option<String>,
    citations: String,
    member_id: Option<String>,
    interrupted: bool,
    fell_back: bool,
    created_at: i64,
}

impl MessageRow {
    fn of(tenant: &str, message: &Message) -> Outcome<Self> {
        let Message {
            id,
            conversation,
            position,
            role,
            content,
            intent,
            confidence,
            language,
            citations,
            member,
            interrupted,
            fell_back,
            created_at,
        } = message;
        Ok(Self {
            tenant_id: tenant.to_owned(),
            conversation_id: conversation.ulid(),
            position: i64::from(*position),
            id: id.ulid(),
            role: role.as_str().to_owned(),
            content: content.clone(),
            intent: intent.map(|intent| intent.as_str().to_owned()),
            confidence: *confidence,
            language: language.clone(),
            citations: codec::to_json("messages.citations", citations)?,
            member_id: member.map(Id::ulid),
            interrupted: *interrupted,
            fell_back: *fell_back,
            created_at: created_at.micros(),
        })
    }

    fn message(self) -> Outcome<Message> {
        Ok(Message {
            id: codec::id("messages.id", &self.id)?,
            conversation: codec::id("messages.conversation_id", &self.conversation_id)?,
            position: codec::number("messages.position", self.position)?,
            role: codec::word("messages.role", &self.role)?,
            content: self.content,
            intent: codec::maybe_word("messages.intent", self.intent.as_deref())?,
            confidence: self.confidence,
            language: self.language,
            citations: codec::json("messages.citations", &self.citations)?,
            member: codec::maybe_id("messages.member_id", self.member_id.as_deref())?,
            interrupted: self.interrupted,
            fell_back: self.fell_back,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

fn read(rows: Vec<MessageRow>) -> Outcome<Vec<Message>> {
    rows.into_iter().map(MessageRow::message).collect()
}

/// Some of a conversation's messages, from either end.
pub(crate) fn list(
    conn: &mut Connection,
    scope: TenantScope,
    conversation: Id<Conversation>,
    range: MessageRange,
) -> Outcome<Vec<Message>> {
    let mine = messages::table
        .filter(messages::tenant_id.eq(scope.data().ulid()))
        .filter(messages::conversation_id.eq(conversation.ulid()));
    let (offset, limit) = (i64::from(range.offset), i64::from(range.limit));
    read(match range.order {
        Order::Ascending => mine
            .order(messages::position.asc())
            .offset(offset)
            .limit(limit)
            .select(MessageRow::as_select())
            .load(conn)?,
        Order::Descending => mine
            .order(messages::position.desc())
            .offset(offset)
            .limit(limit)
            .select(MessageRow::as_select())
            .load(conn)?,
    })
}

/// The messages after a position, oldest first.
pub(crate) fn after(
    conn: &mut Connection,
    scope: TenantScope,
    conversation: Id<Conversation>,
    position: u32,
    limit: u32,
) -> Outcome<Vec<Message>> {
    read(
        messages::table
            .filter(messages::tenant_id.eq(scope.data().ulid()))
            .filter(messages::conversation_id.eq(conversation.ulid()))
            .filter(messages::position.gt(i64::from(position)))
            .order(messages::position.asc())
            .limit(i64::from(limit))
            .select(MessageRow::as_select())
            .load(conn)?,
    )
}

/// The last messages of a conversation, oldest first.
pub(super) fn last(
    conn: &mut Connection,
    scope: TenantScope,
    conversation: Id<Conversation>,
    count: u32,
) -> Outcome<Vec<Message>> {
    let range = MessageRange { offset: 0, limit: count, order: Order::Descending };
    let mut found = list(conn, scope, conversation, range)?;
    found.reverse();
    Ok(found)
}

/// Adds messages.
pub(super) fn add(conn: &mut Connection, tenant: &str, added: &[Message]) -> Outcome<()> {
    for message in added {
        diesel::insert_into(messages::table).values(MessageRow::of(tenant, message)?).execute(conn)?;
    }
    Ok(())
}

/// The messages of the conversations from one id to another, by conversation and position.
pub(super) fn between(conn: &mut Connection, tenant: &str, first: &str, last: &str) -> Outcome<Vec<Message>> {
    read(
        messages::table
            .filter(messages::tenant_id.eq(tenant))
            .filter(messages::conversation_id.ge(first))
            .filter(messages::conversation_id.le(last))
            .order((messages::conversation_id.asc(), messages::position.asc()))
            .select(MessageRow::as_select())
            .load(conn)?,
    )
}
