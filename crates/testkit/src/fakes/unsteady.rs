//! A store whose commits fail as told, in front of one that works.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
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
        Store, StoreError,
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

use super::lock;

/// Fails the next commits as told ("stale twice, then fine") and hands everything else on.
pub struct Unsteady {
    inner: Arc<dyn Store>,
    failures: Mutex<VecDeque<StoreError>>,
    commits: Mutex<usize>,
    others: Mutex<usize>,
}

impl Unsteady {
    /// A store in front of `inner`, steady for now.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, failures: Mutex::default(), commits: Mutex::default(), others: Mutex::default() }
    }

    /// The next commits fail with these errors, one each.
    pub fn fail_next(&self, failures: impl IntoIterator<Item = StoreError>) {
        lock(&self.failures).extend(failures);
    }

    /// Failures that have not come yet will not come.
    pub fn recover(&self) {
        lock(&self.failures).clear();
    }

    /// How often anything but a commit was asked for.
    pub fn others(&self) -> usize {
        *lock(&self.others)
    }

    /// How many commits were asked for, failed ones included.
    pub fn commits(&self) -> usize {
        *lock(&self.commits)
    }
}

#[async_trait]
impl UnitOfWork for Unsteady {
    async fn commit(&self, scope: TenantScope, changes: Changes) -> Result<(), StoreError> {
        *lock(&self.commits) += 1;
        // Others go on in the meantime, as they do while a disk writes.
        tokio::task::yield_now().await;
        let failure = lock(&self.failures).pop_front();
        match failure {
            Some(error) => Err(error),
            None => self.inner.commit(scope, changes).await,
        }
    }
}

