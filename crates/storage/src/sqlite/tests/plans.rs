//! Tests that no read walks through a whole table or sorts what an index has sorted already.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _,
    connection::{Instrumentation, InstrumentationEvent},
    sql_types::Text,
};
use synaptiq_domain::{
    access::TenantScope,
    conversation::{ConversationQuery, ConversationSort, MessageRange, SessionHash, VisitorId},
    erasure::Trace,
    event::{ActivityQuery, EventKind},
    id::Id,
    lead::{LeadQuery, LeadSort, SpokeWith},
    paging::{Order, Paging, Position},
    ports::store::{LeadKey, TurnKey},
    receipt::ReceiptKey,
    time::{Day, Timestamp},
    webhook::DeliveryQuery,
};
use synaptiq_testkit::fixtures;

use super::super::{
    dialect::Connection,
    open::{self, Access, OpenOptions},
    sql::{
        access, activity, analytics, conversations, counters, erasure, fault::Outcome, knowledge, leads, messages,
        operator_sessions, receipts, system, visits, webhooks,
    },
};

/// Keeps the text of every query.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.0.lock().expect("no panic").push(query.to_string());
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Runs a read and gives each of its statements with the plan for it.
fn plans_of(conn: &mut Connection, read: impl FnOnce(&mut Connection) -> Outcome<()>) -> Vec<(String, Vec<String>)> {
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    read(conn).expect("a read");
    conn.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let texts = recorder.0.lock().expect("no panic").clone();
    texts
        .into_iter()
        .map(|text| text.split(" -- binds").next().expect("the first part").to_owned())
        .filter(|text| text.starts_with("SELECT"))
        .map(|text| {
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {text}")).load(conn).expect("a plan");
            (text, steps.into_iter().map(|step| step.detail).collect())
        })
        .collect()
}

#[test]
fn every_read_follows_an_index_and_no_list_is_sorted_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let conn = &mut open::open(&options).expect("a new database").writer;
    let scope = TenantScope::live(fixtures::id(1));
    let now = Timestamp::from_seconds(1);
    let mut plans = Vec::new();
    let mut look = |read: &dyn Fn(&mut Connection) -> Outcome<()>| plans.extend(plans_of(conn, read));
    let after = Paging::After { position: Position { value: 7, id: 7 }, limit: 9 };
    for paging in [Paging::Page { page: 2, limit: 9 }, after] {
        for order in [Order::Ascending, Order::Descending] {
            for sort in [LeadSort::CreatedAt, LeadSort::UpdatedAt, LeadSort::Score] {
                let query = LeadQuery { sort, order, paging, ..LeadQuery::default() };
                look(&|conn| leads::list(conn, scope, &query).map(drop));
            }
            let spoke_with = Some(SpokeWith { assistant: Id::from_bits(1), or_with_none: true });
            let query = LeadQuery { spoke_with, order, paging, ..LeadQuery::default() };
            look(&|conn| leads::list(conn, scope, &query).map(drop));
            for sort in [ConversationSort::StartedAt, ConversationSort::LastMessageAt, ConversationSort::MessageCount] {
                let query = ConversationQuery { sort, order, paging, ..ConversationQuery::default() };
                look(&|conn| conversations::list(conn, scope, &query).map(drop));
            }
        }
        for lead in [None, Some(Id::from_bits(1))] {
            let kinds = vec![EventKind::LeadCreated, EventKind::LeadQualified];
            let query = ActivityQuery { kinds, lead, from: now, to: now, paging };
            look(&|conn| activity::list(conn, scope, &query).map(drop));
        }
        let query = DeliveryQuery { status: None, paging };
        look(&|conn| webhooks::list_deliveries(conn, scope, Id::from_bits(1), &query).map(drop));
    }
    let turn = TurnKey { session: Some(SessionHash([1; 32])), email: Some(fixtures::email(1)), ..TurnKey::default() };
    look(&|conn| conversations::load_turn(conn, scope, &turn).map(drop));
    look(&|conn| leads::load(conn, scope, &LeadKey::Id(Id::from_bits(1))).map(drop));
    look(&|conn| erasure::inactive_leads(conn, scope, now, 9).map(drop));
    look(&|conn| erasure::silent_conversations(conn, scope, now, 9).map(drop));
    for of in [
        Trace::Conversation(Id::from_bits(1)),
        Trace::Lead(Id::from_bits(1)),
        Trace::Visitor(VisitorId::parse("v").expect("a name")),
    ] {
        look(&|conn| erasure::traces(conn, scope, &of, 9).map(drop));
    }
    look(&|conn| {
        let range = MessageRange { offset: 1, limit: 1, order: Order::Descending };
        messages::list(conn, scope, Id::from_bits(1), range).map(drop)
    });
    look(&|conn| messages::after(conn, scope, Id::from_bits(1), 1, 1).map(drop));
    look(&|conn| knowledge::find_passages(conn, scope, &[(Id::from_bits(1), 1)]).map(drop));
    look(&|conn| knowledge::passages_after(conn, scope, Some((Id::from_bits(1), 1)), 9).map(drop));
    look(&|conn| receipts::find(conn, scope, ReceiptKey([1; 32])).map(drop));
    look(&|conn| access::find_credential(conn, [1; 32]).map(drop));
    look(&|conn| access::find_assistant_tenant(conn, Id::from_bits(1)).map(drop));
    look(&|conn| access::find_key(conn, Id::from_bits(1)).map(drop));
    look(&|conn| access::scope_of(conn, &Id::<()>::from_bits(1).ulid()).map(drop));
    look(&|conn| counters::of_days(conn, scope, Day(1), Day(9)).map(drop));
    look(&|conn| counters::recount(conn, scope).map(drop));
    look(&|conn| conversations::idle(conn, now, 9).map(drop));
    look(&|conn| system::next_due(conn).map(drop));
    look(&|conn| system::claim(conn, now, now, 9, 9).map(drop));
    look(&|conn| system::sweep_deliveries(conn, now, now, 9).map(drop));
    look(&|conn| receipts::sweep(conn, now, 9).map(drop));
    look(&|conn| visits::find_key(conn, Day(1)).map(drop));
    look(&|conn| visits::any_key_before(conn, Day(1)).map(drop));
    look(&|conn| operator_sessions::find(conn, [1; 32]).map(drop));
    look(&|conn| operator_sessions::any_over(conn, now).map(drop));
    look(&|conn| operator_sessions::sweep(conn, now, 9).map(drop));
    assert!(plans.len() > 50, "the statements were recorded");
    for (text, steps) in plans {
        for step in &steps {
            let walks = step.starts_with("SCAN") && !step.contains("CONSTANT ROW") && !step.contains("INDEX");
            let sorts = step == "USE TEMP B-TREE FOR ORDER BY";
            assert!(!walks && !sorts, "{step}\n{steps:?}\n{text}");
        }
    }
}

