//! Receipts make idempotency part of the commit (contract § 4): the answer to a write is kept with
//! the write itself, so that a retry is answered and never done again.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{conversation::Conversation, id::Id, lead::Lead, time::Timestamp};

/// What a receipt is found by: SHA-256 of the credential (or session, or address) and the caller's
/// `Idempotency-Key`. The tenant is part of the store's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptKey(pub [u8; 32]);

/// SHA-256 of method, path, query and raw body: tells a retry from another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub [u8; 32]);

/// How long an answer is kept.
pub const RECEIPT_LIFETIME: time::Duration = time::Duration::hours(24);

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl ReceiptKey {
    /// The key of what `who` sends under `key`.
    pub fn new(who: &str, key: &str) -> Self {
        Self(digest(&[who.as_bytes(), key.as_bytes()]))
    }

    /// The key of part number `index` of a request that has this one.
    #[must_use]
    pub fn part(&self, index: usize) -> Self {
        Self(digest(&[b"part", &(index as u64).to_be_bytes(), &self.0]))
    }
}

impl Fingerprint {
    /// The fingerprint of a request.
    pub fn new(method: &str, path: &str, query: &str, body: &[u8]) -> Self {
        Self(digest(&[method.as_bytes(), path.as_bytes(), query.as_bytes(), body]))
    }
}

/// The kept answer to one write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What it is found by.
    pub key: ReceiptKey,
    /// Which request it answers.
    pub fingerprint: Fingerprint,
    /// How far the write has come.
    pub state: ReceiptState,
    /// The lead it concerns, so that erasure removes it.
    pub lead: Option<Id<Lead>>,
    /// The conversation it concerns.
    pub conversation: Option<Id<Conversation>>,
    /// The receipt of the whole request, where this is one of its parts: the row of a bulk names its
    /// lead, and the answer to the bulk, which tells of all of them, is found by way of its rows.
    pub part_of: Option<ReceiptKey>,
    /// When the write began; deleted 24 hours later.
    pub created_at: Timestamp,
}

/// How far a write has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// Its first commit is done, its last is not. A retry waits while the owner's lease lives,
    /// then resumes from here and never repeats the first commit.
    Begun {
        /// What a retry needs in order to go on: ids made by the first commit, sealed.
        resume: Vec<u8>,
        /// The process that works on it.
        owner: u128,
        /// Until when no one else may.
        lease_until: Timestamp,
    },
    /// Done: the sealed answer.
    Answered {
        /// The answer, encrypted, because it may hold a key, a webhook secret or a session id.
        sealed: Vec<u8>,
    },
}
