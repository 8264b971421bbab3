//! Tests of the writer when things go wrong: a full disk, a panic, a queue that overflows. The
//! database itself is told how many pages it may have, which gives the very error of a full disk.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::BigInt};
use synaptiq_domain::{
    access::SystemScope,
    changes::{Change, Changes},
    ports::{
        StoreError,
        store::{AccessStore as _, LeadStore as _, StoreHealth, SystemStore as _, UnitOfWork as _},
    },
};
use synaptiq_testkit::fixtures;
use tokio::task::JoinHandle;

use super::super::{
    cache::Caches,
    dialect::Connection,
    open::{self, Access, OpenOptions},
    sql::{fault::Outcome, system},
    store::SqliteStore,
    writer::Writer,
};

fn options(folder: &Path) -> OpenOptions {
    OpenOptions { path: folder.join("synaptiq.db"), access: Access::Server, create: true }
}

/// A writer with a connection beside it that reads what is committed.
struct Bench {
    writer: Arc<Writer>,
    reader: Connection,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = open::open(&options(folder.path())).expect("a new database");
        let path = folder.path().join("synaptiq.db");
        let watch = open::connect(&path, "mode=ro").expect("a reader");
        let caches = Arc::new(Caches::new(watch).expect("a generation"));
        let writer = Arc::new(Writer::start(opened.writer, caches).expect("a thread"));
        let reader = open::connect(&path, "mode=ro").expect("a reader");
        Self { writer, reader, _folder: folder }
    }

    /// Holds the writer up until the answer is sent or dropped: what is queued meanwhile is one batch.
    fn hold_up(&self) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel();
        let (begun, has_begun) = mpsc::channel();
        self.spawn(move |_| {
            begun.send(()).expect("the test waits");
            held.recv().ok();
            Ok(())
        });
        has_begun.recv().expect("the writer took it");
        release
    }

    fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Outcome<T> + Send + 'static,
    ) -> JoinHandle<Result<T, StoreError>> {
        let writer = self.writer.clone();
        let (queued, is_queued) = mpsc::channel::<()>();
        let task = tokio::spawn(async move {
            let unit = writer.run(work, |_| false);
            let mut unit = std::pin::pin!(unit);
            // The first poll queues it.
            let first = std::future::poll_fn(|context| std::task::Poll::Ready(unit.as_mut().poll(context))).await;
            drop(queued);
            match first {
                std::task::Poll::Ready(answer) => answer,
                std::task::Poll::Pending => unit.await,
            }
        });
        is_queued.recv().expect_err("nothing is sent");
        task
    }

    fn note(&self, name: &'static str) -> JoinHandle<Result<(), StoreError>> {
        self.spawn(move |conn| system::put_setting(conn, name, "there"))
    }

    fn is_there(&mut self, name: &str) -> bool {
        system::find_setting(&mut self.reader, name).expect("a read").is_some()
    }
}

#[derive(QueryableByName)]
struct Pages {
    #[diesel(sql_type = BigInt)]
    page_count: i64,
}

/// Leaves no room beyond the pages that the database has.
fn fill_up(conn: &mut Connection) -> Outcome<()> {
    let pages = diesel::sql_query("PRAGMA page_count").get_result::<Pages>(conn)?.page_count;
    Ok(conn.batch_execute(&format!("PRAGMA max_page_count = {pages}"))?)
}

fn make_room(conn: &mut Connection) -> Outcome<()> {
    Ok(conn.batch_execute("PRAGMA max_page_count = 1000000")?)
}

