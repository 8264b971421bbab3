//! A file from before there were counters gets them, and what they are made of, from its rows.

use std::path::Path;

use diesel_migrations::MigrationHarness as _;
use synaptiq_domain::{
    changes::{Change, Changes},
    conversation::{Channel, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Message, Role},
    event::{Event, EventKind},
    lead::{FirstConversation, Lead, LeadMerge, LeadStatus, StatusChange},
    ports::store::{ConversationStore as _, CounterStore as _, LeadStore as _, UnitOfWork as _},
    time::{Day, Timestamp},
};
use synaptiq_testkit::fixtures::{self, at};

use super::super::{
    open::{self, Access, MIGRATIONS, OpenOptions},
    store::SqliteStore,
};

const DAY: i64 = 86_400;

fn serve(path: &Path) -> SqliteStore {
    SqliteStore::open(&OpenOptions { path: path.to_owned(), access: Access::Server, create: true }).expect("a database")
}

/// A conversation on a channel that begins at an instant, with messages of these roles so many
/// milliseconds later, and what they come to.
fn talk(n: u32, channel: Channel, begins: i64, said: &[(Role, i64)]) -> (Conversation, Vec<Message>) {
    let started_at = at(begins);
    let messages: Vec<Message> = (1..)
        .zip(said)
        .map(|(position, (role, after))| Message {
            role: *role,
            created_at: started_at.plus(time::Duration::milliseconds(*after)),
            ..fixtures::message(fixtures::id(n), position)
        })
        .collect();
    let message_count = u32::try_from(said.len()).expect("a few");
    let company = fixtures::company(1);
    (Conversation { channel, started_at, message_count, ..fixtures::conversation(n, company.assistant.id) }, messages)
}

/// What an old file can know of, written as this version writes it.
fn history() -> Vec<Changes> {
    use Role::{Agent, Assistant, User};
    let greeted = [(Assistant, 0), (User, 0), (Assistant, 1_500), (User, 60_000), (Agent, 61_000), (Assistant, 62_250)];
    let (mut first, mut said) = talk(1, Channel::Slack, -DAY, &greeted);
    first.responses = 2;
    first.response_millis = 1_500 + 2_250;
    first.was_handed_off = true;
    let (mut waiting, more) = talk(2, Channel::Api, 100, &[(User, 0), (Assistant, 999)]);
    said.extend(more);
    (waiting.responses, waiting.response_millis, waiting.was_handed_off) = (1, 999, true);
    waiting.status = ConversationStatus::HandedOff;
    waiting.handoff = Some(Handoff {
        reason: HandoffReason::visitor_asked(),
        priority: HandoffPriority::High,
        summary: String::new(),
        at: at(1),
    });
    let (silent, more) = talk(3, Channel::WebChat, 200, &[(User, 0)]);
    said.extend(more);
    let mut survivor = fixtures::lead(1);
    survivor.qualified_at = Some(at(DAY));
    survivor.status = LeadStatus::Converted;
    survivor.status_history = [
        (LeadStatus::New, 0),
        (LeadStatus::Qualified, DAY),
        (LeadStatus::Booked, 2 * DAY),
        (LeadStatus::Lost, 3 * DAY),
        (LeadStatus::Booked, 4 * DAY),
        (LeadStatus::Converted, 5 * DAY),
    ]
    .map(|(status, instant)| StatusChange { status, at: at(instant) })
    .into();
    survivor.first_conversation = Some(FirstConversation { channel: Channel::Slack, at: first.started_at });
    (first.lead, waiting.lead) = (Some(survivor.id), Some(survivor.id));
    let quiet = Lead {
        first_conversation: None,
        created_at: Timestamp::from_seconds(-1),
        estimated_deal_size: None,
        qualified_at: Some(at(7)),
        ..fixtures::lead(2)
    };
    let absorbed = Lead { merged_into: Some(survivor.id), first_conversation: None, ..fixtures::lead(3) };
    let event =
        Event { kind: EventKind::ConversationHandoff, conversation: Some(first.id), ..fixtures::event(1, &survivor) };
    let merge = LeadMerge { from: absorbed.id, into: survivor.id };
    vec![
        fixtures::company(1).founding(),
        Changes {
            leads: [survivor, quiet, absorbed].map(Change::created).into(),
            conversations: [first, waiting, silent].map(Change::created).into(),
            messages: said,
            events: vec![event],
            merges: vec![merge],
            ..Changes::default()
        },
    ]
}

#[tokio::test]
async fn a_file_from_before_the_counters_has_them_after_its_migration() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("synaptiq.db");
    let scope = fixtures::company(1).scope();
    let (first, last) = (Day(i32::MIN), Day(i32::MAX));
    let store = serve(&path);
    for changes in history() {
        store.commit(scope, changes).await.expect("committed");
    }
    let lead = |n| fixtures::id::<Lead>(n);
    let conversation = |n| fixtures::id::<Conversation>(n);
    let rows = async |store: &SqliteStore| {
        let mut leads = Vec::new();
        let mut conversations = Vec::new();
        for n in 1..=3 {
            leads.push(store.find_lead(scope, lead(n)).await.expect("a read").expect("a lead"));
            let found = store.find_conversation(scope, conversation(n)).await.expect("a read");
            conversations.push(found.expect("a conversation"));
        }
        (leads, conversations, store.daily_figures(scope, first, last).await.expect("a read"))
    };
    let before = rows(&store).await;
    assert_eq!(before.2.len(), 9, "{:#?}", before.2);
    store.shutdown();
    drop(store);

    let mut old = open::connect(&path, "mode=rw").expect("the file");
    while old.revert_last_migration(MIGRATIONS).expect("there is a way back").to_string() != "20261121000110" {}
    diesel::RunQueryDsl::execute(diesel::sql_query("SELECT utm FROM leads"), &mut old).expect("the old column");
    drop(old);

    let store = serve(&path);
    assert_eq!(rows(&store).await, before);
    let found = store.recount(scope).await.expect("a recount");
    assert_eq!((found.differences, found.rows, found.counters), (vec![], 5, 9));
}