/// Hands methods on to the store behind, as they are.
macro_rules! hand_on {
    ($port:ident { $(fn $method:ident($($name:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for Unsteady {
            $(async fn $method(&self, $($name: $type),*) -> $answer {
                *lock(&self.others) += 1;
                self.inner.$method($($name),*).await
            })*
        }
    };
}

type Answer<T> = Result<T, StoreError>;

hand_on!(AccessStore {
    fn find_credential(hash: [u8; 32]) -> Answer<Option<Credential>>;
    fn find_tenant(id: Option<Id<Tenant>>) -> Answer<Option<Tenant>>;
    fn find_assistant_tenant(id: Id<Assistant>) -> Answer<Option<Tenant>>;
    fn tenant_view(scope: TenantScope) -> Answer<Option<Arc<TenantView>>>;
    fn list_keys(scope: TenantScope) -> Answer<Vec<ApiKey>>;
});

hand_on!(ActivityStore {
    fn list_activity(scope: TenantScope, query: &ActivityQuery) -> Answer<Page<Activity>>;
});

hand_on!(AnalyticsStore {
    fn current_overview(scope: TenantScope) -> Answer<CurrentOverview>;
    fn status_counts(scope: TenantScope) -> Answer<StatusCounts>;
    fn leads_created_on(scope: TenantScope, days: &[Day]) -> Answer<Vec<DayCount>>;
});

hand_on!(ConversationStore {
    fn load_turn(scope: TenantScope, key: &TurnKey) -> Answer<TurnFile>;
    fn find_conversation(scope: TenantScope, id: Id<Conversation>) -> Answer<Option<Conversation>>;
    fn find_session(scope: TenantScope, session: SessionHash) -> Answer<Option<Conversation>>;
    fn list_conversations(scope: TenantScope, query: &ConversationQuery) -> Answer<Page<Conversation>>;
    fn recent_conversations(scope: TenantScope, lead: Id<Lead>, limit: u32) -> Answer<Vec<Conversation>>;
    fn list_messages(scope: TenantScope, id: Id<Conversation>, range: MessageRange) -> Answer<Vec<Message>>;
    fn messages_after(scope: TenantScope, id: Id<Conversation>, position: u32, limit: u32) -> Answer<Vec<Message>>;
});

hand_on!(CounterStore {
    fn daily_figures(scope: TenantScope, first: Day, last: Day) -> Answer<Vec<DayFigures>>;
    fn recount(scope: TenantScope) -> Answer<Recount>;
    fn adjust_counters(scope: TenantScope, by: &[DayFigures]) -> Answer<()>;
});

hand_on!(ErasureStore {
    fn find_person(scope: TenantScope, person: &Person) -> Answer<PersonTraces>;
    fn traces(scope: TenantScope, of: &Trace, limit: u32) -> Answer<Erasure>;
    fn leads_inactive_since(scope: TenantScope, before: Timestamp, limit: u32) -> Answer<Vec<Id<Lead>>>;
    fn absorbed_leads(scope: TenantScope, into: Id<Lead>) -> Answer<Vec<Lead>>;
    fn conversations_silent_since(scope: TenantScope, before: Timestamp, limit: u32) -> Answer<Vec<Id<Conversation>>>;
    fn wipe(system: SystemScope) -> Answer<()>;
});

hand_on!(HistoryStore {
    fn add_history(scope: TenantScope, records: Vec<Record>) -> Answer<Vec<RecordOutcome>>;
    fn read_history(scope: TenantScope, sink: RecordSink) -> Answer<()>;
});

hand_on!(KnowledgeStore {
    fn find_document(scope: TenantScope, id: Id<Document>) -> Answer<Option<Document>>;
    fn list_documents(scope: TenantScope) -> Answer<Vec<Document>>;
    fn find_passages(scope: TenantScope, keys: &[PassageKey]) -> Answer<Vec<Passage>>;
    fn passages_after(scope: TenantScope, after: Option<PassageKey>, limit: u32) -> Answer<Vec<Passage>>;
    fn knowledge_generation(scope: TenantScope) -> Answer<u64>;
});

hand_on!(LeadStore {
    fn load_lead(scope: TenantScope, key: &LeadKey) -> Answer<Option<LeadFile>>;
    fn load_lead_history(scope: TenantScope, id: Id<Lead>, conversations: u32) -> Answer<Option<LeadHistory>>;
    fn find_lead(scope: TenantScope, id: Id<Lead>) -> Answer<Option<Lead>>;
    fn list_leads(scope: TenantScope, query: &LeadQuery) -> Answer<Page<Lead>>;
});

hand_on!(OperatorSessionStore {
    fn begin_operator_session(system: SystemScope, session: &OperatorSession, most: u32) -> Answer<()>;
    fn find_operator_session(system: SystemScope, hash: [u8; 32]) -> Answer<Option<OperatorSession>>;
    fn end_operator_session(system: SystemScope, hash: [u8; 32]) -> Answer<bool>;
    fn sweep_operator_sessions(system: SystemScope, now: Timestamp, limit: u32) -> Answer<u32>;
});

hand_on!(ReceiptStore {
    fn find_receipt(scope: TenantScope, key: ReceiptKey) -> Answer<Option<Receipt>>;
});

hand_on!(VisitKeyStore {
    fn visit_key(day: Day, fresh: [u8; 32]) -> Answer<[u8; 32]>;
    fn delete_visit_keys(before: Day) -> Answer<()>;
});

hand_on!(WebhookStore {
    fn find_endpoint(scope: TenantScope, id: Id<Endpoint>) -> Answer<Option<Endpoint>>;
    fn list_endpoints(scope: TenantScope) -> Answer<Vec<Endpoint>>;
    fn find_delivery(scope: TenantScope, endpoint: Id<Endpoint>, id: Id<Delivery>) -> Answer<Option<Delivery>>;
    fn list_deliveries(scope: TenantScope, endpoint: Id<Endpoint>, query: &DeliveryQuery) -> Answer<Page<Delivery>>;
});

hand_on!(SystemStore {
    fn claim_deliveries(
        system: SystemScope, now: Timestamp, lease_until: Timestamp, limit: u32, per_endpoint: u32
    ) -> Answer<Vec<DueDelivery>>;
    fn settle_delivery(system: SystemScope, scope: TenantScope, settlement: Settlement) -> Answer<bool>;
    fn next_delivery_at(system: SystemScope) -> Answer<Option<Timestamp>>;
    fn idle_conversations(
        system: SystemScope, idle_since: Timestamp, limit: u32
    ) -> Answer<Vec<(TenantScope, Id<Conversation>)>>;
    fn sweep_receipts(system: SystemScope, before: Timestamp, limit: u32) -> Answer<u32>;
    fn sweep_deliveries(
        system: SystemScope, delivered_before: Timestamp, failed_before: Timestamp, limit: u32
    ) -> Answer<u32>;
    fn list_tenants(system: SystemScope) -> Answer<Vec<Tenant>>;
    fn find_key(system: SystemScope, id: Id<ApiKey>) -> Answer<Option<ApiKey>>;
    fn touch_keys(system: SystemScope, used: &[(Id<ApiKey>, Timestamp)]) -> Answer<()>;
    fn find_setting(system: SystemScope, name: &str) -> Answer<Option<String>>;
    fn put_setting(system: SystemScope, name: &str, value: &str) -> Answer<()>;
    fn health(system: SystemScope) -> StoreHealth;
});
