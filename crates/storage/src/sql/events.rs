//! Events, as written in the commit of what happened. Nothing reads them back yet.

use diesel::prelude::*;
use synaptiq_domain::{event::Event, id::Id};

use super::{Connection, Outcome, codec, schema::events};

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct EventRow {
    tenant_id: String,
    id: String,
    kind: &'static str,
    lead_id: Option<String>,
    conversation_id: Option<String>,
    data: String,
    at: i64,
}

/// Adds events.
pub(super) fn add(conn: &mut Connection, tenant: &str, added: &[Event]) -> Outcome<()> {
    for Event { id, kind, lead, conversation, data, at } in added {
        let row = EventRow {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            kind: kind.as_str(),
            lead_id: lead.map(Id::ulid),
            conversation_id: conversation.map(Id::ulid),
            data: codec::to_json("events.data", data)?,
            at: at.micros(),
        };
        diesel::insert_into(events::table).values(row).execute(conn)?;
    }
    Ok(())
}
