//! The operator's login: begun with the admin token, carried by a cookie, ended by logging out, by
//! time, or by a change of the token (contract § 3, security K6).

use crate::{
    access::{KeySecret, OperatorSession, SystemScope},
    use_cases::{Principal, Services, UseCaseError, operator},
};

/// How many logins there are at most; one more ends the oldest.
const MOST: u32 = 100;

/// A login with its secret, to be told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunSession {
    /// What the cookie carries.
    pub secret: KeySecret,
    /// As stored.
    pub session: OperatorSession,
}

/// Logs the operator in. To be called once the admin token was verified; `token` is the SHA-256 of
/// what is stored of it. Every login has a secret of its own.
pub async fn begin_operator_session(
    services: &Services,
    system: SystemScope,
    token: [u8; 32],
) -> Result<BegunSession, UseCaseError> {
    let (secret, session) = OperatorSession::begin(services.ids.secret(), token, services.clock.now());
    services.store.begin_operator_session(system, &session, MOST).await?;
    Ok(BegunSession { secret, session })
}

/// The operator, if this is the secret of a login that is good. `token` is the SHA-256 of what is
/// stored of the admin token now.
pub async fn operator_of_session(
    services: &Services,
    system: SystemScope,
    secret: &str,
    token: [u8; 32],
) -> Result<Option<Principal>, UseCaseError> {
    let Some(hash) = OperatorSession::hash_of(secret) else { return Ok(None) };
    let session = services.store.find_operator_session(system, hash).await?;
    match session.filter(|session| session.is_good(token, services.clock.now())) {
        Some(_) => operator(services).await.map(Some),
        None => Ok(None),
    }
}

/// Logs the operator out; says whether there was a login with this secret.
pub async fn end_operator_session(
    services: &Services,
    system: SystemScope,
    secret: &str,
) -> Result<bool, UseCaseError> {
    match OperatorSession::hash_of(secret) {
        Some(hash) => Ok(services.store.end_operator_session(system, hash).await?),
        None => Ok(false),
    }
}
