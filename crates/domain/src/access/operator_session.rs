//! The operator's login in a browser (contract § 3, security K6): a secret that a cookie carries,
//! and what the store keeps of it.

use time::Duration;

use crate::{
    access::{KeySecret, hash_secret},
    time::Timestamp,
};

/// How long a login lasts.
pub const OPERATOR_SESSION_LIFETIME: Duration = Duration::days(7);

const PREFIX: &str = "ops_";

/// A login as the store keeps it: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSession {
    /// SHA-256 of the secret: what it is found by.
    pub hash: [u8; 32],
    /// SHA-256 of what was stored of the admin token when it was made. Whoever changes the token
    /// ends the session by that alone.
    pub token: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is over.
    pub expires_at: Timestamp,
}

impl OperatorSession {
    /// A new login with a secret of these random bits: `ops_`, 256 bits and a checksum.
    pub fn begin(random: [u8; 32], token: [u8; 32], now: Timestamp) -> (KeySecret, Self) {
        let secret = KeySecret::new(PREFIX, random);
        let expires_at = now.plus(OPERATOR_SESSION_LIFETIME);
        let session = Self { hash: secret.hash(), token, created_at: now, expires_at };
        (secret, session)
    }

    /// The hash of a secret as a browser sent it; `None` if it cannot be one of ours, so that no
    /// store needs to be asked.
    pub fn hash_of(text: &str) -> Option<[u8; 32]> {
        KeySecret::parse(PREFIX, text).ok().map(|secret| hash_secret(secret.reveal()))
    }

    /// Whether it is good: made with the token that is stored now, and not over.
    pub fn is_good(&self, token: [u8; 32], now: Timestamp) -> bool {
        self.token == token && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k6_a_login_lasts_seven_days_and_as_long_as_its_token() {
        let now = Timestamp::from_micros(0);
        let (secret, session) = OperatorSession::begin([7; 32], [1; 32], now);
        assert_eq!(OperatorSession::hash_of(secret.reveal()), Some(session.hash));
        assert!(session.is_good([1; 32], now) && !session.is_good([2; 32], now));
        let last = now.plus(Duration::days(7) - Duration::milliseconds(1));
        assert!(session.is_good([1; 32], last) && !session.is_good([1; 32], now.plus(Duration::days(7))));
    }

    #[test]
    fn k6_what_is_no_secret_of_ours_is_refused_before_any_look_up() {
        let key = KeySecret::new("sk_live_", [7; 32]);
        let (secret, _) = OperatorSession::begin([7; 32], [1; 32], Timestamp::from_micros(0));
        let cut = &secret.reveal()[..secret.reveal().len() - 1];
        for text in ["", "ops_", key.reveal(), cut] {
            assert_eq!(OperatorSession::hash_of(text), None, "{text}");
        }
    }
}
