//! The secret by which a visitor proves to be the one who began a conversation (security V2).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::access::{KeySecret, hash_secret};

const PREFIX: &str = "sess_";

/// `sess_…`: 256 random bits and a checksum. It is not the conversation's id, so that whoever
/// receives a webhook cannot speak as the visitor.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(String);

impl SessionSecret {
    /// The secret with these random bits.
    pub fn new(random: [u8; 32]) -> Self {
        Self(KeySecret::new(PREFIX, random).reveal().to_owned())
    }

    /// What the visitor is given.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the store keeps.
    pub fn hash(&self) -> SessionHash {
        SessionHash(hash_secret(&self.0))
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

/// SHA-256 of a session secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionHash(pub [u8; 32]);

impl SessionHash {
    /// The hash of a secret as a visitor sent it; `None` if it cannot be one of ours.
    pub fn of_text(text: &str) -> Option<Self> {
        KeySecret::parse(PREFIX, text).ok().map(|secret| Self(secret.hash()))
    }
}
