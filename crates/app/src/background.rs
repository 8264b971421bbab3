//! What runs beside requests: the relay that delivers, and the sweeper.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use synaptiq_domain::{
    access::TenantScope,
    conversation::Conversation,
    id::Id,
    ports::Signals,
    use_cases::{Services, apply_retention, expire_idle_conversations, sweep_old},
};
use synaptiq_http::{
    feed::ConversationFeed,
    front::{Limits, Parts},
    limits::MemoryLimiter,
    server::{Running, ServerOptions, serve},
};
use synaptiq_webhook::{GuardedSender, Relay, RelayPorts, RelaySettings, Schedules};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{admin_token::StoredAdminToken, config::Config, installation::Installation};

/// How often the sweeper looks.
const SWEEP: Duration = Duration::from_secs(15);
/// Every how many looks it does what reads the whole database: once an hour.
const THOROUGH: u64 = 240;

/// What the server and the background share: who is woken by which signal.
pub(crate) struct Background {
    relay: Relay,
    wake: Arc<Notify>,
    feed: Arc<ConversationFeed>,
}

/// Work under way.
pub(crate) struct Tasks {
    stop: watch::Sender<bool>,
    handles: Vec<JoinHandle<()>>,
}

impl Background {
    pub(crate) fn new(installation: &Installation, config: &Config) -> Self {
        let sender = GuardedSender::new(Arc::clone(&installation.guard), Arc::clone(&installation.clock));
        let ports = RelayPorts {
            store: Arc::new(installation.sqlite.clone()),
            sender: Arc::new(sender),
            vault: Arc::clone(&installation.vault) as _,
            clock: Arc::clone(&installation.clock),
        };
        let schedules =
            Schedules { synaptiq: config.webhook_schedule.clone(), syrus: config.webhook_schedule_syrus.clone() };
        let settings = RelaySettings { schedules, ..RelaySettings::default() };
        let wake = Arc::new(Notify::new());
        let relay = Relay::new(ports, installation.system, Arc::clone(&wake), settings);
        Self { relay, wake, feed: Arc::new(ConversationFeed::default()) }
    }

    /// What wakes the relay and the visitors' streams.
    pub(crate) fn signals(&self) -> Arc<dyn Signals> {
        Arc::new(Wakes { relay: Arc::clone(&self.wake), feed: Arc::clone(&self.feed) })
    }

    /// Starts listening.
    pub(crate) fn serve(&self, config: &Config, installation: &Installation, services: Services) -> Result<Running> {
        let parts = Parts {
            services,
            system: installation.system,
            admin: Arc::new(StoredAdminToken { store: Arc::clone(&installation.store), system: installation.system }),
            feed: Arc::clone(&self.feed),
            trusted_proxies: config.trusted_proxies.clone(),
            public_origin: config.public_origin.clone(),
            version: env!("CARGO_PKG_VERSION"),
            limits: Limits::default(),
            limiter: Arc::new(MemoryLimiter::new(Arc::clone(&installation.clock))),
            public_limits: config.public_limits,
        };
        serve(&ServerOptions::on(config.listen), parts).with_context(|| format!("cannot listen on {}", config.listen))
    }

    /// Starts the relay and the sweeper.
    pub(crate) fn start(self, installation: &Installation, services: Services) -> Tasks {
        let (stop, mut stopped) = watch::channel(false);
        let system = installation.system;
        let mut relay_stopped = stopped.clone();
        let relay = tokio::spawn(self.relay.run(async move {
            let _ = relay_stopped.changed().await;
        }));
        let sweeper = tokio::spawn(async move {
            let mut looks = 0_u64;
            let mut must_wipe = false;
            loop {
                let thorough = looks.is_multiple_of(THOROUGH);
                looks += 1;
                match apply_retention(&services, system, thorough).await {
                    Ok(emptied) => must_wipe |= emptied,
                    Err(error) => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "what is too old could not be emptied"
                        );
                    }
                }
                if must_wipe && thorough {
                    match services.store.wipe(system).await {
                        Ok(()) => must_wipe = false,
                        Err(error) => {
                            tracing::warn!(error = &error as &dyn std::error::Error, "the database could not be wiped");
                        }
                    }
                }
                if let Err(error) = expire_idle_conversations(&services, system).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "conversations could not be expired");
                }
                if let Err(error) = sweep_old(&services, system).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "old rows could not be swept");
                }
                tokio::select! {
                    () = tokio::time::sleep(SWEEP) => {}
                    _ = stopped.changed() => return,
                }
            }
        });
        Tasks { stop, handles: vec![relay, sweeper] }
    }
}

impl Tasks {
    /// Ends what is under way and waits for it.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        for handle in self.handles {
            if handle.await.is_err() {
                tracing::error!("a background task ended by a panic");
            }
        }
    }
}

struct Wakes {
    relay: Arc<Notify>,
    feed: Arc<ConversationFeed>,
}

impl Signals for Wakes {
    fn deliveries_due(&self) {
        self.relay.notify_one();
    }

    fn conversation_changed(&self, scope: TenantScope, conversation: Id<Conversation>) {
        self.feed.changed(scope, conversation);
    }
}
