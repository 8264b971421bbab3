//! The one thread that writes, and how it commits in groups: it takes whatever is queued into one
//! transaction, each unit in a savepoint of its own, and answers after the commit, so that one
//! fsync serves them all and an answered write is on disk (security D1).

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Integer};
use synaptiq_domain::ports::StoreError;
use thiserror::Error;
use tokio::sync::oneshot;

use super::{
    cache::Caches,
    dialect::Connection,
    sql::fault::{Fault, Outcome},
};

/// How many units may wait; beyond them the store is busy (security P2).
const QUEUE: usize = 4_096;
/// How many units share a commit at most.
const BATCH: usize = 512;
/// How long the queue must be empty before the write-ahead log is folded into the file.
const IDLE: Duration = Duration::from_millis(500);
/// How long a commit waits for a command that writes to the same file.
pub(super) const WAIT_FOR_OTHERS: Duration = Duration::from_secs(10);

/// The queue to the writer thread.
pub(super) struct Writer {
    queue: SyncSender<Order>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Order {
    Run(Box<dyn Unit>),
    /// Fold the log at once, whoever reads.
    Fold(oneshot::Sender<Result<(), StoreError>>),
    Stop,
}

/// Something that is written or not written as a whole.
trait Unit: Send {
    /// Writes it and keeps the outcome.
    fn run(&mut self, conn: &mut Connection) -> Verdict;
    /// Whether caches must go once it is committed.
    fn drops_caches(&self) -> bool;
    /// Tells whoever waits: the kept outcome, or that the batch failed.
    fn answer(self: Box<Self>, failure: Option<&BatchFailure>);
}

/// What a unit means for the batch.
enum Verdict {
    /// It is written.
    Written,
    /// It alone is refused: its savepoint is rolled back.
    Refused,
    /// The transaction can no longer be trusted.
    Broken(BatchFailure),
}

/// Why nothing of a batch was written.
#[derive(Debug, Clone, Error)]
enum BatchFailure {
    #[error("the disk is full")]
    Full,
    #[error("another process holds the file")]
    Busy,
    #[error("{0}")]
    Failed(String),
}

impl BatchFailure {
    fn of(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Busy => Self::Busy,
            StoreError::Failed(source) => Self::Failed(source.to_string()),
            stale @ StoreError::Stale => Self::Failed(stale.to_string()),
        }
    }

    fn store_error(&self) -> StoreError {
        match self {
            Self::Full => StoreError::Full,
            Self::Busy => StoreError::Busy,
            Self::Failed(_) => StoreError::Failed(Box::new(self.clone())),
        }
    }
}

struct Pending<T, W, D> {
    work: Option<W>,
    drops_caches: D,
    outcome: Option<Outcome<T>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W, D> Unit for Pending<T, W, D>
where
    T: Send,
    W: FnOnce(&mut Connection) -> Outcome<T> + Send,
    D: Fn(&T) -> bool + Send,
{
    fn run(&mut self, conn: &mut Connection) -> Verdict {
        let Some(work) = self.work.take() else { return Verdict::Written };
        match work(conn) {
            Ok(done) => {
                self.outcome = Some(Ok(done));
                Verdict::Written
            }
            Err(fault) if fault.leaves_the_transaction_whole() => {
                self.outcome = Some(Err(fault));
                Verdict::Refused
            }
            Err(fault) => Verdict::Broken(BatchFailure::of(fault.into_store_error())),
        }
    }

    fn drops_caches(&self) -> bool {
        matches!(&self.outcome, Some(Ok(done)) if (self.drops_caches)(done))
    }

    fn answer(self: Box<Self>, failure: Option<&BatchFailure>) {
        let answer = match (failure, self.outcome) {
            (Some(failure), _) => Err(failure.store_error()),
            (None, Some(outcome)) => outcome.map_err(Fault::into_store_error),
            (None, None) => Err(BatchFailure::Failed("the unit did not run".to_owned()).store_error()),
        };
        // Whoever asked may have gone away; what is written stays written.
        drop(self.reply.send(answer));
    }
}

impl Writer {
    /// Starts the thread on a connection that is ready for writing.
    pub(super) fn start(conn: Connection, caches: Arc<Caches>) -> std::io::Result<Self> {
        let (queue, orders) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(conn, &orders, &caches))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Queues a unit and waits until it is on disk, or refused. `drops_caches` says of the outcome
    /// whether it changed what processes cache.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Outcome<T> + Send + 'static,
        drops_caches: impl Fn(&T) -> bool + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let unit = Pending { work: Some(work), drops_caches, outcome: None, reply };
        self.queue.try_send(Order::Run(Box::new(unit))).map_err(|refused| match refused {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => StoreError::Busy,
        })?;
        answer.await.unwrap_or(Err(StoreError::Busy))
    }

