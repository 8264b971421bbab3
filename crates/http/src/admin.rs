//! The admin token, as a bearer and at the login (contract § 3, security K4, K5).
//!
//! Checking it is slow on purpose, so it is rationed: one check at a time, a short queue, and ten
//! tries a minute and address, which both ways share; a try with the right token is given back. A
//! token that was verified is remembered as its hash until what is stored of it changes. It is
//! remembered with the addresses that had it, so that no other address may guess without end.

use std::{
    net::IpAddr,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use lru::LruCache;
use subtle::ConstantTimeEq as _;
use synaptiq_domain::access::hash_secret;
use thiserror::Error;
use tokio::{sync::Semaphore, time::Instant};

/// The admin token could not be looked up.
#[derive(Debug, Error)]
#[error("the admin token could not be looked up")]
pub struct AdminTokenError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What is stored of the operator's token.
///
/// Promises: `stored` is cheap and differs after every change of the token; `matches` takes the
/// same time for every token and does not keep the event loop waiting.
#[async_trait]
pub trait AdminToken: Send + Sync {
    /// The token's hash as stored; `None` while there is no token.
    async fn stored(&self) -> Result<Option<String>, AdminTokenError>;

    /// Whether a token has that hash.
    async fn matches(&self, token: &str, stored: &str) -> bool;

    /// Whether a token has the prefix and checksum of a generated one: a mistyped one does not.
    fn is_well_formed(&self, token: &str) -> bool;
}

/// How many addresses are remembered; the least recently active is forgotten first.
const MOST_ADDRESSES: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");
/// From how many addresses a verified token is remembered.
const MOST_VERIFIED: NonZeroUsize = NonZeroUsize::new(1_000).expect("not zero");
/// How many tries an address has in a minute.
pub(crate) const TRIES_A_MINUTE: usize = 10;
/// The minute.
const WINDOW: Duration = Duration::from_secs(60);
/// How many checks may wait for the one that runs.
const LONGEST_QUEUE: usize = 8;

/// How a token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// With a request of its own: a well-formed token, and one that this address has been verified
    /// with, are no tries.
    AsBearer,
    /// To log in: always a try.
    AtLogin,
}

/// What came of presenting a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is the operator's. With the SHA-256 of what is stored of it.
    Admitted([u8; 32]),
    /// It is not.
    Refused,
    /// It was not looked at: the address has had its tries.
    Throttled {
        /// After how many seconds it has the next one.
        seconds: u32,
    },
    /// It was not looked at: too many are waiting.
    Busy,
}

struct Verified {
    token: [u8; 32],
    stored: String,
    addresses: LruCache<IpAddr, ()>,
}

