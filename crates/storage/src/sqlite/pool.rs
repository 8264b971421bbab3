//! The read-only connections.

use std::time::Duration;

use diesel::{
    SqliteConnection,
    connection::SimpleConnection as _,
    r2d2::{ConnectionManager, CustomizeConnection, Error as ConnectionError, Pool, PoolError, PooledConnection},
};
use synaptiq_domain::ports::StoreError;

use super::{
    dialect::Connection,
    sql::fault::{Fault, Outcome},
};

type Manager = ConnectionManager<SqliteConnection>;

/// How long a read waits for a free connection.
const WAIT: Duration = Duration::from_secs(10);

/// A few connections that can only read.
#[derive(Clone)]
pub(super) struct Readers {
    pool: Pool<Manager>,
}

#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<SqliteConnection, ConnectionError> for ReadOnly {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), ConnectionError> {
        conn.batch_execute(READER_SETTINGS).map_err(ConnectionError::QueryError)
    }
}

/// What a reading connection is set to. It waits only while another process recovers the log.
pub(super) const READER_SETTINGS: &str = "PRAGMA busy_timeout = 5000;
     PRAGMA query_only = ON;
     PRAGMA trusted_schema = OFF;
     PRAGMA temp_store = MEMORY;
     PRAGMA cache_size = -8192;";

impl Readers {
    /// Opens connections to a database address: as many as the machine has cores, 2 to 4. More
    /// would only wait for one another.
    pub(super) fn open(address: &str) -> Result<Self, PoolError> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        let count = u32::try_from(cores.clamp(2, 4)).expect("at most 4");
        let pool = Pool::builder()
            .max_size(count)
            .connection_timeout(WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            // A file does not go away as a server does; the check would cost a third of a look-up.
            .test_on_check_out(false)
            .connection_customizer(Box::new(ReadOnly))
            .build(Manager::new(address))?;
        Ok(Self { pool })
    }

    /// Runs a look-up by index at once where a connection is free: it takes less time than a hop
    /// to another thread. Never for lists or searches.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.pool.try_get() {
            Some(mut conn) => read(&mut conn).map_err(Fault::into_store_error),
            None => self.scan(read).await,
        }
    }

    /// Runs a read of any length on a thread of its own.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            let mut conn: PooledConnection<Manager> = pool.get().map_err(|_| StoreError::Busy)?;
            read(&mut conn).map_err(Fault::into_store_error)
        })
        .await
        .map_err(|error| StoreError::Failed(Box::new(error)))?
    }
}
