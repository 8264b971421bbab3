//! What is read with every request and changes rarely: credentials, tenants and their views.
//! Dropped as a whole whenever the generation moves: by a commit of this process before it is
//! answered, by another process's with the next look-up (security K3).

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use diesel::{
    QueryResult, RunQueryDsl,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::BigInt,
    sqlite::Sqlite,
};
use lru::LruCache;
use synaptiq_domain::{
    access::{Assistant, Tenant, TenantScope},
    id::Id,
    ports::store::{Credential, TenantView},
};

use super::{
    dialect::Connection,
    sql::{access, fault::Outcome},
};

/// How many rows of each kind are kept.
const KEPT: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");

/// The caches and the connection that tells when they are stale.
pub(super) struct Caches {
    kept: Mutex<Kept>,
    watch: Mutex<Watch>,
}

/// What a cached row is found by, and the row.
pub(super) trait Cached: Sized {
    /// What it is found by.
    type Key: std::hash::Hash + Eq;
    /// Where it is kept.
    fn shelf(kept: &mut Kept) -> &mut LruCache<Self::Key, Self>;
}

/// How a tenant is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TenantKey {
    /// The one that serves requests that name none.
    Default,
    /// By its own id.
    Id(Id<Tenant>),
    /// By one of its assistants.
    Assistant(Id<Assistant>),
}

/// The rows. `epoch` counts how often they were dropped.
pub(super) struct Kept {
    epoch: u64,
    credentials: LruCache<[u8; 32], Credential>,
    tenants: LruCache<TenantKey, Tenant>,
    views: LruCache<TenantScope, Arc<TenantView>>,
}

impl Cached for Credential {
    type Key = [u8; 32];
    fn shelf(kept: &mut Kept) -> &mut LruCache<[u8; 32], Self> {
        &mut kept.credentials
    }
}

impl Cached for Tenant {
    type Key = TenantKey;
    fn shelf(kept: &mut Kept) -> &mut LruCache<TenantKey, Self> {
        &mut kept.tenants
    }
}

impl Cached for Arc<TenantView> {
    type Key = TenantScope;
    fn shelf(kept: &mut Kept) -> &mut LruCache<TenantScope, Self> {
        &mut kept.views
    }
}

/// Proof of when a look-up began: what was read before the caches were dropped is not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Epoch(u64);

struct Watch {
    conn: Connection,
    data_version: i64,
    generation: i64,
    looked_at: Instant,
}

/// How long a look for changes serves what follows from it: the rest of the request whose
/// credential was just looked up, and no later one.
const ONE_LOOK: Duration = Duration::from_millis(1);

/// Whether a look-up must know of every commit before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// It begins a request: whatever was committed before is seen.
    Now,
    /// It follows such a look-up; what that one knew will do, if it was within a millisecond.
    AsOfTheRequest,
}

/// `PRAGMA data_version`, as a statement that is prepared once.
#[derive(Debug, Clone, Copy, QueryId)]
struct DataVersion;

impl QueryFragment<Sqlite> for DataVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA data_version");
        Ok(())
    }
}

impl Query for DataVersion {
    type SqlType = BigInt;
}

impl RunQueryDsl<Connection> for DataVersion {}

impl Caches {
    /// Empty caches that are watched through a connection of their own.
    pub(super) fn new(mut conn: Connection) -> Outcome<Self> {
        let (data_version, generation) = (read_data_version(&mut conn)?, access::read_generation(&mut conn)?);
        let watch = Watch { conn, data_version, generation, looked_at: Instant::now() };
        let kept = Kept {
            epoch: 0,
            credentials: LruCache::new(KEPT),
            tenants: LruCache::new(KEPT),
            views: LruCache::new(KEPT),
        };
        Ok(Self { kept: Mutex::new(kept), watch: Mutex::new(watch) })
    }

    /// The row, if it is kept; else the proof that [`Caches::keep`] asks for.
    pub(super) fn find<T: Cached + Clone>(&self, key: &T::Key, freshness: Freshness) -> Result<T, Epoch> {
        self.look_for_changes(freshness);
        let mut kept = self.kept();
        let epoch = Epoch(kept.epoch);
        T::shelf(&mut kept).get(key).cloned().ok_or(epoch)
    }

    /// Keeps a row that was read, unless the caches were dropped since.
    pub(super) fn keep<T: Cached>(&self, Epoch(epoch): Epoch, key: T::Key, row: T) {
        let mut kept = self.kept();
        if kept.epoch == epoch {
            T::shelf(&mut kept).put(key, row);
        }
    }

    /// Forgets everything.
    pub(super) fn drop_all(&self) {
        let mut kept = self.kept();
        kept.epoch += 1;
        kept.credentials.clear();
        kept.tenants.clear();
        kept.views.clear();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the file whether anyone has written: a few microseconds, less than any read of rows.
    /// Our own writer's commits show here too; only a moved generation drops the caches.
    fn look_for_changes(&self, freshness: Freshness) {
        let watch = &mut *self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if freshness == Freshness::AsOfTheRequest && watch.looked_at.elapsed() < ONE_LOOK {
            return;
        }
        let changed = read_data_version(&mut watch.conn).and_then(|data_version| {
            watch.looked_at = Instant::now();
            if data_version == watch.data_version {
                return Ok(false);
            }
            watch.data_version = data_version;
            let generation = access::read_generation(&mut watch.conn)?;
            Ok(std::mem::replace(&mut watch.generation, generation) != generation)
        });
        match changed {
            Ok(false) => {}
            Ok(true) => self.drop_all(),
            Err(error) => {
                tracing::warn!(%error, "the generation could not be read; caches are dropped");
                self.drop_all();
            }
        }
    }
}

fn read_data_version(conn: &mut Connection) -> Outcome<i64> {
    Ok(DataVersion.get_result(conn)?)
}
