//! Encryption at rest of what must be read again (security W1): XChaCha20-Poly1305 with a random
//! nonce, the purpose as associated data.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use synaptiq_domain::ports::{Purpose, Vault as VaultPort};

/// Bytes of a nonce: enough that random ones never meet.
const NONCE: usize = 24;

/// Seals and opens with one secret key.
///
/// A sealed value is the nonce, then the ciphertext with its tag: 40 bytes longer than the plain.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a 256-bit key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.into()) }
    }
}

/// What is authenticated beside the plain bytes. These words are stored in effect: never change one.
const fn label(purpose: Purpose) -> &'static [u8] {
    match purpose {
        Purpose::EndpointSecret => b"endpoint-secret",
        Purpose::Receipt => b"receipt",
        Purpose::KeyCheck => b"key-check",
    }
}

impl VaultPort for Vault {
    fn seal(&self, purpose: Purpose, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: label(purpose) })
            .expect("what is sealed is far below 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: label(purpose) }).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PURPOSES: [Purpose; 3] = [Purpose::EndpointSecret, Purpose::Receipt, Purpose::KeyCheck];

    proptest! {
        #[test]
        fn w1_what_was_sealed_opens_for_its_purpose_and_key_alone(
            key: [u8; 32], other: [u8; 32], plain in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..240, bit in 0u8..8
        ) {
            prop_assume!(key != other);
            let vault = Vault::new(&key);
            for purpose in PURPOSES {
                let sealed = vault.seal(purpose, &plain);
                prop_assert_eq!(vault.open(purpose, &sealed), Some(plain.clone()));
                prop_assert_ne!(&vault.seal(purpose, &plain), &sealed);
                prop_assert_eq!(Vault::new(&other).open(purpose, &sealed), None);
                for another in PURPOSES.into_iter().filter(|another| *another != purpose) {
                    prop_assert_eq!(vault.open(another, &sealed), None);
                }
                let mut changed = sealed.clone();
                changed[at % sealed.len()] ^= 1 << bit;
                prop_assert_eq!(vault.open(purpose, &changed), None);
                prop_assert_eq!(vault.open(purpose, &sealed[..at % sealed.len()]), None);
            }
        }
    }

    #[test]
    fn w1_a_sealed_value_does_not_hold_the_plain_one_and_debug_hides_the_key() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal(Purpose::EndpointSecret, b"whsec_plain");
        assert!(!sealed.windows(6).any(|window| window == b"whsec_"));
        assert_eq!(format!("{vault:?}"), "Vault(…)");
    }
}
