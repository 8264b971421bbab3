//! Whether a URL may be connected to, and to which addresses.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use ipnet::IpNet;
use synaptiq_domain::ports::{RefusedUrl, Resolver, SendError, UrlGuard};
use thiserror::Error;
use url::{Host, Url};

use super::{AddressClass, classify};

/// A name that does not resolve within this is one that does not resolve.
const RESOLUTION: Duration = Duration::from_secs(5);

/// The guard of everything that leaves the process on behalf of others.
pub struct OutboundGuard {
    resolver: Arc<dyn Resolver>,
    allow: Vec<IpNet>,
}

/// A URL with the addresses that were found and checked for it: connect to these and to no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Parsed, http or https, without credentials.
    pub(crate) url: Url,
    /// At least one, in the resolver's order, each allowed.
    pub(crate) addresses: Vec<IpAddr>,
}

/// Why there is no [`Target`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum RefusedTarget {
    /// It must not be connected to.
    #[error(transparent)]
    Refused(#[from] RefusedUrl),
    /// Its name has no address now.
    #[error("the name does not resolve")]
    Unresolved,
}

impl From<RefusedTarget> for SendError {
    fn from(refused: RefusedTarget) -> Self {
        match refused {
            RefusedTarget::Refused(refused) => Self::Refused(refused),
            RefusedTarget::Unresolved => Self::Unresolved,
        }
    }
}

impl OutboundGuard {
    /// A guard that lets public addresses through, and those in `allow` whatever they are
    /// (`SYNAPTIQ_OUTBOUND_ALLOW`, contract § 15).
    pub fn new(resolver: Arc<dyn Resolver>, allow: Vec<IpNet>) -> Self {
        Self { resolver, allow }
    }

    /// Whether an address may be connected to. IPv4 in its IPv6-mapped form is IPv4.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        classify(address) == AddressClass::Public || self.allow.iter().any(|net| net.contains(&address))
    }

    /// Parses, resolves once, and refuses if *any* address is refused (security O2).
    pub(crate) async fn target(&self, url: &str) -> Result<Target, RefusedTarget> {
        let url = parse(url)?;
        let addresses = match url.host() {
            None => return Err(RefusedUrl::Malformed.into()),
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            // These names mean this machine, whatever a name server says (RFC 6761).
            Some(Host::Domain(name)) if is_localhost(name) => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            Some(Host::Domain(name)) => self.resolve(name).await?,
        };
        if addresses.iter().all(|address| self.allows(*address)) {
            Ok(Target { url, addresses })
        } else {
            Err(RefusedUrl::PrivateAddress.into())
        }
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, RefusedTarget> {
        match tokio::time::timeout(RESOLUTION, self.resolver.resolve(name)).await {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            _ => Err(RefusedTarget::Unresolved),
        }
    }
}

#[async_trait]
impl UrlGuard for OutboundGuard {
    async fn check(&self, url: &str) -> Result<(), RefusedUrl> {
        match self.target(url).await {
            Ok(_) | Err(RefusedTarget::Unresolved) => Ok(()),
            Err(RefusedTarget::Refused(refused)) => Err(refused),
        }
    }
}

/// Reads a URL as browsers do, so that every notation of an address becomes that address, and
/// refuses what no endpoint has (security O1).
fn parse(text: &str) -> Result<Url, RefusedUrl> {
    // The standard's parser drops tabs and line breaks from the middle of a URL. What is stored
    // and shown should be what is used.
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(RefusedUrl::Malformed);
    }
    let url = Url::parse(text).map_err(|_| RefusedUrl::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(RefusedUrl::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RefusedUrl::Credentials);
    }
    Ok(url)
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o1_only_http_and_https_without_credentials_are_read() {
        for (text, refused) in [
            ("ftp://example.com/", RefusedUrl::Scheme),
            ("file:///etc/passwd", RefusedUrl::Scheme),
            ("gopher://example.com/", RefusedUrl::Scheme),
            ("javascript:alert(1)", RefusedUrl::Scheme),
            ("data:text/plain,x", RefusedUrl::Scheme),
            ("ws://example.com/", RefusedUrl::Scheme),
            ("https://user@example.com/", RefusedUrl::Credentials),
            ("https://user:pass@example.com/", RefusedUrl::Credentials),
            ("https://:pass@example.com/", RefusedUrl::Credentials),
            ("https://good.example%40@evil.example/", RefusedUrl::Credentials),
            ("", RefusedUrl::Malformed),
            ("example.com/hook", RefusedUrl::Malformed),
            ("//example.com/hook", RefusedUrl::Malformed),
            ("https://", RefusedUrl::Malformed),
            ("https://exa mple.com/", RefusedUrl::Malformed),
            ("https://example.com/a\nb", RefusedUrl::Malformed),
            ("https://example.com:99999/", RefusedUrl::Malformed),
            ("https://[fe80::1%25eth0]/", RefusedUrl::Malformed),
            ("https://[::1/", RefusedUrl::Malformed),
        ] {
            assert_eq!(parse(text), Err(refused), "{text:?}");
        }
        assert!(parse("HTTPS://Example.com:8443/hook?x=1").is_ok());
    }
}
