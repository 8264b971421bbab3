//! Ids and secrets that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use synaptiq_domain::{id::Id, lead::Lead, ports::Ids};

use crate::fixtures;

/// Makes ids that increase and secrets that differ, the same in every run. All ids are larger than
/// those of the fixtures.
#[derive(Debug, Default)]
pub struct SequentialIds {
    made: AtomicU64,
}

/// Larger than every number that fixtures are made of.
const FIRST: u32 = u32::MAX;

impl SequentialIds {
    fn count(&self) -> u64 {
        self.made.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Ids for SequentialIds {
    fn next(&self) -> u128 {
        let base: Id<Lead> = fixtures::id(FIRST);
        base.bits() + u128::from(self.count())
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0x5c; 32];
        secret[..8].copy_from_slice(&self.count().to_be_bytes());
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_increase_and_secrets_differ_in_the_same_way_every_time() {
        let (one, other) = (SequentialIds::default(), SequentialIds::default());
        let ids: Vec<u128> = (0..100).map(|_| one.next()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids[0] > fixtures::id::<Lead>(1_000_000).bits());
        assert_ne!(one.secret(), one.secret());
        assert_eq!(other.next(), ids[0]);
    }
}