    /// Folds the write-ahead log into the file and empties it, so that no bytes of what was overwritten
    /// stay in it. Busy if readers or another process were in the way for too long.
    pub(super) async fn fold(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Order::Fold(reply)).map_err(|_| StoreError::Busy)?;
        answer.await.unwrap_or(Err(StoreError::Busy))
    }

    /// Writes everything that is queued, folds the log into the file and ends the thread. Whatever
    /// is queued later is refused as busy.
    pub(super) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Both fail only if the thread is gone already.
            drop(self.queue.send(Order::Stop));
            drop(thread.join());
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(mut conn: Connection, orders: &Receiver<Order>, caches: &Caches) {
    let mut log_has_grown = true;
    loop {
        let first = if log_has_grown {
            match orders.recv_timeout(IDLE) {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => {
                    log_has_grown = !fold_log(&mut conn);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        } else {
            match orders.recv() {
                Ok(order) => order,
                Err(_) => break,
            }
        };
        let Gathered { batch, folds, stops } = gather(first, orders);
        if !batch.is_empty() {
            commit_batch(&mut conn, batch, caches);
            log_has_grown = true;
        }
        if !folds.is_empty() {
            let folded = fold_patiently(&mut conn);
            log_has_grown = !folded;
            for reply in folds {
                drop(reply.send(if folded { Ok(()) } else { Err(StoreError::Busy) }));
            }
        }
        if stops {
            break;
        }
    }
    fold_log(&mut conn);
}

/// What is done at once.
struct Gathered {
    batch: Vec<Box<dyn Unit>>,
    folds: Vec<oneshot::Sender<Result<(), StoreError>>>,
    stops: bool,
}

/// Whatever is queued behind the first order, up to a batch.
fn gather(first: Order, orders: &Receiver<Order>) -> Gathered {
    let mut gathered = Gathered { batch: Vec::new(), folds: Vec::new(), stops: false };
    let mut next = Some(first);
    while let Some(order) = next {
        match order {
            Order::Run(unit) => gathered.batch.push(unit),
            // What is queued behind it is not waited for: its promise is about what was written before.
            Order::Fold(reply) => {
                gathered.folds.push(reply);
                return gathered;
            }
            Order::Stop => {
                gathered.stops = true;
                return gathered;
            }
        }
        next = if gathered.batch.len() < BATCH { orders.try_recv().ok() } else { None };
    }
    gathered
}

/// Commits a batch and answers every unit of it. Caches go before the answers: whoever is answered
/// sees the change with the next read.
fn commit_batch(conn: &mut Connection, mut batch: Vec<Box<dyn Unit>>, caches: &Caches) {
    let failure = write_batch(conn, &mut batch).err();
    if let Some(failure) = &failure {
        // SQLite may have rolled back by itself; then there is no transaction to roll back.
        drop(conn.batch_execute("ROLLBACK"));
        tracing::error!(units = batch.len(), %failure, "a batch of writes was taken back");
    } else if batch.iter().any(|unit| unit.drops_caches()) {
        caches.drop_all();
    }
    for unit in batch {
        unit.answer(failure.as_ref());
    }
}

/// Runs every unit in a savepoint and commits. An error other than a refusal ends the batch: when
/// the disk is full, `SQLite` rolls the *outer* transaction back by itself, and the savepoint of
/// the next unit would then commit on its own.
fn write_batch(conn: &mut Connection, batch: &mut [Box<dyn Unit>]) -> Result<(), BatchFailure> {
    let execute = |conn: &mut Connection, sql: &str| {
        conn.batch_execute(sql).map_err(|error| BatchFailure::of(Fault::from(error).into_store_error()))
    };
    execute(conn, "BEGIN IMMEDIATE")?;
    for unit in batch {
        execute(conn, "SAVEPOINT unit")?;
        let verdict = catch_unwind(AssertUnwindSafe(|| unit.run(conn)))
            .unwrap_or_else(|panic| Verdict::Broken(BatchFailure::Failed(text_of(panic.as_ref()))));
        match verdict {
            Verdict::Written => execute(conn, "RELEASE unit")?,
            Verdict::Refused => execute(conn, "ROLLBACK TO unit; RELEASE unit")?,
            Verdict::Broken(failure) => return Err(failure),
        }
    }
    execute(conn, "COMMIT")
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!("a write panicked: {text}")
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Folds the log again and again until no reader is in the way, for as long as a read may take.
fn fold_patiently(conn: &mut Connection) -> bool {
    let begun = std::time::Instant::now();
    while begun.elapsed() < WAIT_FOR_OTHERS {
        if fold_log(conn) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Folds the write-ahead log into the file and empties it; `false` if a reader is in the way.
/// Under nonstop load the log grows without end otherwise.
fn fold_log(conn: &mut Connection) -> bool {
    // A reader in the way must not keep the next write waiting.
    let patience = |conn: &mut Connection, wait: Duration| {
        drop(conn.batch_execute(&format!("PRAGMA busy_timeout = {}", wait.as_millis())));
    };
    patience(conn, Duration::from_millis(20));
    let folded = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(conn);
    patience(conn, WAIT_FOR_OTHERS);
    match folded {
        Ok(checkpoint) => checkpoint.busy == 0,
        Err(error) => {
            tracing::warn!(%error, "the write-ahead log could not be folded into the file");
            true
        }
    }
}
