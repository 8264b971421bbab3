//! The product's group commit (`crates/storage/src/sqlite/writer.rs`) for the one write there is:
//! one thread takes what is queued into one transaction, each unit in a savepoint, and answers
//! after the commit.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

use anyhow::{Context as _, Result};
use diesel::{RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _, result::Error};
use tokio::sync::oneshot;

use super::{
    rows::{EventRow, LeadRow},
    schema::{events, leads},
};

/// How many units may wait.
const QUEUE: usize = 4_096;
/// How many units share a commit at most.
const BATCH: usize = 512;
/// How long the queue must be empty before the write-ahead log is folded into the file.
const IDLE: Duration = Duration::from_millis(500);

/// The queue to the thread that writes.
pub(super) struct Writer {
    queue: SyncSender<Unit>,
}

struct Unit {
    lead: LeadRow,
    event: EventRow,
    reply: oneshot::Sender<Option<LeadRow>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(conn: SqliteConnection) -> Result<Self> {
        let (queue, units) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || serve(conn, &units))
            .context("the writer cannot be started")?;
        Ok(Self { queue })
    }

    /// Gives the lead back once it is on disk with its event.
    pub(super) async fn write(&self, lead: LeadRow, event: EventRow) -> Option<LeadRow> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Unit { lead, event, reply }).ok()?;
        answer.await.ok().flatten()
    }
}

fn serve(mut conn: SqliteConnection, units: &Receiver<Unit>) {
    loop {
        let first = match units.recv_timeout(IDLE) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                drop(conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)"));
                match units.recv() {
                    Ok(first) => first,
                    Err(_) => return,
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut batch = vec![first];
        while batch.len() < BATCH {
            let Ok(next) = units.try_recv() else { break };
            batch.push(next);
        }
        let written = write_batch(&mut conn, &batch);
        if written.is_err() {
            drop(conn.batch_execute("ROLLBACK"));
        }
        for Unit { lead, reply, .. } in batch {
            drop(reply.send(written.is_ok().then_some(lead)));
        }
    }
}

fn write_batch(conn: &mut SqliteConnection, batch: &[Unit]) -> Result<(), Error> {
    conn.batch_execute("BEGIN IMMEDIATE")?;
    for Unit { lead, event, .. } in batch {
        conn.batch_execute("SAVEPOINT unit")?;
        diesel::insert_into(leads::table).values(lead).execute(conn)?;
        diesel::insert_into(events::table).values(event).execute(conn)?;
        conn.batch_execute("RELEASE unit")?;
    }
    conn.batch_execute("COMMIT")
}
