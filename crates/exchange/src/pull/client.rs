//! Asks another server, as fast as it allows.

use std::time::Duration;

use reqwest::{Response, StatusCode, Url, header::RETRY_AFTER, redirect::Policy};
use synaptiq_domain::money::JsonMap;
use synaptiq_wire::json::read_object;
use thiserror::Error;

/// How long one answer may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a failed request is tried again.
const TRIES: u32 = 6;
/// How often a request is asked to wait and waits.
const WAITS: u32 = 60;
/// The longest wait that is taken from an answer.
const LONGEST_WAIT: u64 = 300;
/// The most bytes of an answer: a list of 100, or a conversation with 200 messages.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Why a server gave nothing.
#[derive(Debug, Error)]
pub enum PullError {
    /// Not an address of a server.
    #[error("'{0}' is not an http or https address")]
    Address(String),
    /// The server cannot be reached, or did not answer in time.
    #[error("the server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It refuses.
    #[error("the server answered {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// It answers something else than this API.
    #[error("the server does not answer as this API does: {0}")]
    Foreign(String),
}

/// A server's v1 API.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    pub(super) fn new(address: &str, key: &str) -> Result<Self, PullError> {
        let wrong = || PullError::Address(address.to_owned());
        let url = Url::parse(address).map_err(|_| wrong())?;
        if !["http", "https"].contains(&url.scheme()) || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        let place = url.as_str().trim_end_matches('/');
        let base = if place.ends_with("/api/v1") { place.to_owned() } else { format!("{place}/api/v1") };
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(DEADLINE)
            .retry(reqwest::retry::never())
            .build()
            .map_err(PullError::Unreachable)?;
        Ok(Self { http, base, key: key.to_owned() })
    }

    /// The object at a path; `None` if nothing is there. Waits as long as the server asks for, and
    /// tries again where it fails.
    pub(super) async fn get(&self, path: &str) -> Result<Option<JsonMap>, PullError> {
        let (mut tries, mut waits) = (0, 0);
        loop {
            let sent = self.http.get(format!("{}/{path}", self.base)).bearer_auth(&self.key).send().await;
            let failure = match sent {
                Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS && waits < WAITS => {
                    waits += 1;
                    tokio::time::sleep(wait_of(&answer)).await;
                    continue;
                }
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(None),
                Ok(answer) if answer.status().is_server_error() && tries < TRIES => None,
                Ok(answer) => return read(answer).await.map(Some),
                Err(error) => Some(error),
            };
            if tries >= TRIES
                && let Some(error) = failure
            {
                return Err(PullError::Unreachable(error));
            }
            tokio::time::sleep(Duration::from_millis(250 << tries)).await;
            tries += 1;
        }
    }
}

/// How long a server asks to wait.
fn wait_of(answer: &Response) -> Duration {
    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
    Duration::from_secs(seconds.unwrap_or(1).clamp(1, LONGEST_WAIT))
}

async fn read(mut answer: Response) -> Result<JsonMap, PullError> {
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(PullError::Unreachable)? {
        body.extend_from_slice(&part);
        if body.len() > MAX_BODY {
            return Err(PullError::Foreign(format!("an answer has more than {MAX_BODY} bytes")));
        }
    }
    let object = read_object(&body);
    if status.is_success() {
        return object.map_err(|error| PullError::Foreign(error.to_string()));
    }
    let said = object.ok().and_then(|object| Some(object.get("error")?.get("message")?.as_str()?.to_owned()));
    let message = said.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason").to_owned());
    // What a stranger says is shown on one line of a terminal.
    let message = message.chars().filter(|character| !character.is_control()).take(300).collect();
    Err(PullError::Refused { status: status.as_u16(), message })
}
