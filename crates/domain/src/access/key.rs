//! API keys: a prefix that says what they are, 256 random bits, and a checksum that refuses a
//! mistyped one before any look-up (security K1).

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    access::{PermissionSet, Tenant},
    id::{Id, Kind},
    time::Timestamp,
};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// `sk_live_`: a server's key on the tenant's own data.
    Live,
    /// `sk_test_`: a server's key on the tenant's sandbox.
    Test,
    /// `pk_live_`: a page's key, for chat alone.
    Publishable,
    /// `syk_`: a key that always speaks the syrus dialect.
    Syrus,
}

impl KeyKind {
    /// Every kind there is.
    pub const ALL: [Self; 4] = [Self::Live, Self::Test, Self::Publishable, Self::Syrus];

    /// What a key of this kind begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Live => "sk_live_",
            Self::Test => "sk_test_",
            Self::Publishable => "pk_live_",
            Self::Syrus => "syk_",
        }
    }

    /// The kind's name on the command line and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
            Self::Publishable => "publishable",
            Self::Syrus => "syrus",
        }
    }
}

/// A key as the store keeps it: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id, by which it is named everywhere else.
    pub id: Id<ApiKey>,
    /// The tenant it was made for (for a test key too, whose data is the sandbox's).
    pub tenant: Id<Tenant>,
    /// What it is for.
    pub kind: KeyKind,
    /// What the team calls it.
    pub name: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// The last four characters, for telling keys apart: `sk_live_…ab12`.
    pub tail: String,
    /// The plan whose limits apply, if not the tenant's.
    pub plan: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is refused.
    pub revoked_at: Option<Timestamp>,
}

impl Kind for ApiKey {
    const PREFIX: &'static str = "key";
}

impl ApiKey {
    /// The printed form that tells keys apart and gives nothing away: `sk_live_…ab12`.
    pub fn hint(&self) -> String {
        format!("{}…{}", self.kind.prefix(), self.tail)
    }
}

/// A bearer that is not a key of ours: refused without a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a well-formed key")]
pub struct MalformedKey;

/// A whole key, in memory only between its making and its one printing.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret(String);

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 43 characters of 62 hold 256 bits.
const RANDOM_CHARACTERS: usize = 43;
/// Six characters of 62 hold the 32 bits of the checksum.
const CHECKSUM_CHARACTERS: usize = 6;

impl KeySecret {
    /// The key with this prefix and these random bits.
    pub fn new(prefix: &str, random: [u8; 32]) -> Self {
        let body = base62(&random, RANDOM_CHARACTERS);
        let checksum = checksum(prefix, &body);
        Self(format!("{prefix}{body}{checksum}"))
    }

    /// Reads a key with this prefix and checks its checksum. No store is asked.
    pub fn parse(prefix: &str, text: &str) -> Result<Self, MalformedKey> {
        let rest = text.strip_prefix(prefix).ok_or(MalformedKey)?;
        if rest.len() != RANDOM_CHARACTERS + CHECKSUM_CHARACTERS
            || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(MalformedKey);
        }
        let (body, given) = rest.split_at(RANDOM_CHARACTERS);
        if checksum(prefix, body) == given { Ok(Self(text.to_owned())) } else { Err(MalformedKey) }
    }

    /// Reads a key of any kind.
    pub fn parse_any(text: &str) -> Result<(KeyKind, Self), MalformedKey> {
        KeyKind::ALL
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
            .ok_or(MalformedKey)
            .and_then(|kind| Ok((kind, Self::parse(kind.prefix(), text)?)))
    }

    /// The whole key, for its one printing.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last four characters.
    pub fn tail(&self) -> String {
        self.0[self.0.len() - 4..].to_owned()
    }

    /// SHA-256 of the whole key: what the store keeps.
    pub fn hash(&self) -> [u8; 32] {
        hash_secret(&self.0)
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// SHA-256 of a secret. Enough for secrets of 256 random bits; passwords need more.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn checksum(prefix: &str, body: &str) -> String {
    let digest = Sha256::digest(format!("{prefix}{body}").as_bytes());
    base62(&digest[..4], CHECKSUM_CHARACTERS)
}

/// The big-endian number in `bytes`, written in base 62 with exactly `width` digits.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut number {
            let value = remainder << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).expect("the remainder is below 62, so the quotient is below 256");
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    String::from_utf8(digits).expect("the alphabet is ASCII")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn k1_a_key_reads_back_and_one_changed_character_is_refused(random: [u8; 32], at in 8usize..57) {
            let key = KeySecret::new("sk_live_", random);
            prop_assert_eq!(KeySecret::parse_any(key.reveal()), Ok((KeyKind::Live, key.clone())));
            let mut bytes = key.reveal().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            prop_assert_eq!(KeySecret::parse_any(&changed), Err(MalformedKey));
        }
    }

    #[test]
    fn k1_different_bits_make_different_keys_and_debug_hides_them() {
        let one = KeySecret::new("sk_live_", [0; 32]);
        let mut bits = [0; 32];
        bits[31] = 1;
        assert_ne!(one, KeySecret::new("sk_live_", bits));
        assert_eq!(format!("{one:?}"), "KeySecret(…)");
    }
}
