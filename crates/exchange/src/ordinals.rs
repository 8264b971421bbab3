//! What tells lines without an id apart, and which of several equal ones a line is.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};
use synaptiq_domain::{access::Tenant, id::Id};
use thiserror::Error;

/// The most different lines without an id in one file: what is remembered of them takes 9 to 18 bytes
/// each (security P2).
const MOST: usize = 8_000_000;

/// What a line without an id is known by: a digest of the tenant and the canonical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineKey([u8; 32]);

impl LineKey {
    pub(crate) fn of(tenant: Id<Tenant>, canonical: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(tenant.bits().to_be_bytes());
        digest.update(canonical);
        Self(digest.finalize().into())
    }

    /// The digest of the line and its ordinal.
    pub(crate) fn digest(self, ordinal: u32) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.0);
        digest.update(ordinal.to_be_bytes());
        digest.finalize().into()
    }

    fn short(self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(bytes)
    }
}

/// Counts equal lines of a file.
#[derive(Debug, Default)]
pub(crate) struct Ordinals {
    once: HashSet<u64>,
    again: HashMap<u64, u32>,
}

/// More different lines without an id than are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a file has at most {MOST} lines without an id; give them ids, or cut the file")]
pub(crate) struct TooMany;

impl Ordinals {
    /// How many equal lines came before this one.
    pub(crate) fn next(&mut self, key: LineKey) -> Result<u32, TooMany> {
        let key = key.short();
        if self.once.len() >= MOST && !self.once.contains(&key) {
            return Err(TooMany);
        }
        if self.once.insert(key) {
            return Ok(0);
        }
        let seen = self.again.entry(key).or_insert(0);
        *seen += 1;
        Ok(*seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_are_counted_and_each_has_a_digest_of_its_own() {
        let tenant = Id::from_bits(1);
        let (a, b) = (LineKey::of(tenant, b"{}"), LineKey::of(tenant, b"{\"a\":1}"));
        let mut ordinals = Ordinals::default();
        let counted: Vec<u32> = [a, b, a, a].into_iter().map(|key| ordinals.next(key).expect("few")).collect();
        assert_eq!(counted, [0, 0, 1, 2]);
        assert_ne!(a.digest(0), a.digest(1));
        assert_ne!(a, LineKey::of(Id::from_bits(2), b"{}"), "another tenant's line has another id");
    }
}
