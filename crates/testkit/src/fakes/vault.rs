//! A vault without a lock: what is in it can be read in a test's failure.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::atomic::{AtomicU64, Ordering},
};

use synaptiq_domain::ports::{Purpose, Vault};

/// Keeps every promise of a vault except secrecy: purpose, a number that is never the same twice,
/// a checksum of both and of the bytes, and then the bytes themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClearVault;

/// How many values were sealed, by all vaults together: what one seals another opens.
static SEALED: AtomicU64 = AtomicU64::new(0);

const HEADER: usize = 17;

fn tag(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::EndpointSecret => b'E',
        Purpose::Receipt => b'R',
        Purpose::KeyCheck => b'K',
    }
}

fn checksum(purpose: Purpose, number: &[u8], plain: &[u8]) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    (tag(purpose), number, plain).hash(&mut hasher);
    hasher.finish().to_be_bytes()
}

impl Vault for ClearVault {
    fn seal(&self, purpose: Purpose, plain: &[u8]) -> Vec<u8> {
        let number = SEALED.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        let mut sealed = vec![tag(purpose)];
        sealed.extend(number);
        sealed.extend(checksum(purpose, &number, plain));
        sealed.extend(plain);
        sealed
    }

    fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>> {
        let (header, plain) = sealed.split_at_checked(HEADER)?;
        let (number, sum) = header[1..].split_at(8);
        (header[0] == tag(purpose) && sum == checksum(purpose, number, plain)).then(|| plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_alone_and_unchanged_alone() {
        let sealed = ClearVault.seal(Purpose::Receipt, b"bytes");
        assert_eq!(ClearVault.open(Purpose::Receipt, &sealed).as_deref(), Some(&b"bytes"[..]));
        assert_eq!(ClearVault.open(Purpose::KeyCheck, &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(ClearVault.open(Purpose::Receipt, &changed), None, "byte {at}");
            assert_eq!(ClearVault.open(Purpose::Receipt, &sealed[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        assert_ne!(ClearVault.seal(Purpose::Receipt, b""), ClearVault.seal(Purpose::Receipt, b""));
    }
}
