//! What is kept of events. The other half of `ports/store/activity.rs`.

use diesel::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    event::{Activity, ActivityQuery, Event},
    id::Id,
    paging::{Order, Page, Position},
    time::Timestamp,
};

use super::{
    Connection, Outcome, codec, dialect,
    paging::{Part, in_order},
    schema::events,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct ActivityRow {
    tenant_id: String,
    id: String,
    kind: String,
    lead_id: Option<String>,
    conversation_id: Option<String>,
    description: String,
    facts: String,
    at: i64,
}

impl ActivityRow {
    fn of(tenant: &str, activity: Activity) -> Outcome<Self> {
        let Activity { id, kind, lead, conversation, description, facts, at } = activity;
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            kind: kind.as_str().to_owned(),
            lead_id: lead.map(Id::ulid),
            conversation_id: conversation.map(Id::ulid),
            description,
            facts: codec::to_json("events.facts", &facts)?,
            at: at.micros(),
        })
    }

    fn activity(self) -> Outcome<Activity> {
        Ok(Activity {
            id: codec::id("events.id", &self.id)?,
            kind: codec::word("events.kind", &self.kind)?,
            lead: codec::maybe_id("events.lead_id", self.lead_id.as_deref())?,
            conversation: codec::maybe_id("events.conversation_id", self.conversation_id.as_deref())?,
            description: self.description,
            facts: codec::json("events.facts", &self.facts)?,
            at: Timestamp::from_micros(self.at),
        })
    }
}

/// Adds what is kept of events.
pub(super) fn add(conn: &mut Connection, tenant: &str, added: &[Event]) -> Outcome<()> {
    for event in added {
        diesel::insert_into(events::table).values(ActivityRow::of(tenant, event.activity())?).execute(conn)?;
    }
    Ok(())
}

/// A part of the feed. Which lines it has and in which order is answered by an index alone; only the
/// lines that are shown are read.
pub(crate) fn list(conn: &mut Connection, scope: TenantScope, query: &ActivityQuery) -> Outcome<Page<Activity>> {
    let part = Part::of(query.paging);
    let total = if part.counts { Some(matching(scope, query).count().get_result(conn)?) } else { None };
    let rows = matching(scope, query);
    let rows = in_order!(rows, part, Order::Descending, events::at, events::id);
    let rows: Vec<ActivityRow> = rows.select(ActivityRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(ActivityRow::activity).collect::<Outcome<Vec<Activity>>>()?;
    part.page(items, total, |activity| Position::new(activity.at.micros(), activity.id))
}

/// The lines that a query asks for: [`ActivityQuery::matches`] as a condition.
fn matching(scope: TenantScope, query: &ActivityQuery) -> events::BoxedQuery<'_, dialect::Backend> {
    let ActivityQuery { kinds, lead, from, to, paging: _ } = query;
    let mut rows = events::table
        .filter(events::tenant_id.eq(scope.data().ulid()))
        .filter(events::kind.eq_any(kinds.iter().map(|kind| kind.as_str())))
        .filter(events::at.ge(from.micros()))
        .filter(events::at.le(to.micros()))
        .into_boxed();
    if let Some(lead) = lead {
        rows = rows.filter(events::lead_id.eq(lead.ulid()));
    }
    rows
}

/// Adds a line unless one with its id is there.
pub(super) fn add_if_new(conn: &mut Connection, tenant: &str, line: &Activity) -> Outcome<bool> {
    let row = ActivityRow::of(tenant, line.clone())?;
    Ok(diesel::insert_into(events::table).values(row).on_conflict_do_nothing().execute(conn)? > 0)
}

/// Removes a line if it is there.
pub(super) fn remove(conn: &mut Connection, tenant: &str, id: Id<Event>) -> Outcome<()> {
    diesel::delete(events::table.find((tenant, id.ulid()))).execute(conn)?;
    Ok(())
}

/// Whether a line with another id tells of the same thing: the same kind, subject and time.
pub(super) fn is_told(conn: &mut Connection, tenant: &str, line: &Activity) -> Outcome<bool> {
    let at_once = || events::table.filter(events::tenant_id.eq(tenant)).filter(events::at.eq(line.at.micros()));
    let candidates: Vec<ActivityRow> = match (line.lead, line.conversation) {
        // Few lines tell of one conversation.
        (_, Some(conversation)) if line.is_of_conversation() => at_once()
            .filter(events::conversation_id.eq(conversation.ulid()))
            .select(ActivityRow::as_select())
            .load(conn)?,
        (Some(lead), _) => {
            at_once().filter(events::lead_id.eq(lead.ulid())).select(ActivityRow::as_select()).load(conn)?
        }
        _ => Vec::new(),
    };
    for row in candidates {
        let other = row.activity()?;
        if other.id != line.id && other.tells_of_the_same(line) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The lines after an id, in order of id.
pub(super) fn after(conn: &mut Connection, tenant: &str, after: &str, limit: i64) -> Outcome<Vec<Activity>> {
    let rows: Vec<ActivityRow> = events::table
        .filter(events::tenant_id.eq(tenant))
        .filter(events::id.gt(after))
        .order(events::id.asc())
        .limit(limit)
        .select(ActivityRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ActivityRow::activity).collect()
}
