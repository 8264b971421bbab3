//! The ports on this database: each method is one hop to a reader or to the writer.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{ApiKey, Assistant, OperatorSession, SystemScope, Tenant, TenantScope},
    analytics::{CurrentOverview, DayCount, DayFigures, Recount, StatusCounts},
    changes::Changes,
    conversation::{Conversation, ConversationQuery, Message, MessageRange, SessionHash},
    erasure::{Erasure, Person, PersonTraces, Trace},
    event::{Activity, ActivityQuery},
    history::{Record, RecordOutcome},
    id::Id,
    knowledge::{Document, Passage},
    lead::{Lead, LeadQuery},
    paging::Page,
    ports::{
        StoreError,
        store::{
            AccessStore, ActivityStore, AnalyticsStore, ConversationStore, CounterStore, Credential, DueDelivery,
            ErasureStore, HistoryStore, KnowledgeStore, LeadFile, LeadHistory, LeadKey, LeadStore,
            OperatorSessionStore, PassageKey, ReceiptStore, RecordSink, Settlement, StoreHealth, SystemStore,
            TenantView, TurnFile, TurnKey, UnitOfWork, VisitKeyStore, WebhookStore,
        },
    },
    receipt::{Receipt, ReceiptKey},
    time::{Day, Timestamp},
    webhook::{Delivery, DeliveryQuery, Endpoint},
};

use super::{
    backup::{self, BackupError},
    cache::{Caches, Freshness, TenantKey},
    dialect::{Connection, snapshot},
    open::{self, OpenError, OpenOptions, Opened},
    pool::{READER_SETTINGS, Readers},
    sql::{
        access, activity, analytics, commit, conversations, counters, erasure, fault::Fault, history, knowledge, leads,
        messages, operator_sessions, receipts, system, visits, webhooks,
    },
    wipe,
    writer::Writer,
};

/// A store in one `SQLite` file. Cheap to clone; the file is let go when the last clone is dropped,
/// or stopped being written by [`SqliteStore::shutdown`].
#[derive(Clone)]
pub struct SqliteStore {
    parts: Arc<Parts>,
}

