//! Conversations: rows, reads and writes. The other half of `ports/store/conversations.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    changes::Change,
    conversation::{Conversation, ConversationQuery, ConversationSort, ConversationStatus, SessionHash},
    id::Id,
    lead::{FirstConversation, Lead},
    paging::{Page, Position},
    ports::store::{ConversationFile, LeadKey, TurnFile, TurnKey},
    time::Timestamp,
};

use super::{
    Connection, Fault, Outcome, codec, dialect, evidence, leads, messages,
    paging::{Part, in_order},
    schema::conversations,
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = conversations,
    primary_key(tenant_id, id),
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct ConversationRow {
    tenant_id: String,
    id: String,
    version: i64,
    assistant_id: String,
    visitor: String,
    session_hash: Vec<u8>,
    lead_id: Option<String>,
    channel: String,
    status: String,
    handoff: Option<String>,
    assigned_to: Option<String>,
    subject: String,
    summary: String,
    intents: String,
    lead_score: i64,
    message_count: i64,
    responses: i64,
    response_millis: i64,
    was_handed_off: bool,
    language: Option<String>,
    facts: String,
    source_url: Option<String>,
    utm: String,
    first_message: Option<String>,
    metadata: String,
    started_at: i64,
    last_message_at: i64,
    ended_at: Option<i64>,
    created_at: i64,
    erased_at: Option<i64>,
}

impl ConversationRow {
    fn of(tenant: &str, conversation: &Conversation, version: i64) -> Outcome<Self> {
        let Conversation {
            id,
            version: _,
            assistant,
            visitor,
            session: SessionHash(session),
            lead,
            channel,
            status,
            handoff,
            assigned_to,
            subject,
            summary,
            intents,
            lead_score,
            message_count,
            responses,
            response_millis,
            was_handed_off,
            language,
            facts,
            source_url,
            utm,
            first_message,
            metadata,
            started_at,
            last_message_at,
            ended_at,
            created_at,
            erased_at,
        } = conversation;
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            version,
            assistant_id: assistant.ulid(),
            visitor: visitor.as_str().to_owned(),
            session_hash: session.to_vec(),
            lead_id: lead.map(Id::ulid),
            channel: channel.as_str().to_owned(),
            status: status.as_str().to_owned(),
            handoff: handoff.as_ref().map(|handoff| codec::to_json("conversations.handoff", handoff)).transpose()?,
            assigned_to: assigned_to.map(Id::ulid),
            subject: subject.clone(),
            summary: summary.clone(),
            intents: codec::to_json("conversations.intents", intents)?,
            lead_score: i64::from(lead_score.get()),
            message_count: i64::from(*message_count),
            responses: i64::from(*responses),
            response_millis: *response_millis,
            was_handed_off: *was_handed_off,
            erased_at: erased_at.map(Timestamp::micros),
            language: language.clone(),
            facts: codec::to_json("conversations.facts", facts)?,
            source_url: source_url.clone(),
            utm: codec::to_json("conversations.utm", utm)?,
            first_message: first_message.clone(),
            metadata: codec::to_json("conversations.metadata", metadata)?,
            started_at: started_at.micros(),
            last_message_at: last_message_at.micros(),
            ended_at: ended_at.map(Timestamp::micros),
            created_at: created_at.micros(),
        })
    }

    fn conversation(self) -> Outcome<Conversation> {
        Ok(Conversation {
            id: codec::id("conversations.id", &self.id)?,
            version: codec::number("conversations.version", self.version)?,
            assistant: codec::id("conversations.assistant_id", &self.assistant_id)?,
            visitor: codec::word("conversations.visitor", &self.visitor)?,
            session: SessionHash(codec::bytes32("conversations.session_hash", &self.session_hash)?),
            lead: codec::maybe_id("conversations.lead_id", self.lead_id.as_deref())?,
            channel: codec::word("conversations.channel", &self.channel)?,
            status: codec::word("conversations.status", &self.status)?,
            handoff: self.handoff.as_deref().map(|text| codec::json("conversations.handoff", text)).transpose()?,
            assigned_to: codec::maybe_id("conversations.assigned_to", self.assigned_to.as_deref())?,
            subject: self.subject,
            summary: self.summary,
            intents: codec::json("conversations.intents", &self.intents)?,
            lead_score: codec::score("conversations.lead_score", self.lead_score)?,
            message_count: codec::number("conversations.message_count", self.message_count)?,
            responses: codec::number("conversations.responses", self.responses)?,
            response_millis: self.response_millis,
            was_handed_off: self.was_handed_off,
            language: self.language,
            facts: codec::json("conversations.facts", &self.facts)?,
            source_url: self.source_url,
            utm: codec::json("conversations.utm", &self.utm)?,
            first_message: self.first_message,
            metadata: codec::json("conversations.metadata", &self.metadata)?,
            started_at: Timestamp::from_micros(self.started_at),
            last_message_at: Timestamp::from_micros(self.last_message_at),
            ended_at: codec::maybe_instant(self.ended_at),
            created_at: Timestamp::from_micros(self.created_at),
            erased_at: codec::maybe_instant(self.erased_at),
        })
    }
}

