//! Figures. Every count is answered from an index alone, `leads_by_created` or
//! `conversations_by_count`, so that no row is read.

use diesel::{
    dsl::{count, count_star, sql},
    prelude::*,
    sql_types::BigInt,
};
use synaptiq_domain::{
    access::TenantScope,
    analytics::{CurrentOverview, DayCount, StatusCounts},
    time::Day,
};

use super::{
    Connection, Outcome, codec,
    schema::{conversations, leads},
};

/// What leads and conversations come to.
pub(crate) fn overview(conn: &mut Connection, scope: TenantScope) -> Outcome<CurrentOverview> {
    let tenant = scope.data().ulid();
    let (all, qualified): (i64, i64) = leads::table
        .filter(leads::tenant_id.eq(&tenant))
        .filter(leads::merged_into.is_null())
        .select((count_star(), count(leads::qualified_at)))
        .first(conn)?;
    // A sum of 64-bit integers is of another type on each database.
    let messages = sql::<BigInt>("CAST(COALESCE(SUM(message_count), 0) AS BIGINT)");
    let (begun, messages): (i64, i64) = conversations::table
        .filter(conversations::tenant_id.eq(&tenant))
        .select((count_star(), messages))
        .first(conn)?;
    Ok(CurrentOverview {
        leads: codec::number("leads", all)?,
        ever_qualified: codec::number("leads.qualified_at", qualified)?,
        conversations: codec::number("conversations", begun)?,
        messages: codec::number("conversations.message_count", messages)?,
    })
}

/// How many leads are in each status.
pub(crate) fn status_counts(conn: &mut Connection, scope: TenantScope) -> Outcome<StatusCounts> {
    let counts: Vec<(String, i64)> = leads::table
        .filter(leads::tenant_id.eq(scope.data().ulid()))
        .filter(leads::merged_into.is_null())
        .group_by(leads::status)
        .select((leads::status, count_star()))
        .load(conn)?;
    counts
        .into_iter()
        .map(|(status, count)| Ok((codec::word("leads.status", &status)?, codec::number("leads.status", count)?)))
        .collect()
}

/// How many leads were created on each of these days: a few entries of an index for each.
pub(crate) fn leads_created_on(conn: &mut Connection, scope: TenantScope, days: &[Day]) -> Outcome<Vec<DayCount>> {
    let tenant = scope.data().ulid();
    days.iter()
        .map(|day| {
            let created: i64 = leads::table
                .filter(leads::tenant_id.eq(&tenant))
                .filter(leads::merged_into.is_null())
                .filter(leads::created_at.ge(day.start().micros()))
                .filter(leads::created_at.lt(Day(day.0 + 1).start().micros()))
                .count()
                .get_result(conn)?;
            Ok(DayCount { day: *day, count: codec::number("leads.created_at", created)? })
        })
        .collect()
}
