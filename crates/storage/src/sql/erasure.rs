//! Finding and emptying what tells of a person. The other half of `ports/store/erasure.rs`.

use std::{collections::BTreeSet, iter};

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    conversation::{Conversation, VisitorId},
    erasure::{Erasure, Person, PersonTraces, Trace, VisitErasure},
    id::Id,
    lead::Lead,
    receipt::ReceiptKey,
    text::{Email, Phone},
    time::{Day, Timestamp},
    webhook::DeliveryStatus,
};

use super::{
    Connection, Outcome, codec, dialect,
    leads::LeadRow,
    schema::{conversations, deliveries, events, evidence, leads, messages, receipts, visits},
};

/// How many days of visits are looked at in one statement, which takes so many values at most.
const DAYS_AT_ONCE: usize = 10_000;
/// What an emptied list of citations is.
const NO_CITATIONS: &str = "[]";

/// Where a person's traces are. Needs a snapshot.
pub(crate) fn find_person(conn: &mut Connection, scope: TenantScope, person: &Person) -> Outcome<PersonTraces> {
    let tenant = scope.data().ulid();
    let Person { email, phone, lead, visitor } = person;
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut talks: BTreeSet<String> = BTreeSet::new();
    let mut visitors: BTreeSet<String> = BTreeSet::new();
    if let Some(email) = email {
        found.extend(leads_with_email(conn, &tenant, email)?);
        found.extend(leads_told_of(conn, &tenant, email)?);
        talks.extend(talks_that_name(conn, &tenant, email)?);
    }
    if let Some(phone) = phone {
        found.extend(leads_with_phone(conn, &tenant, phone)?);
    }
    found.extend(lead.map(Id::ulid));
    if let Some(visitor) = visitor {
        let theirs: Vec<(String, Option<String>)> = conversations::table
            .filter(conversations::tenant_id.eq(&tenant))
            .filter(conversations::visitor.eq(visitor.as_str()))
            .select((conversations::id, conversations::lead_id))
            .load(conn)?;
        for (talk, lead) in theirs {
            talks.insert(talk);
            found.extend(lead);
            visitors.insert(visitor.as_str().to_owned());
        }
        if has_visits(conn, &tenant, visitor)? {
            visitors.insert(visitor.as_str().to_owned());
        }
    }
    let family = with_family(conn, &tenant, found)?;
    for lead in &family {
        let theirs: Vec<(String, String)> = conversations::table
            .filter(conversations::tenant_id.eq(&tenant))
            .filter(conversations::lead_id.eq(lead))
            .select((conversations::id, conversations::visitor))
            .load(conn)?;
        for (talk, visitor) in theirs {
            talks.insert(talk);
            visitors.insert(visitor);
        }
    }
    for visitor in &visitors {
        // What they said without giving a name. Another lead's conversations are another's.
        let nameless: Vec<String> = conversations::table
            .filter(conversations::tenant_id.eq(&tenant))
            .filter(conversations::visitor.eq(visitor))
            .filter(conversations::lead_id.is_null())
            .select(conversations::id)
            .load(conn)?;
        talks.extend(nameless);
    }
    Ok(PersonTraces {
        leads: known_leads(conn, &tenant, &family)?,
        conversations: talks.iter().map(|id| codec::id("conversations.id", id)).collect::<Outcome<_>>()?,
        visitors: visitors
            .iter()
            .map(|visitor| codec::word("conversations.visitor", visitor))
            .collect::<Outcome<_>>()?,
    })
}

/// Those that are there, and those that are gone but that something else tells of.
fn known_leads(conn: &mut Connection, tenant: &str, family: &BTreeSet<String>) -> Outcome<Vec<Id<Lead>>> {
    let mut known = Vec::new();
    for id in family {
        let there: i64 = leads::table.find((tenant, id)).count().get_result(conn)?;
        if there > 0 || !told_of(conn, tenant, About::Lead(id), 1)?.is_empty() {
            known.push(codec::id("leads.id", id)?);
        }
    }
    Ok(known)
}

/// By the index, or as an absorbed lead, which holds no address against others.
fn leads_with_email(conn: &mut Connection, tenant: &str, email: &Email) -> Outcome<Vec<String>> {
    let folded = email.folded();
    let mut found: Vec<String> = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::email_folded.eq(&folded))
        .select(leads::id)
        .load(conn)?;
    let absorbed: Vec<(String, Option<String>)> = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::merged_into.is_not_null())
        .filter(leads::email.is_not_null())
        .select((leads::id, leads::email))
        .load(conn)?;
    for (id, text) in absorbed {
        let theirs: Option<Email> = codec::maybe_word("leads.email", text.as_deref())?;
        if theirs.is_some_and(|theirs| theirs.folded() == folded) {
            found.push(id);
        }
    }
    Ok(found)
}

