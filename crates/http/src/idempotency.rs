//! `Idempotency-Key` (contract § 4, security P6): one write, however often it is sent.
//!
//! Twins within this process wait in a lane of their key; twins in other processes are told apart
//! by the receipt, whose key is unique in the store. The answer is kept by the use case in the very
//! commit of the write; a refusal of the operation is kept by a commit of its own.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    access::TenantScope,
    ports::{Purpose, Vault},
    receipt::{Fingerprint, RECEIPT_LIFETIME, Receipt, ReceiptKey, ReceiptState},
    use_cases::{LaneKey, Services, record_refusal},
};
use synaptiq_wire::{Code, Fault};

use crate::{
    answer::{Answer, Body, JSON},
    fault::{Refused, busy, key_reused},
};

/// The request's header.
pub const HEADER: &str = "idempotency-key";
/// What an answer that was kept carries.
pub const REPLAYED: &str = "idempotent-replayed";
/// The most characters of a key.
const LONGEST: usize = 255;
/// How often a write that another process has begun is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Checks the header's value.
pub fn parse_key(value: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(value).ok().filter(|text| {
        (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    });
    text.ok_or_else(|| {
        let message = format!("Idempotency-Key must have 1 to {LONGEST} printable ASCII characters");
        Fault::new(Code::InvalidRequest, message).with_param("Idempotency-Key")
    })
}

/// Seals answers for receipts.
#[derive(Clone)]
pub struct Sealer(Arc<dyn Vault>);

#[derive(Serialize, Deserialize)]
struct KeptHead {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Sealer {
    /// The sealed bytes of an answer: its head as one line of JSON, then its body.
    pub fn seal(&self, answer: &Answer) -> Vec<u8> {
        let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let head = KeptHead { status: answer.status, headers };
        let mut plain = serde_json::to_vec(&head).expect("a status and texts serialise");
        plain.push(b'\n');
        plain.extend_from_slice(answer.whole().map_or(&[][..], |body| body));
        self.0.seal(Purpose::Receipt, &plain)
    }

    /// The answer in sealed bytes; `None` if they are not ours.
    pub fn open(&self, sealed: &[u8]) -> Option<Answer> {
        let plain = self.0.open(Purpose::Receipt, sealed)?;
        let end = plain.iter().position(|byte| *byte == b'\n')?;
        let head: KeptHead = serde_json::from_slice(&plain[..end]).ok()?;
        let headers = head.headers.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let body = Body::Whole(JSON, plain[end + 1..].to_vec().into());
        Some(Answer { status: head.status, headers, body })
    }
}

/// A caller's wish that the answer be kept, while the write is under way.
pub struct Claim {
    /// What the receipt is found by.
    pub key: ReceiptKey,
    /// Which request it answers.
    pub fingerprint: Fingerprint,
    /// What an earlier life of the request left behind.
    pub resume: Option<Vec<u8>>,
    sealer: Sealer,
}

impl Claim {
    pub(crate) fn sealer(&self) -> Sealer {
        self.sealer.clone()
    }

    /// The wish that part number `index` of the write be done once.
    pub(crate) fn part(&self, index: usize) -> Wish {
        Wish { key: self.key.part(index), fingerprint: self.fingerprint }
    }
}

/// Which write is meant: the credential's own key, and the request it came with.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// What the receipt is found by.
    pub key: ReceiptKey,
    /// Which request it is.
    pub fingerprint: Fingerprint,
}

/// Runs a write once: a kept answer is given again, a twin's is waited for.
///
/// `render` makes the answer of a refusal, so that it can be kept too.
pub async fn once<F>(
    services: &Services,
    scope: TenantScope,
    wish: Wish,
    render: impl Fn(&Fault) -> Answer + Send,
    run: impl FnOnce(Claim) -> F + Send,
) -> Result<Answer, Refused>
where
    F: Future<Output = Result<Answer, Refused>> + Send,
{
    let lane = LaneKey::new("receipt", (scope.data().bits(), wish.key));
    let _lane = services.lanes.enter([lane]).await.map_err(|_| busy())?;
    let sealer = Sealer(Arc::clone(&services.vault));
    let resume = match find(services, scope, wish, &sealer).await? {
        Earlier::Answered(answer) => return Ok(answer),
        Earlier::Begun(resume) => Some(resume),
        Earlier::Nothing => None,
    };
    let claim = Claim { key: wish.key, fingerprint: wish.fingerprint, resume, sealer: sealer.clone() };
    let result = run(claim).await;
    match &result {
        // A twin in another process may have been faster: then its answer is the answer.
        Err(refused) if refused.is_busy() => {
            if let Earlier::Answered(answer) = find(services, scope, wish, &sealer).await? {
                return Ok(answer);
            }
        }
        Err(refused) => {
            if let Some(fault) = refused.kept() {
                let kept = sealer.seal(&render(fault));
                if let Err(error) = record_refusal(services, scope, wish.key, wish.fingerprint, kept).await {
                    tracing::warn!(%error, "a refusal was given but not kept");
                }
            }
        }
        Ok(_) => {}
    }
    result
}

enum Earlier {
    Nothing,
    Begun(Vec<u8>),
    Answered(Answer),
}

/// What an earlier life of the request left; waits while another process works on it.
async fn find(services: &Services, scope: TenantScope, wish: Wish, sealer: &Sealer) -> Result<Earlier, Refused> {
    loop {
        let found = services.store.find_receipt(scope, wish.key).await?;
        // What has outlived its time may not have been swept yet; the next receipt replaces it.
        let oldest = services.clock.now().plus(-RECEIPT_LIFETIME);
        let Some(Receipt { fingerprint, state, .. }) = found.filter(|receipt| receipt.created_at >= oldest) else {
            return Ok(Earlier::Nothing);
        };
        if fingerprint != wish.fingerprint {
            return Err(key_reused().into());
        }
        match state {
            ReceiptState::Answered { sealed } => {
                let answer = sealer.open(&sealed).ok_or_else(|| {
                    tracing::error!("a kept answer does not open with this secret key");
                    Fault::internal()
                })?;
                return Ok(Earlier::Answered(answer.with_header(REPLAYED, "true")));
            }
            ReceiptState::Begun { owner, lease_until, .. }
                if owner != services.process && !services.settings.alone && lease_until > services.clock.now() =>
            {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            ReceiptState::Begun { resume, .. } => {
                let plain = services.vault.open(Purpose::Receipt, &resume).ok_or_else(|| {
                    tracing::error!("what a write left behind does not open with this secret key");
                    Fault::internal()
                })?;
                return Ok(Earlier::Begun(plain));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p6_a_key_has_1_to_255_printable_ascii_characters() {
        let longest = "k".repeat(255);
        for good in ["a", "0b9d2c1e-order 7", longest.as_str()] {
            assert_eq!(parse_key(good.as_bytes()).ok(), Some(good));
        }
        let too_long = "k".repeat(256);
        for bad in [&b""[..], b"\xff", "é".as_bytes(), b"a\tb", too_long.as_bytes()] {
            let fault = parse_key(bad).expect_err("refused");
            assert_eq!((fault.status, fault.param.as_deref()), (400, Some("Idempotency-Key")));
        }
    }
}