/// Everything for a turn. Needs a snapshot.
pub(crate) fn load_turn(conn: &mut Connection, scope: TenantScope, key: &TurnKey) -> Outcome<TurnFile> {
    let conversation = match (key.conversation, key.session) {
        (Some(id), _) => find(conn, scope, id)?,
        (None, Some(session)) => find_session(conn, scope, session)?,
        (None, None) => None,
    };
    let conversation = match conversation {
        Some(conversation) => Some(file_of(conn, scope, conversation, key.history)?),
        None => None,
    };
    let by_email = match &key.email {
        Some(email) => leads::load(conn, scope, &LeadKey::Email(email.clone()))?,
        None => None,
    };
    Ok(TurnFile { conversation, by_email })
}

fn file_of(
    conn: &mut Connection,
    scope: TenantScope,
    conversation: Conversation,
    history: u32,
) -> Outcome<ConversationFile> {
    let tenant = scope.data().ulid();
    let (lead, evidence) = match conversation.lead {
        Some(lead) => match leads::load(conn, scope, &LeadKey::Id(lead))? {
            Some(file) => (Some(file.lead), file.evidence),
            None => (None, evidence::of_conversation(conn, &tenant, &conversation.id.ulid())?),
        },
        None => (None, evidence::of_conversation(conn, &tenant, &conversation.id.ulid())?),
    };
    let history = messages::last(conn, scope, conversation.id, history)?;
    Ok(ConversationFile { conversation, lead, evidence, history })
}

/// One conversation alone.
pub(crate) fn find(conn: &mut Connection, scope: TenantScope, id: Id<Conversation>) -> Outcome<Option<Conversation>> {
    conversations::table
        .find((scope.data().ulid(), id.ulid()))
        .select(ConversationRow::as_select())
        .first(conn)
        .optional()?
        .map(ConversationRow::conversation)
        .transpose()
}

/// The conversation of a session.
pub(crate) fn find_session(
    conn: &mut Connection,
    scope: TenantScope,
    session: SessionHash,
) -> Outcome<Option<Conversation>> {
    conversations::table
        .filter(conversations::tenant_id.eq(scope.data().ulid()))
        .filter(conversations::session_hash.eq(session.0.as_slice()))
        .select(ConversationRow::as_select())
        .first(conn)
        .optional()?
        .map(ConversationRow::conversation)
        .transpose()
}

/// The latest conversations of a lead, in the order of `conversations_by_lead`.
pub(crate) fn recent(
    conn: &mut Connection,
    scope: TenantScope,
    lead: Id<Lead>,
    limit: u32,
) -> Outcome<Vec<Conversation>> {
    let rows: Vec<ConversationRow> = conversations::table
        .filter(conversations::tenant_id.eq(scope.data().ulid()))
        .filter(conversations::lead_id.eq(lead.ulid()))
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .limit(i64::from(limit))
        .select(ConversationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ConversationRow::conversation).collect()
}

/// A part of a list.
pub(crate) fn list(
    conn: &mut Connection,
    scope: TenantScope,
    query: &ConversationQuery,
) -> Outcome<Page<Conversation>> {
    let filtered = || filtered(scope, query);
    let part = Part::of(query.paging);
    let total: Option<i64> = if part.counts { Some(filtered().count().get_result(conn)?) } else { None };
    let rows: Vec<ConversationRow> = match query.sort {
        ConversationSort::StartedAt => {
            in_order!(filtered(), part, query.order, conversations::started_at, conversations::id)
        }
        ConversationSort::LastMessageAt => {
            in_order!(filtered(), part, query.order, conversations::last_message_at, conversations::id)
        }
        ConversationSort::MessageCount => {
            in_order!(filtered(), part, query.order, conversations::message_count, conversations::id)
        }
    }
    .select(ConversationRow::as_select())
    .load(conn)?;
    let found = rows.into_iter().map(ConversationRow::conversation).collect::<Outcome<Vec<Conversation>>>()?;
    part.page(found, total, |conversation| Position::new(query.sort.value_of(conversation), conversation.id))
}

