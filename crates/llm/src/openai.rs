//! The model behind an OpenAI-compatible address.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};
use rustls::crypto::{CryptoProvider, ring};
use synaptiq_domain::ports::{Model, ModelError, ModelStream, Prompt};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    answer::{self, Limits},
    options::{Addresses, InvalidOptions, OpenAiOptions},
    shapes::{Request, TokenCap},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REACHABLE_TIMEOUT: Duration = Duration::from_secs(3);
/// How much of a refusal is read to learn its reason.
const MAX_REFUSAL_BYTES: usize = 16 * 1024;

/// A model behind an OpenAI-compatible address: one POST an answer, streamed. It follows no
/// redirect, uses no proxy and unpacks nothing (security O1, O3).
pub struct OpenAiModel {
    client: Client,
    addresses: Addresses,
    options: OpenAiOptions,
    /// Whether the server has refused `max_tokens`.
    wants_completion_cap: AtomicBool,
}

impl fmt::Debug for OpenAiModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiModel").field("options", &self.options).finish_non_exhaustive()
    }
}

impl OpenAiModel {
    /// A model as configured. Nothing is sent yet.
    pub fn new(options: OpenAiOptions) -> Result<Self, InvalidOptions> {
        let addresses = Addresses::parse(&options.base_url)?;
        if options.model.trim().is_empty() {
            return Err(InvalidOptions::NoModel);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(key) = &options.api_key {
            headers.insert(AUTHORIZATION, key.bearer()?);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("synaptiq/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(8);
        if CryptoProvider::get_default().is_none() {
            // Another client of this process may have been faster: the provider is the same.
            let _: Result<(), Arc<CryptoProvider>> = ring::default_provider().install_default();
        }
        if addresses.completions.scheme() == "http" {
            // A model on the same machine must work where no root certificates are installed.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(|error| InvalidOptions::Client(error.into()))?;
        Ok(Self { client, addresses, options, wants_completion_cap: AtomicBool::new(false) })
    }

    async fn ask(&self, prompt: &Prompt, cap: TokenCap, until: Instant) -> Result<Response, ModelError> {
        let request = Request::new(&self.options.model, prompt, cap);
        let sent = self.client.post(self.addresses.completions.clone()).json(&request).send();
        timeout_at(until, sent).await.map_err(|_| ModelError::TimedOut)?.map_err(unsent)
    }
}

#[async_trait]
impl Model for OpenAiModel {
    async fn answer(&self, prompt: &Prompt) -> Result<ModelStream, ModelError> {
        let now = Instant::now();
        let limits = Limits {
            deadline: now + self.options.deadline,
            first_piece: now + self.options.first_piece_timeout.min(self.options.deadline),
            idle: self.options.idle_timeout,
            max_bytes: self.options.max_answer_bytes,
        };
        let completion_cap = self.wants_completion_cap.load(Ordering::Relaxed);
        let cap = if completion_cap { TokenCap::Completion } else { TokenCap::Classic };
        let mut response = self.ask(prompt, cap, limits.first_piece).await?;
        if response.status() == StatusCode::BAD_REQUEST
            && cap == TokenCap::Classic
            && mentions(&mut response, "max_completion_tokens", limits.first_piece).await
        {
            self.wants_completion_cap.store(true, Ordering::Relaxed);
            response = self.ask(prompt, TokenCap::Completion, limits.first_piece).await?;
        }
        match response.status() {
            status if status.is_success() => Ok(answer::read(response, limits)),
            status => Err(refused(status)),
        }
    }

    async fn is_reachable(&self) -> bool {
        let asked = self.client.get(self.addresses.models.clone()).send();
        // Servers without a list of models answer 404 or 405: someone is there.
        timeout(REACHABLE_TIMEOUT, asked).await.is_ok_and(|answer| {
            answer.is_ok_and(|response| {
                let status = response.status();
                status.is_success()
                    || (status.is_client_error()
                        && status != StatusCode::UNAUTHORIZED
                        && status != StatusCode::FORBIDDEN)
            })
        })
    }
}

/// Whether the first bytes of a refusal mention a name.
async fn mentions(response: &mut Response, name: &str, until: Instant) -> bool {
    let mut refusal = Vec::new();
    while refusal.len() < MAX_REFUSAL_BYTES {
        match timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(bytes))) => refusal.extend_from_slice(&bytes),
            _ => break,
        }
    }
    String::from_utf8_lossy(&refusal).contains(name)
}

/// Why a request did not arrive. The address is left out: its query may hold a secret.
fn unsent(error: reqwest::Error) -> ModelError {
    if error.is_timeout() {
        return ModelError::TimedOut;
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ModelError::Unreachable(cause.to_string())
}

/// What a refusal means. Its body is left out: some servers repeat a part of the key in it.
fn refused(status: StatusCode) -> ModelError {
    let meaning = match status.as_u16() {
        300..=399 => "redirects are not followed",
        401 | 403 => "the key is refused",
        404 => "no such address or model",
        408 | 504 => return ModelError::TimedOut,
        429 => "too many requests",
        400..=499 => "the request is refused",
        _ => "the server failed",
    };
    ModelError::Unreachable(format!("status {}: {meaning}", status.as_u16()))
}
