//! What a verification of the page looks at, and how the server comes by it, written down a second
//! time, so that tests can sign what the server would not send.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use synaptiq_tests::Received;

/// A verification by its name on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    StandardLibrary,
    Standard,
    Timestamped,
    Body,
    Syrus,
}

impl Signature {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StandardLibrary => "standard-library",
            Self::Standard => "standard",
            Self::Timestamped => "timestamped",
            Self::Body => "body",
            Self::Syrus => "syrus",
        }
    }

    pub(super) const fn is_standard(self) -> bool {
        matches!(self, Self::StandardLibrary | Self::Standard)
    }

    /// Every header without which a delivery must be refused.
    pub(super) const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::StandardLibrary | Self::Standard => &["webhook-id", "webhook-timestamp", "webhook-signature"],
            Self::Timestamped => &["x-synaptiq-timestamp", "x-synaptiq-signature"],
            Self::Body => &["x-synaptiq-signature"],
            Self::Syrus => &["x-syrus-delivery-id", "x-syrus-timestamp", "x-syrus-signature-256"],
        }
    }

    /// The header in which the receiver looks for the time.
    pub(super) const fn time_header(self) -> Option<&'static str> {
        match self {
            Self::StandardLibrary | Self::Standard => Some("webhook-timestamp"),
            Self::Timestamped => Some("x-synaptiq-timestamp"),
            Self::Body => None,
            Self::Syrus => Some("x-syrus-timestamp"),
        }
    }

    /// Whether another time makes the signature wrong, however near it is.
    pub(super) const fn covers_its_time(self) -> bool {
        !matches!(self, Self::Body | Self::Syrus)
    }

    /// A delivery with this body, signed as at `at`.
    pub(super) fn sign(self, secret: &str, id: &str, at: u64, body: Vec<u8>) -> Received {
        let printed = secret.as_bytes();
        let headers = match self {
            Self::StandardLibrary | Self::Standard => {
                let key = STANDARD.decode(&secret["whsec_".len()..]).expect("the secrets of the tests are base64");
                let signature = STANDARD.encode(hmac_sha256(&key, &[format!("{id}.{at}.").as_bytes(), &body]));
                // A signature of a version to come, which every receiver has to pass over.
                let signatures = format!("v2,{signature} v1,{signature}");
                vec![("webhook-id", id.to_owned()), ("webhook-signature", signatures)]
            }
            Self::Timestamped => {
                let signature = hex::encode(hmac_sha256(printed, &[format!("{at}.").as_bytes(), &body]));
                vec![("x-synaptiq-signature", signature)]
            }
            Self::Body => vec![("x-synaptiq-signature", hex::encode(hmac_sha256(printed, &[&body])))],
            Self::Syrus => vec![
                ("x-syrus-delivery-id", "01890a5d-ac96-774b-bcce-b302099a8057".to_owned()),
                ("x-syrus-signature-256", format!("sha256={}", hex::encode(hmac_sha256(printed, &[&body])))),
            ],
        };
        let time = self.time_header().map(|name| (name, at.to_string()));
        let headers = headers.into_iter().chain(time).map(|(name, value)| (name.to_owned(), value)).collect();
        Received { path: "/hook".to_owned(), headers, body, answered: 0, at: std::time::Instant::now() }
    }
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().fold(mac, Mac::chain_update).finalize().into_bytes().to_vec()
}
