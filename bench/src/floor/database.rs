//! The product's reads, statement by statement (`crates/storage/src/sql`): the key with its tenant,
//! a lead with its evidence and its latest conversations, a lead by its address.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use diesel::{SqliteConnection, connection::SimpleConnection as _, prelude::*, result::Error};

use super::{
    rows::{ConversationRow, EvidenceRow, KeyRow, LeadRow, TenantRow},
    schema::{api_keys, conversations, credentials, evidence, leads, tenants},
};

/// How long a key is remembered. The product looks this often whether anything has changed.
const REMEMBERED: Duration = Duration::from_millis(100);
/// How many conversations a lead's answer shows.
const RECENT: i64 = 10;

/// Opens a database for the one thread that writes, set as the product sets it.
pub(super) fn open_writer(path: &Path) -> Result<SqliteConnection> {
    let mut conn = connect(path)?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )
    .context("the database cannot be set up")?;
    Ok(conn)
}

fn connect(path: &Path) -> Result<SqliteConnection> {
    let text = path.to_str().context("the path is not UTF-8")?;
    SqliteConnection::establish(text).context("the database cannot be opened")
}

/// One worker's connection, on which it reads without a hop to another thread.
pub(super) struct Reader {
    conn: SqliteConnection,
    key: Option<([u8; 32], String, Instant)>,
}

impl Reader {
    /// Opens a connection for reading, set as the product sets it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut conn = connect(path)?;
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000;
             PRAGMA query_only = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -8192;",
        )
        .context("the database cannot be set up")?;
        Ok(Self { conn, key: None })
    }

    /// The tenant of a key that is not revoked.
    pub(super) fn tenant_of_key(&mut self, hash: [u8; 32]) -> Option<String> {
        if let Some((known, tenant, at)) = &self.key
            && *known == hash
            && at.elapsed() < REMEMBERED
        {
            return Some(tenant.clone());
        }
        let found = self.snapshot(|conn| {
            let (tenant, key): (String, String) = credentials::table
                .find(hash.as_slice())
                .select((credentials::tenant_id, credentials::key_id))
                .first(conn)?;
            let key: KeyRow = api_keys::table.find((&tenant, key)).select(KeyRow::as_select()).first(conn)?;
            let tenant: TenantRow = tenants::table.find(tenant).select(TenantRow::as_select()).first(conn)?;
            Ok((key, tenant))
        });
        let (key, tenant) = found?;
        if key.revoked_at.is_some() {
            return None;
        }
        self.key = Some((hash, tenant.tenant_id.clone(), Instant::now()));
        Some(tenant.tenant_id)
    }

    /// A lead with everything that its answer is made of.
    pub(super) fn lead(&mut self, tenant: &str, id: &str) -> Option<(LeadRow, Vec<EvidenceRow>, Vec<ConversationRow>)> {
        let (lead, pieces) = self.snapshot(|conn| {
            let lead: LeadRow = leads::table.find((tenant, id)).select(LeadRow::as_select()).first(conn)?;
            let mine =
                conversations::tenant_id.eq(evidence::tenant_id).and(conversations::id.eq(evidence::conversation_id));
            let pieces: Vec<EvidenceRow> = conversations::table
                .inner_join(evidence::table.on(mine))
                .filter(conversations::tenant_id.eq(tenant))
                .filter(conversations::lead_id.eq(&lead.id))
                .order(evidence::number)
                .select(EvidenceRow::as_select())
                .load(conn)?;
            Ok((lead, pieces))
        })?;
        let recent = conversations::table
            .filter(conversations::tenant_id.eq(tenant))
            .filter(conversations::lead_id.eq(&lead.id))
            .order((conversations::last_message_at.desc(), conversations::id.desc()))
            .limit(RECENT)
            .select(ConversationRow::as_select())
            .load(&mut self.conn)
            .ok()?;
        Some((lead, pieces, recent))
    }

    /// Whether a lead has this address, which is found by reading that lead.
    pub(super) fn knows_email(&mut self, tenant: &str, folded: &str) -> bool {
        let found = self.snapshot(|conn| {
            leads::table
                .filter(leads::tenant_id.eq(tenant))
                .filter(leads::email_folded.eq(folded))
                .select(LeadRow::as_select())
                .first(conn)
        });
        found.is_some()
    }

    fn snapshot<T>(&mut self, read: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>) -> Option<T> {
        #[expect(clippy::disallowed_methods, reason = "a deferred transaction is right where nothing is written")]
        let found = self.conn.transaction(read);
        found.ok()
    }
}
