//! Delivers what is due: leases it, posts it, settles it (contract § 10).
//!
//! A lease outlives a send, so no delivery is sent twice at a time; a process that dies leaves its
//! leases to run out and another one takes over, hence "at least once". No transaction is open
//! while a receiver thinks. One endpoint gets a few of the sends at most, so one that hangs delays
//! no other (security W3).

mod attempt;

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use synaptiq_domain::{
    access::SystemScope,
    ports::{
        Clock, Sender, StoreError, Vault,
        store::{DueDelivery, SystemStore},
    },
    webhook::{Profile, RetrySchedule},
};
use tokio::{
    sync::{Notify, watch},
    task::{JoinError, JoinSet},
    time::Instant,
};

/// The first wait after the store failed; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest wait after the store failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// When each profile's deliveries are tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedules {
    /// `SYNAPTIQ_WEBHOOK_SCHEDULE`.
    pub synaptiq: RetrySchedule,
    /// `SYNAPTIQ_WEBHOOK_SCHEDULE_SYRUS`.
    pub syrus: RetrySchedule,
}

impl Schedules {
    /// The schedule of one profile.
    pub const fn of(&self, profile: Profile) -> &RetrySchedule {
        match profile {
            Profile::Synaptiq => &self.synaptiq,
            Profile::Syrus => &self.syrus,
        }
    }
}

impl Default for Schedules {
    fn default() -> Self {
        Self { synaptiq: RetrySchedule::published(Profile::Synaptiq), syrus: RetrySchedule::published(Profile::Syrus) }
    }
}

/// How the relay works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelaySettings {
    /// When to try again.
    pub schedules: Schedules,
    /// How many sends run at once. Default 256: a send costs a socket and its body, and more than
    /// sixty endpoints must hang before the others notice.
    pub in_flight: u32,
    /// How many of them go to one endpoint. Default 4.
    pub per_endpoint: u32,
    /// How long a claimed delivery is no one else's. Default 60 s: longer than a send and its
    /// settlement.
    pub lease: Duration,
    /// How long to sleep at most without being woken. Default 1 s.
    pub poll: Duration,
    /// How long a stop waits for sends that are under way before it gives them back. Default 10 s.
    pub grace: Duration,
}

impl Default for RelaySettings {
    fn default() -> Self {
        Self {
            schedules: Schedules::default(),
            in_flight: 256,
            per_endpoint: 4,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(10),
        }
    }
}

/// What the relay works with.
#[derive(Clone)]
pub struct RelayPorts {
    /// Where due deliveries come from and are settled.
    pub store: Arc<dyn SystemStore>,
    /// The guarded client.
    pub sender: Arc<dyn Sender>,
    /// Opens the endpoints' secrets.
    pub vault: Arc<dyn Vault>,
    /// Tells what is due.
    pub clock: Arc<dyn Clock>,
}

/// Delivers what is due until it is told to stop.
pub struct Relay {
    work: Arc<Work>,
    wake: Arc<Notify>,
}

/// What every send shares.
struct Work {
    ports: RelayPorts,
    settings: RelaySettings,
    system: SystemScope,
}

impl Relay {
    /// A relay that also looks for due deliveries whenever `wake` is notified: after each commit
    /// that wrote some.
    pub fn new(ports: RelayPorts, system: SystemScope, wake: Arc<Notify>, settings: RelaySettings) -> Self {
        Self { work: Arc::new(Work { ports, settings, system }), wake }
    }

    /// Runs until `stop` completes. Then claims nothing more, lets sends that are under way finish
    /// for [`RelaySettings::grace`], gives the rest back to be sent by whoever comes next, and ends.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut sends = JoinSet::new();
        let (release, released) = watch::channel(false);
        let mut pause = FIRST_PAUSE;
        loop {
            let sleep = match self.claim(&mut sends, &released).await {
                Ok(sleep) => {
                    pause = FIRST_PAUSE;
                    sleep
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "due deliveries cannot be claimed");
                    let sleep = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    sleep
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = sends.join_next() => report(ended),
                () = self.wake.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
            while let Some(ended) = sends.try_join_next() {
                report(ended);
            }
        }
        self.finish(sends, &release).await;
    }

    /// Starts as many due deliveries as there is room for. Says how long nothing will be due.
    async fn claim(&self, sends: &mut JoinSet<()>, released: &watch::Receiver<bool>) -> Result<Duration, StoreError> {
        let Work { ports, settings, system } = self.work.as_ref();
        loop {
            let running = u32::try_from(sends.len()).unwrap_or(u32::MAX);
            let room = settings.in_flight.saturating_sub(running);
            // A send that ends wakes the loop: without room there is nothing to look for.
            if room == 0 {
                return Ok(settings.poll);
            }
            let now = ports.clock.now();
            // A look is cheaper than a claim, which takes the writer.
            let Some(due) = ports.store.next_delivery_at(*system).await? else { return Ok(settings.poll) };
            if due > now {
                return Ok(Duration::try_from(due.since(now)).unwrap_or(settings.poll).min(settings.poll));
            }
            let lease_until = now.plus(signed(settings.lease));
            // The lease is over by the monotonic clock too, whatever happens to the other one.
            let deadline = Instant::now() + settings.lease;
            let claimed = ports.store.claim_deliveries(*system, now, lease_until, room, settings.per_endpoint).await?;
            if claimed.is_empty() {
                return Ok(settings.poll);
            }
            for due in claimed {
                sends.spawn(Arc::clone(&self.work).deliver(due, deadline, released.clone()));
            }
        }
    }

    async fn finish(&self, mut sends: JoinSet<()>, release: &watch::Sender<bool>) {
        let all_ended = async |sends: &mut JoinSet<()>| {
            while let Some(ended) = sends.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(self.work.settings.grace, all_ended(&mut sends)).await.is_err() {
            tracing::info!(deliveries = sends.len(), "giving back deliveries that are under way");
            // Fails only if no send is listening any more, which is what is wanted.
            let _ = release.send(true);
            if tokio::time::timeout(LONGEST_PAUSE, all_ended(&mut sends)).await.is_err() {
                tracing::warn!(deliveries = sends.len(), "deliveries stay leased until their leases end");
            }
        }
    }
}

impl Work {
    /// Sends one claimed delivery and settles it.
    async fn deliver(self: Arc<Self>, due: DueDelivery, deadline: Instant, released: watch::Receiver<bool>) {
        let scope = due.scope;
        let settlement = attempt::make(&self, due, released).await;
        let delivery = settlement.delivery.id;
        let mut pause = FIRST_PAUSE;
        while Instant::now() < deadline {
            match self.ports.store.settle_delivery(self.system, scope, settlement.clone()).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::debug!(%delivery, "the delivery was cancelled or taken over meanwhile");
                    return;
                }
                Err(error) => {
                    tracing::error!(%delivery, error = &error as &dyn std::error::Error, "a try cannot be recorded");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        tracing::warn!(%delivery, "the lease ended before the try was recorded; it will be sent again");
    }
}

fn signed(duration: Duration) -> time::Duration {
    time::Duration::try_from(duration).unwrap_or(time::Duration::MAX)
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a send ended in a panic; its delivery will be sent again when its lease ends");
    }
}
