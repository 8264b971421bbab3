//! A stage for deliveries: scripted names, a clock that stands still, a vault, a relay.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ipnet::IpNet;
use synaptiq_domain::{
    access::SystemScope,
    event::EventKind,
    id::Id,
    ports::{Clock, OutboundRequest, Purpose, Resolver, Sender, Vault},
    time::Timestamp,
    webhook::{Delivery, DeliveryStatus, Endpoint, Profile, SealedSecret, SignatureScheme},
};
use synaptiq_webhook::{GuardedSender, OutboundGuard, Relay, RelayPorts, RelaySettings, Schedules, SendLimits};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use crate::ledger::Ledger;

/// The secret of every endpoint, as it is printed.
pub(crate) const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// What a name's look-ups answer, in their order; `None` is no answer at all.
type Script = Vec<Option<Vec<IpAddr>>>;

/// A resolver with a script for each name. The last answer of a script repeats.
#[derive(Clone, Default)]
pub(crate) struct Names {
    scripts: Arc<Mutex<HashMap<String, Script>>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    /// The name has these addresses.
    pub(crate) fn always(self, name: &str, addresses: &[&str]) -> Self {
        self.then(name, addresses)
    }

    /// The name has these addresses at its next look-up; none means that it does not resolve.
    pub(crate) fn then(self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.scripts.lock().unwrap().entry(name.to_owned()).or_default().push(Some(addresses));
        self
    }

    /// The name's server never answers.
    pub(crate) fn hanging(self, name: &str) -> Self {
        self.scripts.lock().unwrap().entry(name.to_owned()).or_default().push(None);
        self
    }

    /// How many look-ups there were.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = {
            let mut scripts = self.scripts.lock().unwrap();
            let script = scripts.get_mut(host).ok_or(io::ErrorKind::NotFound)?;
            if script.len() > 1 { script.remove(0) } else { script[0].clone() }
        };
        match answer {
            Some(addresses) => Ok(addresses),
            None => std::future::pending().await,
        }
    }
}

/// A clock that moves when told to.
pub(crate) struct Still(Mutex<Timestamp>);

impl Still {
    pub(crate) fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Timestamp::from_seconds(seconds))))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus(time::Duration::seconds(seconds));
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Turns bytes around and marks them with their purpose.
pub(crate) struct Mirror;

impl Vault for Mirror {
    fn seal(&self, purpose: Purpose, plain: &[u8]) -> Vec<u8> {
        format!("{purpose:?}:").bytes().chain(plain.iter().rev().copied()).collect()
    }

    fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>> {
        let sealed = sealed.strip_prefix(format!("{purpose:?}:").as_bytes())?;
        Some(sealed.iter().rev().copied().collect())
    }
}

pub(crate) fn seal(secret: &str) -> SealedSecret {
    SealedSecret(Mirror.seal(Purpose::EndpointSecret, secret.as_bytes()))
}

pub(crate) fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(crate) fn guard(names: Names, allow: &[&str]) -> OutboundGuard {
    OutboundGuard::new(Arc::new(names), nets(allow))
}

/// A sender with the product's limits.
pub(crate) fn sender(names: Names, allow: &[&str]) -> GuardedSender {
    GuardedSender::new(Arc::new(guard(names, allow)), Still::at(1_000))
}

/// A sender that loses its patience soon.
pub(crate) fn impatient(names: Names, allow: &[&str]) -> GuardedSender {
    let limits =
        SendLimits { connect: Duration::from_millis(300), total: Duration::from_millis(600), ..SendLimits::default() };
    GuardedSender::with_limits(Arc::new(guard(names, allow)), Still::at(1_000), limits)
}

pub(crate) fn post(url: &str) -> OutboundRequest {
    OutboundRequest { url: url.to_owned(), headers: Vec::new(), body: b"{}".to_vec() }
}

/// Waits until something holds; gives up loudly.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain until {what}");
}

