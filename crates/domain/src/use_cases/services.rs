//! Everything that use cases are given.

use std::sync::Arc;

use time::Duration;

use crate::{
    access::TenantScope,
    limit::Plans,
    ports::{
        Clock, DeliveryRenderer, Ids, Model, PassageIndex, Responder, Signals, Store, Understanding, UrlGuard, Vault,
        store::TenantView,
    },
    time::Timestamp,
    use_cases::{KeyUsage, Lanes, UseCaseError},
};

/// Settings of the installation that use cases need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// After how much silence an active conversation expires. Default 30 minutes.
    pub conversation_idle: Duration,
    /// How long the old secret keeps signing after a rotation. Default 24 hours.
    pub rotation_overlap: Duration,
    /// How long a process may work on a turn before another may resume it. Default 2 minutes.
    pub turn_lease: Duration,
    /// Whether no other process works on the store's tenants: then whatever a process before this
    /// one had begun is nobody's, and is resumed at once. Default false.
    pub alone: bool,
    /// The plans there are. Default: the published ones.
    pub plans: Arc<Plans>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            conversation_idle: Duration::minutes(30),
            rotation_overlap: Duration::hours(24),
            turn_lease: Duration::minutes(2),
            alone: false,
            plans: Arc::default(),
        }
    }
}

/// Everything that use cases are given. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Finds passages.
    pub index: Arc<dyn PassageIndex>,
    /// Understands messages.
    pub understanding: Arc<dyn Understanding>,
    /// Answers without a model.
    pub responder: Arc<dyn Responder>,
    /// Answers with one, where it is configured.
    pub model: Option<Arc<dyn Model>>,
    /// Makes the bytes of deliveries.
    pub renderer: Arc<dyn DeliveryRenderer>,
    /// Says where webhooks may go.
    pub url_guard: Arc<dyn UrlGuard>,
    /// Encrypts at rest.
    pub vault: Arc<dyn Vault>,
    /// Wakes whoever waits.
    pub signals: Arc<dyn Signals>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// The queues in which changes of one aggregate wait for one another.
    pub lanes: Arc<Lanes>,
    /// When keys were last used.
    pub key_usage: Arc<KeyUsage>,
    /// This process, among those that share a store.
    pub process: u128,
    /// Settings of the installation.
    pub settings: Settings,
}

/// How often a use case reads and decides again before it says that too much is going on.
pub(crate) const TRIES: usize = 5;

impl Services {
    /// What must be known of the scope's tenant.
    pub(crate) async fn view(&self, scope: TenantScope) -> Result<Arc<TenantView>, UseCaseError> {
        self.store.tenant_view(scope).await?.ok_or(UseCaseError::NotFound)
    }

    /// Active conversations whose last message is before this count as expired.
    pub fn idle_since(&self) -> Timestamp {
        self.clock.now().plus(-self.settings.conversation_idle)
    }
}