fn leads_with_phone(conn: &mut Connection, tenant: &str, phone: &Phone) -> Outcome<Vec<String>> {
    let numbered: Vec<(String, Option<String>)> = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::phone.is_not_null())
        .select((leads::id, leads::phone))
        .load(conn)?;
    let mut found = Vec::new();
    for (id, text) in numbered {
        let theirs: Option<Phone> = codec::maybe_word("leads.phone", text.as_deref())?;
        if theirs.is_some_and(|theirs| theirs.dialled() == phone.dialled()) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Leads that are gone, but of whom the body of a delivery still tells with this address.
fn leads_told_of(conn: &mut Connection, tenant: &str, email: &Email) -> Outcome<Vec<String>> {
    let told: Vec<Option<String>> = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant))
        .filter(deliveries::lead_id.is_not_null())
        .filter(dialect::position_of(dialect::lower_bytes(deliveries::body), email.folded()).gt(0))
        .select(deliveries::lead_id)
        .distinct()
        .load(conn)?;
    let mut gone = Vec::new();
    for lead in told.into_iter().flatten() {
        let there: i64 = leads::table.find((tenant, &lead)).count().get_result(conn)?;
        if there == 0 {
            gone.push(lead);
        }
    }
    Ok(gone)
}

/// Conversations without a lead in which the visitor wrote the address: those of a lead that was deleted.
fn talks_that_name(conn: &mut Connection, tenant: &str, email: &Email) -> Outcome<Vec<String>> {
    let mine = conversations::tenant_id.eq(messages::tenant_id).and(conversations::id.eq(messages::conversation_id));
    Ok(conversations::table
        .inner_join(messages::table.on(mine))
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::lead_id.is_null())
        .filter(messages::role.eq("user"))
        .filter(dialect::position_of(dialect::lower(messages::content), email.folded()).gt(0))
        .select(conversations::id)
        .distinct()
        .load(conn)?)
}

/// The leads with those that absorbed them and those that they absorbed.
fn with_family(conn: &mut Connection, tenant: &str, mut found: BTreeSet<String>) -> Outcome<BTreeSet<String>> {
    let mut unseen: Vec<String> = found.iter().cloned().collect();
    while let Some(lead) = unseen.pop() {
        let survivor: Option<Option<String>> =
            leads::table.find((tenant, &lead)).select(leads::merged_into).first(conn).optional()?;
        let absorbed: Vec<String> = leads::table
            .filter(leads::tenant_id.eq(tenant))
            .filter(leads::merged_into.eq(&lead))
            .select(leads::id)
            .load(conn)?;
        for relative in absorbed.into_iter().chain(survivor.flatten()) {
            if found.insert(relative.clone()) {
                unseen.push(relative);
            }
        }
    }
    Ok(found)
}

/// Everyone whom a lead absorbed, and whom these absorbed.
pub(crate) fn absorbed(conn: &mut Connection, scope: TenantScope, into: Id<Lead>) -> Outcome<Vec<Lead>> {
    let tenant = scope.data().ulid();
    let mut found: Vec<Lead> = Vec::new();
    let mut survivors = vec![into];
    while let Some(survivor) = survivors.pop() {
        let rows: Vec<LeadRow> = leads::table
            .filter(leads::tenant_id.eq(&tenant))
            .filter(leads::merged_into.eq(survivor.ulid()))
            .select(LeadRow::as_select())
            .load(conn)?;
        for row in rows {
            let lead = row.lead()?;
            // A ring, which no use case makes, ends here.
            if lead.id != into && found.iter().all(|known| known.id != lead.id) {
                survivors.push(lead.id);
                found.push(lead);
            }
        }
    }
    Ok(found)
}

/// Up to `limit` rows of each kind that still tell of something. Needs a snapshot.
pub(crate) fn traces(conn: &mut Connection, scope: TenantScope, of: &Trace, limit: u32) -> Outcome<Erasure> {
    let (tenant, limit) = (scope.data().ulid(), i64::from(limit));
    match of {
        Trace::Conversation(id) => {
            let mut found = told_of(conn, &tenant, About::Conversation(&id.ulid()), limit)?;
            words_of(conn, &tenant, *id, limit, &mut found)?;
            Ok(found)
        }
        Trace::Lead(id) => told_of(conn, &tenant, About::Lead(&id.ulid()), limit),
        Trace::Visitor(visitor) => visits_of(conn, &tenant, visitor, limit),
        Trace::VisitsBefore(day) => visits_before(conn, &tenant, *day, limit),
    }
}

