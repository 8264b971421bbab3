//! The admin token as a bearer (contract § 3, security K4, K5).
//!
//! Checking it is slow on purpose, so it is rationed: one check at a time, a short queue, and ten
//! tries a minute and address for what is not even well formed. A token that was verified is
//! remembered as its hash until what is stored of it changes.

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
/// How many tries an address has in a minute.
const TRIES_A_MINUTE: usize = 10;
/// How many checks may wait for the one that runs.
const LONGEST_QUEUE: usize = 8;

struct Verified {
    token: [u8; 32],
    stored: String,
}

/// Lets the operator in, and keeps everyone else from guessing fast.
pub struct AdminGate {
    port: Arc<dyn AdminToken>,
    verified: Mutex<Option<Verified>>,
    tries: Mutex<LruCache<IpAddr, Vec<Instant>>>,
    one: Semaphore,
    queue: Semaphore,
}

impl AdminGate {
    /// A gate before what is stored.
    pub fn new(port: Arc<dyn AdminToken>) -> Self {
        Self {
            port,
            verified: Mutex::new(None),
            tries: Mutex::new(LruCache::new(MOST_ADDRESSES)),
            one: Semaphore::new(1),
            queue: Semaphore::new(LONGEST_QUEUE),
        }
    }

    /// Whether this is the operator's token. A token that may not be tried now is not.
    pub async fn admits(&self, token: &str, address: IpAddr) -> Result<bool, AdminTokenError> {
        let Some(stored) = self.port.stored().await? else { return Ok(false) };
        let hash = hash_secret(token);
        if self.is_remembered(&hash, &stored) {
            return Ok(true);
        }
        if !self.port.is_well_formed(token) && !self.may_try(address) {
            return Ok(false);
        }
        let Ok(_place) = self.queue.try_acquire() else { return Ok(false) };
        let _turn = self.one.acquire().await.expect("the semaphore is never closed");
        // Whoever waited may find the answer there already.
        if self.is_remembered(&hash, &stored) {
            return Ok(true);
        }
        let matches = self.port.matches(token, &stored).await;
        if matches {
            *self.verified.lock().unwrap_or_else(PoisonError::into_inner) = Some(Verified { token: hash, stored });
        }
        Ok(matches)
    }

    fn is_remembered(&self, hash: &[u8; 32], stored: &str) -> bool {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.as_ref().is_some_and(|verified| bool::from(verified.token.ct_eq(hash)) && verified.stored == stored)
    }

    fn may_try(&self, address: IpAddr) -> bool {
        let now = Instant::now();
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let times = tries.get_or_insert_mut(network_of(address), Vec::new);
        times.retain(|at| now.duration_since(*at) < Duration::from_secs(60));
        let may = times.len() < TRIES_A_MINUTE;
        if may {
            times.push(now);
        }
        may
    }
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

    #[tokio::test]
    async fn k4_a_verified_token_is_remembered_until_it_changes() {
        let (port, gate) = gate("secret");
        for _ in 0..50 {
            assert!(gate.admits("secret", HERE).await.expect("stored"));
        }
        assert_eq!(port.checks.load(Ordering::SeqCst), 1);
        *port.stored.lock().expect("unpoisoned") = "another".to_owned();
        assert!(!gate.admits("secret", HERE).await.expect("stored"));
        assert!(gate.admits("another", HERE).await.expect("stored"));
    }

    #[tokio::test(start_paused = true)]
    async fn k5_an_address_has_ten_tries_a_minute_and_others_have_their_own() {
        let (port, gate) = gate("secret");
        for guess in 0..30 {
            assert!(!gate.admits(&format!("guess-{guess}"), HERE).await.expect("stored"));
        }
        assert_eq!(port.checks.load(Ordering::SeqCst), 10);
        assert!(!gate.admits("secret", HERE).await.expect("stored"), "not even the right one");
        assert!(gate.admits("secret", IpAddr::from([192, 0, 2, 1])).await.expect("stored"));
        *port.stored.lock().expect("unpoisoned") = "new".to_owned();
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(gate.admits("new", HERE).await.expect("stored"));
    }

    #[tokio::test]
    async fn k4_checks_run_one_at_a_time_and_few_wait() {
        let (port, gate) = gate("adm_secret");
        let guesses: Vec<String> = (0..100).map(|guess| format!("adm_{guess}")).collect();
        let all = futures_util::future::join_all(guesses.iter().map(|guess| gate.admits(guess, HERE))).await;
        assert!(all.into_iter().all(|admitted| matches!(admitted, Ok(false))));
        assert_eq!(port.checks.load(Ordering::SeqCst), LONGEST_QUEUE);
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