#[test]
fn which_lines_a_feed_has_is_told_by_an_index_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let conn = &mut open::open(&options).expect("a new database").writer;
    let scope = TenantScope::live(fixtures::id(1));
    let now = Timestamp::from_seconds(1);
    for (lead, index) in [(None, "events_by_time"), (Some(Id::from_bits(1)), "events_by_lead")] {
        let paging = Paging::Page { page: 2, limit: 9 };
        let query = ActivityQuery { kinds: EventKind::ALL.to_vec(), lead, from: now, to: now, paging };
        let plans = plans_of(conn, |conn| activity::list(conn, scope, &query).map(drop));
        assert_eq!(plans.len(), 2, "a count and a list");
        let counted = format!("SEARCH events USING COVERING INDEX {index} (tenant_id=?");
        assert!(plans[0].1[0].starts_with(&counted), "{:?}", plans[0]);
        let listed = format!("SEARCH events USING INDEX {index} (tenant_id=?");
        assert!(plans[1].1[0].starts_with(&listed), "{:?}", plans[1]);
        for (text, steps) in &plans {
            assert!(steps.len() == 1 && steps[0].contains("at>? AND at<?)"), "{steps:?}\n{text}");
        }
    }
}

#[test]
fn figures_are_counted_from_an_index_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let conn = &mut open::open(&options).expect("a new database").writer;
    let scope = TenantScope::live(fixtures::id(1));
    let mut plans = plans_of(conn, |conn| analytics::overview(conn, scope).map(drop));
    plans.extend(plans_of(conn, |conn| analytics::status_counts(conn, scope).map(drop)));
    plans.extend(plans_of(conn, |conn| analytics::leads_created_on(conn, scope, &[Day(1)]).map(drop)));
    assert_eq!(plans.len(), 4, "the statements were recorded");
    for (text, steps) in plans {
        assert!(steps.iter().any(|step| step.contains("USING COVERING INDEX")), "{steps:?}\n{text}");
    }
}
