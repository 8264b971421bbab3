//! What every request is served with.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ipnet::IpNet;
use synaptiq_domain::{
    access::{SystemScope, WebOrigin},
    limit::PublicLimits,
    ports::{Limiter, Store, store::StoreHealth},
    use_cases::Services,
};
use tokio::{runtime::Handle, sync::watch};

use crate::{
    admin::{AdminGate, AdminToken},
    body::BodyLimits,
    feed::ConversationFeed,
    limits::Gate,
    remembered::Remembered,
    request::Head,
    stream_places::StreamPlaces,
    tasks::Tasks,
    upload::UploadRoom,
};

/// How long and how large things may be (security I5, I6).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A body.
    pub body: BodyLimits,
    /// The time for a request's head. Default 5 s.
    pub head: Duration,
    /// How long a connection may wait for its next request. Default 75 s.
    pub idle: Duration,
    /// The time for a request once its body is there, streams excepted. Default 30 s.
    pub handler: Duration,
    /// The most bytes of all header names and values together. Default 16 KiB.
    pub head_bytes: usize,
    /// The most bytes of path and query. Default 8 KiB.
    pub target_bytes: usize,
    /// After how much silence a stream is pinged. Default 15 s.
    pub ping: Duration,
    /// How often a visitor's stream looks by itself. Default 5 s.
    pub poll: Duration,
    /// How many visitors' streams are open at once. Default 10,000.
    pub streams: usize,
    /// How many of them from one address. Default 100: an office is behind one address.
    pub streams_of_address: usize,
    /// The most bytes of files being uploaded, of all requests together. Default 128 MiB.
    pub upload_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: BodyLimits::default(),
            head: Duration::from_secs(5),
            idle: Duration::from_secs(75),
            handler: Duration::from_secs(30),
            head_bytes: 16 * 1024,
            target_bytes: 8 * 1024,
            ping: Duration::from_secs(15),
            poll: Duration::from_secs(5),
            streams: 10_000,
            streams_of_address: 100,
            upload_bytes: 128 * 1024 * 1024,
        }
    }
}

/// What the wiring gives.
pub struct Parts {
    /// The use cases' ports.
    pub services: Services,
    /// The right to ask how the store is.
    pub system: SystemScope,
    /// What is stored of the admin token.
    pub admin: Arc<dyn AdminToken>,
    /// Tells streams of changes; the wiring's `Signals` feeds it.
    pub feed: Arc<ConversationFeed>,
    /// Whose `X-Forwarded-*` is believed (security I7).
    pub trusted_proxies: Vec<IpNet>,
    /// The origin under which the operator publishes this server.
    pub public_origin: Option<WebOrigin>,
    /// The product's version, as health shows it.
    pub version: &'static str,
    /// How long and how large things may be.
    pub limits: Limits,
    /// Counts requests.
    pub limiter: Arc<dyn Limiter>,
    /// What may be asked without a key.
    pub public_limits: PublicLimits,
}

/// What every request is served with.
pub struct Front {
    pub(crate) services: Services,
    pub(crate) system: SystemScope,
    pub(crate) admin: AdminGate,
    pub(crate) feed: Arc<ConversationFeed>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) public_origin: Option<WebOrigin>,
    pub(crate) version: &'static str,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    pub(crate) tasks: Tasks,
    pub(crate) streams: Arc<StreamPlaces>,
    pub(crate) uploads: UploadRoom,
    store_health: Remembered<StoreHealth>,
    model_reach: Remembered<bool>,
    stopping: watch::Sender<bool>,
    panics: AtomicU64,
}

impl Front {
    /// Puts the parts together. `runtime` carries work that outlives its client.
    pub fn new(parts: Parts, runtime: Handle) -> Arc<Self> {
        let Parts { services, system, admin, feed, trusted_proxies, public_origin, version, limits, .. } = parts;
        let (clock, plans) = (Arc::clone(&services.clock), Arc::clone(&services.settings.plans));
        let gate = Gate::new(parts.limiter, clock, plans, parts.public_limits);
        Arc::new(Self {
            services,
            system,
            admin: AdminGate::new(admin),
            feed,
            trusted_proxies,
            public_origin,
            version,
            limits,
            gate,
            tasks: Tasks::new(runtime),
            streams: StreamPlaces::new(limits.streams, limits.streams_of_address),
            uploads: UploadRoom::of_bytes(limits.upload_bytes),
            store_health: Remembered::default(),
            model_reach: Remembered::default(),
            stopping: watch::Sender::new(false),
            panics: AtomicU64::new(0),
        })
    }

    /// Whether the server has been asked to stop: it is not ready any more.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ends once the server has been asked to stop: open streams end with it.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as `self`.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether an `Origin` is this server's own, as it is published or as the client asked for it.
    pub(crate) fn is_own_origin(&self, origin: &str, head: &Head) -> bool {
        WebOrigin::parse(origin)
            .is_ok_and(|origin| self.public_origin.as_ref() == Some(&origin) || head.asked_origin() == Some(origin))
    }

    /// Whether what this client is sent is encrypted on its way: then a cookie must not go otherwise.
    pub(crate) fn is_encrypted(&self, head: &Head) -> bool {
        self.public_origin.as_ref().is_some_and(WebOrigin::is_https)
            || head.asked_origin().is_some_and(|origin| origin.is_https())
    }

    /// How the store is, as of a second ago at most: to find out it writes.
    pub(crate) async fn store_health(&self) -> StoreHealth {
        self.store_health.get(self.services.store.health(self.system)).await
    }

    /// Whether the model can be reached, as of a second ago at most; `None` if there is none.
    pub(crate) async fn model_is_reachable(&self) -> Option<bool> {
        let model = self.services.model.as_ref()?;
        Some(self.model_reach.get(model.is_reachable()).await)
    }

    /// The store behind everything.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.services.store
    }

    /// Waits until no turn or bulk write is under way, whether its client is still there or not.
    pub async fn turns_ended(&self) {
        self.tasks.ended().await;
    }

    /// How many requests have panicked (security P1).
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn count_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }
}