/// Lets the operator in, and keeps everyone else from guessing fast.
pub struct AdminGate {
    port: Arc<dyn AdminToken>,
    verified: Mutex<Option<Verified>>,
    tries: Mutex<LruCache<IpAddr, Vec<Instant>>>,
    one: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl AdminGate {
    /// A gate before what is stored.
    pub fn new(port: Arc<dyn AdminToken>) -> Self {
        Self {
            port,
            verified: Mutex::new(None),
            tries: Mutex::new(LruCache::new(MOST_ADDRESSES)),
            one: Arc::new(Semaphore::new(1)),
            queue: Arc::new(Semaphore::new(LONGEST_QUEUE)),
        }
    }

    /// SHA-256 of what is stored of the token now; `None` while there is no token.
    pub async fn fingerprint(&self) -> Result<Option<[u8; 32]>, AdminTokenError> {
        Ok(self.port.stored().await?.map(|stored| hash_secret(&stored)))
    }

    /// Whether this is the operator's token.
    pub async fn admits(
        &self,
        token: &str,
        address: IpAddr,
        presented: Presented,
    ) -> Result<Admission, AdminTokenError> {
        let Some(stored) = self.port.stored().await? else { return Ok(Admission::Refused) };
        let given = Given { hash: hash_secret(token), stored, network: network_of(address) };
        let admitted = Admission::Admitted(hash_secret(&given.stored));
        let is_bearer = presented == Presented::AsBearer;
        if is_bearer && self.is_remembered(&given, Among::ItsAddresses) {
            return Ok(admitted);
        }
        let counts = !is_bearer || !self.port.is_well_formed(token);
        let attempt = match counts.then(|| self.take_try(given.network)).transpose() {
            Ok(attempt) => attempt,
            Err(seconds) => return Ok(Admission::Throttled { seconds }),
        };
        let verdict = self.verdict(token, &given).await;
        if verdict == Some(true) {
            self.remember(given.hash, given.stored, given.network);
        }
        // What was right, or never looked at, was no guess.
        if verdict != Some(false)
            && let Some(attempt) = attempt
        {
            self.give_back(given.network, attempt);
        }
        Ok(match verdict {
            Some(true) => admitted,
            Some(false) => Admission::Refused,
            None => Admission::Busy,
        })
    }

    /// Whether it matches; `None` if too many are waiting.
    async fn verdict(&self, token: &str, given: &Given) -> Option<bool> {
        if self.is_remembered(given, Among::AnyAddress) {
            return Some(true);
        }
        let place = Arc::clone(&self.queue).try_acquire_owned().ok()?;
        let turn = Arc::clone(&self.one).acquire_owned().await.expect("the semaphore is never closed");
        // Whoever waited may find the answer there already.
        if self.is_remembered(given, Among::AnyAddress) {
            return Some(true);
        }
        // A check that has begun is finished though its client goes away; until then it keeps its turn.
        let (port, token, stored) = (Arc::clone(&self.port), token.to_owned(), given.stored.clone());
        let check = tokio::spawn(async move {
            let matches = port.matches(&token, &stored).await;
            drop((place, turn));
            matches
        });
        Some(check.await.unwrap_or(false))
    }

    fn is_remembered(&self, given: &Given, among: Among) -> bool {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.as_ref().is_some_and(|verified| {
            bool::from(verified.token.ct_eq(&given.hash))
                && verified.stored == given.stored
                && (among == Among::AnyAddress || verified.addresses.contains(&given.network))
        })
    }

    fn remember(&self, token: [u8; 32], stored: String, network: IpAddr) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses = match verified.take() {
            Some(known) if known.token == token && known.stored == stored => known.addresses,
            _ => LruCache::new(MOST_VERIFIED),
        };
        verified.insert(Verified { token, stored, addresses }).addresses.put(network, ());
    }

    /// Takes one of the address's tries; else the seconds until it has the next one.
    fn take_try(&self, network: IpAddr) -> Result<Instant, u32> {
        let now = Instant::now();
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let times = tries.get_or_insert_mut(network, Vec::new);
        times.retain(|at| now.duration_since(*at) < WINDOW);
        match times.first() {
            Some(oldest) if times.len() >= TRIES_A_MINUTE => {
                let left = WINDOW.saturating_sub(now.duration_since(*oldest));
                Err(u32::try_from(left.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1))
            }
            _ => {
                times.push(now);
                Ok(now)
            }
        }
    }

    fn give_back(&self, network: IpAddr, attempt: Instant) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = tries.get_mut(&network)
            && let Some(at) = times.iter().position(|time| *time == attempt)
        {
            times.remove(at);
        }
    }
}

/// What was presented: the token's hash, what it is compared with, and where it came from.
struct Given {
    hash: [u8; 32],
    stored: String,
    network: IpAddr,
}

/// From where a remembered token must have come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    ItsAddresses,
    AnyAddress,
}

