//! What leaves the process: deliveries, and the guard that says where they may go
//! (security O1–O5).

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use thiserror::Error;

use crate::{event::Event, webhook::Endpoint};

/// Makes the bytes of a delivery. Pure: the same event and endpoint give the same bytes.
pub trait DeliveryRenderer: Send + Sync {
    /// The body in the endpoint's profile.
    fn render(&self, event: &Event, endpoint: &Endpoint) -> Vec<u8>;
}

/// Resolves names.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Every address of a host name; an error if it has none.
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// Why an address is refused. The display form ends a sentence that begins with the field's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefusedUrl {
    /// It cannot be read as a URL.
    #[error("must be an absolute URL")]
    Malformed,
    /// It is neither http nor https.
    #[error("must be http or https")]
    Scheme,
    /// It carries a user name or password.
    #[error("must not contain credentials")]
    Credentials,
    /// It leads to a private, loopback, link-local, metadata or otherwise reserved address.
    #[error("must not lead to a private or reserved address")]
    PrivateAddress,
}

/// Says whether an endpoint's address may be used.
///
/// Promises: a literal address in any notation and a name that resolves to a refused address are
/// refused, even if it resolves to allowed ones too; a name that does not resolve is allowed.
#[async_trait]
pub trait UrlGuard: Send + Sync {
    /// Checks an address without connecting to it.
    async fn check(&self, url: &str) -> Result<(), RefusedUrl>;
}

/// One POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRequest {
    /// Where to.
    pub url: String,
    /// Names in lower case or as published, and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds from now, where it was given.
    pub retry_after: Option<Duration>,
}

/// Why there was no answer. The display form is what the team reads in the list of tries.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The address is refused.
    #[error("the address {0}")]
    Refused(#[from] RefusedUrl),
    /// The name has no address.
    #[error("the name does not resolve")]
    Unresolved,
    /// No connection within 5 s.
    #[error("no connection: {0}")]
    Connect(String),
    /// No whole answer within 30 s.
    #[error("no answer within the time allowed")]
    TimedOut,
    /// The connection broke, or the answer was no HTTP.
    #[error("the connection failed: {0}")]
    Broken(String),
}

/// Sends one POST through the guarded client.
///
/// Promises: connects only to addresses that [`UrlGuard`] allows, checked at this very moment;
/// follows no redirect; ends within 30 s, the answer's body included, of which at most 16 KiB are read.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Sends and waits for the answer.
    async fn send(&self, request: OutboundRequest) -> Result<OutboundAnswer, SendError>;
}
