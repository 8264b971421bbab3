//! The operator's session cookie (contract § 3, security K6): how it is set, read and taken back.
//!
//! `SameSite=Lax`, not `Strict`: a link to the dashboard in an e-mail must open logged in. Writes
//! rest on the proof that [`crate::csrf`] asks for, never on this attribute. The cookie counts in
//! dialects that say so, and nowhere else: the other ones answer pages of any origin.

use synaptiq_domain::{
    access::OPERATOR_SESSION_LIFETIME,
    use_cases::{Principal, operator_of_session},
};
use synaptiq_wire::{Code, Fault};

use crate::{dialect::Dialect, fault::Refused, front::Front, request::Head};

/// The cookie's name.
pub(crate) const COOKIE: &str = "synaptiq_session";

/// The operator whose cookie came with a request.
pub(crate) async fn operator(front: &Front, dialect: &dyn Dialect, head: &Head) -> Result<Principal, Refused> {
    let Some(secret) = secret_of(head).filter(|_| dialect.takes_cookies()) else {
        return Err(Fault::new(Code::MissingCredential, "send your API key as 'Authorization: Bearer …'").into());
    };
    let found = match front.admin.fingerprint().await? {
        Some(token) => operator_of_session(&front.services, front.system, secret, token).await?,
        None => None,
    };
    found.ok_or_else(|| Fault::new(Code::InvalidCredential, "this session is over; log in again").into())
}

/// What the session cookie of a request carries.
pub(crate) fn secret_of(head: &Head) -> Option<&str> {
    let pairs = head.cookie.as_deref()?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == COOKIE).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// `Set-Cookie` for a new session.
pub(crate) fn cookie(front: &Front, head: &Head, secret: &str) -> String {
    set(front, head, secret, OPERATOR_SESSION_LIFETIME.whole_seconds())
}

/// `Set-Cookie` that takes the cookie back.
pub(crate) fn no_cookie(front: &Front, head: &Head) -> String {
    set(front, head, "", 0)
}

fn set(front: &Front, head: &Head, value: &str, seconds: i64) -> String {
    let secure = if front.is_encrypted(head) { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
