//! One try of one delivery, and what follows from it.

use synaptiq_domain::{
    ports::{
        OutboundAnswer, OutboundRequest, Purpose, SendError, Vault,
        store::{DueDelivery, Settlement},
    },
    time::Timestamp,
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, SealedSecret},
};
use tokio::{sync::watch, time::Instant};

use super::{Work, signed};
use crate::profile::Try;

/// How a try ended.
enum Outcome {
    /// The receiver answered.
    Answered(OutboundAnswer),
    /// It did not.
    Unanswered(SendError),
    /// The endpoint's secrets cannot be opened: the secret key is not the one that sealed them.
    Sealed,
    /// The endpoint was switched off after the delivery was written.
    SwitchedOff,
    /// The relay was told to stop and could wait no longer. The receiver may have got it.
    Interrupted,
}

/// Tries once, or gives up as soon as `released` says so. Never fails: what goes wrong is part of
/// the try.
pub(super) async fn make(work: &Work, due: DueDelivery, mut released: watch::Receiver<bool>) -> Settlement {
    let DueDelivery { scope: _, delivery, endpoint } = due;
    let (at, begun) = (work.ports.clock.now(), Instant::now());
    let outcome = tokio::select! {
        biased;
        outcome = send(work, &delivery, &endpoint, at) => outcome,
        _ = released.wait_for(|released| *released) => Outcome::Interrupted,
    };
    let duration_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    let attempt = Attempt { at, status_code: outcome.status(), error: outcome.error(), duration_ms };
    let id = delivery.id;
    match &attempt.error {
        None => tracing::debug!(delivery = %id, endpoint = %endpoint.id, duration_ms, "delivered"),
        Some(error) => tracing::info!(delivery = %id, endpoint = %endpoint.id, duration_ms, error, "a try failed"),
    }
    follow(work, delivery, &endpoint, attempt, &outcome)
}

async fn send(work: &Work, delivery: &Delivery, endpoint: &Endpoint, at: Timestamp) -> Outcome {
    if !endpoint.active {
        return Outcome::SwitchedOff;
    }
    let (secret, next) = endpoint.secrets_at(at);
    let open = |sealed: &SealedSecret| open(work.ports.vault.as_ref(), sealed);
    let (Some(secret), Some(next_secret)) = (open(secret), next.map(open).map_or(Some(None), |next| next.map(Some)))
    else {
        tracing::error!(endpoint = %endpoint.id, "the endpoint's secret does not open with this secret key");
        return Outcome::Sealed;
    };
    let headers = Try {
        at,
        profile: endpoint.profile,
        scheme: endpoint.signature_scheme,
        event: delivery.event,
        kind: delivery.kind,
        delivery: delivery.id,
        number: delivery.tries_used.saturating_add(1),
        secret: &secret,
        next_secret: next_secret.as_deref(),
        body: &delivery.body,
    }
    .headers();
    let request = OutboundRequest { url: endpoint.url.clone(), headers, body: delivery.body.clone() };
    match work.ports.sender.send(request).await {
        Ok(answer) => Outcome::Answered(answer),
        Err(error) => Outcome::Unanswered(error),
    }
}

fn open(vault: &dyn Vault, sealed: &SealedSecret) -> Option<Vec<u8>> {
    vault.open(Purpose::EndpointSecret, &sealed.0)
}

/// What becomes of the delivery, and of its endpoint.
fn follow(work: &Work, mut delivery: Delivery, endpoint: &Endpoint, attempt: Attempt, outcome: &Outcome) -> Settlement {
    delivery.attempts.push(attempt);
    delivery.next_attempt_at = None;
    // A try that the relay broke off says nothing about the receiver.
    if !matches!(outcome, Outcome::Interrupted) {
        delivery.tries_used = delivery.tries_used.saturating_add(1);
    }
    let mut disable_endpoint = None;
    delivery.status = match outcome {
        Outcome::Answered(OutboundAnswer { status: 200..=299, .. }) => DeliveryStatus::Delivered,
        Outcome::Answered(OutboundAnswer { status: 410, .. }) => {
            disable_endpoint = Some("the receiver answered 410 Gone".to_owned());
            DeliveryStatus::Failed
        }
        // Kept and visible: it can be replayed once the endpoint is switched on again.
        Outcome::SwitchedOff => DeliveryStatus::Failed,
        Outcome::Interrupted => {
            delivery.next_attempt_at = Some(work.ports.clock.now());
            DeliveryStatus::Pending
        }
        Outcome::Answered(_) | Outcome::Unanswered(_) | Outcome::Sealed => {
            let schedule = work.settings.schedules.of(endpoint.profile);
            let retry_after = outcome.retry_after().map(signed);
            delivery.next_attempt_at = schedule.next_try(delivery.tries_used, work.ports.clock.now(), retry_after);
            if delivery.next_attempt_at.is_some() { DeliveryStatus::Pending } else { DeliveryStatus::Failed }
        }
    };
    Settlement { delivery, disable_endpoint }
}

impl Outcome {
    const fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) => Some(answer.status),
            Self::Unanswered(_) | Self::Sealed | Self::SwitchedOff | Self::Interrupted => None,
        }
    }

    const fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Answered(answer) => answer.retry_after,
            Self::Unanswered(_) | Self::Sealed | Self::SwitchedOff | Self::Interrupted => None,
        }
    }

    fn error(&self) -> Option<String> {
        match self {
            Self::Answered(OutboundAnswer { status: 200..=299, .. }) => None,
            Self::Answered(OutboundAnswer { status: status @ 300..=399, .. }) => {
                Some(format!("the receiver answered {status}; redirects are not followed"))
            }
            Self::Answered(answer) => Some(format!("the receiver answered {}", answer.status)),
            Self::Unanswered(error) => Some(error.to_string()),
            Self::Sealed => Some("the endpoint's secret cannot be read".to_owned()),
            Self::SwitchedOff => Some("the endpoint is switched off".to_owned()),
            Self::Interrupted => Some("the server stopped before there was an answer".to_owned()),
        }
    }
}
