//! Meetings with leads.

use diesel::prelude::*;
use synaptiq_domain::{history::Meeting, time::Timestamp};

use super::{Connection, Outcome, codec, schema::meetings};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meetings, treat_none_as_default_value = false)]
struct MeetingRow {
    tenant_id: String,
    id: String,
    lead_id: String,
    starts_at: i64,
    ends_at: Option<i64>,
    status: String,
    booked_at: i64,
}

impl MeetingRow {
    fn of(tenant: &str, meeting: &Meeting) -> Self {
        let Meeting { id, lead, starts_at, ends_at, status, booked_at } = meeting;
        Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            lead_id: lead.ulid(),
            starts_at: starts_at.micros(),
            ends_at: ends_at.map(Timestamp::micros),
            status: status.as_str().to_owned(),
            booked_at: booked_at.micros(),
        }
    }

    fn meeting(self) -> Outcome<Meeting> {
        Ok(Meeting {
            id: codec::id("meetings.id", &self.id)?,
            lead: codec::id("meetings.lead_id", &self.lead_id)?,
            starts_at: Timestamp::from_micros(self.starts_at),
            ends_at: codec::maybe_instant(self.ends_at),
            status: codec::word("meetings.status", &self.status)?,
            booked_at: Timestamp::from_micros(self.booked_at),
        })
    }
}

/// Adds a meeting unless one with its id is there.
pub(super) fn add_if_new(conn: &mut Connection, tenant: &str, meeting: &Meeting) -> Outcome<bool> {
    let row = MeetingRow::of(tenant, meeting);
    Ok(diesel::insert_into(meetings::table).values(row).on_conflict_do_nothing().execute(conn)? > 0)
}

/// The meetings after an id, in order of id.
pub(super) fn after(conn: &mut Connection, tenant: &str, after: &str, limit: i64) -> Outcome<Vec<Meeting>> {
    let rows: Vec<MeetingRow> = meetings::table
        .filter(meetings::tenant_id.eq(tenant))
        .filter(meetings::id.gt(after))
        .order(meetings::id.asc())
        .limit(limit)
        .select(MeetingRow::as_select())
        .load(conn)?;
    rows.into_iter().map(MeetingRow::meeting).collect()
}

/// Gives the meetings of an absorbed lead to the survivor.
pub(super) fn tie(conn: &mut Connection, tenant: &str, from: &str, into: &str) -> Outcome<()> {
    let theirs = meetings::table.filter(meetings::tenant_id.eq(tenant)).filter(meetings::lead_id.eq(from));
    diesel::update(theirs).set(meetings::lead_id.eq(into)).execute(conn)?;
    Ok(())
}

/// Deletes the meetings of a lead.
pub(super) fn delete_of_lead(conn: &mut Connection, tenant: &str, lead: &str) -> Outcome<()> {
    let theirs = meetings::table.filter(meetings::tenant_id.eq(tenant)).filter(meetings::lead_id.eq(lead));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
