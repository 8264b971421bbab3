//! The one client that posts to addresses which others chose (security O1–O5).
//!
//! Every send resolves once, checks every address, and connects to those addresses and no others:
//! connections are kept per destination *and* set of addresses, so a name that changes never meets
//! a connection, or a look-up, that was not checked for it. Deliberately absent: redirects, proxies
//! of the environment, decompression, cookies, retries of its own.

use std::{
    error::Error as _,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use lru::LruCache;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect, retry,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use synaptiq_domain::ports::{Clock, OutboundAnswer, OutboundRequest, SendError, Sender};

use crate::guard::{OutboundGuard, Target};

/// How many destinations keep their connections. The one that was used longest ago goes first.
const DESTINATIONS: NonZeroUsize = NonZeroUsize::new(128).expect("not zero");
/// How many idle connections a destination keeps, as many as the relay uses at once.
const IDLE_CONNECTIONS: usize = 4;
/// Shorter than the 5 s after which common receivers hang up: a request that meets a connection
/// while it is being closed would count as a failed try.
const IDLE_TIME: Duration = Duration::from_secs(3);
/// The longest error text that is kept with a try.
const ERROR_CHARS: usize = 200;

/// What one send may take (security O4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendLimits {
    /// For resolving the name, and again for connecting, TLS included.
    pub connect: Duration,
    /// For everything, the answer's body included.
    pub total: Duration,
    /// How many bytes of the answer's body are read, at most one network read more.
    pub answer_bytes: usize,
}

impl Default for SendLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30), answer_bytes: 16 * 1024 }
    }
}

/// The guarded client.
pub struct GuardedSender {
    guard: Arc<OutboundGuard>,
    clock: Arc<dyn Clock>,
    limits: SendLimits,
    tls: ClientConfig,
    clients: Mutex<LruCache<Destination, Client>>,
}

/// What a kept client is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Destination {
    /// Scheme, host and port.
    origin: String,
    /// The checked addresses, sorted.
    addresses: Vec<IpAddr>,
}

impl GuardedSender {
    /// A client with the limits of the contract that trusts the machine's certificates.
    pub fn new(guard: Arc<OutboundGuard>, clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(guard, clock, SendLimits::default())
    }

    /// The same with limits of the caller's own.
    pub fn with_limits(guard: Arc<OutboundGuard>, clock: Arc<dyn Clock>, limits: SendLimits) -> Self {
        Self { guard, clock, limits, tls: machine_trust(), clients: Mutex::new(LruCache::new(DESTINATIONS)) }
    }

    /// Trusts what `tls` trusts instead of the machine's certificates.
    #[must_use]
    pub fn trusting(self, tls: ClientConfig) -> Self {
        Self { tls, ..self }
    }

    async fn exchange(&self, request: OutboundRequest) -> Result<OutboundAnswer, SendError> {
        let target = self.guard.target(&request.url).await?;
        let response = self
            .client(&target)?
            .post(target.url.clone())
            .headers(header_map(&request.headers)?)
            .body(request.body)
            .send()
            .await
            .map_err(|error| explain(&error))?;
        check_peer(response.remote_addr(), &target.addresses)?;
        let answer = OutboundAnswer { status: response.status().as_u16(), retry_after: self.retry_after(&response) };
        self.read_to_the_limit(response).await?;
        Ok(answer)
    }