/// What counts as one address: a whole /64 of IPv6, because one host has all of it.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Plain {
        stored: Mutex<String>,
        checks: AtomicUsize,
    }

    #[async_trait]
    impl AdminToken for Plain {
        async fn stored(&self) -> Result<Option<String>, AdminTokenError> {
            Ok(Some(self.stored.lock().expect("unpoisoned").clone()))
        }

        async fn matches(&self, token: &str, stored: &str) -> bool {
            self.checks.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            token == stored
        }

        fn is_well_formed(&self, token: &str) -> bool {
            token.starts_with("adm_")
        }
    }

    fn gate(stored: &str) -> (Arc<Plain>, AdminGate) {
        let port = Arc::new(Plain { stored: Mutex::new(stored.to_owned()), ..Plain::default() });
        (Arc::clone(&port), AdminGate::new(port))
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    async fn present(gate: &AdminGate, token: &str, address: IpAddr, presented: Presented) -> Admission {
        gate.admits(token, address, presented).await.expect("stored")
    }

    async fn admits(gate: &AdminGate, token: &str, address: IpAddr) -> bool {
        matches!(present(gate, token, address, Presented::AsBearer).await, Admission::Admitted(_))
    }

    #[tokio::test]
    async fn k4_a_verified_token_is_remembered_until_it_changes() {
        let (port, gate) = gate("secret");
        for _ in 0..50 {
            assert!(admits(&gate, "secret", HERE).await);
        }
        assert_eq!(port.checks.load(Ordering::SeqCst), 1);
        *port.stored.lock().expect("unpoisoned") = "another".to_owned();
        assert!(!admits(&gate, "secret", HERE).await);
        assert!(admits(&gate, "another", HERE).await);
    }

    #[tokio::test(start_paused = true)]
    async fn k5_an_address_has_ten_tries_a_minute_and_others_have_their_own() {
        let (port, gate) = gate("secret");
        for guess in 0..30 {
            assert!(!admits(&gate, &format!("guess-{guess}"), HERE).await);
        }
        assert_eq!(port.checks.load(Ordering::SeqCst), 10);
        assert!(!admits(&gate, "secret", HERE).await, "not even the right one");
        assert!(admits(&gate, "secret", THERE).await);
        assert!(!admits(&gate, "secret", HERE).await, "nor once it is remembered of another address");
        *port.stored.lock().expect("unpoisoned") = "new".to_owned();
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(admits(&gate, "new", HERE).await);
    }

    #[tokio::test(start_paused = true)]
    async fn k5_logins_and_bearers_share_the_tries_and_sleeping_as_told_is_enough() {
        let (port, gate) = gate("secret");
        for guess in 0..5 {
            assert!(!admits(&gate, &format!("guess-{guess}"), HERE).await);
            tokio::time::advance(Duration::from_millis(1_300)).await;
            // Well formed or not: a login is a try.
            let refused = present(&gate, &format!("adm_{guess}"), HERE, Presented::AtLogin).await;
            assert_eq!(refused, Admission::Refused);
        }
        let Admission::Throttled { seconds } = present(&gate, "secret", HERE, Presented::AtLogin).await else {
            panic!("not throttled");
        };
        assert_eq!(port.checks.load(Ordering::SeqCst), 10, "a throttled token is not looked at");
        tokio::time::advance(Duration::from_secs(u64::from(seconds))).await;
        assert!(matches!(present(&gate, "secret", HERE, Presented::AtLogin).await, Admission::Admitted(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn k5_the_right_token_costs_no_try_and_does_not_open_the_login_of_a_throttled_address() {
        let (_, gate) = gate("secret");
        for _ in 0..30 {
            assert!(matches!(present(&gate, "secret", HERE, Presented::AtLogin).await, Admission::Admitted(_)));
        }
        for guess in 0..10 {
            present(&gate, &format!("guess-{guess}"), HERE, Presented::AtLogin).await;
        }
        assert!(matches!(present(&gate, "secret", HERE, Presented::AtLogin).await, Admission::Throttled { .. }));
        assert!(admits(&gate, "secret", HERE).await, "the operator's own scripts go on");
    }

    #[tokio::test]
    async fn k4_checks_run_one_at_a_time_and_few_wait() {
        let (port, gate) = gate("adm_secret");
        let guesses: Vec<String> = (0..100).map(|guess| format!("adm_{guess}")).collect();
        let all = guesses.iter().map(|guess| present(&gate, guess, HERE, Presented::AsBearer));
        let all = futures_util::future::join_all(all).await;
        assert!(all.iter().all(|admission| matches!(admission, Admission::Refused | Admission::Busy)));
        assert_eq!(port.checks.load(Ordering::SeqCst), LONGEST_QUEUE);
    }

    #[tokio::test]
    async fn k6_another_token_has_another_fingerprint() {
        let (port, gate) = gate("secret");
        let before = gate.fingerprint().await.expect("stored");
        assert_eq!(present(&gate, "secret", HERE, Presented::AtLogin).await, Admission::Admitted(before.expect("one")));
        *port.stored.lock().expect("unpoisoned") = "another".to_owned();
        assert_ne!(gate.fingerprint().await.expect("stored"), before);
    }

    #[test]
    fn k5_one_host_does_not_have_many_ipv6_addresses() {
        let one: IpAddr = "2001:db8:1:2:3::1".parse().expect("an address");
        let other: IpAddr = "2001:db8:1:2:ffff::9".parse().expect("an address");
        assert_eq!(network_of(one), network_of(other));
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().expect("an address");
        assert_eq!(network_of(mapped), IpAddr::from([192, 0, 2, 1]));
    }
}