struct Parts {
    path: PathBuf,
    caches: Arc<Caches>,
    readers: Readers,
    writer: Writer,
    // Last, so that it is let go after the writer has ended.
    _lock: Option<File>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.parts.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a file, making and migrating it as the options allow. Blocks for the time of a few
    /// reads; longer where a log is recovered or the file is checked.
    pub fn open(options: &OpenOptions) -> Result<Self, OpenError> {
        let Opened { writer, read_address, lock } = open::open(options)?;
        let refuse = |detail: String| OpenError::Database { path: options.path.clone(), detail };
        let readers = Readers::open(&read_address).map_err(|error| refuse(error.to_string()))?;
        let mut watch = open::connect(&options.path, "mode=ro")?;
        diesel::connection::SimpleConnection::batch_execute(&mut watch, READER_SETTINGS)
            .map_err(|error| refuse(error.to_string()))?;
        let caches = Arc::new(Caches::new(watch).map_err(|error| refuse(error.to_string()))?);
        let writer = Writer::start(writer, caches.clone()).map_err(|error| refuse(error.to_string()))?;
        let path = options.path.clone();
        Ok(Self { parts: Arc::new(Parts { path, caches, readers, writer, _lock: lock }) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.parts.path
    }

    /// Writes everything that is queued, folds the write-ahead log into the file and stops writing.
    /// Later writes are answered as busy; reads go on. Blocks until it is done.
    pub fn shutdown(&self) {
        self.parts.writer.stop();
    }

    /// Copies one moment of the whole database to a new file, which must not exist yet. Reads and
    /// writes go on.
    pub async fn backup_to(&self, path: &Path) -> Result<(), BackupError> {
        let (from, to) = (self.parts.path.clone(), path.to_owned());
        tokio::task::spawn_blocking(move || backup::copy(&from, &to))
            .await
            .unwrap_or_else(|error| Err(BackupError::Failed(error.to_string())))
    }

    /// Checks every page and every reference of the file. Reads and writes go on.
    pub async fn integrity(&self) -> Result<(), OpenError> {
        let path = self.parts.path.clone();
        let refuse = {
            let path = path.clone();
            move |error: tokio::task::JoinError| Err(OpenError::Database { path, detail: error.to_string() })
        };
        tokio::task::spawn_blocking(move || open::check_in_use(&path)).await.unwrap_or_else(refuse)
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> &Writer {
        &self.parts.writer
    }

    fn readers(&self) -> &Readers {
        &self.parts.readers
    }
}

#[async_trait]
impl AccessStore for SqliteStore {
    async fn find_credential(&self, hash: [u8; 32]) -> Result<Option<Credential>, StoreError> {
        let caches = &self.parts.caches;
        let epoch = match caches.find::<Credential>(&hash, Freshness::Now) {
            Ok(credential) => return Ok(Some(credential)),
            Err(epoch) => epoch,
        };
        let found =
            self.readers().look_up(move |conn| snapshot(conn, |conn| access::find_credential(conn, hash))).await?;
        if let Some(credential) = &found {
            caches.keep(epoch, hash, credential.clone());
        }
        Ok(found)
    }

    async fn find_tenant(&self, id: Option<Id<Tenant>>) -> Result<Option<Tenant>, StoreError> {
        let caches = &self.parts.caches;
        let key = id.map_or(TenantKey::Default, TenantKey::Id);
        let epoch = match caches.find::<Tenant>(&key, Freshness::Now) {
            Ok(tenant) => return Ok(Some(tenant)),
            Err(epoch) => epoch,
        };
        let found = self.readers().look_up(move |conn| access::find_tenant(conn, id)).await?;
        if let Some(tenant) = &found {
            caches.keep(epoch, key, tenant.clone());
        }
        Ok(found)
    }

    async fn find_assistant_tenant(&self, id: Id<Assistant>) -> Result<Option<Tenant>, StoreError> {
        let caches = &self.parts.caches;
        let key = TenantKey::Assistant(id);
        let epoch = match caches.find::<Tenant>(&key, Freshness::Now) {
            Ok(tenant) => return Ok(Some(tenant)),
            Err(epoch) => epoch,
        };
        let found =
            self.readers().look_up(move |conn| snapshot(conn, |conn| access::find_assistant_tenant(conn, id))).await?;
        if let Some(tenant) = &found {
            caches.keep(epoch, key, tenant.clone());
        }
        Ok(found)
    }

    async fn tenant_view(&self, scope: TenantScope) -> Result<Option<Arc<TenantView>>, StoreError> {
        let caches = &self.parts.caches;
        let epoch = match caches.find::<Arc<TenantView>>(&scope, Freshness::AsOfTheRequest) {
            Ok(view) => return Ok(Some(view)),
            Err(epoch) => epoch,
        };
        let found = self.readers().look_up(move |conn| snapshot(conn, |conn| access::view(conn, scope))).await?;
        let found = found.map(Arc::new);
        if let Some(view) = &found {
            caches.keep(epoch, scope, view.clone());
        }
        Ok(found)
    }

    async fn list_keys(&self, scope: TenantScope) -> Result<Vec<ApiKey>, StoreError> {
        self.readers().scan(move |conn| access::list_keys(conn, scope)).await
    }
}

#[async_trait]
impl ActivityStore for SqliteStore {
    async fn list_activity(&self, scope: TenantScope, query: &ActivityQuery) -> Result<Page<Activity>, StoreError> {
        let query = query.clone();
        self.readers().scan(move |conn| snapshot(conn, |conn| activity::list(conn, scope, &query))).await
    }
}

#[async_trait]
impl VisitKeyStore for SqliteStore {
    async fn visit_key(&self, day: Day, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        if let Some(key) = self.readers().look_up(move |conn| visits::find_key(conn, day)).await? {
            return Ok(key);
        }
        self.parts.writer.run(move |conn| visits::keep_key(conn, day, fresh), |_| false).await
    }

    async fn delete_visit_keys(&self, before: Day) -> Result<(), StoreError> {
        if !self.readers().look_up(move |conn| visits::any_key_before(conn, before)).await? {
            return Ok(());
        }
        self.parts.writer.run(move |conn| visits::delete_keys(conn, before), |()| false).await
    }
}

#[async_trait]
impl AnalyticsStore for SqliteStore {
    async fn current_overview(&self, scope: TenantScope) -> Result<CurrentOverview, StoreError> {
        self.readers().scan(move |conn| snapshot(conn, |conn| analytics::overview(conn, scope))).await
    }

    async fn status_counts(&self, scope: TenantScope) -> Result<StatusCounts, StoreError> {
        self.readers().scan(move |conn| analytics::status_counts(conn, scope)).await
    }

    async fn leads_created_on(&self, scope: TenantScope, days: &[Day]) -> Result<Vec<DayCount>, StoreError> {
        let days = days.to_vec();
        self.readers().scan(move |conn| snapshot(conn, |conn| analytics::leads_created_on(conn, scope, &days))).await
    }
}

#[async_trait]
impl CounterStore for SqliteStore {
    async fn daily_figures(&self, scope: TenantScope, first: Day, last: Day) -> Result<Vec<DayFigures>, StoreError> {
        self.readers().scan(move |conn| counters::of_days(conn, scope, first, last)).await
    }

    async fn recount(&self, scope: TenantScope) -> Result<Recount, StoreError> {
        self.readers().scan(move |conn| snapshot(conn, |conn| counters::recount(conn, scope))).await
    }

    async fn adjust_counters(&self, scope: TenantScope, by: &[DayFigures]) -> Result<(), StoreError> {
        let by = by.to_vec();
        self.parts.writer.run(move |conn| counters::adjust(conn, scope, &by), |()| false).await
    }
}

#[async_trait]
impl LeadStore for SqliteStore {
    async fn load_lead(&self, scope: TenantScope, key: &LeadKey) -> Result<Option<LeadFile>, StoreError> {
        let key = key.clone();
        self.readers().look_up(move |conn| snapshot(conn, |conn| leads::load(conn, scope, &key))).await
    }

    async fn load_lead_history(
        &self,
        scope: TenantScope,
        id: Id<Lead>,
        conversations: u32,
    ) -> Result<Option<LeadHistory>, StoreError> {
        let read = move |conn: &mut Connection| {
            let Some(file) = leads::load(conn, scope, &LeadKey::Id(id))? else { return Ok(None) };
            let conversations = conversations::recent(conn, scope, file.lead.id, conversations)?;
            Ok(Some(LeadHistory { file, conversations }))
        };
        self.readers().look_up(move |conn| snapshot(conn, read)).await
    }

    async fn find_lead(&self, scope: TenantScope, id: Id<Lead>) -> Result<Option<Lead>, StoreError> {
        self.readers().look_up(move |conn| snapshot(conn, |conn| leads::find(conn, scope, id))).await
    }

    async fn list_leads(&self, scope: TenantScope, query: &LeadQuery) -> Result<Page<Lead>, StoreError> {
        let query = query.clone();
        self.readers().scan(move |conn| snapshot(conn, |conn| leads::list(conn, scope, &query))).await
    }
}

#[async_trait]
impl ConversationStore for SqliteStore {
    async fn load_turn(&self, scope: TenantScope, key: &TurnKey) -> Result<TurnFile, StoreError> {
        let key = key.clone();
        self.readers().look_up(move |conn| snapshot(conn, |conn| conversations::load_turn(conn, scope, &key))).await
    }

    async fn find_conversation(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
    ) -> Result<Option<Conversation>, StoreError> {
        self.readers().look_up(move |conn| conversations::find(conn, scope, id)).await
    }

    async fn find_session(&self, scope: TenantScope, session: SessionHash) -> Result<Option<Conversation>, StoreError> {
        self.readers().look_up(move |conn| conversations::find_session(conn, scope, session)).await
    }

    async fn list_conversations(
        &self,
        scope: TenantScope,
        query: &ConversationQuery,
    ) -> Result<Page<Conversation>, StoreError> {
        let query = query.clone();
        self.readers().scan(move |conn| snapshot(conn, |conn| conversations::list(conn, scope, &query))).await
    }

    async fn recent_conversations(
        &self,
        scope: TenantScope,
        lead: Id<Lead>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError> {
        self.readers().look_up(move |conn| conversations::recent(conn, scope, lead, limit)).await
    }

    async fn list_messages(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        range: MessageRange,
    ) -> Result<Vec<Message>, StoreError> {
        self.readers().scan(move |conn| messages::list(conn, scope, id, range)).await
    }

    async fn messages_after(
        &self,
        scope: TenantScope,
        id: Id<Conversation>,
        position: u32,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.readers().scan(move |conn| messages::after(conn, scope, id, position, limit)).await
    }
}

#[async_trait]
impl HistoryStore for SqliteStore {
    async fn add_history(&self, scope: TenantScope, records: Vec<Record>) -> Result<Vec<RecordOutcome>, StoreError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        self.parts.writer.run(move |conn| history::add(conn, scope, &records), |_| false).await
    }

    async fn read_history(&self, scope: TenantScope, mut sink: RecordSink) -> Result<(), StoreError> {
        // A connection of its own: the reading may take minutes, and requests have few connections.
        let path = self.parts.path.clone();
        let read = move || {
            let failed = |error: OpenError| StoreError::Failed(Box::new(error));
            let mut conn = open::connect(&path, "mode=ro").map_err(failed)?;
            diesel::connection::SimpleConnection::batch_execute(&mut conn, READER_SETTINGS)
                .map_err(|error| StoreError::Failed(Box::new(error)))?;
            snapshot(&mut conn, |conn| history::read(conn, scope, &mut sink)).map_err(Fault::into_store_error)
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| StoreError::Failed(Box::new(error)))?
    }
}

#[async_trait]
impl KnowledgeStore for SqliteStore {
    async fn find_document(&self, scope: TenantScope, id: Id<Document>) -> Result<Option<Document>, StoreError> {
        // Its text may have megabytes.
        self.readers().scan(move |conn| knowledge::find(conn, scope, id)).await
    }

    async fn list_documents(&self, scope: TenantScope) -> Result<Vec<Document>, StoreError> {
        self.readers().scan(move |conn| knowledge::list(conn, scope)).await
    }

    async fn find_passages(&self, scope: TenantScope, keys: &[PassageKey]) -> Result<Vec<Passage>, StoreError> {
        let keys = keys.to_vec();
        self.readers().look_up(move |conn| snapshot(conn, |conn| knowledge::find_passages(conn, scope, &keys))).await
    }

    async fn passages_after(
        &self,
        scope: TenantScope,
        after: Option<PassageKey>,
        limit: u32,
    ) -> Result<Vec<Passage>, StoreError> {
        self.readers().scan(move |conn| knowledge::passages_after(conn, scope, after, limit)).await
    }

    async fn knowledge_generation(&self, scope: TenantScope) -> Result<u64, StoreError> {
        self.readers().look_up(move |conn| knowledge::generation(conn, scope)).await
    }
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn find_endpoint(&self, scope: TenantScope, id: Id<Endpoint>) -> Result<Option<Endpoint>, StoreError> {
        self.readers().look_up(move |conn| webhooks::find_endpoint(conn, scope, id)).await
    }

    async fn list_endpoints(&self, scope: TenantScope) -> Result<Vec<Endpoint>, StoreError> {
        self.readers().scan(move |conn| webhooks::list_endpoints(conn, scope)).await
    }

    async fn find_delivery(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        id: Id<Delivery>,
    ) -> Result<Option<Delivery>, StoreError> {
        self.readers().look_up(move |conn| webhooks::find_delivery(conn, scope, endpoint, id)).await
    }

    async fn list_deliveries(
        &self,
        scope: TenantScope,
        endpoint: Id<Endpoint>,
        query: &DeliveryQuery,
    ) -> Result<Page<Delivery>, StoreError> {
        let query = *query;
        self.readers()
            .scan(move |conn| snapshot(conn, |conn| webhooks::list_deliveries(conn, scope, endpoint, &query)))
            .await
    }
}

#[async_trait]
impl ReceiptStore for SqliteStore {
    async fn find_receipt(&self, scope: TenantScope, key: ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        self.readers().look_up(move |conn| receipts::find(conn, scope, key)).await
    }
}

#[async_trait]
impl ErasureStore for SqliteStore {
    async fn find_person(&self, scope: TenantScope, person: &Person) -> Result<PersonTraces, StoreError> {
        let person = person.clone();
        self.readers().scan(move |conn| snapshot(conn, |conn| erasure::find_person(conn, scope, &person))).await
    }

    async fn traces(&self, scope: TenantScope, of: &Trace, limit: u32) -> Result<Erasure, StoreError> {
        let of = of.clone();
        self.readers().scan(move |conn| snapshot(conn, |conn| erasure::traces(conn, scope, &of, limit))).await
    }

    async fn leads_inactive_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Lead>>, StoreError> {
        self.readers().look_up(move |conn| erasure::inactive_leads(conn, scope, before, limit)).await
    }

    async fn absorbed_leads(&self, scope: TenantScope, into: Id<Lead>) -> Result<Vec<Lead>, StoreError> {
        self.readers().look_up(move |conn| snapshot(conn, |conn| erasure::absorbed(conn, scope, into))).await
    }

    async fn conversations_silent_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Conversation>>, StoreError> {
        self.readers().look_up(move |conn| erasure::silent_conversations(conn, scope, before, limit)).await
    }

    async fn wipe(&self, _system: SystemScope) -> Result<(), StoreError> {
        let stale = self.readers().scan(wipe::stale_pages).await?;
        for part in stale.chunks(wipe::PART) {
            let part = part.to_vec();
            self.parts.writer.run(move |conn| wipe::clear(conn, &part), |()| false).await?;
        }
        self.parts.writer.fold().await
    }
}

#[async_trait]
impl OperatorSessionStore for SqliteStore {
    async fn begin_operator_session(
        &self,
        _system: SystemScope,
        session: &OperatorSession,
        most: u32,
    ) -> Result<(), StoreError> {
        let session = session.clone();
        self.parts.writer.run(move |conn| operator_sessions::begin(conn, &session, most), |()| false).await
    }

    async fn find_operator_session(
        &self,
        _system: SystemScope,
        hash: [u8; 32],
    ) -> Result<Option<OperatorSession>, StoreError> {
        self.readers().look_up(move |conn| operator_sessions::find(conn, hash)).await
    }

    async fn end_operator_session(&self, _system: SystemScope, hash: [u8; 32]) -> Result<bool, StoreError> {
        self.parts.writer.run(move |conn| operator_sessions::end(conn, hash), |_| false).await
    }

    async fn sweep_operator_sessions(
        &self,
        _system: SystemScope,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        if !self.readers().look_up(move |conn| operator_sessions::any_over(conn, now)).await? {
            return Ok(0);
        }
        self.parts.writer.run(move |conn| operator_sessions::sweep(conn, now, limit), |_| false).await
    }
}

#[async_trait]
impl UnitOfWork for SqliteStore {
    async fn commit(&self, scope: TenantScope, changes: Changes) -> Result<(), StoreError> {
        if changes.is_empty() && changes.receipt.is_none() {
            return Ok(());
        }
        let drops_caches = changes.raises_generation();
        self.parts.writer.run(move |conn| commit::write(conn, scope, &changes), move |()| drops_caches).await
    }
}

#[async_trait]
impl SystemStore for SqliteStore {
    async fn claim_deliveries(
        &self,
        _system: SystemScope,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        per_endpoint: u32,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        if !self.readers().look_up(move |conn| system::any_due(conn, now)).await? {
            return Ok(Vec::new());
        }
        self.parts.writer.run(move |conn| system::claim(conn, now, lease_until, limit, per_endpoint), |_| false).await
    }

    async fn settle_delivery(
        &self,
        _system: SystemScope,
        scope: TenantScope,
        settlement: Settlement,
    ) -> Result<bool, StoreError> {
        let settled = self
            .parts
            .writer
            .run(
                move |conn| system::settle(conn, scope, &settlement),
                |settled| *settled == system::Settled::DeliveryAndEndpoint,
            )
            .await?;
        Ok(settled != system::Settled::Nothing)
    }

    async fn next_delivery_at(&self, _system: SystemScope) -> Result<Option<Timestamp>, StoreError> {
        self.readers().look_up(system::next_due).await
    }

    async fn idle_conversations(
        &self,
        _system: SystemScope,
        idle_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantScope, Id<Conversation>)>, StoreError> {
        self.readers()
            .scan(move |conn| {
                snapshot(conn, |conn| {
                    let idle = conversations::idle(conn, idle_since, limit)?;
                    idle.into_iter().map(|(tenant, id)| Ok((access::scope_of(conn, &tenant)?, id))).collect()
                })
            })
            .await
    }

    async fn sweep_receipts(&self, _system: SystemScope, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.parts.writer.run(move |conn| receipts::sweep(conn, before, limit), |_| false).await
    }

    async fn sweep_deliveries(
        &self,
        _system: SystemScope,
        delivered_before: Timestamp,
        failed_before: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        self.parts
            .writer
            .run(move |conn| system::sweep_deliveries(conn, delivered_before, failed_before, limit), |_| false)
            .await
    }

    async fn list_tenants(&self, _system: SystemScope) -> Result<Vec<Tenant>, StoreError> {
        self.readers().scan(access::list_tenants).await
    }

    async fn find_key(&self, _system: SystemScope, id: Id<ApiKey>) -> Result<Option<ApiKey>, StoreError> {
        self.readers().look_up(move |conn| access::find_key(conn, id)).await
    }

    async fn touch_keys(&self, _system: SystemScope, used: &[(Id<ApiKey>, Timestamp)]) -> Result<(), StoreError> {
        if used.is_empty() {
            return Ok(());
        }
        let used = used.to_vec();
        let touch = move |conn: &mut super::dialect::Connection| {
            used.iter().try_for_each(|(id, at)| access::touch_key(conn, *id, *at))
        };
        // A credential carries when it was last used.
        self.parts.writer.run(touch, |()| true).await
    }

    async fn find_setting(&self, _system: SystemScope, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.readers().look_up(move |conn| system::find_setting(conn, &name)).await
    }

    async fn put_setting(&self, _system: SystemScope, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.parts.writer.run(move |conn| system::put_setting(conn, &name, &value), |()| true).await
    }

    async fn health(&self, _system: SystemScope) -> StoreHealth {
        if self.parts.writer.run(system::beat, |()| false).await.is_ok() {
            return StoreHealth::Ok;
        }
        match self.readers().look_up(access::read_generation).await {
            Ok(_) => StoreHealth::ReadOnly,
            Err(_) => StoreHealth::Down,
        }
    }
}
