//! What a receiver verifies: HMAC-SHA256 over the bytes that are sent (contract § 10).
//!
//! The vendor's signature takes the secret as it is printed for its key. Standard Webhooks takes
//! what the printed secret encodes. Receivers of both kinds verify the same delivery.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use synaptiq_domain::{time::Timestamp, webhook::SignatureScheme};

/// What every generated secret begins with.
const SECRET_PREFIX: &str = "whsec_";

/// `X-Synaptiq-Signature`: bare lowercase hex. `secret` is the printed text, `whsec_` included.
pub fn synaptiq_signature(scheme: SignatureScheme, secret: &[u8], at: Timestamp, body: &[u8]) -> String {
    hex::encode(match scheme {
        SignatureScheme::Timestamped => hmac_sha256(secret, &[at.seconds().to_string().as_bytes(), b".", body]),
        SignatureScheme::Body => hmac_sha256(secret, &[body]),
    })
}

/// One entry of `webhook-signature`: `v1,` and base64 over `id.timestamp.body`.
pub fn standard_signature(secret: &[u8], id: &str, at: Timestamp, body: &[u8]) -> String {
    let timestamp = at.seconds().to_string();
    let signature = hmac_sha256(&standard_key(secret), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(signature))
}

/// The key of Standard Webhooks: what follows `whsec_`, base64-decoded where it decodes to 24–64
/// bytes, else its raw bytes.
fn standard_key(secret: &[u8]) -> Vec<u8> {
    let text = secret.strip_prefix(SECRET_PREFIX.as_bytes()).unwrap_or(secret);
    STANDARD.decode(text).ok().filter(|key| (24..=64).contains(&key.len())).unwrap_or_else(|| text.to_vec())
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_750_000_000_999);
    const BODY: &[u8] = br#"{"id":"evt_1","n":1}"#;

    // The expected values of the next three tests were computed with another HMAC implementation.
    #[test]
    fn the_timestamped_scheme_signs_whole_seconds_a_dot_and_the_body_with_the_printed_secret() {
        let signature = synaptiq_signature(SignatureScheme::Timestamped, b"whsec_test-secret", AT, BODY);
        assert_eq!(signature, "0b9243ce1ef85a2b01020f7ca4740c76724d9fe5be7c5c57ee99beca20395286");
    }

    #[test]
    fn the_body_scheme_signs_the_body_alone_with_the_printed_secret() {
        let signature = synaptiq_signature(SignatureScheme::Body, b"whsec_test-secret", AT, BODY);
        assert_eq!(signature, "2af195b8cffb19b0d4b0da192684a993582599ecc7fa4504c351b5fc649745aa");
    }

    #[test]
    fn the_standard_scheme_signs_id_seconds_and_body_with_the_decoded_secret() {
        let signature = standard_signature(b"whsec_q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=", "evt_1", AT, BODY);
        assert_eq!(signature, "v1,T7vfaADKWTAN8ase9lmFX88HWeJz06Czqsbr3s5wUKI=");
    }

    #[test]
    fn a_secret_that_is_no_base64_of_24_to_64_bytes_is_its_own_key() {
        for (printed, key) in [
            ("whsec_hello", &b"hello"[..]),
            ("whsec_c2hvcnQ=", b"c2hvcnQ="),
            ("my own secret", b"my own secret"),
            ("whsec_", b""),
            ("", b""),
        ] {
            assert_eq!(standard_key(printed.as_bytes()), key, "{printed:?}");
        }
        let (shortest, longest) = (STANDARD.encode([1; 24]), STANDARD.encode([1; 64]));
        assert_eq!(standard_key(format!("whsec_{shortest}").as_bytes()), [1; 24]);
        assert_eq!(standard_key(longest.as_bytes()), [1; 64], "the prefix is not needed");
        for length in [23, 65] {
            let text = STANDARD.encode(vec![1; length]);
            assert_eq!(standard_key(format!("whsec_{text}").as_bytes()), text.as_bytes(), "{length} bytes");
        }
    }
}