/// A relay with everything around it.
pub(crate) struct Stage {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<Still>,
    pub(crate) wake: Arc<Notify>,
    pub(crate) settings: RelaySettings,
    sender: Arc<dyn Sender>,
    made: AtomicU32,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Stage {
    /// A stage with an impatient real sender.
    pub(crate) fn new(names: Names, allow: &[&str]) -> Self {
        Self::with(Arc::new(impatient(names, allow)))
    }

    /// A stage with a sender of the test's own.
    pub(crate) fn with(sender: Arc<dyn Sender>) -> Self {
        Self {
            ledger: Arc::default(),
            clock: Still::at(1_750_000_000),
            wake: Arc::default(),
            settings: RelaySettings { poll: Duration::from_millis(10), ..RelaySettings::default() },
            sender,
            made: AtomicU32::new(0),
            running: None,
        }
    }

    /// A stage whose receivers have as much time as they like.
    pub(crate) fn patient(allow: &[&str]) -> Self {
        Self::with(Arc::new(sender(Names::default(), allow)))
    }

    fn number(&self) -> u128 {
        u128::from(self.made.fetch_add(1, Ordering::SeqCst)) + 1
    }

    /// A new endpoint.
    pub(crate) fn endpoint(&self, url: &str) -> Endpoint {
        let endpoint = Endpoint {
            id: Id::from_bits(self.number()),
            version: 1,
            url: url.to_owned(),
            description: None,
            events: vec![EventKind::LeadQualified],
            assistant: None,
            profile: Profile::Synaptiq,
            signature_scheme: SignatureScheme::Timestamped,
            secret: seal(SECRET),
            rotation: None,
            active: true,
            disabled_reason: None,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        self.ledger.put_endpoint(endpoint.clone());
        endpoint
    }

    /// A new delivery that is due.
    pub(crate) fn delivery(&self, endpoint: &Endpoint) -> Id<Delivery> {
        let number = self.number();
        let delivery = Delivery {
            id: Id::from_bits(number),
            endpoint: endpoint.id,
            event: Id::from_bits(number + 1_000_000),
            kind: EventKind::LeadQualified,
            lead: None,
            conversation: None,
            body: format!("{{\"n\":{number},\"text\":\"ünïcode \\u0000 \u{1f642}\"}}").into_bytes(),
            status: DeliveryStatus::Pending,
            attempts: Vec::new(),
            tries_used: 0,
            next_attempt_at: Some(self.clock.now()),
            created_at: self.clock.now(),
        };
        self.ledger.put(delivery.clone());
        delivery.id
    }

    /// A delivery to a new endpoint, tried after these waits.
    pub(crate) fn deliver_to(&mut self, url: &str, schedule: &str) -> Id<Delivery> {
        self.settings.schedules.synaptiq = schedule.parse().unwrap();
        self.delivery(&self.endpoint(url))
    }

    /// Starts the relay.
    pub(crate) fn start(&mut self) {
        let ports = RelayPorts {
            store: Arc::clone(&self.ledger) as _,
            sender: Arc::clone(&self.sender),
            vault: Arc::new(Mirror),
            clock: Arc::clone(&self.clock) as _,
        };
        let relay = Relay::new(ports, SystemScope::assume(), Arc::clone(&self.wake), self.settings.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(relay.run(async move {
            let _ = stopped.await;
        }));
        self.running = Some((stop, running));
    }

    /// Tells the relay to stop and waits for its end.
    pub(crate) async fn stop(&mut self) {
        let (stop, running) = self.running.take().unwrap();
        stop.send(()).unwrap();
        running.await.unwrap();
    }

    /// Tells the relay to stop; its end is waited for with the handle.
    pub(crate) fn begin_to_stop(&mut self) -> JoinHandle<()> {
        let (stop, running) = self.running.take().unwrap();
        stop.send(()).unwrap();
        running
    }

    /// Waits until the relay has looked at the store as it is now, and found nothing to do.
    pub(crate) async fn idle(&self) {
        let looks = || self.ledger.looks.load(Ordering::SeqCst);
        let (now, wanted) = (looks(), 2);
        until("the relay looks twice", || looks() >= now + wanted).await;
    }

    /// Waits until a delivery is as wanted.
    pub(crate) async fn wait(&self, id: Id<Delivery>, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        until("a delivery is as wanted", || wanted(&self.ledger.delivery(id))).await;
        self.ledger.delivery(id)
    }
}

/// The published schedules.
pub(crate) fn published() -> Schedules {
    Schedules::default()
}