#[tokio::test(flavor = "multi_thread")]
async fn d3_a_full_disk_takes_back_the_whole_batch_and_no_unit_commits_by_itself() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let before = bench.note("before");
    let overflow = bench.spawn(|conn| {
        fill_up(conn)?;
        system::put_setting(conn, "large", &"x".repeat(1 << 20))
    });
    let ran = Arc::new(AtomicBool::new(false));
    let after = bench.spawn({
        let ran = ran.clone();
        move |conn| {
            ran.store(true, Ordering::Relaxed);
            system::put_setting(conn, "after", "there")
        }
    });
    release.send(()).expect("the writer waits");
    for (which, task) in [("before", before), ("overflow", overflow), ("after", after)] {
        let answer = task.await.expect("no panic");
        assert!(matches!(answer, Err(StoreError::Full)), "{which}: {answer:?}");
    }
    assert!(!ran.load(Ordering::Relaxed), "nothing runs in a transaction that is gone");
    for name in ["before", "large", "after"] {
        assert!(!bench.is_there(name), "{name} was answered as failed");
    }
    // Recovery needs no restart.
    bench.spawn(make_room).await.expect("no panic").expect("there is room");
    bench.note("later").await.expect("no panic").expect("there is room");
    assert!(bench.is_there("later") && !bench.is_there("after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_together_shares_one_commit() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let names: Vec<&'static str> = (0..100).map(|n| &*format!("unit {n}").leak()).collect();
    let tasks: Vec<_> = names.iter().map(|name| bench.note(name)).collect();
    let mut beside = std::mem::replace(&mut bench.reader, open_memory());
    let last = bench.spawn(move |conn| {
        let mut uncommitted = 0;
        for name in names {
            let written = system::find_setting(conn, name)?.is_some();
            let committed = system::find_setting(&mut beside, name)?.is_some();
            uncommitted += i32::from(written && !committed);
        }
        Ok(uncommitted)
    });
    release.send(()).expect("the writer waits");
    assert_eq!(last.await.expect("no panic").expect("a read"), 100, "all are written and none is committed yet");
    for task in tasks {
        task.await.expect("no panic").expect("it is committed");
    }
}

fn open_memory() -> Connection {
    diesel::Connection::establish(":memory:").expect("memory")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_unit_leaves_the_rest_of_its_batch_alone() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let first = bench.note("first");
    let refused = bench.spawn(|conn| -> Outcome<()> {
        system::put_setting(conn, "half", "written")?;
        Err(super::super::sql::fault::Fault::Stale)
    });
    let second = bench.note("second");
    release.send(()).expect("the writer waits");
    first.await.expect("no panic").expect("committed");
    assert!(matches!(refused.await.expect("no panic"), Err(StoreError::Stale)));
    second.await.expect("no panic").expect("committed");
    assert!(bench.is_there("first") && bench.is_there("second") && !bench.is_there("half"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_meets_a_value_it_cannot_read_leaves_the_rest_of_its_batch_alone() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let first = bench.note("first");
    let foiled = bench.spawn(|conn| -> Outcome<()> {
        system::put_setting(conn, "half", "written")?;
        super::super::sql::access::scope_of(conn, "no id at all").map(drop)
    });
    let second = bench.note("second");
    release.send(()).expect("the writer waits");
    first.await.expect("no panic").expect("committed");
    assert!(matches!(foiled.await.expect("no panic"), Err(StoreError::Failed(_))));
    second.await.expect("no panic").expect("committed");
    assert!(bench.is_there("first") && bench.is_there("second") && !bench.is_there("half"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_a_unit_that_panics_ends_its_batch_and_not_the_writer() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let innocent = bench.note("innocent");
    let panics = bench.spawn(|conn| -> Outcome<()> {
        system::put_setting(conn, "half", "written")?;
        panic!("a unit that was not written well");
    });
    release.send(()).expect("the writer waits");
    for task in [innocent, panics] {
        assert!(matches!(task.await.expect("the panic stays inside"), Err(StoreError::Failed(_))));
    }
    bench.note("next").await.expect("no panic").expect("the writer goes on");
    assert!(bench.is_there("next") && !bench.is_there("innocent") && !bench.is_there("half"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_queue_that_is_full_answers_busy_and_loses_nothing_it_took() {
    let bench = Bench::new();
    let release = bench.hold_up();
    let tasks: Vec<_> = (0..5_000).map(|_| bench.spawn(|_| Ok(()))).collect();
    release.send(()).expect("the writer waits");
    let (mut written, mut busy) = (0, 0);
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(()) => written += 1,
            Err(StoreError::Busy) => busy += 1,
            Err(error) => panic!("neither written nor busy: {error}"),
        }
    }
    assert_eq!((written, busy), (4_096, 904));
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_stopping_writes_what_is_queued_and_refuses_what_comes_later() {
    let mut bench = Bench::new();
    let release = bench.hold_up();
    let queued: Vec<_> = ["one", "two", "three"].into_iter().map(|name| bench.note(name)).collect();
    let stopping = std::thread::spawn({
        let writer = bench.writer.clone();
        move || writer.stop()
    });
    release.send(()).expect("the writer waits");
    stopping.join().expect("no panic");
    for task in queued {
        task.await.expect("no panic").expect("written before the end");
    }
    assert!(matches!(bench.note("late").await.expect("no panic"), Err(StoreError::Busy)));
    assert!(bench.is_there("three") && !bench.is_there("late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn d3_while_the_disk_is_full_reads_go_on_and_room_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&options(folder.path())).expect("a new database");
    let company = fixtures::company(1);
    let scope = company.scope();
    store.commit(scope, company.founding()).await.expect("committed");
    let lead = fixtures::lead(1);
    let create = |lead| Changes { leads: vec![Change::created(lead)], ..Changes::default() };
    store.commit(scope, create(lead.clone())).await.expect("committed");
    store.writer().run(fill_up, |()| false).await.expect("a limit");
    let mut large = fixtures::lead(2);
    large.first_message = Some("x".repeat(1 << 20));
    let outcome = store.commit(scope, create(large.clone())).await;
    assert!(matches!(outcome, Err(StoreError::Full)), "{outcome:?}");
    assert!(store.find_lead(scope, lead.id).await.expect("a read").is_some());
    assert!(store.tenant_view(scope).await.expect("a read").is_some());
    assert_eq!(store.find_lead(scope, large.id).await.expect("a read"), None);
    store.writer().run(make_room, |()| false).await.expect("no limit");
    store.commit(scope, create(large.clone())).await.expect("committed");
    assert_eq!(store.health(SystemScope::assume()).await, StoreHealth::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_stopped_writing_says_that_it_only_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&options(folder.path())).expect("a new database");
    store.shutdown();
    assert_eq!(store.health(SystemScope::assume()).await, StoreHealth::ReadOnly);
}
