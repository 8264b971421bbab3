//! Daily counters: sums that are kept in the commits that change what they count, and the count of
//! all rows that proves them. The other half of `ports/store/counters.rs`.

use diesel::{prelude::*, upsert::excluded};
use synaptiq_domain::{
    access::TenantScope,
    analytics::{CountedConversation, CountedLead, CounterKey, DayFigures, Figures, Recount, Tally},
    lead::StatusChange,
    money::Money,
    time::{Day, Timestamp},
};

use super::{
    Connection, Outcome, codec,
    leads::Attribution,
    schema::{conversations, daily_counters, leads},
    visits,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = daily_counters)]
struct CounterRow {
    tenant_id: String,
    day: i64,
    channel: String,
    source: String,
    visitors: i64,
    conversations: i64,
    messages: i64,
    responses: i64,
    response_millis: i64,
    handoffs: i64,
    leads: i64,
    score_sum: i64,
    qualified: i64,
    pipeline: i64,
    booked: i64,
    converted: i64,
}

impl CounterRow {
    fn of(tenant: &str, counter: &DayFigures) -> Self {
        let DayFigures { key: CounterKey { day, channel, source }, figures } = *counter;
        let Figures {
            visitors,
            conversations,
            messages,
            responses,
            response_millis,
            handoffs,
            leads,
            score_sum,
            qualified,
            pipeline,
            booked,
            converted,
        } = figures;
        Self {
            tenant_id: tenant.to_owned(),
            day: i64::from(day.0),
            // What has none has the empty word, because nothing that is NULL is ever equal.
            channel: channel.map_or_else(String::new, |channel| channel.as_str().to_owned()),
            source: source.map_or_else(String::new, |source| source.as_str().to_owned()),
            visitors,
            conversations,
            messages,
            responses,
            response_millis,
            handoffs,
            leads,
            score_sum,
            qualified,
            pipeline,
            booked,
            converted,
        }
    }

    fn counter(self) -> Outcome<DayFigures> {
        let word = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        Ok(DayFigures {
            key: CounterKey {
                day: Day(codec::number("daily_counters.day", self.day)?),
                channel: codec::maybe_word("daily_counters.channel", word(&self.channel).as_deref())?,
                source: codec::maybe_word("daily_counters.source", word(&self.source).as_deref())?,
            },
            figures: Figures {
                visitors: self.visitors,
                conversations: self.conversations,
                messages: self.messages,
                responses: self.responses,
                response_millis: self.response_millis,
                handoffs: self.handoffs,
                leads: self.leads,
                score_sum: self.score_sum,
                qualified: self.qualified,
                pipeline: self.pipeline,
                booked: self.booked,
                converted: self.converted,
            },
        })
    }
}

/// Adds to the counters of a tenant, one row for each key. Part of the commit whose changes these
/// figures count.
pub(super) fn add(conn: &mut Connection, tenant: &str, deltas: &[DayFigures]) -> Outcome<()> {
    macro_rules! added {
        ($($measure:ident)*) => {
            ($(daily_counters::$measure.eq(daily_counters::$measure + excluded(daily_counters::$measure))),*)
        };
    }
    for delta in deltas {
        diesel::insert_into(daily_counters::table)
            .values(CounterRow::of(tenant, delta))
            .on_conflict((
                daily_counters::tenant_id,
                daily_counters::day,
                daily_counters::channel,
                daily_counters::source,
            ))
            .do_update()
            .set(added!(visitors conversations messages responses response_millis handoffs leads score_sum
                qualified pipeline booked converted))
            .execute(conn)?;
    }
    Ok(())
}

/// Adds to the counters of a tenant outside any other change.
pub(crate) fn adjust(conn: &mut Connection, scope: TenantScope, by: &[DayFigures]) -> Outcome<()> {
    add(conn, &scope.data().ulid(), by)
}

/// The counters of a range of days, in the order of their keys.
pub(crate) fn of_days(conn: &mut Connection, scope: TenantScope, first: Day, last: Day) -> Outcome<Vec<DayFigures>> {
    let rows: Vec<CounterRow> = daily_counters::table
        .filter(daily_counters::tenant_id.eq(scope.data().ulid()))
        .filter(daily_counters::day.ge(i64::from(first.0)))
        .filter(daily_counters::day.le(i64::from(last.0)))
        .select(CounterRow::as_select())
        .load(conn)?;
    let mut found = rows.into_iter().map(CounterRow::counter).collect::<Outcome<Vec<DayFigures>>>()?;
    // The database orders the words of channels and sources as letters.
    found.sort_by_key(|counter| counter.key);
    Ok(found)
}

/// Counts all rows beside the counters. Needs a snapshot, and holds one row at a time.
pub(crate) fn recount(conn: &mut Connection, scope: TenantScope) -> Outcome<Recount> {
    let tenant = scope.data().ulid();
    let mut stored = Tally::default();
    let counters = daily_counters::table
        .filter(daily_counters::tenant_id.eq(&tenant))
        .select(CounterRow::as_select())
        .load_iter(conn)?;
    for row in counters {
        stored.add(&row?.counter()?);
    }
    let mut counted = Tally::default();
    let rows = count_conversations(conn, &tenant, &mut counted)?
        + count_leads(conn, &tenant, &mut counted)?
        + visits::count(conn, &tenant, &mut counted)?;
    Ok(Recount::compare(&stored, rows, &counted))
}

fn count_conversations(conn: &mut Connection, tenant: &str, counted: &mut Tally) -> Outcome<u64> {
    let columns = (
        conversations::channel,
        conversations::started_at,
        conversations::message_count,
        conversations::responses,
        conversations::response_millis,
        conversations::was_handed_off,
    );
    let found = conversations::table.filter(conversations::tenant_id.eq(tenant)).select(columns).load_iter::<(
        String,
        i64,
        i64,
        i64,
        i64,
        bool,
    ), _>(conn)?;
    let mut rows = 0;
    for row in found {
        let (channel, started_at, message_count, responses, response_millis, was_handed_off) = row?;
        let conversation = CountedConversation {
            channel: codec::word("conversations.channel", &channel)?,
            started_at: Timestamp::from_micros(started_at),
            message_count: codec::number("conversations.message_count", message_count)?,
            responses: codec::number("conversations.responses", responses)?,
            response_millis,
            was_handed_off,
        };
        counted.add(&conversation.contribution());
        rows += 1;
    }
    Ok(rows)
}

fn count_leads(conn: &mut Connection, tenant: &str, counted: &mut Tally) -> Outcome<u64> {
    let columns = (
        leads::attribution,
        leads::source,
        leads::created_at,
        leads::score,
        leads::qualified_at,
        leads::estimated_deal_size,
        leads::status_history,
    );
    let found = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::merged_into.is_null())
        .select(columns)
        .load_iter::<(String, String, i64, i64, Option<i64>, Option<i64>, String), _>(conn)?;
    let mut rows = 0;
    for row in found {
        let (attribution, source, created_at, score, qualified_at, deal, history) = row?;
        let attribution: Attribution = codec::json("leads.attribution", &attribution)?;
        let status_history: Vec<StatusChange> = codec::json("leads.status_history", &history)?;
        let lead = CountedLead {
            channel: attribution.first_conversation.map(|first| first.channel),
            source: codec::word("leads.source", &source)?,
            created_at: Timestamp::from_micros(created_at),
            score: codec::score("leads.score", score)?,
            qualified_at: codec::maybe_instant(qualified_at),
            estimated_deal_size: deal.map(Money::from_minor),
            status_history: &status_history,
        };
        counted.extend(lead.contribution());
        rows += 1;
    }
    Ok(rows)
}
