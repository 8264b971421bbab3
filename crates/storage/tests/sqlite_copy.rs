//! A whole installation in another database, row for row.

use std::path::Path;

use synaptiq_domain::{
    access::SystemScope,
    changes::{Change, Changes},
    conversation::Conversation,
    ports::store::{CounterStore as _, LeadKey, LeadStore as _, SystemStore as _, UnitOfWork as _},
};
use synaptiq_storage::{
    Access, OpenOptions, SqliteRows, SqliteRowsToFill, SqliteStore,
    copy::{COPY_SETTING, Cell, CopyError, CopyOutcome, CopyReport, Rows as _, RowsToFill as _, copy, unfinished},
};
use synaptiq_testkit::fixtures;

fn open(path: &Path, access: Access) -> SqliteStore {
    SqliteStore::open(&OpenOptions { path: path.to_owned(), access, create: true }).expect("a database")
}

/// An installation with something in it, as the app leaves one.
async fn installation(path: &Path, key_check: &str) -> SqliteStore {
    let store = open(path, Access::Server);
    store.put_setting(SystemScope::assume(), "secret_key_check", key_check).await.expect("written");
    let company = fixtures::company(1);
    store.commit(company.scope(), company.founding()).await.expect("committed");
    for n in 1..=30 {
        let lead = fixtures::lead(n);
        let conversation =
            Conversation { lead: Some(lead.id), message_count: 3, ..fixtures::conversation(n, company.assistant.id) };
        let messages = (1..=3).map(|position| fixtures::message(conversation.id, position)).collect();
        let event = fixtures::event(n, &lead);
        let changes = Changes {
            leads: vec![Change::created(lead)],
            conversations: vec![Change::created(conversation)],
            messages,
            events: vec![event],
            keys: vec![Change::created(fixtures::key(n, company.tenant.id))],
            receipt: Some(fixtures::receipt(n)),
            ..Changes::default()
        };
        store.commit(company.scope(), changes).await.expect("committed");
    }
    store
}

fn run(from: &Path, to: &Path) -> Result<CopyReport, CopyError> {
    copy(&mut SqliteRows::open(from)?, &mut SqliteRowsToFill::open(to)?, &mut |_, _| {})
}

#[tokio::test]
async fn a_copy_made_beside_a_running_server_is_the_same_installation() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let source = installation(&from, "check one").await;
    let report = run(&from, &to).expect("a copy");
    assert_eq!(report.outcome, CopyOutcome::Copied);
    let rows = |table: &str| report.tables.iter().find(|(name, _)| name == table).map(|(_, rows)| *rows);
    assert_eq!([rows("leads"), rows("messages"), rows("credentials"), rows("receipts")], [30, 90, 30, 30].map(Some));
    assert_eq!(run(&from, &to).expect("a look").outcome, CopyOutcome::AlreadyThere, "a second time it says so");
    let target = open(&to, Access::Server);
    target.integrity().await.expect("every reference is whole");
    let scope = fixtures::company(1).scope();
    for n in [1, 30] {
        let key = LeadKey::Id(fixtures::id(n));
        let lead = target.load_lead(scope, &key).await.expect("a read");
        assert_eq!(lead, source.load_lead(scope, &key).await.expect("a read"));
        assert!(lead.is_some());
    }
    assert_eq!(target.recount(scope).await.expect("a recount").differences, []);
    let state = target.find_setting(SystemScope::assume(), COPY_SETTING).await.expect("a read").expect("a mark");
    assert!(!unfinished(&state));
    assert_eq!(source.find_setting(SystemScope::assume(), COPY_SETTING).await.expect("a read"), None);
    let refused = run(&from, &to).expect_err("its server runs");
    assert!(matches!(&refused, CopyError::Open(error) if error.is_in_use()), "{refused}");
}

#[tokio::test]
async fn a_copy_that_was_cut_short_is_started_over_and_until_then_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("a.db"), folder.path().join("b.db"));
    drop(installation(&from, "check one").await);
    let cut = {
        let mut target = SqliteRowsToFill::open(&to).expect("a target");
        let mut source = SqliteRows::open(&from).expect("a source");
        // The connection is lost on its way: nothing after this batch is written.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            copy(&mut source, &mut target, &mut |table, _| assert_ne!(table, "leads", "cut off"))
        }))
    };
    assert!(cut.is_err(), "it was cut off in the middle");
    let state = {
        let half = open(&to, Access::Server);
        half.find_setting(SystemScope::assume(), COPY_SETTING).await.expect("a read").expect("a mark")
    };
    assert!(unfinished(&state), "{state}");
    assert_eq!(run(&from, &to).expect("a copy").outcome, CopyOutcome::Copied);
    assert_eq!(run(&from, &to).expect("a look").outcome, CopyOutcome::AlreadyThere);
}

#[tokio::test]
async fn a_copy_follows_its_original_and_replaces_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let source = installation(&path("a.db"), "check one").await;
    drop(installation(&path("other.db"), "check two").await);
    run(&path("a.db"), &path("b.db")).expect("a copy");
    let refused = run(&path("a.db"), &path("other.db")).expect_err("it is another installation");
    assert!(matches!(refused, CopyError::NotEmpty), "{refused}");
    let refused = run(&path("other.db"), &path("b.db")).expect_err("it is a copy of another installation");
    assert!(matches!(refused, CopyError::NotEmpty), "{refused}");
    let scope = fixtures::company(1).scope();
    let more = Changes { leads: vec![Change::created(fixtures::lead(99))], ..Changes::default() };
    source.commit(scope, more.clone()).await.expect("committed");
    assert_eq!(run(&path("a.db"), &path("b.db")).expect("a copy").outcome, CopyOutcome::Copied, "the original went on");
    source
        .commit(scope, Changes { leads: vec![Change::created(fixtures::lead(98))], ..Changes::default() })
        .await
        .expect("committed");
    let own = Changes { leads: vec![Change::created(fixtures::lead(97))], ..Changes::default() };
    open(&path("b.db"), Access::Server).commit(scope, own).await.expect("committed");
    let refused = run(&path("a.db"), &path("b.db")).expect_err("somebody works with the copy");
    assert!(matches!(refused, CopyError::WorkedWith), "{refused}");
}

#[test]
fn every_kind_of_value_reads_back_as_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut target = SqliteRowsToFill::open(&folder.path().join("a.db")).expect("a target");
    let tables = target.tables().expect("tables");
    let messages = tables.iter().find(|table| table.name == "messages").expect("messages");
    let row = |position: i64| -> Vec<Cell> {
        let cell = |column: &str| match column {
            "position" => Cell::Integer(position),
            "interrupted" | "fell_back" | "created_at" => Cell::Integer(i64::MIN),
            "confidence" => Cell::Real(0.1 + 0.2),
            "intent" | "member_id" => Cell::Null,
            "content" => Cell::Text("käse \u{1}☕ 'x'".to_owned()),
            _ => Cell::Text("t".to_owned()),
        };
        messages.columns.iter().map(|column| cell(column)).collect()
    };
    let rows: Vec<Vec<Cell>> = (0..3_000).map(row).collect();
    target.add(messages, &rows).expect("written");
    let mut found = Vec::new();
    target
        .read(messages, &mut |batch| {
            found.extend(batch);
            Ok(())
        })
        .expect("read");
    assert_eq!(found, rows);
    target.finish().expect_err("no message has its conversation");
}