    /// The client that connects to this target's addresses and to nothing else.
    fn client(&self, target: &Target) -> Result<Client, SendError> {
        let mut addresses = target.addresses.clone();
        addresses.sort_unstable();
        addresses.dedup();
        let destination = Destination { origin: target.url.origin().ascii_serialization(), addresses };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&destination) {
            return Ok(client.clone());
        }
        let client = self.build(target).map_err(|error| SendError::Broken(root_cause(&error)))?;
        clients.put(destination, client.clone());
        Ok(client)
    }

    fn build(&self, target: &Target) -> reqwest::Result<Client> {
        Client::builder()
            .dns_resolver(Arc::new(Pinned(target.addresses.clone())))
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .referer(false)
            .http1_only()
            .connect_timeout(self.limits.connect)
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .user_agent(concat!("Synaptiq/", env!("CARGO_PKG_VERSION")))
            .build()
    }

    fn retry_after(&self, response: &Response) -> Option<Duration> {
        parse_retry_after(response.headers().get(RETRY_AFTER)?.to_str().ok()?, self.clock.as_ref())
    }

    /// Reads the answer's body so that its connection can be used again; one that is too long is
    /// cut off together with its connection.
    async fn read_to_the_limit(&self, mut response: Response) -> Result<(), SendError> {
        let mut read = 0;
        while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
            read += chunk.len();
            if read > self.limits.answer_bytes {
                break;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Sender for GuardedSender {
    async fn send(&self, request: OutboundRequest) -> Result<OutboundAnswer, SendError> {
        tokio::time::timeout(self.limits.total, self.exchange(request)).await.unwrap_or(Err(SendError::TimedOut))
    }
}

/// Answers every look-up with the addresses that were checked. Addresses in the URL itself are not
/// looked up; they were checked as they stand there.
struct Pinned(Vec<IpAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        // Port 0 stands for the URL's own.
        let addresses: Addrs =
            Box::new(self.0.iter().map(|address| SocketAddr::new(*address, 0)).collect::<Vec<_>>().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// TLS by *ring*, trusting the machine's certificates. A machine without any can still be served:
/// its http receivers work, and https ones fail with an unknown issuer.
fn machine_trust() -> ClientConfig {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports the default protocol versions")
    };
    match builder().with_platform_verifier() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no trusted certificates on this machine: https receivers cannot be verified");
            builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    }
}

/// The last word on where the answer came from, whatever happened below.
fn check_peer(peer: Option<SocketAddr>, checked: &[IpAddr]) -> Result<(), SendError> {
    let peer = peer.map(|peer| peer.ip().to_canonical());
    if peer.is_some_and(|peer| checked.iter().any(|address| address.to_canonical() == peer)) {
        Ok(())
    } else {
        Err(SendError::Broken("the peer is not the address that was checked".to_owned()))
    }
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, SendError> {
    let unfit = |name: &str| SendError::Broken(format!("the header {name} cannot be sent"));
    headers
        .iter()
        .map(|(name, value)| {
            let key = HeaderName::try_from(name).map_err(|_| unfit(name))?;
            Ok((key, HeaderValue::try_from(value).map_err(|_| unfit(name))?))
        })
        .collect()
}

/// Seconds, or a date of HTTP; a date that has passed is now.
fn parse_retry_after(text: &str, clock: &dyn Clock) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // No one waits for longer than 136 years.
        return Some(Duration::from_secs(text.parse::<u32>().unwrap_or(u32::MAX).into()));
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = Duration::from_micros(u64::try_from(clock.now().micros()).ok()?);
    Some(date.saturating_sub(now))
}

/// What the team reads about a failed try. The URL is left out: it stands beside it.
fn explain(error: &reqwest::Error) -> SendError {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => SendError::Connect("no answer within the time allowed".to_owned()),
        (true, false) => SendError::Connect(root_cause(error)),
        (false, true) => SendError::TimedOut,
        (false, false) => SendError::Broken(root_cause(error)),
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else { return "the request could not be made".to_owned() };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string().chars().take(ERROR_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use synaptiq_domain::time::Timestamp;

    use super::*;

    struct At(i64);
    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0)
        }
    }

    #[test]
    fn o4_the_limits_are_five_seconds_thirty_seconds_and_sixteen_kibibytes() {
        let limits = SendLimits::default();
        assert_eq!((limits.connect.as_secs(), limits.total.as_secs(), limits.answer_bytes), (5, 30, 16_384));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        // 1994-11-06T08:49:37Z.
        let clock = At(784_111_777);
        for (text, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("99999999999999999999999", Some(u64::from(u32::MAX))),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(parse_retry_after(text, &clock), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn o2_an_answer_from_another_peer_than_the_checked_ones_is_refused() {
        let checked: Vec<IpAddr> = vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        for (peer, accepted) in [
            (Some("192.0.2.1:443"), true),
            (Some("[::ffff:192.0.2.1]:443"), true),
            (Some("[2001:db8::1]:443"), true),
            (Some("192.0.2.2:443"), false),
            (Some("127.0.0.1:443"), false),
            (None, false),
        ] {
            assert_eq!(check_peer(peer.map(|peer| peer.parse().unwrap()), &checked).is_ok(), accepted, "{peer:?}");
        }
    }

    proptest! {
        #[test]
        fn any_retry_after_is_a_wait_or_nothing(text in "\\PC{0,40}") {
            let _ = parse_retry_after(&text, &At(0));
        }

        #[test]
        fn any_header_is_sent_or_refused(name in "\\PC{0,10}", value in any::<String>()) {
            let _ = header_map(&[(name, value)]);
        }
    }
}
