//! Evidence. It belongs to whichever lead its conversation belongs to.

use diesel::prelude::*;
use synaptiq_domain::{
    lead::Grade,
    qualification::{Evidence, Topic},
    time::Timestamp,
};

use super::{
    Connection, Fault, Outcome, codec,
    schema::{conversations, evidence},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = evidence, treat_none_as_default_value = false)]
struct EvidenceRow {
    tenant_id: String,
    conversation_id: String,
    message_id: String,
    topic: String,
    grade: i64,
    quote: String,
    at: i64,
}

impl EvidenceRow {
    fn of(tenant: &str, piece: &Evidence) -> Self {
        let Evidence { topic, grade, quote, message, conversation, at } = piece;
        Self {
            tenant_id: tenant.to_owned(),
            conversation_id: conversation.ulid(),
            message_id: message.ulid(),
            topic: topic.as_str().to_owned(),
            grade: i64::from(grade.get()),
            quote: quote.clone(),
            at: at.micros(),
        }
    }

    fn evidence(self) -> Outcome<Evidence> {
        let grade = codec::number("evidence.grade", self.grade)?;
        Ok(Evidence {
            topic: Topic::parse(&self.topic).ok_or_else(|| Fault::corrupt("evidence.topic", &self.topic))?,
            grade: Grade::new(grade).ok_or_else(|| Fault::corrupt("evidence.grade", &grade.to_string()))?,
            quote: self.quote,
            message: codec::id("evidence.message_id", &self.message_id)?,
            conversation: codec::id("evidence.conversation_id", &self.conversation_id)?,
            at: Timestamp::from_micros(self.at),
        })
    }
}

/// The evidence of all conversations of a lead.
pub(super) fn of_lead(conn: &mut Connection, tenant: &str, lead: &str) -> Outcome<Vec<Evidence>> {
    let mine = conversations::tenant_id.eq(evidence::tenant_id).and(conversations::id.eq(evidence::conversation_id));
    let rows: Vec<EvidenceRow> = conversations::table
        .inner_join(evidence::table.on(mine))
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::lead_id.eq(lead))
        .order(evidence::number)
        .select(EvidenceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EvidenceRow::evidence).collect()
}

/// The evidence of one conversation.
pub(super) fn of_conversation(conn: &mut Connection, tenant: &str, conversation: &str) -> Outcome<Vec<Evidence>> {
    let rows: Vec<EvidenceRow> = evidence::table
        .filter(evidence::tenant_id.eq(tenant))
        .filter(evidence::conversation_id.eq(conversation))
        .order(evidence::number)
        .select(EvidenceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EvidenceRow::evidence).collect()
}

/// Adds evidence.
pub(super) fn add(conn: &mut Connection, tenant: &str, pieces: &[Evidence]) -> Outcome<()> {
    for piece in pieces {
        diesel::insert_into(evidence::table).values(EvidenceRow::of(tenant, piece)).execute(conn)?;
    }
    Ok(())
}

/// Deletes the evidence of all conversations of a lead.
pub(super) fn delete_of_lead(conn: &mut Connection, tenant: &str, lead: &str) -> Outcome<()> {
    let mine = conversations::table
        .filter(conversations::tenant_id.eq(tenant))
        .filter(conversations::lead_id.eq(lead))
        .select(conversations::id);
    let pieces = evidence::table.filter(evidence::tenant_id.eq(tenant)).filter(evidence::conversation_id.eq_any(mine));
    diesel::delete(pieces).execute(conn)?;
    Ok(())
}

/// The evidence of the conversations from one id to another, by conversation and as it came.
pub(super) fn between(conn: &mut Connection, tenant: &str, first: &str, last: &str) -> Outcome<Vec<Evidence>> {
    let rows: Vec<EvidenceRow> = evidence::table
        .filter(evidence::tenant_id.eq(tenant))
        .filter(evidence::conversation_id.ge(first))
        .filter(evidence::conversation_id.le(last))
        .order((evidence::conversation_id.asc(), evidence::number.asc()))
        .select(EvidenceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EvidenceRow::evidence).collect()
}