fn words_of(conn: &mut Connection, tenant: &str, id: Id<Conversation>, limit: i64, found: &mut Erasure) -> Outcome<()> {
    let told: Vec<i64> = messages::table
        .filter(messages::tenant_id.eq(tenant))
        .filter(messages::conversation_id.eq(id.ulid()))
        .filter(messages::content.ne("").or(messages::citations.ne(NO_CITATIONS)))
        .order(messages::position.asc())
        .limit(limit)
        .select(messages::position)
        .load(conn)?;
    for position in told {
        found.messages.push((id, codec::number("messages.position", position)?));
    }
    let quoted: Vec<String> = evidence::table
        .filter(evidence::tenant_id.eq(tenant))
        .filter(evidence::conversation_id.eq(id.ulid()))
        .filter(evidence::quote.ne(""))
        .select(evidence::message_id)
        .distinct()
        .limit(limit)
        .load(conn)?;
    for message in quoted {
        found.quotes.push((id, codec::id("evidence.message_id", &message)?));
    }
    Ok(())
}

/// What an event, a delivery or a kept answer is about.
#[derive(Clone, Copy)]
enum About<'a> {
    Lead(&'a str),
    Conversation(&'a str),
}

/// The same rows of one table about a lead or about a conversation.
macro_rules! about {
    ($table:ident, $tenant:expr, $about:expr) => {{
        let rows = $table::table.filter($table::tenant_id.eq($tenant)).into_boxed::<dialect::Backend>();
        match $about {
            About::Lead(id) => rows.filter($table::lead_id.eq(id)),
            About::Conversation(id) => rows.filter($table::conversation_id.eq(id)),
        }
    }};
}

fn told_of(conn: &mut Connection, tenant: &str, about: About<'_>, limit: i64) -> Outcome<Erasure> {
    let told: Vec<String> =
        about!(events, tenant, about).filter(events::description.ne("")).limit(limit).select(events::id).load(conn)?;
    let bodies: Vec<String> = about!(deliveries, tenant, &about)
        .filter(deliveries::body.ne(Vec::new()).or(deliveries::status.eq(DeliveryStatus::Pending.as_str())))
        .limit(limit)
        .select(deliveries::id)
        .load(conn)?;
    let answers: Vec<(Vec<u8>, Option<Vec<u8>>)> =
        about!(receipts, tenant, about).limit(limit).select((receipts::key, receipts::part_of)).load(conn)?;
    // The answer to a whole request tells of everybody whom its parts name, and goes with any of them.
    let answers: BTreeSet<Vec<u8>> =
        answers.into_iter().flat_map(|(key, whole)| iter::once(key).chain(whole)).collect();
    Ok(Erasure {
        events: told.iter().map(|id| codec::id("events.id", id)).collect::<Outcome<_>>()?,
        deliveries: bodies.iter().map(|id| codec::id("deliveries.id", id)).collect::<Outcome<_>>()?,
        receipts: answers
            .iter()
            .map(|key| codec::bytes32("receipts.key", key).map(ReceiptKey))
            .collect::<Outcome<_>>()?,
        ..Erasure::default()
    })
}

fn has_visits(conn: &mut Connection, tenant: &str, visitor: &VisitorId) -> Outcome<bool> {
    Ok(!visits_of(conn, tenant, visitor, 1)?.visits.is_empty())
}

/// A visitor's visits, looked up day by day: there is no index by visitor, which every visit would pay for.
fn visits_of(conn: &mut Connection, tenant: &str, visitor: &VisitorId, limit: i64) -> Outcome<Erasure> {
    let mine = || visits::table.filter(visits::tenant_id.eq(tenant)).select(visits::day);
    let first: Option<i64> = mine().order(visits::day.asc()).first(conn).optional()?;
    let last: Option<i64> = mine().order(visits::day.desc()).first(conn).optional()?;
    let mut found = Erasure::default();
    let (Some(first), Some(last)) = (first, last) else { return Ok(found) };
    let days: Vec<i64> = (first..=last).collect();
    for days in days.chunks(DAYS_AT_ONCE) {
        let seen: Vec<i64> = mine()
            .filter(visits::day.eq_any(days))
            .filter(visits::visitor.eq(visitor.as_str()))
            .order(visits::day.asc())
            .limit(limit - i64::try_from(found.visits.len()).unwrap_or(limit))
            .load(conn)?;
        for day in seen {
            let day = Day(codec::number("visits.day", day)?);
            found.visits.push(VisitErasure { visitor: visitor.clone(), day, renamed: visitor.clone() });
        }
    }
    Ok(found)
}

/// Visits of the days before one by visitors who still have their names.
fn visits_before(conn: &mut Connection, tenant: &str, before: Day, limit: i64) -> Outcome<Erasure> {
    let seen: Vec<(i64, String)> = visits::table
        .filter(visits::tenant_id.eq(tenant))
        .filter(visits::day.lt(i64::from(before.0)))
        .filter(dialect::position_of(visits::visitor, VisitorId::ERASED).ne(1))
        .order((visits::day.asc(), visits::visitor.asc()))
        .limit(limit)
        .select((visits::day, visits::visitor))
        .load(conn)?;
    let visits = seen
        .into_iter()
        .map(|(day, visitor)| {
            let visitor: VisitorId = codec::word("visits.visitor", &visitor)?;
            let day = Day(codec::number("visits.day", day)?);
            Ok(VisitErasure { renamed: visitor.clone(), visitor, day })
        })
        .collect::<Outcome<_>>()?;
    Ok(Erasure { visits, ..Erasure::default() })
}

/// Empties exactly these rows.
pub(super) fn empty(conn: &mut Connection, tenant: &str, part: &Erasure) -> Outcome<()> {
    let Erasure { messages: told, quotes, events: happened, deliveries: sent, receipts: answers, visits: seen } = part;
    for (conversation, position) in told {
        diesel::update(messages::table.find((tenant, conversation.ulid(), i64::from(*position))))
            .set((messages::content.eq(""), messages::citations.eq(NO_CITATIONS)))
            .execute(conn)?;
    }
    for (conversation, message) in quotes {
        let pieces = evidence::table
            .filter(evidence::tenant_id.eq(tenant))
            .filter(evidence::conversation_id.eq(conversation.ulid()))
            .filter(evidence::message_id.eq(message.ulid()));
        diesel::update(pieces).set(evidence::quote.eq("")).execute(conn)?;
    }
    for event in happened {
        diesel::update(events::table.find((tenant, event.ulid()))).set(events::description.eq("")).execute(conn)?;
    }
    let nothing = None::<i64>;
    for delivery in sent {
        let row = || deliveries::table.find((tenant, delivery.ulid()));
        diesel::update(row()).set(deliveries::body.eq(Vec::new())).execute(conn)?;
        diesel::update(row().filter(deliveries::status.eq(DeliveryStatus::Pending.as_str())))
            .set((
                deliveries::status.eq(DeliveryStatus::Cancelled.as_str()),
                deliveries::next_attempt_at.eq(nothing),
                deliveries::due_at.eq(nothing),
                deliveries::lease_until.eq(nothing),
            ))
            .execute(conn)?;
    }
    for key in answers {
        diesel::delete(receipts::table.find((tenant, key.0.as_slice()))).execute(conn)?;
    }
    for VisitErasure { visitor, day, renamed } in seen {
        diesel::update(visits::table.find((tenant, i64::from(day.0), visitor.as_str())))
            .set((visits::visitor.eq(renamed.as_str()), visits::page.eq(None::<String>)))
            .execute(conn)?;
    }
    Ok(())
}

/// Leads that retention empties next, oldest first.
pub(crate) fn inactive_leads(
    conn: &mut Connection,
    scope: TenantScope,
    before: Timestamp,
    limit: u32,
) -> Outcome<Vec<Id<Lead>>> {
    let found: Vec<String> = leads::table
        .filter(leads::tenant_id.eq(scope.data().ulid()))
        .filter(leads::last_active_at.lt(before.micros()))
        .filter(dialect::lead_is_not_erased())
        .order((leads::last_active_at.asc(), leads::id.asc()))
        .limit(i64::from(limit))
        .select(leads::id)
        .load(conn)?;
    found.iter().map(|id| codec::id("leads.id", id)).collect()
}

/// Conversations that retention empties next, oldest first.
pub(crate) fn silent_conversations(
    conn: &mut Connection,
    scope: TenantScope,
    before: Timestamp,
    limit: u32,
) -> Outcome<Vec<Id<Conversation>>> {
    let found: Vec<String> = conversations::table
        .filter(conversations::tenant_id.eq(scope.data().ulid()))
        .filter(conversations::last_message_at.lt(before.micros()))
        .filter(dialect::conversation_is_to_erase())
        .order((conversations::last_message_at.asc(), conversations::id.asc()))
        .limit(i64::from(limit))
        .select(conversations::id)
        .load(conn)?;
    found.iter().map(|id| codec::id("conversations.id", id)).collect()
}
