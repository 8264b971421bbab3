//! Who visited on a day, and the secrets by which those without a name are told apart on it. The other
//! half of what `ports/store/activity.rs` says of visits.

use diesel::prelude::*;
use synaptiq_domain::{
    analytics::{DayFigures, Tally, Visit, VisitNote, contribution_of_visit},
    time::{Day, Timestamp},
};

use super::{
    Connection, Outcome, codec,
    schema::{visit_keys, visits},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = visits, treat_none_as_default_value = false)]
struct VisitRow {
    tenant_id: String,
    day: i64,
    visitor: String,
    channel: String,
    at: i64,
    page: Option<String>,
}

impl VisitRow {
    fn of(tenant: &str, visit: &Visit) -> Self {
        let Visit { visitor, channel, at, page } = visit;
        Self {
            tenant_id: tenant.to_owned(),
            day: at.day().0.into(),
            visitor: visitor.as_str().to_owned(),
            channel: channel.as_str().to_owned(),
            at: at.micros(),
            page: page.clone(),
        }
    }

    fn visit(self) -> Outcome<Visit> {
        Ok(Visit {
            visitor: codec::word("visits.visitor", &self.visitor)?,
            channel: codec::word("visits.channel", &self.channel)?,
            at: Timestamp::from_micros(self.at),
            page: self.page,
        })
    }
}

/// Notes visits. Gives what the visitors who were not seen on their day before add to its figures.
pub(super) fn note(conn: &mut Connection, tenant: &str, notes: &[VisitNote]) -> Outcome<Vec<DayFigures>> {
    let mut added = Vec::new();
    for VisitNote { visit, takes_over } in notes {
        let row = VisitRow::of(tenant, visit);
        let seen: i64 = visits::table
            .filter(visits::tenant_id.eq(tenant))
            .filter(visits::day.eq(row.day))
            .filter(visits::visitor.eq(&row.visitor))
            .count()
            .get_result(conn)?;
        if seen > 0 {
            continue;
        }
        if let Some(anonymous) = takes_over {
            // The channel stays that of the first sight, in whose figures the visitor is counted.
            let taken_over = diesel::update(visits::table.find((tenant, row.day, anonymous.as_str())))
                .set((visits::visitor.eq(&row.visitor), visits::at.eq(row.at), visits::page.eq(&row.page)))
                .execute(conn)?;
            if taken_over > 0 {
                continue;
            }
        }
        diesel::insert_into(visits::table).values(row).execute(conn)?;
        added.push(contribution_of_visit(visit));
    }
    Ok(added)
}

/// Counts everybody who was seen, one row at a time. Says how many there were.
pub(super) fn count(conn: &mut Connection, tenant: &str, counted: &mut Tally) -> Outcome<u64> {
    let found = visits::table.filter(visits::tenant_id.eq(tenant)).select(VisitRow::as_select());
    let mut rows = 0;
    for row in found.load_iter(conn)? {
        counted.add(&contribution_of_visit(&row?.visit()?));
        rows += 1;
    }
    Ok(rows)
}

/// The secret of a day, if anybody has asked for it.
pub(crate) fn find_key(conn: &mut Connection, day: Day) -> Outcome<Option<[u8; 32]>> {
    let key: Option<Vec<u8>> =
        visit_keys::table.find(i64::from(day.0)).select(visit_keys::key).first(conn).optional()?;
    key.map(|key| codec::bytes32("visit_keys.key", &key)).transpose()
}

/// The secret of a day: this one, unless somebody was first.
pub(crate) fn keep_key(conn: &mut Connection, day: Day, fresh: [u8; 32]) -> Outcome<[u8; 32]> {
    if let Some(key) = find_key(conn, day)? {
        return Ok(key);
    }
    diesel::insert_into(visit_keys::table)
        .values((visit_keys::day.eq(i64::from(day.0)), visit_keys::key.eq(fresh.as_slice())))
        .execute(conn)?;
    Ok(fresh)
}

/// Whether there are secrets of days before this one: cheap, so that sweeping need not take the writer.
pub(crate) fn any_key_before(conn: &mut Connection, day: Day) -> Outcome<bool> {
    let past = visit_keys::table.filter(visit_keys::day.lt(i64::from(day.0)));
    let first: Option<i64> = past.select(visit_keys::day).first(conn).optional()?;
    Ok(first.is_some())
}

/// Deletes the secrets of the days before this one.
pub(crate) fn delete_keys(conn: &mut Connection, before: Day) -> Outcome<()> {
    diesel::delete(visit_keys::table.filter(visit_keys::day.lt(i64::from(before.0)))).execute(conn)?;
    Ok(())
}

/// Adds a visit unless its visitor was seen on its day already.
pub(super) fn add_if_new(conn: &mut Connection, tenant: &str, visit: &Visit) -> Outcome<bool> {
    let row = VisitRow::of(tenant, visit);
    Ok(diesel::insert_into(visits::table).values(row).on_conflict_do_nothing().execute(conn)? > 0)
}

/// Where a visit stands in the order of days and visitors.
pub(super) struct Place {
    day: i64,
    visitor: String,
}

impl Place {
    pub(super) fn of(visit: &Visit) -> Self {
        Self { day: visit.at.day().0.into(), visitor: visit.visitor.as_str().to_owned() }
    }
}

/// The visits after a place, or the first ones.
pub(super) fn after(conn: &mut Connection, tenant: &str, after: Option<&Place>, limit: i64) -> Outcome<Vec<Visit>> {
    let columns = (visits::visitor, visits::channel, visits::at, visits::page);
    let mut rows = visits::table.filter(visits::tenant_id.eq(tenant)).into_boxed();
    if let Some(Place { day, visitor }) = after {
        let later_that_day = visits::day.eq(*day).and(visits::visitor.gt(visitor.as_str()));
        // The first condition alone lets the key be searched.
        rows = rows.filter(visits::day.ge(*day)).filter(visits::day.gt(*day).or(later_that_day));
    }
    let found: Vec<(String, String, i64, Option<String>)> =
        rows.order((visits::day.asc(), visits::visitor.asc())).limit(limit).select(columns).load(conn)?;
    found
        .into_iter()
        .map(|(visitor, channel, at, page)| {
            Ok(Visit {
                visitor: codec::word("visits.visitor", &visitor)?,
                channel: codec::word("visits.channel", &channel)?,
                at: Timestamp::from_micros(at),
                page,
            })
        })
        .collect()
}