fn filtered(scope: TenantScope, query: &ConversationQuery) -> conversations::BoxedQuery<'_, dialect::Backend> {
    let mut rows = conversations::table.filter(conversations::tenant_id.eq(scope.data().ulid())).into_boxed();
    if let Some(lead) = query.lead {
        rows = rows.filter(conversations::lead_id.eq(lead.ulid()));
    }
    if let Some(visitor) = &query.visitor {
        rows = rows.filter(conversations::visitor.eq(visitor.as_str()));
    }
    if let Some(assistant) = query.assistant {
        rows = rows.filter(conversations::assistant_id.eq(assistant.ulid()));
    }
    if let Some(channel) = query.channel {
        rows = rows.filter(conversations::channel.eq(channel.as_str()));
    }
    if let Some(at) = query.started_after {
        rows = rows.filter(conversations::started_at.ge(at.micros()));
    }
    if let Some(at) = query.started_before {
        rows = rows.filter(conversations::started_at.le(at.micros()));
    }
    if let Some(at) = query.last_message_after {
        rows = rows.filter(conversations::last_message_at.ge(at.micros()));
    }
    let active = ConversationStatus::Active.as_str();
    let idle_since = query.idle_since.micros();
    match query.status {
        None => {}
        Some(ConversationStatus::Active) => {
            rows = rows.filter(conversations::status.eq(active)).filter(conversations::last_message_at.ge(idle_since));
        }
        Some(ConversationStatus::Expired) => {
            let idle = conversations::status.eq(active).and(conversations::last_message_at.lt(idle_since));
            rows = rows.filter(conversations::status.eq(ConversationStatus::Expired.as_str()).or(idle));
        }
        Some(status @ (ConversationStatus::Closed | ConversationStatus::HandedOff)) => {
            rows = rows.filter(conversations::status.eq(status.as_str()));
        }
    }
    rows
}

/// Writes the changed conversations. Deleting one deletes its messages and evidence with it.
pub(super) fn write(conn: &mut Connection, tenant: &str, changes: &[Change<Conversation>]) -> Outcome<()> {
    for change in changes {
        let stored = change.before().map(|before| {
            conversations::table
                .find((tenant, before.id.ulid()))
                .filter(conversations::version.eq(codec::version(before.version)))
        });
        let written = match (stored, change.after()) {
            (Some(stored), Some(after)) => {
                let version = change.before().map_or(0, |before| codec::version(before.version));
                diesel::update(stored).set(ConversationRow::of(tenant, after, version + 1)?).execute(conn)?
            }
            (Some(stored), None) => diesel::delete(stored).execute(conn)?,
            (None, Some(after)) => diesel::insert_into(conversations::table)
                .values(ConversationRow::of(tenant, after, 1)?)
                .execute(conn)?,
            (None, None) => 1,
        };
        if written == 0 {
            return Err(Fault::Stale);
        }
    }
    Ok(())
}

/// Gives a lead's conversations to another lead or to none. Their versions are raised, except for
/// those that the same commit has counted already.
pub(super) fn tie(
    conn: &mut Connection,
    tenant: &str,
    from: &str,
    to: Option<&str>,
    counted: &[String],
) -> Outcome<()> {
    let of_lead =
        || conversations::table.filter(conversations::tenant_id.eq(tenant)).filter(conversations::lead_id.eq(from));
    if !counted.is_empty() {
        diesel::update(of_lead().filter(conversations::id.eq_any(counted)))
            .set(conversations::lead_id.eq(to))
            .execute(conn)?;
    }
    diesel::update(of_lead())
        .set((conversations::lead_id.eq(to), conversations::version.eq(conversations::version + 1)))
        .execute(conn)?;
    Ok(())
}

/// Active conversations of every tenant whose last message is before an instant, oldest first.
pub(crate) fn idle(
    conn: &mut Connection,
    idle_since: Timestamp,
    limit: u32,
) -> Outcome<Vec<(String, Id<Conversation>)>> {
    let rows: Vec<(String, String)> = conversations::table
        .filter(conversations::status.eq(ConversationStatus::Active.as_str()))
        .filter(conversations::last_message_at.lt(idle_since.micros()))
        .order((conversations::last_message_at.asc(), conversations::id.asc()))
        .limit(i64::from(limit))
        .select((conversations::tenant_id, conversations::id))
        .load(conn)?;
    rows.into_iter().map(|(tenant, id)| Ok((tenant, codec::id("conversations.id", &id)?))).collect()
}

/// Adds a conversation unless one with its id is there.
pub(super) fn add_if_new(conn: &mut Connection, tenant: &str, conversation: &Conversation) -> Outcome<bool> {
    let row = ConversationRow::of(tenant, conversation, 1)?;
    Ok(diesel::insert_into(conversations::table).values(row).on_conflict_do_nothing().execute(conn)? > 0)
}

/// The conversations after an id, in order of id.
pub(super) fn after(conn: &mut Connection, tenant: &str, after: &str, limit: i64) -> Outcome<Vec<Conversation>> {
    let rows: Vec<ConversationRow> = conversations::table
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::id.gt(after))
        .order(conversations::id.asc())
        .limit(limit)
        .select(ConversationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ConversationRow::conversation).collect()
}

/// The first conversation that names a lead.
pub(super) fn first_of(conn: &mut Connection, tenant: &str, lead: Id<Lead>) -> Outcome<Option<FirstConversation>> {
    // Not the first in the order of the database, which would go through all that began earlier to find it.
    let found: Vec<(i64, String, String)> = conversations::table
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::lead_id.eq(lead.ulid()))
        .select((conversations::started_at, conversations::id, conversations::channel))
        .load(conn)?;
    found
        .into_iter()
        .min()
        .map(|(at, _, channel)| {
            let channel = codec::word("conversations.channel", &channel)?;
            Ok(FirstConversation { channel, at: Timestamp::from_micros(at) })
        })
        .transpose()
}
